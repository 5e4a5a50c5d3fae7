/* day_end_test.c - the end of a day: every loan that has work, once, whatever happens meanwhile. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/zone.h"
#include "tests/flow/rough.h"

#define HEAD "workflow \"f\" { version = 1, case = \"sim_case\", about = \"a test\", outcomes = { \"good\", \"bad\" }, " \
             "stuck = { queue = \"operations\", within = hours(4), to = \"heads\" } }\n"
#define ADD "step \"a\" { call = \"books.add\", with = { loan = \"case.loan\" }, retry = \"few\", no_undo = \"it stays\", finish \"good\" }\n"
enum { TODAY = 20717, LOANS = 350 }; /* of the play's clock; over several pages and shards */

/* Each day-end writes one entry to each of its loans and moves it to the next day. Loan "bad" cannot be reckoned. */
static enum err reckon(void *who, const struct loan_file *loan, int32_t day, int64_t now_ms, struct arena *a,
                       struct day_end_out *out, struct fault *f) {
    static const char body[] = "{\"was\":0,\"is\":0}";
    (void)who, (void)now_ms;
    if (!strncmp(loan->id, "bad", 3)) return fault_set(f, ERR_INVALID, "rows", "a test");
    struct loan_entry *e = arena_alloc(a, sizeof *e);
    struct posting *p = arena_alloc(a, sizeof *p);
    char *account = arena_printf(a, "loan:%s:interest", loan->id);
    if (!e || !p || !account) return ERR_NOMEM;
    *e = (struct loan_entry){.kind = "day_end", .effective_day = day, .body = body, .body_len = sizeof body - 1};
    *p = (struct posting){account, "lender:interest", 7, "INR", day, "accrual"};
    out->write = (struct loan_write){e, 1, loan->columns};
    out->write.columns.next_day = day + 1, out->write.columns.bucket = "1-30";
    if (loan->n % 2) out->postings = p, out->n_postings = 1;
    return OK;
}

struct put {
    bool done;
    enum err err;
};
static void put_done(void *who, enum err err, const struct fault *f) {
    struct put *p = who;
    if (err != OK) printf("%s %s\n", f->where, f->text);
    p->done = true, p->err = err;
}

static uint64_t epochs[8];
static void lease_seen(void *who, const struct lease *l) { (void)who, epochs[l->shard] = l->epoch; }

/* Loans straight into the store, as a portfolio that is there. */
static void put_loans(struct play *p, unsigned n, const char *prefix) {
    struct store *s = p->proc.store;
    struct put claimed = {0};
    CU_ASSERT_EQUAL(s->ops->claim(s, "p0.1", "p0.1", 0, sim_clock_now(p->clock), 30000, lease_seen, put_done, &claimed), OK);
    play_pass(p, 100);
    for (unsigned i = 0; i < n; i++) {
        char id[40], customer[65];
        (void)snprintf(id, sizeof id, "%s%u", prefix, i), (void)snprintf(customer, sizeof customer, "%08x%056x", i % 4, i);
        struct run_row row = {.workflow = "seed@1", .case_type = "seed", .case_key = id, .state = "ended"};
        struct loan_row loan = {.id = id, .customer = customer, .product = "emi", .currency = "INR", .state = "active", .bucket = "0",
                                .n = 1, .next_day = TODAY - 2 + (int32_t)(i % 7 == 6)};
        struct loan_entry_row entry = {.loan = id, .kind = "opened", .body = "{\"was\":0,\"is\":0}", .body_len = 16, .n = 1, .effective_day = 1};
        struct rng r;
        rng_seed(&r, i * 977 + (unsigned char)prefix[0]);
        struct append a = {.run = id_make(1, (uint16_t)(i % 4), sim_clock_now(p->clock), &r), .seq = 1, .epoch = epochs[i % 4],
                           .now_ms = sim_clock_now(p->clock), .body = "[]", .body_len = 2, .row = &row, .loans = &loan, .n_loans = 1,
                           .loan_entries = &entry, .n_loan_entries = 1};
        struct put put = {0};
        CU_ASSERT_EQUAL(s->ops->append(s, &a, put_done, &put), OK);
        play_pass(p, 10);
        CU_ASSERT_TRUE(put.done && put.err == OK);
    }
}

static void open_books(struct play *p, const char *flow) {
    play_open(p, flow, NULL);
    proc_kill(&p->proc);
    p->proc.day_end = reckon, p->proc.life = 0;
    CU_ASSERT_EQUAL_FATAL(proc_start(&p->proc), OK);
    play_pass(p, 40000);
}

struct sums {
    unsigned loans, ends, untouched;
    int64_t interest;
    int32_t day;
};
static void look(void *who, const struct mem_loan *l) {
    struct sums *s = who;
    json_auto_t *entries = memory_loan_entries_new(l);
    unsigned mine = 0;
    size_t i;
    json_t *e;
    json_array_foreach(entries, i, e) mine += !strcmp(json_text(e, "kind", ""), "day_end") && json_int(e, "day", 0) == s->day;
    CU_ASSERT_TRUE(mine <= 1); /* never twice */
    s->loans++, s->ends += mine, s->untouched += json_array_size(entries) == 1;
}

static struct sums sums_of(struct play *p, int32_t day) {
    struct sums s = {.day = day};
    const char *account;
    json_t *v;
    memory_each_loan(p->memory, look, &s);
    json_auto_t *balances = memory_balances_new(p->memory);
    json_object_foreach(balances, account, v) if (strstr(account, ":interest") && strncmp(account, "lender", 6)) s.interest += json_integer_value(v);
    return s;
}

static void asked(void *who, enum err err, const struct fault *f) {
    struct play *p = who;
    (void)f;
    p->told = true, p->err = err;
}

static enum err ask(struct play *p, int32_t day) {
    p->told = false;
    enum err err = engine_day_end(p->proc.engine, day, "test", asked, p, &p->fault);
    for (int i = 0; err == OK && i < 100 && !p->told; i++) play_pass(p, 10);
    return err == OK ? p->err : err;
}

static bool over(struct play *p, int32_t day) {
    bool all = true;
    for (uint16_t i = 0; i < 4; i++) all &= memory_has_day_ended(p->memory, day, i);
    return all;
}

static void wait_over(struct play *p, int32_t day) {
    for (int i = 0; i < 600 && !over(p, day); i++) play_pass(p, 500);
    CU_ASSERT_TRUE(over(p, day));
}

void test_day_end__every_loan_once(void) {
    struct play p;
    open_books(&p, HEAD ADD);
    put_loans(&p, LOANS, "L");
    CU_ASSERT_EQUAL(engine_today(p.proc.engine), TODAY);
    CU_ASSERT_EQUAL(ask(&p, TODAY), ERR_INVALID); /* not over */
    CU_ASSERT_EQUAL(ask(&p, TODAY - 2), OK);
    wait_over(&p, TODAY - 2);
    struct sums s = sums_of(&p, TODAY - 2);
    CU_ASSERT_EQUAL(s.loans, LOANS);
    CU_ASSERT_EQUAL(s.ends, LOANS - LOANS / 7);
    CU_ASSERT_EQUAL(s.untouched, LOANS / 7); /* their day is later */
    CU_ASSERT_EQUAL(s.interest, 7 * (int64_t)s.ends);
    CU_ASSERT_EQUAL(ask(&p, TODAY - 2), OK); /* again: nothing */
    play_pass(&p, 20000);
    CU_ASSERT_EQUAL(sums_of(&p, TODAY - 2).ends, s.ends);
    CU_ASSERT_EQUAL(ask(&p, TODAY - 1), OK);
    wait_over(&p, TODAY - 1);
    CU_ASSERT_EQUAL(sums_of(&p, TODAY - 1).ends, LOANS);
    play_close(&p);
}

void test_day_end__goes_on_after_a_crash_at_any_moment(void) {
    for (int at = 0; at < 120; at += 3) {
        struct play p;
        open_books(&p, HEAD ADD);
        put_loans(&p, 240, "L");
        CU_ASSERT_EQUAL(ask(&p, TODAY - 1), OK);
        play_pass(&p, at);
        play_crash(&p);
        wait_over(&p, TODAY - 1);
        CU_ASSERT_EQUAL(sums_of(&p, TODAY - 1).ends, 240);
        play_close(&p);
    }
}

/* Lost replies, refused rows, reads that break, and a process that stands still past its lease. */
void test_day_end__storms(void) {
    for (unsigned i = 0; i < 24; i++) {
        const struct memory_faults rough = {.latency_ms = 10, .lost_percent = 20, .reject_per_10000 = i % 3 ? 0 : 1500, .unread_percent = 20};
        const struct memory_faults calm = {.latency_ms = 3};
        struct play p;
        open_books(&p, HEAD ADD);
        put_loans(&p, 150, "L");
        memory_faults(p.memory, &rough);
        (void)ask(&p, TODAY - 1);
        play_pass(&p, i * 5);
        proc_pause(&p.proc, true);
        play_pass(&p, i % 2 ? 40000 : 1000);
        proc_pause(&p.proc, false);
        play_pass(&p, 60000);
        memory_faults(p.memory, &calm);
        CU_ASSERT_EQUAL(ask(&p, TODAY - 1), OK);
        wait_over(&p, TODAY - 1);
        struct sums s = sums_of(&p, TODAY - 1);
        CU_ASSERT_TRUE(s.ends == 150 || i % 3 == 0); /* a row that was refused alone is left for the next day */
        play_pass(&p, 86400000);
        CU_ASSERT_EQUAL(ask(&p, TODAY), OK);
        wait_over(&p, TODAY);
        CU_ASSERT_EQUAL(sums_of(&p, TODAY).ends, 150);
        play_close(&p);
    }
}

/* What cannot be reckoned is left, and holds up nobody. */
void test_day_end__leaves_what_cannot_be_reckoned(void) {
    struct play p;
    open_books(&p, HEAD ADD);
    put_loans(&p, 130, "L"), put_loans(&p, 9, "bad");
    CU_ASSERT_EQUAL(ask(&p, TODAY - 1), OK);
    wait_over(&p, TODAY - 1);
    struct sums s = sums_of(&p, TODAY - 1);
    CU_ASSERT_EQUAL(s.ends, 130);
    CU_ASSERT_EQUAL(s.untouched, 9);
    play_close(&p);
}

/* Runs write to the same loans meanwhile: nothing is lost on either side. */
void test_day_end__beside_runs(void) {
    struct play p;
    open_books(&p, HEAD ADD);
    put_loans(&p, 200, "L");
    static const struct memory_faults slow = {.latency_ms = 6};
    memory_faults(p.memory, &slow);
    CU_ASSERT_EQUAL(ask(&p, TODAY - 1), OK);
    unsigned runs = 0;
    for (unsigned i = 0; i < 40; i++) {
        char loan[16], customer[65], ref[16];
        unsigned which = i * 5 % 200;
        (void)snprintf(loan, sizeof loan, "L%u", which), (void)snprintf(ref, sizeof ref, "R%u", i);
        (void)snprintf(customer, sizeof customer, "%08x%056x", which % 4, which);
        p.loan = loan, p.customer = customer;
        runs += play_start(&p, ref, 1, NULL, NULL) == OK;
    }
    wait_over(&p, TODAY - 1);
    play_pass(&p, 5000);
    CU_ASSERT_EQUAL(runs, 40);
    struct sums s = sums_of(&p, TODAY - 1);
    CU_ASSERT_TRUE(s.ends + 40 >= 200); /* books.add takes a loan out of the day-end: it has no work any more */
    json_auto_t *balances = memory_balances_new(p.memory);
    const char *account;
    json_t *v;
    int64_t counted = 0;
    json_object_foreach(balances, account, v) if (strstr(account, ":count")) counted += json_integer_value(v);
    CU_ASSERT_EQUAL(counted, 40);
    play_close(&p);
}

/* False: there were fewer calls of that kind. A page that is refused goes loan by loan, and nothing is left. */
static bool fail_once(enum rough_way way, unsigned at) {
    struct play p;
    open_books(&p, HEAD ADD);
    put_loans(&p, 110, "L");
    rough_between(&p, way, at);
    CU_ASSERT_EQUAL(ask(&p, TODAY - 1), OK);
    wait_over(&p, TODAY - 1);
    CU_ASSERT_EQUAL(sums_of(&p, TODAY - 1).ends, 110);
    bool met = rough_met();
    play_close(&p);
    return met;
}

void test_day_end__anything_may_fail_once(void) {
    for (enum rough_way way = APPEND_BUSY; way < ROUGH_WAYS; way++) {
        unsigned at = 1;
        while (fail_once(way, at)) at++;
        CU_ASSERT_TRUE(at > 4); /* four shards, each with a page at least */
    }
}

/* At ten past midnight in its zone the engine asks for the day before, by itself and once. */
void test_day_end__by_the_clock(void) {
    struct play p;
    struct zone *zone;
    CU_ASSERT_EQUAL_FATAL(zone_open("Asia/Kolkata", &zone), OK);
    play_open(&p, HEAD ADD, NULL);
    proc_kill(&p.proc);
    p.proc.day_end = reckon, p.proc.life = 0, p.proc.zone = zone, p.proc.day_end_minute = 10;
    CU_ASSERT_EQUAL_FATAL(proc_start(&p.proc), OK);
    play_pass(&p, 40000);
    int64_t today = zone_day(zone, sim_clock_now(p.clock));
    wait_over(&p, (int32_t)today - 1);
    CU_ASSERT_FALSE(over(&p, (int32_t)today));
    int64_t at = zone_day_start_ms(zone, (int32_t)today + 1) + 10 * 60000;
    play_pass(&p, at - sim_clock_now(p.clock) - 20000);
    play_pass(&p, 10000);
    CU_ASSERT_FALSE(over(&p, (int32_t)today));
    play_pass(&p, 60000);
    CU_ASSERT_TRUE(over(&p, (int32_t)today));
    play_close(&p);
    zone_close(zone);
}
