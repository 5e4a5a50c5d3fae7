/* guard_redis_test.c - two processes' guards and one Redis: breakers, probes, kept answers, forgetting; with Redis hung,
 * killed and emptied. Real time, so only order is asserted, never how long something took. */
#include "base/crypt.h"
#include "base/log.h"
#include "io/loop.h"
#include "tests/connectors/guarded.h"
#include "tests/connectors/own_redis.h"

enum { TWO = 2 };
static struct own_redis own;
static bool there;
static struct loop *l;
static struct process {
    struct redis *redis;
    struct guards *guards;
    struct connector *guard;
} p[TWO];

int setup_guard_redis(void) {
    there = own_redis_start(&own);
    if (!there) printf("guard_redis_test: skipped, there is no redis-server\n");
    log_open(NULL, LOG_ERROR, NULL, NULL);
    return crypt_start() != OK;
}
int teardown_guard_redis(void) {
    log_open(NULL, LOG_INFO, NULL, NULL);
    own_redis_stop(&own);
    return 0;
}

static void turns(int ms) {
    for (int64_t end = loop_mono_us(l) + ms * INT64_C(1000); loop_mono_us(l) < end;) io_loop_turn(l, 5);
}
#define UNTIL(what) \
    for (int64_t end_ = loop_mono_us(l) + 20000000; !(what) && loop_mono_us(l) < end_;) io_loop_turn(l, 5)

/* Where it is not about time, Redis may take as long as this machine needs. */
static int64_t patience_ms;
static void process_up(struct process *x, const char *owner, const char *config) {
    static struct crypt_key master = {{9}};
    struct fault f;
    json_auto_t *json = json_loads(config, 0, NULL);
    CU_ASSERT_EQUAL_FATAL(redis_new(l, own.url, &x->redis, &f), OK);
    struct guards_config gc = {.loop = l, .redis = x->redis, .redis_ms = patience_ms, .rng = &rng_, .master = &master, .processes = TWO, .owner = owner};
    CU_ASSERT_EQUAL_FATAL(guards_new(&gc, &x->guards, &f), OK);
    struct connector_env env = {.loop = l, .config = json, .guards = x->guards};
    CU_ASSERT_EQUAL_FATAL(guard_open(x->guards, &fake_ops, &env, &x->guard, &f), OK);
}
static void process_down(struct process *x) {
    x->guard->ops->close(x->guard);
    redis_free(x->redis);
    guards_free(x->guards);
}

static bool both_up(void) { return guards_shared(p[0].guards) && guards_shared(p[1].guards); }

static bool up(const char *config, bool patient) {
    if (!there) return false;
    patience_ms = patient ? 20000 : 0;
    l = io_loop_new();
    memset(&fake, 0, sizeof fake);
    fake.loop = l, fake.takes_ms = 1;
    rng_seed(&rng_, 7);
    process_up(&p[0], "p0", config);
    process_up(&p[1], "p1", config);
    UNTIL(both_up());
    const char *flush[] = {"FLUSHALL"};
    size_t n[] = {8};
    redis_command(p[0].redis, 1, flush, n, 1000, NULL, NULL);
    turns(20);
    UNTIL(both_up());
    return true;
}
static void down(void) {
    process_down(&p[0]), process_down(&p[1]);
    io_loop_free(l);
}

static struct asked a;
static void ask_at(int i, int operation, int n, const char *customer) {
    asked_reset(&a);
    asked_init(&a, operation, n, false);
    a.call.customer = customer, a.call.epoch = 5;
    p[i].guard->ops->start(p[i].guard, &a.call);
}
/* True when the provider was asked. */
static bool profile_at(int i, int n, const char *customer) {
    unsigned before = fake.by_operation[PROFILE];
    ask_at(i, PROFILE, n, customer);
    UNTIL(a.ended);
    CU_ASSERT(a.ended == 1 && a.end == CALL_DONE);
    return fake.by_operation[PROFILE] > before;
}
static const char *state_at(int i, const char *operation) {
    static char state[20];
    json_auto_t *show = guards_show_one_new(p[i].guards, "fake");
    const json_t *op;
    size_t k;
    state[0] = '\0';
    json_array_foreach(json_object_get(show, "operations"), k, op)
        if (text_eq(json_text(op, "name", ""), operation))
            (void)text_copy(state, sizeof state, json_text(json_array_get(json_object_get(op, "breakers"), 0), "state", ""));
    return state;
}

static void open_at(int i) {
    fake.fate[ASK] = FATE_FAILS;
    for (int k = 0; k < 3; k++) {
        ask_at(i, ASK, k, NULL);
        UNTIL(a.ended);
    }
    CU_ASSERT_STRING_EQUAL(state_at(i, "fake.ask"), "open");
}

static void wait_closed(void) {
    fake.fate[ASK] = FATE_ANSWERS;
    for (int k = 0; k < 100 && !(text_eq(state_at(0, "fake.ask"), "closed") && text_eq(state_at(1, "fake.ask"), "closed")); k++) {
        ask_at(k % TWO, ASK, k, NULL);
        UNTIL(a.ended);
        turns(50);
    }
}

/* One process finds out; the other need not, nor probe beside it; one probe opens the way for both. */
void test_guard_redis__breakers_are_shared(void) {
    struct asked probe, other;
    if (!up("{\"limits\":{\"open_ms\":300}}", true)) return;
    open_at(0);
    UNTIL(text_eq(state_at(1, "fake.ask"), "open"));
    unsigned before = fake.started;
    ask_at(1, ASK, 0, NULL);
    UNTIL(a.ended);
    CU_ASSERT_STRING_EQUAL(a.code, "circuit_open");
    fake.fate[ASK] = FATE_ANSWERS, fake.takes_ms = 800;
    turns(400);
    asked_init(&probe, ASK, 1, false), asked_init(&other, ASK, 2, false);
    p[0].guard->ops->start(p[0].guard, &probe.call);
    UNTIL(fake.started > before);
    p[1].guard->ops->start(p[1].guard, &other.call);
    UNTIL(other.ended);
    CU_ASSERT_STRING_EQUAL(other.code, "circuit_open");
    CU_ASSERT_EQUAL(fake.started, before + 1);
    UNTIL(probe.ended);
    CU_ASSERT_EQUAL(probe.end, CALL_DONE);
    fake.takes_ms = 1;
    wait_closed();
    CU_ASSERT_STRING_EQUAL(state_at(0, "fake.ask"), "closed");
    CU_ASSERT_STRING_EQUAL(state_at(1, "fake.ask"), "closed");
    asked_reset(&probe), asked_reset(&other), asked_reset(&a);
    down();
}

void test_guard_redis__by_hand_for_all_and_for_who_comes_later(void) {
    struct fault f;
    if (!up("{}", true)) return;
    CU_ASSERT_EQUAL(guards_set_breaker(p[0].guards, "fake", "ask", true, "asha", "maintenance", &f), OK);
    UNTIL(text_eq(state_at(1, "fake.ask"), "open"));
    CU_ASSERT_STRING_EQUAL(state_at(1, "fake.ask"), "open");
    process_down(&p[1]);
    process_up(&p[1], "p2", "{}"); /* a new process, which has heard nothing */
    UNTIL(text_eq(state_at(1, "fake.ask"), "open"));
    CU_ASSERT_STRING_EQUAL(state_at(1, "fake.ask"), "open");
    CU_ASSERT_EQUAL(guards_set_breaker(p[1].guards, "fake", NULL, false, "asha", "done", &f), OK);
    UNTIL(text_eq(state_at(0, "fake.ask"), "closed"));
    CU_ASSERT_STRING_EQUAL(state_at(0, "fake.ask"), "closed");
    down();
}

/* Redis dies with what a person has said, and comes back empty: who knows it tells it again. */
void test_guard_redis__what_a_person_said_outlives_redis(void) {
    struct fault f;
    if (!up("{}", false)) return;
    CU_ASSERT_EQUAL(guards_set_breaker(p[0].guards, "fake", "pay", true, "asha", "fraud", &f), OK);
    UNTIL(text_eq(state_at(1, "fake.pay"), "open"));
    process_down(&p[1]);
    own_redis_kill(&own);
    UNTIL(!guards_shared(p[0].guards));
    own_redis_spawn(&own);
    UNTIL(guards_shared(p[0].guards));
    turns(50);
    process_up(&p[1], "p3", "{}");
    UNTIL(text_eq(state_at(1, "fake.pay"), "open"));
    CU_ASSERT_STRING_EQUAL(state_at(1, "fake.pay"), "open");
    CU_ASSERT_STRING_EQUAL(state_at(0, "fake.pay"), "open");
    down();
}

/* p1 has never asked: it finds what p0 keeps, until it is forgotten anywhere. */
void test_guard_redis__kept_answers_are_shared_and_forgotten_together(void) {
    if (!up("{}", true)) return;
    CU_ASSERT_TRUE(profile_at(0, 1, "asha"));
    turns(20);
    CU_ASSERT_FALSE(profile_at(1, 1, "asha"));
    CU_ASSERT(a.age_ms > 0);
    p[0].guard->ops->forget(p[0].guard, "asha", "consent.revoked");
    UNTIL(both_up());
    turns(50);
    CU_ASSERT_TRUE(profile_at(1, 1, "asha"));
    const char *flush[] = {"FLUSHALL"};
    size_t n[] = {8};
    turns(20);
    redis_command(p[0].redis, 1, flush, n, 1000, NULL, NULL);
    turns(20);
    CU_ASSERT_FALSE(profile_at(1, 1, "asha")); /* emptied: the process has its own still */
    asked_reset(&a);
    down();
}

/* An event while Redis is away: when it is back it still holds the old answer, and nobody may be served by it. */
void test_guard_redis__forgetting_while_redis_hangs_is_not_forgotten(void) {
    if (!up("{}", false)) return;
    bool kept = false;
    for (int tries = 0; tries < 20 && !kept; tries++) { /* until it is in Redis for certain */
        (void)profile_at(0, 100 + tries, "asha");
        turns(20);
        kept = !profile_at(1, 100 + tries, "asha");
        if (kept) (void)profile_at(0, 1, "asha");
    }
    CU_ASSERT_TRUE(kept);
    turns(20);
    own_redis_signal(&own, SIGSTOP);
    p[0].guard->ops->forget(p[0].guard, "asha", NULL);
    UNTIL(!guards_shared(p[0].guards));
    CU_ASSERT_TRUE(profile_at(0, 1, "asha"));
    p[0].guard->ops->forget(p[0].guard, "asha", "loan.changed"); /* now that it is known to be away */
    own_redis_signal(&own, SIGCONT);
    UNTIL(both_up());
    CU_ASSERT_TRUE(profile_at(0, 1, "asha"));
    turns(100);
    UNTIL(both_up());
    CU_ASSERT_FALSE(profile_at(0, 1, "asha"));
    asked_reset(&a);
    down();
}

/* Every kind of question to Redis, while it hangs: one call waits for it, the others end before start returns. */
void test_guard_redis__a_redis_that_hangs_slows_one_call(void) {
    if (!up("{\"limits\":{\"per_s\":10000,\"burst\":10000,\"at_once\":1000}}", false)) return;
    unsigned waited = 0;
    fake.fate[PROFILE] = FATE_AT_ONCE;
    UNTIL(both_up());
    own_redis_signal(&own, SIGSTOP);
    for (int i = 0; i < 100; i++) {
        ask_at(0, PROFILE, i, "asha");
        if (a.ended) continue;
        waited += guards_shared(p[0].guards) || !i;
        UNTIL(a.ended);
        CU_ASSERT_EQUAL(a.end, CALL_DONE);
        if (!i) turns(20); /* the local bucket starts empty */
    }
    CU_ASSERT_EQUAL(waited, 1);
    own_redis_signal(&own, SIGCONT);
    asked_reset(&a);
    down();
}

/* Without Redis each process takes its share of the rate. */
void test_guard_redis__killed_each_process_takes_its_share(void) {
    enum { N = 2000 };
    static struct asked many[N];
    if (!up("{\"limits\":{\"per_s\":200,\"burst\":20,\"at_once\":1000,\"breaker_after\":10000}}", false)) return;
    own_redis_kill(&own);
    UNTIL(!guards_shared(p[0].guards));
    fake.fate[ASK] = FATE_AT_ONCE;
    int64_t begin = loop_mono_us(l);
    for (int i = 0; i < N; i++) {
        asked_init(&many[i], ASK, i, false);
        p[0].guard->ops->start(p[0].guard, &many[i].call);
    }
    turns(700);
    double most = 100 * (double)(loop_mono_us(l) - begin) / 1e6;
    CU_ASSERT((double)fake.started <= most + 1);
    CU_ASSERT((double)fake.started >= most / 2); /* it goes on; how exactly is told on a made-up clock */
    turns(2000);
    for (int i = 0; i < N; i++) {
        CU_ASSERT_EQUAL(many[i].ended, 1);
        asked_reset(&many[i]);
    }
    own_redis_spawn(&own);
    down();
}
