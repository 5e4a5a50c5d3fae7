/* counterpart_test.c - the world as a connector on a still clock: delays, silence, cancel, close. */
#include "connectors/connectors.h"
#include "connectors/sandbox/counterpart.h"
#include "tests/connectors/asking.h"
#include "tests/connectors/still_loop.h"

static struct still_loop still;
static struct outside *world;
static struct connector *payments, *bank;

static void up(const char *settings) {
    struct fault f;
    json_t *v = json_loads(settings, 0, NULL);
    still_init(&still, ASKING_NOW);
    CU_ASSERT_EQUAL_FATAL(outside_new(v, &world, &f), OK);
    CU_ASSERT_EQUAL_FATAL(counterpart_open(&payments_connector, world, &still.loop, &payments, &f), OK);
    CU_ASSERT_EQUAL_FATAL(counterpart_open(&bank_connector, world, &still.loop, &bank, &f), OK);
    json_decref(v);
}
static void down(void) {
    payments->ops->close(payments);
    bank->ops->close(bank);
    outside_free(world);
}

static const char PAY[] = "{\"account\":\"A0001\",\"amount\":500,\"reference\":\"L1\"}";

void test_counterpart__an_answer_comes_after_its_latency(void) {
    struct asking x;
    up("{\"latency\":\"70\"}");
    asking_start(&x, payments, "disburse", "k", PAY, NULL);
    CU_ASSERT_EQUAL(x.ended, 0);
    CU_ASSERT(still_step(&still));
    CU_ASSERT_EQUAL(x.ended, 1);
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    CU_ASSERT_EQUAL(still.now_ms, ASKING_NOW + 70);
    asking_reset(&x);
    down();
}

void test_counterpart__silence_ends_at_the_time_out(void) {
    struct asking x;
    up("{\"faults\":\"timeout=1\"}");
    asking_start(&x, payments, "disburse", "k", PAY, NULL);
    still_step(&still);
    CU_ASSERT_EQUAL(x.end, CALL_UNCERTAIN);
    CU_ASSERT_EQUAL(still.now_ms, ASKING_NOW + 10000);
    asking_reset(&x);
    asking_start(&x, bank, "transactions", "k", "{\"consent\":\"c\"}", NULL);
    still_step(&still);
    CU_ASSERT_EQUAL(x.end, CALL_FAILED);
    asking_reset(&x);
    down();
}

void test_counterpart__cancel_ends_at_once_and_only_once(void) {
    struct asking x;
    up("{\"latency\":\"70\"}");
    asking_start(&x, payments, "disburse", "k", PAY, NULL);
    payments->ops->cancel(payments, &x.call);
    CU_ASSERT_EQUAL(x.ended, 1);
    CU_ASSERT_EQUAL(x.end, CALL_UNCERTAIN);
    CU_ASSERT_FALSE(still_step(&still));
    CU_ASSERT_EQUAL(x.ended, 1);
    asking_reset(&x);
    down();
}

void test_counterpart__histories_fit_their_schema(void) {
    struct asking x;
    up("{}");
    asking_start(&x, bank, "transactions", "k", "{\"consent\":\"consent-ramesh\"}", NULL);
    still_step(&still);
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    CU_ASSERT(json_array_size(json_object_get(x.answer, "transactions")) >= 300);
    asking_reset(&x);
    down();
}

void test_counterpart__close_drops_what_waits(void) {
    struct asking x;
    up("{\"latency\":\"70\"}");
    asking_start(&x, payments, "disburse", "k", PAY, NULL);
    down();
    CU_ASSERT_FALSE(still_step(&still));
    CU_ASSERT_EQUAL(x.ended, 0);
    asking_reset(&x);
}
