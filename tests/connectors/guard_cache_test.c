/* guard_cache_test.c - kept answers in a guard: who is served by them, and what ends their life. */
#include "base/crypt.h"
#include "base/log.h"
#include "tests/connectors/guarded.h"

int setup_guard_cache(void) {
    log_open(NULL, LOG_ERROR, NULL, NULL);
    return crypt_start() != OK;
}
int teardown_guard_cache(void) {
    log_open(NULL, LOG_INFO, NULL, NULL);
    return 0;
}

static struct asked last;
/* Asks for a profile and waits; true when the provider was asked. */
static bool asked_provider(int n, const char *customer, uint64_t epoch, int64_t fresh_ms) {
    unsigned before = fake.by_operation[PROFILE];
    asked_reset(&last);
    asked_init(&last, PROFILE, n, false);
    last.call.customer = customer, last.call.epoch = epoch, last.call.fresh_ms = fresh_ms;
    asked_go(&last);
    if (!last.ended) after_ms(100);
    CU_ASSERT_EQUAL(last.ended, 1);
    return fake.by_operation[PROFILE] > before;
}
static void forget(const char *customer, const char *event) { guard_->ops->forget(guard_, customer, event); }

void test_guard_cache__the_same_question_is_asked_once(void) {
    guarded_up(NULL);
    CU_ASSERT_TRUE(asked_provider(1, "asha", 1, 0));
    json_auto_t *first = json_incref(last.answer);
    after_ms(7000);
    CU_ASSERT_FALSE(asked_provider(1, "asha", 1, 0));
    CU_ASSERT(last.end == CALL_DONE && json_equal(last.answer, first) && last.age_ms == 7000);
    CU_ASSERT_TRUE(asked_provider(2, "asha", 1, 0)); /* another input */
    CU_ASSERT_TRUE(asked_provider(1, "ravi", 1, 0)); /* another customer: never each other's answers */
    CU_ASSERT_TRUE(asked_provider(1, NULL, 0, 0));   /* nobody's */
    CU_ASSERT_FALSE(asked_provider(1, NULL, 0, 0));
    CU_ASSERT_TRUE(asked_provider(1, "asha", 2, 0)); /* another owner of the shard has not heard our events */
    asked_reset(&last);
    guarded_down();
}

void test_guard_cache__every_answer_has_an_end(void) {
    guarded_up(NULL);
    CU_ASSERT_TRUE(asked_provider(1, "asha", 1, 0)); /* answered at 100 ms, and good for a minute */
    after_ms(59999);
    CU_ASSERT_FALSE(asked_provider(1, "asha", 1, 0));
    after_ms(1);
    CU_ASSERT_TRUE(asked_provider(1, "asha", 1, 0));
    asked_reset(&last);
    guarded_down();
}

void test_guard_cache__a_step_may_want_it_fresher(void) {
    guarded_up(NULL);
    CU_ASSERT_TRUE(asked_provider(1, "asha", 1, 0));
    after_ms(5000);
    CU_ASSERT_FALSE(asked_provider(1, "asha", 1, still.now_ms - 5000));
    CU_ASSERT_TRUE(asked_provider(1, "asha", 1, still.now_ms - 4999));
    CU_ASSERT_FALSE(asked_provider(1, "asha", 1, still.now_ms - 100)); /* and that one serves from then on */
    asked_reset(&last);
    guarded_down();
}

void test_guard_cache__events_and_erasing(void) {
    guarded_up(NULL);
    CU_ASSERT(asked_provider(1, "asha", 1, 0) && asked_provider(1, "ravi", 1, 0));
    forget("asha", "address.changed"); /* not one of those that the operation names */
    CU_ASSERT_FALSE(asked_provider(1, "asha", 1, 0));
    forget("asha", "consent.revoked");
    CU_ASSERT_TRUE(asked_provider(1, "asha", 1, 0));
    CU_ASSERT_FALSE(asked_provider(1, "ravi", 1, 0));
    forget("ravi", NULL);
    CU_ASSERT_TRUE(asked_provider(1, "ravi", 1, 0));
    asked_reset(&last);
    guarded_down();
}

/* The answer was given before the consent was revoked: it is not the answer to anything asked after. */
void test_guard_cache__an_answer_on_its_way_is_not_kept(void) {
    struct asked a;
    guarded_up(NULL);
    asked_init(&a, PROFILE, 1, false);
    a.call.customer = "asha", a.call.epoch = 1;
    asked_go(&a);
    after_ms(50);
    forget("asha", "consent.revoked");
    after_ms(50);
    CU_ASSERT(a.ended == 1 && a.end == CALL_DONE);
    CU_ASSERT_TRUE(asked_provider(1, "asha", 1, 0));
    CU_ASSERT_FALSE(asked_provider(1, "asha", 1, 0));
    asked_reset(&a), asked_reset(&last);
    guarded_down();
}

void test_guard_cache__only_good_answers_are_kept(void) {
    static const enum fate fates[] = {FATE_REFUSES, FATE_LATER, FATE_REFUSES};
    guarded_up(NULL);
    for (size_t i = 0; i < ARRAY_LEN(fates); i++) {
        fake.fate[PROFILE] = fates[i];
        CU_ASSERT_TRUE(asked_provider(1, "asha", 1, 0));
        CU_ASSERT_TRUE(asked_provider(1, "asha", 1, 0));
    }
    asked_reset(&last);
    guarded_down();
}

/* What is known needs nobody: no place, no token, no closed breaker. */
void test_guard_cache__serves_while_the_provider_is_down(void) {
    guarded_up(NULL);
    CU_ASSERT_TRUE(asked_provider(1, "asha", 1, 0));
    fake.fate[PROFILE] = FATE_FAILS;
    for (int i = 10; i < 13; i++) CU_ASSERT_TRUE(asked_provider(i, "asha", 1, 0));
    CU_ASSERT_FALSE(asked_provider(13, "asha", 1, 0));
    CU_ASSERT_STRING_EQUAL(last.code, "circuit_open");
    CU_ASSERT_FALSE(asked_provider(1, "asha", 1, 0));
    CU_ASSERT_EQUAL(last.end, CALL_DONE);
    asked_reset(&last);
    guarded_down();
}

void test_guard_cache__counts_hits_and_misses(void) {
    guarded_up(NULL);
    for (int i = 0; i < 10; i++) (void)asked_provider(i % 2, "asha", 1, 0);
    json_auto_t *show = guards_show_one_new(guards, "fake");
    const json_t *cache = json_object_get(json_array_get(json_object_get(show, "operations"), PROFILE), "cache");
    CU_ASSERT(json_int(cache, "hits", 0) == 8 && json_int(cache, "misses", 0) == 2 && json_int(cache, "seconds", 0) == 60);
    CU_ASSERT_TRUE(json_is_null(json_object_get(json_array_get(json_object_get(show, "operations"), ASK), "cache")));
    AUTO(buf_reset) struct buf text;
    buf_init(&text, 1 << 20);
    metrics_write(metrics_, &text);
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&text), "tenor_connector_cache_total{operation=\"fake.profile\",result=\"hit\"} 8\n"));
    asked_reset(&last);
    guarded_down();
}

/* A configuration that says another address is another provider: its answers are not those of the first. */
void test_guard_cache__what_answers_is_part_of_the_question(void) {
    struct fault f;
    struct connector *other = NULL;
    guarded_up("{\"url\":\"http://one\"}");
    CU_ASSERT_TRUE(asked_provider(1, "asha", 1, 0));
    json_auto_t *config = json_pack("{s:s}", "url", "http://two");
    struct connector_env env = {.loop = &still.loop, .config = config, .guards = guards};
    CU_ASSERT_EQUAL_FATAL(guard_open(guards, &fake_ops, &env, &other, &f), OK);
    struct connector *first = guard_;
    guard_ = other;
    CU_ASSERT_TRUE(asked_provider(1, "asha", 1, 0));
    guard_ = first;
    CU_ASSERT_FALSE(asked_provider(1, "asha", 1, 0));
    other->ops->close(other);
    asked_reset(&last);
    guarded_down();
}
