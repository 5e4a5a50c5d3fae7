/* guard_shared_test.c - buckets, breakers, kept answers and news through a real Redis, which is emptied, stopped and
 * killed on the way. Each `shared` has connections of its own, as another process would. */
#include "connectors/guard_shared.h"

#include <CUnit/CUnit.h>

#include "base/log.h"
#include "base/rng.h"
#include "base/text.h"
#include "tests/connectors/own_redis.h"

enum { TWO = 2 };
static struct own_redis own;
static bool there;
static struct loop *l;
static struct redis *redis[TWO];
static struct shared *shared[TWO];
static int backs[TWO], aways[TWO];
static char heard[TWO][2000];

int setup_guard_shared(void) {
    there = own_redis_start(&own);
    if (!there) printf("guard_shared_test: skipped, there is no redis-server\n");
    log_open(NULL, LOG_ERROR, NULL, NULL);
    return 0;
}
int teardown_guard_shared(void) {
    log_open(NULL, LOG_INFO, NULL, NULL);
    own_redis_stop(&own);
    return 0;
}

static void is_back(void *who) { backs[(struct shared **)who - shared]++; }
static void is_away(void *who) { aways[(struct shared **)who - shared]++; }
static void hears(void *who, const char *text, size_t n) {
    char *h = heard[(struct shared **)who - shared];
    snprintf(h + strlen(h), 2000 - strlen(h), "%.*s;", (int)n, text);
}

static void turns(int ms) {
    for (int64_t end = loop_mono_us(l) + ms * INT64_C(1000); loop_mono_us(l) < end;) io_loop_turn(l, 5);
}
#define UNTIL(what) \
    for (int64_t end_ = loop_mono_us(l) + 20000000; !(what) && loop_mono_us(l) < end_;) io_loop_turn(l, 5)

/* Where it is not about time, Redis may take as long as this machine needs. */
enum { PATIENT_MS = 20000 };
static bool up(int64_t wait_ms) {
    struct fault f;
    if (!there) return false;
    l = io_loop_new();
    memset(backs, 0, sizeof backs), memset(aways, 0, sizeof aways), memset(heard, 0, sizeof heard);
    for (int i = 0; i < TWO; i++) {
        char owner[8];
        struct shared_events ev = {is_back, is_away, hears, &shared[i]};
        snprintf(owner, sizeof owner, "p%d", i);
        CU_ASSERT_EQUAL_FATAL(redis_new(l, own.url, &redis[i], &f), OK);
        shared[i] = shared_new(l, redis[i], owner, wait_ms, &ev);
        CU_ASSERT_PTR_NOT_NULL_FATAL(shared[i]);
        CU_ASSERT_FALSE(shared_up(shared[i])); /* until it has answered once */
    }
    UNTIL(shared_up(shared[0]) && shared_up(shared[1]));
    CU_ASSERT(backs[0] == 1 && backs[1] == 1);
    return true;
}
static void down(void) {
    for (int i = 0; i < TWO; i++) redis_free(redis[i]);
    for (int i = 0; i < TWO; i++) shared_free(shared[i]);
    io_loop_free(l);
}

struct got {
    int n;
    bool ok;
    int64_t x, y;
    char text[200];
};
static void done(void *who, const struct shared_answer *a) {
    struct got *g = who;
    g->n++, g->ok = a->ok, g->x = a->x, g->y = a->y;
    snprintf(g->text, sizeof g->text, "%.*s", a->text ? (int)a->n : 5, a->text ? a->text : "(nil)");
}
static void wait_for(struct got *g) {
    UNTIL(g->n);
    CU_ASSERT_EQUAL(g->n, 1);
}

/* One question, however often this machine makes Redis seem late. */
static struct got take_one(int i, const struct take *t) {
    for (int tries = 0; tries < 200; tries++) {
        struct got g = {0};
        UNTIL(shared_up(shared[i]));
        if (!shared_take(shared[i], t, done, &g)) continue;
        wait_for(&g);
        if (g.ok) return g;
    }
    CU_FAIL("Redis never answered");
    return (struct got){0};
}

static void redis_says(const char *a, const char *b) {
    const char *argv[] = {a, b};
    size_t lens[] = {strlen(a), b ? strlen(b) : 0};
    redis_command(redis[0], b ? 2 : 1, argv, lens, 1000, NULL, NULL);
    turns(20);
}

/* A minute of a made-up clock: two processes ask for more than there is, at random instants. */
static void simulated_minute(unsigned per_s, bool emptied) {
    char bucket[40];
    struct rng rng;
    rng_seed(&rng, per_s + emptied);
    snprintf(bucket, sizeof bucket, "minute%u%d", per_s, emptied);
    int64_t clock = 1768471200000000, total = 0, each[TWO] = {0}, begin = clock;
    struct take t = {.bucket = bucket, .per_s = per_s, .burst = per_s, .clock_us = clock};
    CU_ASSERT_EQUAL(take_one(0, &t).x, 0);
    for (int step = 0; clock - begin < 60000000; step++) {
        clock += 1 + (int64_t)rng_below(&rng, 120000);
        if (clock - begin > 60000000) clock = begin + 60000000;
        if (emptied && step == 200) redis_says("FLUSHALL", NULL);
        int who = (int)rng_below(&rng, TWO);
        t.want = 1 + (unsigned)rng_below(&rng, per_s), t.clock_us = clock;
        int64_t got = take_one(who, &t).x;
        CU_ASSERT(got <= t.want);
        each[who] += got, total += got;
        CU_ASSERT((double)total <= per_s * (double)(clock - begin) / 1e6 + 1e-6); /* at no moment too many */
    }
    CU_ASSERT(total >= (emptied ? 0.95 : 0.99) * 60 * per_s);
    CU_ASSERT(each[0] > 0 && each[1] > 0);
}
void test_guard_shared__two_processes_share_a_bucket(void) {
    if (!up(PATIENT_MS)) return;
    simulated_minute(10, false);
    simulated_minute(333, false);
    simulated_minute(50, true);
    down();
}

void test_guard_shared__says_when_the_next_token_comes(void) {
    if (!up(PATIENT_MS)) return;
    struct take t = {.bucket = "next", .per_s = 20, .burst = 5, .want = 3, .clock_us = 1000000};
    struct got g = take_one(0, &t);
    CU_ASSERT(g.x == 0 && g.y == 50000);
    t.clock_us += 50000;
    g = take_one(1, &t);
    CU_ASSERT(g.x == 1 && g.y == 50000);
    t.clock_us += 10000000, t.want = 100;
    CU_ASSERT_EQUAL(take_one(0, &t).x, 5); /* the burst */
    t.clock_us -= 5000000;
    CU_ASSERT_EQUAL(take_one(0, &t).x, 0); /* a clock that goes back gives nothing */
    down();
}

/* p0 is alone for half a second in which p1 goes on: together they took more than there was, so it is paid back. */
void test_guard_shared__what_was_taken_alone_beside_others_is_paid_back(void) {
    if (!up(PATIENT_MS)) return;
    struct take t = {.bucket = "alone", .per_s = 100, .burst = 100, .want = 1000, .processes = 2, .clock_us = 1000000000};
    int64_t begin = t.clock_us, total = take_one(0, &t).x;
    for (int i = 0; i < 50; i++) { /* half a second for both */
        t.clock_us += 10000;
        total += take_one(i % 2, &t).x;
    }
    for (int i = 0; i < 50; i++) { /* half a second for p1 alone with the shared bucket */
        t.clock_us += 10000;
        total += take_one(1, &t).x;
    }
    total += 25; /* p0 meanwhile, from its own bucket: 50 a second */
    t.alone_us = 500000, t.taken_alone = 25;
    total += take_one(0, &t).x;
    t.alone_us = 0, t.taken_alone = 0;
    for (int i = 0; i < 300; i++) {
        t.clock_us += 10000;
        total += take_one(i % 2, &t).x;
    }
    CU_ASSERT_EQUAL(total, 100 * (t.clock_us - begin) / 1000000);
    down();
}

/* Both were alone, one came back a little before the other: nothing is owed but for that little while. */
void test_guard_shared__where_all_were_alone_it_starts_empty(void) {
    if (!up(PATIENT_MS)) return;
    struct take t = {.bucket = "all", .per_s = 100, .burst = 100, .want = 1000, .processes = 2, .clock_us = 1000000000};
    (void)take_one(0, &t);
    t.clock_us += 60000000, t.alone_us = 60000000, t.taken_alone = 3000;
    CU_ASSERT_EQUAL(take_one(0, &t).x, 0);
    t.clock_us += 100000, t.alone_us += 100000, t.taken_alone = 3005;
    CU_ASSERT_EQUAL(take_one(1, &t).x, 5); /* ten have come since, five of them p1 has had */
    down();
}

static struct got probe_one(int i, const char *name, int64_t open_ms, int64_t lease_ms) {
    for (int tries = 0; tries < 200; tries++) {
        struct got g = {0};
        UNTIL(shared_up(shared[i]));
        if (!shared_probe(shared[i], name, open_ms, lease_ms, done, &g)) continue;
        wait_for(&g);
        if (g.ok) return g;
    }
    CU_FAIL("Redis never answered");
    return (struct got){0};
}

void test_guard_shared__one_probe_among_all(void) {
    if (!up(PATIENT_MS)) return;
    redis_says("FLUSHALL", NULL);
    CU_ASSERT_EQUAL(probe_one(0, "x.y", 5000, 60000).x, 1);
    struct got g = probe_one(1, "x.y", 5000, 60000);
    CU_ASSERT(g.x == 0 && g.y > 0 && g.y <= 5000); /* a probe's lease is long; its verdict is told sooner */
    CU_ASSERT_EQUAL(probe_one(1, "x.z", 5000, 60000).x, 1);
    shared_probe_over(shared[1], "x.y"); /* it is not ours to end */
    turns(20);
    CU_ASSERT_EQUAL(probe_one(1, "x.y", 5000, 60000).x, 0);
    shared_tell_breaker(shared[0], "x.y", 30000); /* the probe failed */
    shared_probe_over(shared[0], "x.y");
    UNTIL(strstr(heard[1], "breaker x.y 30000 p0;"));
    CU_ASSERT_PTR_NOT_NULL(strstr(heard[1], "breaker x.y 30000 p0;"));
    g = probe_one(1, "x.y", 5000, 60000);
    CU_ASSERT(g.x == 0 && g.y > 10000 && g.y <= 30000);
    shared_tell_breaker(shared[1], "x.y", -1);
    turns(50);
    CU_ASSERT_EQUAL(probe_one(0, "x.y", 5000, 60000).y, -1);
    struct got list = {0};
    UNTIL(shared_up(shared[0]));
    (void)shared_breakers(shared[0], done, &list);
    wait_for(&list);
    CU_ASSERT_PTR_NOT_NULL(strstr(list.text, "breaker x.y -1 redis\n"));
    shared_tell_breaker(shared[1], "x.y", 0);
    turns(50);
    CU_ASSERT_EQUAL(probe_one(0, "x.y", 5000, 60000).x, 1);
    CU_ASSERT_PTR_NULL(strstr(heard[0], " p0;")); /* nobody hears himself */
    CU_ASSERT_PTR_NOT_NULL(strstr(heard[0], "breaker x.y 0 p1;"));
    down();
}

void test_guard_shared__a_lease_ends_with_who_holds_it(void) {
    if (!up(PATIENT_MS)) return;
    CU_ASSERT_EQUAL(probe_one(0, "gone", 1000, 150).x, 1); /* and is never heard of again */
    turns(200);
    CU_ASSERT_EQUAL(probe_one(1, "gone", 1000, 150).x, 1);
    down();
}

static const char *kept(int i, const char *customer, const char *field) {
    static char text[200];
    for (int tries = 0; tries < 200; tries++) {
        struct got g = {0};
        UNTIL(shared_up(shared[i]));
        if (!shared_get(shared[i], customer, field, done, &g)) continue;
        wait_for(&g);
        snprintf(text, sizeof text, "%s", g.text);
        if (g.ok) return text;
    }
    return "never";
}

void test_guard_shared__answers_of_a_customer_go_together(void) {
    static const char *const reports[] = {"bureau.report", "kyc.verify", NULL};
    if (!up(PATIENT_MS)) return;
    UNTIL(shared_up(shared[0]) && shared_up(shared[1]));
    shared_put(shared[0], "asha", "bureau.report 01", "one\0two", 7, 60000);
    shared_put(shared[0], "asha", "bureau.score 02", "three", 5, 60000);
    shared_put(shared[0], "ravi", "bureau.report 01", "four", 4, 60000);
    turns(20);
    CU_ASSERT_STRING_EQUAL(kept(1, "asha", "bureau.report 01"), "one"); /* bytes, not text */
    struct got g = {0};
    UNTIL(shared_up(shared[1]));
    CU_ASSERT_PTR_NOT_NULL(shared_forget(shared[1], "asha", reports, done, &g));
    wait_for(&g);
    CU_ASSERT_EQUAL(g.x, 1);
    CU_ASSERT_STRING_EQUAL(kept(0, "asha", "bureau.report 01"), "(nil)");
    CU_ASSERT_STRING_EQUAL(kept(0, "asha", "bureau.score 02"), "three");
    struct got all = {0};
    UNTIL(shared_up(shared[1]));
    CU_ASSERT_PTR_NOT_NULL(shared_forget(shared[1], "asha", NULL, done, &all));
    wait_for(&all);
    CU_ASSERT_STRING_EQUAL(kept(0, "asha", "bureau.score 02"), "(nil)");
    CU_ASSERT_STRING_EQUAL(kept(0, "ravi", "bureau.report 01"), "four");
    shared_put(shared[0], "soon", "f 01", "x", 1, 60);
    turns(150);
    CU_ASSERT_STRING_EQUAL(kept(0, "soon", "f 01"), "(nil)");
    down();
}

/* One question waits SHARED_MS; after it nobody does, until Redis answers again. */
void test_guard_shared__a_redis_that_hangs_costs_one_question(void) {
    if (!up(0)) return;
    struct got first = {0}, more = {0};
    struct take t = {.bucket = "hang", .per_s = 10, .burst = 10, .want = 1};
    UNTIL(shared_up(shared[0]));
    own_redis_signal(&own, SIGSTOP);
    CU_ASSERT_PTR_NOT_NULL(shared_take(shared[0], &t, done, &first));
    wait_for(&first);
    CU_ASSERT(!first.ok && aways[0] == 1);
    for (int i = 0; i < 100; i++) CU_ASSERT_PTR_NULL(shared_take(shared[0], &t, done, &more));
    turns(3 * SHARED_AWAY_MS); /* PINGs go unanswered */
    CU_ASSERT(!shared_up(shared[0]) && more.n == 0);
    own_redis_signal(&own, SIGCONT);
    UNTIL(shared_up(shared[0]));
    CU_ASSERT(shared_up(shared[0]) && backs[0] == aways[0] + 1);
    down();
}

void test_guard_shared__killed_and_started_again(void) {
    if (!up(0)) return;
    struct got g = {0};
    struct take t = {.bucket = "kill", .per_s = 10, .burst = 10, .want = 1};
    UNTIL(shared_up(shared[0]));
    own_redis_kill(&own);
    (void)shared_take(shared[0], &t, done, &g); /* it may or may not have noticed yet: either way it comes to nothing */
    UNTIL(!shared_up(shared[0]));
    turns(50);
    CU_ASSERT(!g.ok && aways[0] >= 1);
    own_redis_spawn(&own);
    UNTIL(shared_up(shared[0]) && shared_up(shared[1]));
    CU_ASSERT(backs[0] == aways[0] + 1);
    struct got list = {0};
    CU_ASSERT_PTR_NOT_NULL(shared_breakers(shared[0], done, &list));
    wait_for(&list);
    if (list.ok) CU_ASSERT(text_starts(list.text, "empty\n"));
    down();
}

void test_guard_shared__what_nobody_waits_for_any_more(void) {
    if (!up(PATIENT_MS)) return;
    struct got g = {0};
    struct take t = {.bucket = "drop", .per_s = 10, .burst = 10, .want = 1};
    UNTIL(shared_up(shared[0]));
    shared_drop(shared_take(shared[0], &t, done, &g));
    turns(50);
    CU_ASSERT_EQUAL(g.n, 0);
    (void)shared_take(shared[0], &t, done, &g); /* under way at the end: told, so that its owner can let go */
    down();
    CU_ASSERT(g.n <= 1 && !(g.n && g.ok));
}

void test_guard_shared__without_a_redis(void) {
    struct shared_events ev = {is_back, is_away, hears, &shared[0]};
    struct take t = {.bucket = "none", .per_s = 10, .burst = 10, .want = 1};
    struct loop *own_loop = io_loop_new();
    struct shared *s = shared_new(own_loop, NULL, "p", 0, &ev);
    CU_ASSERT_FALSE(shared_up(s));
    CU_ASSERT_PTR_NULL(shared_take(s, &t, done, NULL));
    CU_ASSERT_PTR_NULL(shared_get(s, "c", "f", done, NULL));
    shared_tell_breaker(s, "x", 5), shared_put(s, "c", "f", "x", 1, 5), shared_tell_forget(s, "c", NULL);
    shared_free(s);
    io_loop_free(own_loop);
}
