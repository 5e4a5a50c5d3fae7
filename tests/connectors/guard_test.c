/* guard_test.c - places, tokens, breakers, modes, cancels on a virtual clock. */
#include "connectors/guard.h"

#include "base/crypt.h"
#include "base/log.h"
#include "tests/connectors/guarded.h"
#include "tests/harness/torture.h"

int setup_guard(void) {
    log_open(NULL, LOG_ERROR, NULL, NULL); /* failures by the thousand are meant here */
    return crypt_start() != OK;
}
int teardown_guard(void) {
    log_open(NULL, LOG_INFO, NULL, NULL);
    return 0;
}

static const json_t *shown(json_t *all, const char *operation) {
    const json_t *op;
    size_t i;
    json_array_foreach(json_object_get(all, "operations"), i, op)
        if (text_eq(json_text(op, "name", ""), operation)) return op;
    return NULL;
}

void test_guard__what_comes_back_is_told_as_it_is(void) {
    static const struct { enum fate fate; enum call_end end; } cases[] = {
        {FATE_ANSWERS, CALL_DONE}, {FATE_FAILS, CALL_FAILED}, {FATE_REFUSES, CALL_REFUSED}, {FATE_AT_ONCE, CALL_DONE}, {FATE_LATER, CALL_FAILED}};
    struct asked a;
    guarded_up(NULL);
    CU_ASSERT_TRUE(guard_->queues);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        fake.fate[ASK] = cases[i].fate;
        ask_(&a, ASK, 1);
        CU_ASSERT_EQUAL(a.ended, cases[i].fate == FATE_AT_ONCE);
        after_ms(100);
        CU_ASSERT(a.ended == 1 && a.end == cases[i].end && !a.call.inner);
        asked_reset(&a);
    }
    ask_(&a, SUM, 1); /* a local operation answers before start returns */
    CU_ASSERT(a.ended == 1 && a.end == CALL_DONE);
    asked_reset(&a);
    guarded_down();
}

void test_guard__never_more_at_once_and_in_their_order(void) {
    enum { N = 40 };
    struct asked a[N];
    char wanted[400] = "";
    guarded_up(NULL);
    for (int i = 0; i < N; i++) {
        ask_(&a[i], ASK, i);
        snprintf(wanted + strlen(wanted), sizeof wanted - strlen(wanted), "k%d ", i);
    }
    CU_ASSERT_EQUAL(fake.in_flight, 4);
    after_ms(100 * N / 4);
    for (int i = 0; i < N; i++) {
        CU_ASSERT(a[i].ended == 1 && a[i].end == CALL_DONE && a[i].at_ms == GUARDED_NOW + 100 * (1 + i / 4));
        asked_reset(&a[i]);
    }
    CU_ASSERT(fake.most == 4 && fake.started == N);
    CU_ASSERT_STRING_EQUAL(fake.order, wanted);
    guarded_down();
}

void test_guard__nobody_waits_longer_than_one_try(void) {
    struct asked a[10];
    guarded_up("{\"limits\":{\"breaker_after\":1000}}");
    fake.fate[PAY] = FATE_HANGS, fake.look_fate = FATE_HANGS;
    for (int i = 0; i < 4; i++) ask_(&a[i], PAY, i);
    after_ms(1);
    for (int i = 4; i < 8; i++) ask_(&a[i], PAY, i);
    asked_init(&a[8], PAY, 0, true);
    asked_go(&a[8]);
    fake.fate[PAY] = FATE_HANGS;
    after_ms(1998);
    CU_ASSERT(!a[4].ended && !a[8].ended);
    after_ms(1); /* four time out and make room: the look goes first, then three more */
    CU_ASSERT(a[0].ended && a[0].end == CALL_UNCERTAIN && fake.looks == 1 && fake.by_operation[PAY] == 8);
    after_ms(1);
    CU_ASSERT(a[7].ended == 1 && a[7].end == CALL_FAILED && a[7].retry_after_ms > 0);
    CU_ASSERT_STRING_EQUAL(a[7].code, "busy");
    after_ms(5000);
    for (int i = 0; i < 9; i++) {
        CU_ASSERT_EQUAL(a[i].ended, 1);
        asked_reset(&a[i]);
    }
    guarded_down();
}

/* Looks and undos first, whoever came before. */
void test_guard__what_settles_goes_before_what_is_new(void) {
    struct asked a[8];
    guarded_up("{\"limits\":{\"at_once\":1}}");
    for (int i = 0; i < 4; i++) ask_(&a[i], PAY, i);
    ask_(&a[4], ASK, 4);
    ask_(&a[5], UNPAY, 5);
    asked_init(&a[6], PAY, 6, true);
    asked_go(&a[6]);
    after_ms(1000);
    CU_ASSERT(text_starts(fake.order, "k0 k6 k5 ") || text_starts(fake.order, "k0 k5 k6 "));
    CU_ASSERT_PTR_NOT_NULL(strstr(fake.order, "k4 k1 k2 k3")); /* among the rest each operation in its turn */
    for (int i = 0; i < 7; i++) asked_reset(&a[i]);
    guarded_down();
}

/* Three hundred at once, twenty a second. Whoever is turned away comes again when it was told to. */
void test_guard__so_many_a_second(void) {
    enum { N = 300 };
    static struct asked a[N];
    int64_t before = 0, come[N];
    unsigned denied = 0, served = 0, tries = N;
    guarded_up("{\"limits\":{\"per_s\":20,\"burst\":5,\"at_once\":100}}");
    for (int i = 0; i < N; i++) ask_(&a[i], ASK, i);
    CU_ASSERT_EQUAL(fake.started, 0); /* it starts empty */
    for (int i = 0; i < N; i++) {
        if (!a[i].ended) continue; /* its turn comes within one try: two seconds */
        denied++;
        CU_ASSERT(a[i].end == CALL_FAILED && a[i].retry_after_ms > before);
        CU_ASSERT_STRING_EQUAL(a[i].code, "rate_limited");
        before = a[i].retry_after_ms;
    }
    CU_ASSERT(denied >= N - 42 && denied <= N - 40);
    for (int i = 0; i < N; i++) come[i] = a[i].ended ? GUARDED_NOW + a[i].retry_after_ms : 0;
    for (int ms = 0; ms < 20000; ms++) {
        after_ms(1);
        for (int i = 0; i < N; i++) {
            if (!a[i].ended || a[i].end == CALL_DONE) continue;
            if (!come[i]) come[i] = still.now_ms + a[i].retry_after_ms;
            if (still.now_ms < come[i]) continue;
            asked_reset(&a[i]);
            ask_(&a[i], ASK, i);
            come[i] = 0, tries++;
        }
        CU_ASSERT((double)fake.started <= 20.0 * (double)(still.now_ms - GUARDED_NOW) / 1000 + 1e-6);
        if (still.now_ms - GUARDED_NOW == 14000) CU_ASSERT(fake.started >= 278); /* nothing is wasted either */
    }
    for (int i = 0; i < N; i++) {
        served += a[i].ended == 1 && a[i].end == CALL_DONE;
        asked_reset(&a[i]);
    }
    CU_ASSERT(served == N && fake.started == N);
    CU_ASSERT(tries <= 2 * N); /* hardly anybody had to come a third time */
    guarded_down();
}

/* Four hang; the third to become slow opens the breaker, long before anything times out. */
void test_guard__a_hanging_provider_is_left_alone_within_one_time_out(void) {
    struct asked a[30];
    guarded_up(NULL);
    fake.fate[ASK] = FATE_HANGS;
    for (int i = 0; i < 10; i++) ask_(&a[i], ASK, i);
    after_ms(999);
    CU_ASSERT_FALSE(a[9].ended);
    after_ms(1);
    for (int i = 4; i < 10; i++) { /* those who waited are told at once */
        CU_ASSERT(a[i].ended == 1 && a[i].end == CALL_FAILED && a[i].retry_after_ms > 1000 && a[i].retry_after_ms <= 2001);
        CU_ASSERT_STRING_EQUAL(a[i].code, "circuit_open");
    }
    ask_(&a[10], ASK, 10);
    CU_ASSERT(a[10].ended == 1 && fake.started == 4);
    ask_(&a[11], PROFILE, 11); /* another question to the same provider is not denied, though its places are few */
    CU_ASSERT_FALSE(a[11].ended);
    after_ms(1100);
    CU_ASSERT(a[11].ended == 1 && a[11].end == CALL_DONE);
    for (int i = 0; i < 12; i++) asked_reset(&a[i]);
    guarded_down();
}

/* One after the other: each is counted when it becomes slow, also while the earlier ones still hang. */
void test_guard__each_slow_call_is_counted_in_its_time(void) {
    struct asked a[4];
    guarded_up(NULL);
    fake.fate[ASK] = FATE_HANGS;
    for (int i = 0; i < 3; i++) {
        ask_(&a[i], ASK, i);
        after_ms(400);
    }
    after_ms(1799 - 1200); /* the third began at 800 */
    ask_(&a[3], ASK, 3);
    CU_ASSERT_FALSE(a[3].ended);
    guard_->ops->cancel(guard_, &a[3].call);
    after_ms(1);
    asked_reset(&a[3]);
    ask_(&a[3], ASK, 3);
    CU_ASSERT_STRING_EQUAL(a[3].code, "circuit_open");
    after_ms(3000);
    for (int i = 0; i < 4; i++) asked_reset(&a[i]);
    guarded_down();

    guarded_up(NULL);
    fake.fate[ASK] = FATE_HANGS, fake.forgets = true;
    ask_(&a[0], ASK, 0), ask_(&a[1], ASK, 1);
    after_ms(1500); /* both are counted; what is waited for now is that they should end */
    ask_(&a[2], ASK, 2);
    after_ms(999);
    json_auto_t *before = guards_show_one_new(guards, "fake");
    CU_ASSERT_STRING_EQUAL(json_text(json_array_get(json_object_get(shown(before, "fake.ask"), "breakers"), 0), "state", ""), "closed");
    after_ms(1);
    json_auto_t *after = guards_show_one_new(guards, "fake");
    CU_ASSERT_STRING_EQUAL(json_text(json_array_get(json_object_get(shown(after, "fake.ask"), "breakers"), 0), "state", ""), "open");
    after_ms(5000);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(a[i].ended, 1);
        asked_reset(&a[i]);
    }
    guarded_down();
}

void test_guard__one_probe_at_a_time_and_a_ramp_behind_it(void) {
    enum { N = 60 };
    static struct asked a[N];
    guarded_up("{\"limits\":{\"at_once\":32,\"open_ms\":1000}}");
    fake.fate[ASK] = FATE_FAILS;
    for (int i = 0; i < 3; i++) ask_(&a[i], ASK, i);
    after_ms(100); /* open */
    for (int i = 0; i < 3; i++) asked_reset(&a[i]);
    after_ms(1000);
    unsigned before = fake.started;
    for (int i = 0; i < 20; i++) ask_(&a[i], ASK, i);
    CU_ASSERT_EQUAL(fake.started, before + 1);
    for (int i = 1; i < 20; i++) CU_ASSERT(a[i].ended == 1 && a[i].end == CALL_FAILED);
    after_ms(100); /* the probe fails: open for twice as long */
    for (int i = 0; i < 20; i++) asked_reset(&a[i]);
    after_ms(1999);
    ask_(&a[0], ASK, 0);
    CU_ASSERT(a[0].ended == 1 && fake.started == before + 1);
    asked_reset(&a[0]);
    after_ms(1);
    fake.fate[ASK] = FATE_ANSWERS, fake.most = 0;
    ask_(&a[0], ASK, 0);
    after_ms(100);
    CU_ASSERT(a[0].ended == 1 && a[0].end == CALL_DONE);
    asked_reset(&a[0]);
    for (int i = 0; i < N; i++) ask_(&a[i], ASK, i);
    unsigned at_once[] = {1, 2, 4, 8, 16};
    for (size_t k = 0; k < ARRAY_LEN(at_once); k++) {
        CU_ASSERT_EQUAL(fake.in_flight, at_once[k]);
        after_ms(100);
    }
    after_ms(2000);
    for (int i = 0; i < N; i++) {
        CU_ASSERT(a[i].ended == 1 && a[i].end == CALL_DONE);
        asked_reset(&a[i]);
    }
    guarded_down();
}

/* The payouts hang. Looking them up is another question, and so is taking back. */
void test_guard__looks_and_undos_pass_where_a_new_effect_would_not(void) {
    struct asked a[8];
    guarded_up("{\"limits\":{\"at_once\":16}}");
    fake.fate[PAY] = FATE_HANGS;
    for (int i = 0; i < 3; i++) ask_(&a[i], PAY, i);
    after_ms(1000);
    ask_(&a[3], PAY, 3);
    CU_ASSERT(a[3].ended == 1 && a[3].end == CALL_FAILED); /* not sent: surely did not happen */
    asked_init(&a[4], PAY, 0, true);
    asked_go(&a[4]);
    ask_(&a[5], UNPAY, 5);
    after_ms(100);
    CU_ASSERT(a[4].ended == 1 && a[4].end == CALL_DONE && a[5].ended == 1 && a[5].end == CALL_DONE);
    after_ms(3000); /* the payouts time out */
    for (int i = 0; i < 6; i++) asked_reset(&a[i]);
    guarded_down();
}

/* ... but looks that fail themselves are not beaten on, and never end FAILED: that would allow a second payout. */
void test_guard__a_look_that_is_turned_away_has_settled_nothing(void) {
    struct asked a;
    guarded_up("{\"limits\":{\"at_once\":16}}");
    fake.look_fate = FATE_FAILS;
    for (int i = 0; i < 8; i++) {
        asked_init(&a, PAY, i, true);
        asked_go(&a);
        after_ms(100);
        CU_ASSERT(a.ended == 1 && a.end == CALL_UNCERTAIN);
        CU_ASSERT_EQUAL(text_eq(a.code, "circuit_open"), i >= 3);
        CU_ASSERT_EQUAL(a.retry_after_ms > 0, i >= 3);
        asked_reset(&a);
    }
    CU_ASSERT_EQUAL(fake.started, 3);
    guarded_down();
}

void test_guard__later_is_no_sign_of_illness(void) {
    struct asked a;
    guarded_up(NULL);
    fake.fate[ASK] = FATE_LATER;
    for (int i = 0; i < 20; i++) {
        ask_(&a, ASK, i);
        after_ms(100);
        asked_reset(&a);
    }
    CU_ASSERT_EQUAL(fake.started, 20);
    fake.fate[ASK] = FATE_REFUSES;
    for (int i = 0; i < 20; i++) {
        ask_(&a, ASK, i);
        after_ms(100);
        asked_reset(&a);
    }
    CU_ASSERT_EQUAL(fake.started, 40);
    guarded_down();
}

void test_guard__given_up_before_it_was_sent(void) {
    struct asked a[6];
    guarded_up("{\"limits\":{\"at_once\":1}}");
    for (int i = 0; i < 4; i++) ask_(&a[i], PAY, i);
    guard_->ops->cancel(guard_, &a[2].call);
    CU_ASSERT(a[2].ended == 1 && a[2].end == CALL_FAILED && fake.cancelled == 0);
    CU_ASSERT_STRING_EQUAL(a[2].code, "cancelled");
    guard_->ops->cancel(guard_, &a[0].call); /* under way: its true end is the provider's to tell */
    CU_ASSERT(a[0].ended == 1 && a[0].end == CALL_UNCERTAIN && fake.cancelled == 1);
    after_ms(1000);
    CU_ASSERT(a[1].ended == 1 && a[3].ended == 1 && fake.started == 3);
    for (int i = 0; i < 4; i++) asked_reset(&a[i]);
    for (int round = 0; round < 10; round++) { /* giving up is the caller's doing: it opens no breaker */
        ask_(&a[0], PAY, 0);
        guard_->ops->cancel(guard_, &a[0].call);
        asked_reset(&a[0]);
    }
    ask_(&a[0], PAY, 0);
    CU_ASSERT_FALSE(a[0].ended);
    after_ms(100);
    asked_reset(&a[0]);
    guarded_down();
}

void test_guard__a_probe_that_is_given_up_leaves_the_way_to_the_next(void) {
    struct asked a[2];
    guarded_up(NULL);
    fake.fate[ASK] = FATE_FAILS;
    for (int i = 0; i < 3; i++) {
        ask_(&a[0], ASK, i);
        after_ms(100);
        asked_reset(&a[0]);
    }
    after_ms(1000);
    fake.fate[ASK] = FATE_ANSWERS;
    ask_(&a[0], ASK, 0);
    guard_->ops->cancel(guard_, &a[0].call);
    ask_(&a[1], ASK, 1);
    after_ms(100);
    CU_ASSERT(a[1].ended == 1 && a[1].end == CALL_DONE);
    asked_reset(&a[0]), asked_reset(&a[1]);
    guarded_down();
}

/* It was judged when it became slow; while it hangs, no other stands beside it. */
void test_guard__a_probe_that_hangs_stays_the_only_one(void) {
    struct asked a[4];
    guarded_up("{\"limits\":{\"open_ms\":200}}");
    fake.fate[ASK] = FATE_FAILS;
    for (int i = 0; i < 3; i++) {
        ask_(&a[0], ASK, i);
        after_ms(100);
        asked_reset(&a[0]);
    }
    after_ms(200);
    fake.fate[ASK] = FATE_HANGS;
    ask_(&a[0], ASK, 0); /* judged after 1000 ms, ends after 2000; the next might go after 1400 */
    CU_ASSERT_EQUAL(fake.in_flight, 1);
    after_ms(1500);
    ask_(&a[1], ASK, 1);
    CU_ASSERT(a[1].ended == 1 && text_eq(a[1].code, "circuit_open") && fake.in_flight == 1);
    after_ms(500);
    CU_ASSERT_EQUAL(a[0].ended, 1);
    fake.fate[ASK] = FATE_ANSWERS;
    ask_(&a[2], ASK, 2);
    after_ms(100);
    CU_ASSERT(a[2].ended == 1 && a[2].end == CALL_DONE);
    for (int i = 0; i < 3; i++) asked_reset(&a[i]);
    guarded_down();
}

void test_guard__a_call_that_its_connector_forgets_is_ended(void) {
    struct asked a[3];
    guarded_up("{\"limits\":{\"at_once\":1}}");
    fake.fate[PAY] = FATE_HANGS, fake.forgets = true;
    ask_(&a[0], PAY, 0);
    after_ms(3999);
    CU_ASSERT_EQUAL(a[0].ended, 0);
    after_ms(1); /* its time-out is over since two seconds */
    CU_ASSERT(a[0].ended == 1 && a[0].end == CALL_UNCERTAIN && fake.cancelled == 1);
    fake.fate[PAY] = FATE_ANSWERS;
    ask_(&a[1], PAY, 1);
    after_ms(100);
    CU_ASSERT(a[1].ended == 1 && a[1].end == CALL_DONE);
    asked_reset(&a[0]), asked_reset(&a[1]);
    guarded_down();
}

void test_guard__record_only_sends_no_effect(void) {
    struct asked a[3];
    guarded_up("{\"mode\":\"record_only\"}");
    ask_(&a[0], PAY, 0);
    CU_ASSERT(a[0].ended == 1 && a[0].end == CALL_DONE && fake.started == 0);
    CU_ASSERT_STRING_EQUAL(json_text(a[0].answer, "id", ""), "SAMPLE");
    ask_(&a[1], ASK, 1);
    asked_init(&a[2], PAY, 0, true); /* what may have been sent before it was put into this mode is still looked up */
    asked_go(&a[2]);
    after_ms(100);
    CU_ASSERT(a[1].end == CALL_DONE && a[2].end == CALL_DONE && fake.started == 2);
    for (int i = 0; i < 3; i++) asked_reset(&a[i]);
    json_auto_t *show = guards_show_one_new(guards, "fake");
    CU_ASSERT_STRING_EQUAL(json_text(show, "mode", ""), "record_only");
    CU_ASSERT_EQUAL(json_int(shown(show, "fake.pay"), "simulated", 0), 1);
    guarded_down();
}

void test_guard__by_hand(void) {
    struct asked a;
    struct fault f;
    guarded_up(NULL);
    CU_ASSERT_EQUAL(guards_set_breaker(guards, "fake", "ask", true, "asha", "their maintenance", &f), OK);
    for (int i = 0; i < 3; i++) {
        ask_(&a, ASK, i);
        CU_ASSERT(a.ended == 1 && text_eq(a.code, "circuit_open"));
        asked_reset(&a);
        after_ms(100000);
    }
    ask_(&a, PAY, 1);
    after_ms(100);
    CU_ASSERT_EQUAL(a.end, CALL_DONE);
    asked_reset(&a);
    CU_ASSERT_EQUAL(guards_set_breaker(guards, "fake", NULL, false, "asha", "they are back", &f), OK);
    ask_(&a, ASK, 1);
    after_ms(100);
    CU_ASSERT_EQUAL(a.end, CALL_DONE);
    asked_reset(&a);
    CU_ASSERT_EQUAL(guards_set_breaker(guards, "nobody", NULL, true, "asha", "x", &f), ERR_NOT_FOUND);
    CU_ASSERT_EQUAL(guards_set_breaker(guards, "fake", "nothing", true, "asha", "x", &f), ERR_NOT_FOUND);
    CU_ASSERT_EQUAL(guards_set_breaker(guards, "fake", "sum", true, "asha", "x", &f), ERR_NOT_FOUND);
    guarded_down();
}

void test_guard__closing_drops_what_is_under_way(void) {
    struct asked a[12];
    guarded_up(NULL);
    fake.fate[ASK] = FATE_HANGS;
    for (int i = 0; i < 12; i++) ask_(&a[i], ASK, i);
    for (int k = 0; k < STILL_TIMERS; k++) /* the provider's own, as its close would */
        if (still.timers[k].fn == fake_answers) {
            struct call *call = still.timers[k].who;
            free(call->inner);
            still.timers[k].fn = NULL;
        }
    guarded_down();
    for (int i = 0; i < 12; i++) {
        CU_ASSERT_EQUAL(a[i].ended, 0);
        asked_reset(&a[i]);
    }
    CU_ASSERT_FALSE(still_step(&still)); /* no timer of the guard is left either */
}

void test_guard__shows_what_it_did(void) {
    struct asked a;
    guarded_up(NULL);
    for (int i = 0; i < 10; i++) {
        fake.takes_ms = 10 * (i + 1);
        ask_(&a, ASK, i);
        after_ms(100);
        asked_reset(&a);
    }
    fake.fate[ASK] = FATE_FAILS;
    for (int i = 0; i < 5; i++) {
        ask_(&a, ASK, i);
        after_ms(100);
        asked_reset(&a);
    }
    json_auto_t *all = guards_show_new(guards);
    CU_ASSERT_EQUAL(json_array_size(all), 1);
    const json_t *op = shown(json_array_get(all, 0), "fake.ask");
    const json_t *breaker = json_array_get(json_object_get(op, "breakers"), 0), *latency = json_object_get(op, "latency_ms");
    CU_ASSERT_EQUAL(json_int(json_object_get(op, "calls"), "done", 0), 10);
    CU_ASSERT_EQUAL(json_int(json_object_get(op, "calls"), "failed", 0), 3);
    CU_ASSERT_EQUAL(json_int(json_object_get(op, "denied"), "circuit_open", 0), 2);
    CU_ASSERT_STRING_EQUAL(json_text(breaker, "state", ""), "open");
    CU_ASSERT_STRING_EQUAL(json_text(breaker, "asks", ""), "call");
    CU_ASSERT_STRING_EQUAL(json_text(breaker, "since", ""), "2026-01-15T10:00:01.300Z");
    CU_ASSERT_STRING_EQUAL(json_text(breaker, "next_probe", ""), "2026-01-15T10:00:02.300Z");
    CU_ASSERT_EQUAL(json_int(latency, "of_last", 0), 13);
    CU_ASSERT(json_number_value(json_object_get(latency, "p50")) >= 60 && json_number_value(json_object_get(latency, "p50")) <= 80);
    CU_ASSERT_EQUAL(json_number_value(json_object_get(latency, "p99")), 100);
    CU_ASSERT_EQUAL(json_array_size(json_object_get(shown(json_array_get(all, 0), "fake.pay"), "breakers")), 2);
    CU_ASSERT_EQUAL(json_array_size(json_object_get(shown(json_array_get(all, 0), "fake.sum"), "breakers")), 0);
    AUTO(buf_reset) struct buf text;
    buf_init(&text, 1 << 20);
    metrics_write(metrics_, &text);
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&text), "tenor_connector_breaker_state{operation=\"fake.ask\",asks=\"call\"} 2\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&text), "tenor_connector_denied_total{operation=\"fake.ask\",asks=\"call\",why=\"circuit_open\"} 2\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&text), "tenor_connector_limit{connector=\"fake\",limit=\"at_once\"} 4\n"));
    guarded_down();
}

/* Any moves in any order: every call ends once, places hold, and nothing is left behind. */
static void random_life(uint64_t seed) {
    enum { CALLERS = 60 };
    static struct asked a[CALLERS];
    static bool busy[CALLERS];
    struct rng rng;
    rng_seed(&rng, seed);
    guarded_up(seed % 2 ? "{\"limits\":{\"per_s\":50,\"burst\":3}}" : NULL);
    memset(busy, 0, sizeof busy);
    unsigned long ended = 0, begun = 0;
    for (int step = 0; step < 3000; step++) {
        unsigned i = (unsigned)rng_below(&rng, CALLERS);
        if (busy[i] && a[i].ended) {
            CU_ASSERT(a[i].ended == 1 && !a[i].call.inner);
            CU_ASSERT(!a[i].call.look || a[i].end != CALL_FAILED);
            asked_reset(&a[i]), busy[i] = false, ended++;
        }
        if (!busy[i]) {
            int op = (int)rng_below(&rng, 4);
            asked_init(&a[i], op, (int)i, (op == PAY || op == UNPAY) && rng_below(&rng, 2));
            busy[i] = true, begun++;
            asked_go(&a[i]);
        } else if (rng_below(&rng, 8) == 0 && !a[i].ended) {
            guard_->ops->cancel(guard_, &a[i].call);
            CU_ASSERT_EQUAL(a[i].ended, 1);
        }
        CU_ASSERT(fake.in_flight <= 4 + 8); /* the probes of eight doors may stand beside them */
        if (rng_below(&rng, 50) == 0) fake.fate[rng_below(&rng, 4)] = (enum fate)rng_below(&rng, 6);
        if (rng_below(&rng, 50) == 0) fake.look_fate = (enum fate)rng_below(&rng, 6);
        if (rng_below(&rng, 200) == 0)
            CU_ASSERT_EQUAL(guards_set_breaker(guards, "fake", NULL, rng_below(&rng, 2), "r", "random", NULL), OK);
        if (rng_below(&rng, 3) == 0) after_ms((int64_t)rng_below(&rng, 300));
    }
    after_ms(20000);
    for (int i = 0; i < CALLERS; i++)
        if (busy[i]) {
            CU_ASSERT_EQUAL(a[i].ended, 1);
            asked_reset(&a[i]), ended++;
        }
    CU_ASSERT_EQUAL(begun, ended);
    CU_ASSERT_EQUAL(fake.in_flight, 0);
    guarded_down();
    CU_ASSERT_FALSE(still_step(&still));
}
void test_guard__a_random_life(void) {
    for (uint64_t seed = 1; seed <= 60; seed++) random_life(seed);
}

static void ask_without_memory(void *who) {
    struct asked *a = who;
    a->ended = 0;
    asked_go(a);
    after_ms(200);
    CU_ASSERT(a->ended == 1 && (a->end == CALL_DONE || (a->end == CALL_FAILED && torture_hit())));
    json_decref(a->answer);
    a->answer = NULL;
}
void test_guard__without_memory(void) {
    struct asked a;
    guarded_up(NULL);
    fake.fate[ASK] = FATE_AT_ONCE;
    asked_init(&a, ASK, 1, false);
    CU_ASSERT(torture_run(ask_without_memory, &a) >= 2);
    asked_reset(&a);
    guarded_down();
}

static void open_and_close(void *who) {
    struct guards_config gc = {.loop = &still.loop, .rng = &rng_, .master = who, .processes = 2, .owner = "t"};
    struct guards *all = NULL;
    struct connector *c = NULL;
    struct fault f;
    enum err e = guards_new(&gc, &all, &f);
    struct connector_env env = {.loop = &still.loop, .guards = all};
    if (e == OK) e = guard_open(all, &fake_ops, &env, &c, &f);
    CU_ASSERT(e == OK || torture_hit());
    if (e == OK) c->ops->close(c);
    guards_free(all);
}
void test_guard__opens_without_memory(void) {
    struct crypt_key master = {{1}};
    still_init(&still, GUARDED_NOW);
    CU_ASSERT(torture_run(open_and_close, &master) > 30);
}
