/* cabinet_test.c - local operations with a loan's file: one writer at a time, nothing lost, nothing twice. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/flow/play.h"

#define HEAD "workflow \"f\" { version = 1, case = \"sim_case\", about = \"a test\", outcomes = { \"good\", \"bad\" }, " \
             "stuck = { queue = \"operations\", within = hours(4), to = \"heads\" } }\n"
#define ADD(name, more) "step \"" name "\" { call = \"books.add\", with = { loan = \"case.loan\" }, retry = \"few\", no_undo = \"it stays\"" more " }\n"
#define ADD_UNDO(name) "  step \"" name "\" { call = \"books.add\", with = { loan = \"case.loan\" }, undo = \"books.subtract\" },\n"
#define TAKE(name) "  step \"" name "\" { call = \"world.take\", with = { ref = \"case.ref\" }, undo = \"world.give\" },\n"
#define ONE "0000000111111111111111111111111111111111111111111111111111111111"
#define TWO "0000000122222222222222222222222222222222222222222222222222222222"

#define NOTE(name) "step \"" name "\" { call = \"world.note\", with = { ref = \"case.ref\" }, retry = \"few\", no_undo = \"a note\" }\n"
static const char between[] = HEAD ADD("a", "") NOTE("n") ADD("b", "") NOTE("m") ADD("c", ", finish \"good\"");
static const char three[] = HEAD ADD("a", "") ADD("b", "") ADD("c", ", finish \"good\"");

struct chain { /* one loan as it is stored */
    const char *id;
    unsigned n, row_n;
    long long last;
    bool broken;
};

static void look(void *who, const struct mem_loan *l) {
    struct chain *c = who;
    json_auto_t *entries = memory_loan_entries_new(l);
    json_t *e;
    size_t i;
    if (strcmp(memory_loan_id(l), c->id)) return;
    c->row_n = memory_loan_n(l);
    json_array_foreach(entries, i, e) {
        const json_t *body = json_object_get(e, "body");
        c->broken |= json_int(body, "was", -1) != c->last;
        c->last = json_int(body, "is", -1), c->n++;
    }
}

static struct chain chain_of(struct play *p, const char *loan) {
    struct chain c = {.id = loan};
    memory_each_loan(p->memory, look, &c);
    CU_ASSERT_FALSE(c.broken);
    CU_ASSERT_EQUAL(c.n, c.row_n);
    return c;
}

static int64_t posted(struct play *p, const char *loan) {
    char account[64];
    json_auto_t *sums = memory_balances_new(p->memory);
    (void)snprintf(account, sizeof account, "loan:%s:count", loan);
    return json_int(sums, account, 0);
}

/* Starts two runs of one customer on loan L; both run ids. */
static void start_two(struct play *p, struct id ids[2]) {
    p->loan = "L", p->customer = ONE;
    CU_ASSERT_EQUAL(play_start(p, "A", 1, "ka", "h"), OK);
    ids[0] = p->run;
    CU_ASSERT_EQUAL(play_start(p, "B", 2, "kb", "h"), OK);
    ids[1] = p->run;
}

static void both_end(struct play *p, const struct id ids[2], const char *outcome) {
    for (int i = 0; i < 2; i++) {
        p->run = ids[i];
        CU_ASSERT_STRING_EQUAL(play_outcome(p), outcome);
    }
}

void test_cabinet__two_runs_count_on_one_loan(void) {
    struct play p;
    struct id ids[2];
    play_open(&p, three, NULL);
    start_two(&p, ids);
    play_pass(&p, 2000);
    both_end(&p, ids, "good");
    struct chain c = chain_of(&p, "L");
    CU_ASSERT_EQUAL(c.n, 6);
    CU_ASSERT_EQUAL(c.last, 6);
    CU_ASSERT_EQUAL(posted(&p, "L"), 6);
    play_close(&p);
}

/* The file is here and free: three operations of one turn see each other, and need one row after the first. */
void test_cabinet__a_file_that_is_here_costs_no_row(void) {
    struct play p;
    play_open(&p, three, NULL);
    p.loan = "L", p.customer = ONE;
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    play_pass(&p, 2000);
    CU_ASSERT_EQUAL(play_rows(&p), 2); /* begun; the file had to be read; all three */
    CU_ASSERT_EQUAL(play_start(&p, "B", 1, NULL, NULL), OK);
    play_pass(&p, 2000);
    CU_ASSERT_EQUAL(play_rows(&p), 1);
    CU_ASSERT_EQUAL(chain_of(&p, "L").n, 6);
    play_close(&p);
}

void test_cabinet__a_crash_at_any_moment_loses_nothing(void) {
    static const struct memory_faults slow = {.latency_ms = 8, .lost_percent = 10};
    for (int at = 1; at < 80; at += 2) {
        struct play p;
        struct id ids[2];
        play_open(&p, at % 4 == 1 ? three : between, NULL);
        memory_faults(p.memory, &slow);
        start_two(&p, ids);
        play_pass(&p, at);
        play_crash(&p);
        play_pass(&p, 20000);
        both_end(&p, ids, "good");
        CU_ASSERT_EQUAL(chain_of(&p, "L").n, 6);
        CU_ASSERT_EQUAL(posted(&p, "L"), 6);
        play_close(&p);
    }
}

/* A row of one of them is refused by the database: it goes to a person, and what its file held is forgotten. */
void test_cabinet__a_refused_row_takes_nothing_with_it(void) {
    unsigned stuck = 0;
    for (unsigned percent = 5; percent <= 60; percent += 5) {
        const struct memory_faults refuse = {.latency_ms = 3, .reject_per_10000 = 100 * percent}, calm = {.latency_ms = 3};
        struct play p;
        struct id ids[2];
        play_open(&p, between, NULL);
        memory_faults(p.memory, &refuse);
        start_two(&p, ids);
        play_pass(&p, 20000);
        memory_faults(p.memory, &calm);
        play_pass(&p, 60000);
        for (int i = 0; i < 2; i++) {
            p.run = ids[i];
            for (int again = 0; again < 9 && !strcmp(play_state(&p), "stuck"); again++, stuck++) {
                CU_ASSERT_EQUAL(play_task(&p, json_text(p.state, "at", ""), 0, "answer", "retry", "ops"), OK);
                play_pass(&p, 10000);
            }
        }
        both_end(&p, ids, "good");
        CU_ASSERT_EQUAL(chain_of(&p, "L").n, 6);
        CU_ASSERT_EQUAL(posted(&p, "L"), 6);
        play_close(&p);
    }
    CU_ASSERT_TRUE(stuck > 0);
}

/* Cancelled, or past its time, while it waits for a file that cannot be read: it goes, and stands in nobody's way. */
void test_cabinet__who_has_gone_waits_no_more(void) {
    static const struct memory_faults away = {.unread_percent = 100}, back = {0};
    struct play p;
    struct id ids[2];
    play_open(&p, HEAD ADD("a", ", within = minutes(5), late = finish \"bad\", finish \"good\""), NULL);
    memory_faults(p.memory, &away);
    start_two(&p, ids);
    play_pass(&p, 1000);
    CU_ASSERT_STRING_EQUAL(play_state(&p), "running");
    CU_ASSERT_EQUAL(play_cancel(&p), OK);
    play_pass(&p, 1000);
    CU_ASSERT_EQUAL(play_count(&p, "ended", NULL), 1);
    p.run = ids[0];
    play_pass(&p, 600000);
    CU_ASSERT_EQUAL(play_count(&p, "ended", NULL), 1); /* late */
    memory_faults(p.memory, &back);
    play_pass(&p, 5000);
    CU_ASSERT_EQUAL(chain_of(&p, "L").n, 0);
    CU_ASSERT_EQUAL(play_start(&p, "C", 1, NULL, NULL), OK);
    play_pass(&p, 5000);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    CU_ASSERT_EQUAL(chain_of(&p, "L").n, 1);
    play_close(&p);
}

/* The undo of a step with a book waits for the file too, and the counts meet. */
void test_cabinet__what_was_counted_is_taken_back(void) {
    static const char flow[] = HEAD "saga \"s\" {\n" ADD_UNDO("a") TAKE("t") ADD_UNDO("b") TAKE("u") "  failed = finish \"bad\", finish \"good\",\n}\n";
    unsigned undone = 0;
    for (int i = 0; i < 40; i++) {
        struct play p;
        struct world_faults often = {i % 2 ? 20 : 0, 25, 0, 5};
        struct id ids[2];
        char a[16], b[16];
        play_open(&p, flow, &often);
        (void)snprintf(a, sizeof a, "A%d", i), (void)snprintf(b, sizeof b, "B%d", i);
        p.loan = "L", p.customer = ONE;
        CU_ASSERT_EQUAL(play_start(&p, a, 1, NULL, NULL), OK);
        ids[0] = p.run;
        CU_ASSERT_EQUAL(play_start(&p, b, 1, NULL, NULL), OK);
        ids[1] = p.run;
        play_pass(&p, i);
        if (i % 3 == 0) play_crash(&p);
        play_pass(&p, 300000);
        int good = 0;
        for (int k = 0; k < 2; k++) {
            p.run = ids[k];
            good += !strcmp(play_outcome(&p), "good");
        }
        CU_ASSERT_EQUAL(chain_of(&p, "L").last, 2 * good);
        CU_ASSERT_EQUAL(posted(&p, "L"), 2 * good);
        undone += good < 2 && chain_of(&p, "L").n > 0;
        play_close(&p);
    }
    CU_ASSERT_TRUE(undone > 5);
}

void test_cabinet__a_loan_is_its_customers(void) {
    struct play p;
    play_open(&p, HEAD ADD("a", ", refused = finish \"bad\", finish \"good\""), NULL);
    p.loan = "L", p.customer = ONE;
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    CU_ASSERT_EQUAL(id_shard(p.run), 1); /* placed by the customer that was given */
    play_pass(&p, 1000);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    p.customer = TWO;
    CU_ASSERT_EQUAL(play_start(&p, "B", 1, NULL, NULL), OK);
    play_pass(&p, 1000);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "bad");
    CU_ASSERT_EQUAL(chain_of(&p, "L").n, 1);
    p.customer = "not a customer";
    CU_ASSERT_EQUAL(play_start(&p, "C", 1, NULL, NULL), ERR_INVALID);
    play_close(&p);
}

/* The process stands still past its lease and takes the shard again: the file is read anew. */
void test_cabinet__a_file_of_an_older_lease_is_read_again(void) {
    struct play p;
    play_open(&p, three, NULL);
    p.loan = "L", p.customer = ONE;
    CU_ASSERT_EQUAL(play_start(&p, "A", 1, NULL, NULL), OK);
    play_pass(&p, 1000);
    struct proc other = p.proc;
    other.engine = NULL, other.store = NULL, other.registry = NULL, other.loop = NULL, other.index = 5, other.remains = NULL;
    proc_pause(&p.proc, true);
    play_pass(&p, 40000);
    CU_ASSERT_EQUAL_FATAL(proc_start(&other), OK);
    play_pass(&p, 2000);
    struct play q = p; /* the same world through the other process */
    q.proc = other, q.told = false, q.state = NULL, q.facts = NULL;
    CU_ASSERT_EQUAL(play_start(&q, "B", 1, NULL, NULL), OK);
    play_pass(&q, 1000);
    CU_ASSERT_EQUAL(chain_of(&p, "L").n, 6);
    json_decref(q.state);
    proc_kill(&q.proc);
    proc_pause(&p.proc, false);
    play_pass(&p, 90000);
    CU_ASSERT_EQUAL(play_start(&p, "C", 1, NULL, NULL), OK);
    play_pass(&p, 2000);
    CU_ASSERT_STRING_EQUAL(play_outcome(&p), "good");
    CU_ASSERT_EQUAL(chain_of(&p, "L").n, 9);
    proc_free(&q.proc);
    play_close(&p);
}
