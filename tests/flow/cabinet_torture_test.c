/* cabinet_torture_test.c - two runs, one loan, and everything that can fail once: an append that is not taken, refused or
 * fenced; a read that does not begin or breaks; an allocation. Nothing is lost, nothing is counted twice. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/cabinet_inner.h"
#include "tests/flow/play.h"
#include "tests/flow/rough.h"
#include "tests/harness/torture.h"

#define HEAD "workflow \"f\" { version = 1, case = \"sim_case\", about = \"a test\", outcomes = { \"good\", \"bad\" }, " \
             "stuck = { queue = \"operations\", within = hours(4), to = \"heads\" } }\n"
#define ADD(name, more) "step \"" name "\" { call = \"books.add\", with = { loan = \"case.loan\" }, retry = \"few\", no_undo = \"it stays\"" more " }\n"
#define NOTE(name) "step \"" name "\" { call = \"world.note\", with = { ref = \"case.ref\" }, retry = \"few\", no_undo = \"a note\" }\n"
#define CUSTOMER "0000000111111111111111111111111111111111111111111111111111111111"

static void look(void *who, const struct mem_loan *l) {
    json_auto_t *entries = memory_loan_entries_new(l);
    json_t *e;
    size_t i;
    int64_t *count = who;
    json_array_foreach(entries, i, e) {
        const json_t *body = json_object_get(e, "body");
        CU_ASSERT_EQUAL(json_int(body, "was", -1), *count);
        *count = json_int(body, "is", -1);
    }
    CU_ASSERT_EQUAL(*count, (int64_t)memory_loan_n(l));
}

static struct id start(struct play *p, const char *ref) {
    for (int i = 0; i < 5 && play_start(p, ref, 1, ref, "h") != OK; i++) play_pass(p, 15000);
    CU_ASSERT_EQUAL(p->err, OK);
    return p->run;
}

static void end_well(struct play *p, struct id run) {
    p->run = run;
    for (int i = 0; i < 5 && !strcmp(play_state(p), "stuck"); i++) {
        CU_ASSERT_EQUAL(play_task(p, json_text(p->state, "at", ""), 0, "answer", "retry", "ops"), OK);
        play_pass(p, 20000);
    }
    CU_ASSERT_STRING_EQUAL(play_outcome(p), "good");
}

/* False: there were fewer calls than that. */
static bool fail_once(enum rough_way way, unsigned at) {
    static const char flow[] = HEAD ADD("a", "") NOTE("n") ADD("b", "") ADD("c", "") NOTE("m") ADD("d", ", finish \"good\"");
    struct play p;
    int64_t count = 0;
    play_open(&p, flow, NULL);
    rough_between(&p, way, at);
    p.loan = "L", p.customer = CUSTOMER;
    struct id one = start(&p, "A"), two = start(&p, "B");
    play_pass(&p, 60000);
    end_well(&p, one), end_well(&p, two);
    memory_each_loan(p.memory, look, &count);
    CU_ASSERT_EQUAL(count, 8);
    bool met = rough_met();
    play_close(&p);
    return met;
}

void test_cabinet_torture__anything_may_fail_once(void) {
    for (enum rough_way way = APPEND_BUSY; way <= READ_BROKEN; way++) {
        unsigned at = 1;
        while (fail_once(way, at)) at++;
        CU_ASSERT_TRUE(at > (way <= APPEND_FENCED ? 6 : 1));
    }
}

/* --- no memory: the cabinet alone, on a loop and a store of a few lines ---------------------------- */

static struct {
    struct loop loop;
    struct store store;
    struct {
        loop_fn *fn;
        void *who;
    } posts[64];
    unsigned n_posts;
    unsigned stored; /* entries of the one loan there is */
} bare;

static int64_t bare_now(struct loop *l) { return (void)l, 1790000000000; }
static enum err bare_post(struct loop *l, loop_fn *fn, void *who) {
    (void)l;
    if (bare.n_posts == ARRAY_LEN(bare.posts)) return ERR_NOMEM;
    bare.posts[bare.n_posts].fn = fn, bare.posts[bare.n_posts++].who = who;
    return OK;
}
static struct loop_timer *bare_timer(struct loop *l, int64_t after, loop_fn *fn, void *who) {
    (void)after;
    return bare_post(l, fn, who) == OK ? (struct loop_timer *)1 : NULL;
}
static void bare_cancel(struct loop *l, struct loop_timer *t) { (void)l, (void)t; }
static enum err bare_load(struct store *s, const char *const *ids, size_t n, store_loan_fn *row, store_loan_entry_fn *each,
                          store_done_fn *done, void *who) {
    (void)s, (void)n;
    struct loan_row r = {.id = ids[0], .customer = CUSTOMER, .product = "p", .currency = "INR", .state = "active", .bucket = "b", .n = bare.stored};
    if (bare.stored) row(who, &r);
    for (unsigned i = 1; i <= bare.stored; i++) {
        struct loan_entry_row e = {.loan = ids[0], .kind = "paid", .body = "{}", .body_len = 2, .n = i};
        each(who, &e);
    }
    done(who, OK, NULL);
    return OK;
}

static void turn_loop(void) {
    for (unsigned i = 0; i < bare.n_posts && i < ARRAY_LEN(bare.posts); i++) bare.posts[i].fn(bare.posts[i].who);
    bare.n_posts = 0;
}

static struct engine *bare_engine(void) {
    static const struct loop_ops loop_ops = {.now_ms = bare_now, .post = bare_post, .timer = bare_timer, .cancel = bare_cancel};
    static const struct store_ops store_ops = {.load_loans = bare_load};
    struct engine *e = calloc(1, sizeof *e);
    if (!e) return NULL;
    bare.loop.ops = &loop_ops, bare.store.ops = &store_ops, bare.n_posts = 0;
    e->c.loop = &bare.loop, e->c.store = &bare.store, e->c.loans_max = 1, e->c.loan_bytes_max = 1 << 20;
    e->entries = map_new(), e->shards = calloc(4, sizeof *e->shards), e->n_shards = 4;
    e->cabinet = e->entries && e->shards ? cabinet_new(e) : NULL;
    return e;
}

static void bare_free(struct engine *e) {
    if (!e) return;
    cabinet_stop(e->cabinet);
    e->pending += 1000; /* what is still posted must not bury an engine that was made by hand */
    turn_loop();
    cabinet_free(e->cabinet);
    if (e->entries) map_free(e->entries, NULL);
    free(e->shards), free(e);
}

/* Takes, writes two entries, hands them to a store that says `err`. */
static void use_loan(struct engine *e, struct run *r, const char *loan, enum err err) {
    struct loan_entry entries[] = {{.kind = "paid", .body = "{}", .body_len = 2}, {.kind = "paid", .body = "{}", .body_len = 2}};
    struct loan_write write = {entries, 2, {.product = "p", .currency = "INR", .state = "active", .bucket = "b"}};
    struct turn t = {.e = e, .run = r};
    struct folder *f = NULL;
    struct fault fault;
    enum taken taken = cabinet_take(&t, loan, 0, 0, true, &f, &fault);
    for (int i = 0; i < 4 && taken == TAKEN_LATER; i++) {
        turn_loop();
        taken = cabinet_take(&t, loan, 0, 0, true, &f, &fault);
    }
    if (taken != TAKEN) {
        CU_ASSERT_TRUE(taken == TAKEN_LATER || torture_hit());
        return;
    }
    uint32_t before = folder_file(f)->n;
    CU_ASSERT_TRUE(torture_hit() || before == bare.stored);
    struct loan_rows rows;
    enum err wrote = folder_write(f, &write, 5);
    enum err listed = wrote == OK ? cabinet_rows_new(t.held, &rows) : ERR_NOMEM;
    if (listed != OK) {
        CU_ASSERT_TRUE(torture_hit());
        cabinet_give_up(&t.held);
        return;
    }
    CU_ASSERT_EQUAL(rows.n_loans, 1);
    CU_ASSERT_EQUAL(rows.n_entries, 2);
    CU_ASSERT_EQUAL(rows.entries[0].n, before + 1);
    CU_ASSERT_EQUAL(rows.loans[0].n, before + 2);
    free(rows.loans), free(rows.entries);
    struct folder *kept = cabinet_keep(&t.held);
    if (err == OK) bare.stored = before + 2;
    cabinet_settle(kept, err);
}

static void two_loans(void *who) {
    (void)who;
    struct engine *e = bare_engine();
    struct plan plan = {.n_paras = 1};
    struct para_state state = {.stands = 1};
    struct run run = {.plan = &plan, .paras = &state, .customer = CUSTOMER};
    bare.stored = 2;
    if (e && e->cabinet) {
        use_loan(e, &run, "L1", OK), use_loan(e, &run, "L1", OK);
        use_loan(e, &run, "L1", ERR_INVALID), use_loan(e, &run, "L1", OK);
        bare.stored = 0;
        use_loan(e, &run, "L2", OK), use_loan(e, &run, "L2", OK);
    } else {
        CU_ASSERT_TRUE(torture_hit());
    }
    bare_free(e);
}

void test_cabinet_torture__survives_no_memory(void) { CU_ASSERT_TRUE(torture_run(two_loans, NULL) > 20); }
