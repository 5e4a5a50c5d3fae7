/* notices_test.c - a notice goes out once however often it is asked for, and can be looked up. */
#include "connectors/connectors.h"
#include "tests/connectors/provider.h"
#include "tests/connectors/twin.h"

static struct provider at;

int setup_notices(void) { return provider_start(&at, &notices_connector); }
int teardown_notices(void) { return provider_stop(&at), 0; }

static const char SEND[] = "{\"reference\":\"L1\",\"kind\":\"adverse_action\",\"name\":\"Meera Iyer\",\"reasons\":[\"PD_HIGH\"]}";

void test_notices__the_same_key_is_one_notice(void) {
    struct twin t;
    struct asking first, again, look, never;
    twin_open(&t, &notices_connector, "{}");
    twin_ask(&t, &first, "send", "k", SEND);
    twin_ask(&t, &again, "send", "k", SEND);
    twin_ask(&t, &look, "send", "k", NULL);
    twin_ask(&t, &never, "send", "other", NULL);
    CU_ASSERT_EQUAL(first.end, CALL_DONE);
    CU_ASSERT_STRING_EQUAL(json_text(again.answer, "id", "a"), json_text(first.answer, "id", "b"));
    CU_ASSERT_STRING_EQUAL(json_text(look.answer, "id", "a"), json_text(first.answer, "id", "b"));
    CU_ASSERT_EQUAL(never.end, CALL_FAILED);
    asking_reset(&first), asking_reset(&again), asking_reset(&look), asking_reset(&never);
    twin_close(&t);
}

void test_notices__silence_is_uncertain_and_a_no_is_a_no(void) {
    struct asking x;
    provider_says(&at, 500, "{}");
    provider_ask(&at, &x, "send", "k", SEND);
    CU_ASSERT_EQUAL(x.end, CALL_UNCERTAIN);
    asking_reset(&x);
    provider_says(&at, 422, "{\"error\":\"no such language\",\"code\":\"bad_language\"}");
    provider_ask(&at, &x, "send", "k", SEND);
    CU_ASSERT_EQUAL(x.end, CALL_REFUSED);
    CU_ASSERT_STRING_EQUAL(x.code, "bad_language");
    asking_reset(&x);
}
