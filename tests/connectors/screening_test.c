/* screening_test.c - what the fictional list says of names, and an answer that does not fit. */
#include "connectors/connectors.h"
#include "tests/connectors/provider.h"
#include "tests/connectors/twin.h"

static struct provider at;

int setup_screening(void) { return provider_start(&at, &screening_connector); }
int teardown_screening(void) { return provider_stop(&at), 0; }

static void found(const char *input, const char *result, size_t matches) {
    struct twin t;
    struct asking x;
    twin_open(&t, &screening_connector, "{}");
    twin_ask(&t, &x, "check", "k", input);
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    CU_ASSERT_STRING_EQUAL(json_text(x.answer, "result", ""), result);
    CU_ASSERT_EQUAL(json_array_size(json_object_get(x.answer, "matches")), matches);
    asking_reset(&x);
    twin_close(&t);
}

void test_screening__a_name_alone_is_possible_and_with_its_birthday_a_hit(void) {
    found("{\"name\":\"Meera Iyer\"}", "clear", 0);
    found("{\"name\":\"Ozymandias Blackwater\"}", "possible", 1);
    found("{\"name\":\"Ozimandias Blackwater\"}", "possible", 1);
    found("{\"name\":\"Ozymandias Blackwater\",\"dob\":\"1961-06-06\"}", "hit", 1);
    found("{\"name\":\"Ozymandias Blackwater\",\"dob\":\"1990-06-06\"}", "possible", 1);
    found("{\"name\":\"Politically Example\",\"dob\":\"1965-05-05\"}", "possible", 1); /* office is no crime */
}

void test_screening__an_answer_that_does_not_fit_clears_nobody(void) {
    struct asking x;
    provider_says(&at, 200, "{\"result\":\"fine\",\"list_version\":\"1\",\"checked_on\":\"2026-01-15\",\"matches\":[]}");
    provider_ask(&at, &x, "check", "k", "{\"name\":\"Meera Iyer\"}");
    CU_ASSERT_EQUAL(x.end, CALL_FAILED);
    asking_reset(&x);
}
