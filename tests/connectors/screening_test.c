/* screening_test.c - what the fictional list says of names, and an answer that does not fit. */
#include "connectors/connectors.h"
#include "connectors/sandbox/people.h"
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

static const char *result_for(struct twin *t, const char *name, const char *dob) {
    static char word[20];
    struct asking x;
    json_auto_t *input = *dob ? json_pack("{s:s, s:s}", "name", name, "dob", dob) : json_pack("{s:s}", "name", name);
    char *text = json_dumps(input, 0);
    twin_ask(t, &x, "check", "k", text);
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    snprintf(word, sizeof word, "%s", json_text(x.answer, "result", ""));
    asking_reset(&x);
    free(text);
    return word;
}

void test_screening__some_inhabitants_are_on_the_lists(void) {
    struct twin t;
    struct person who;
    twin_open(&t, &screening_connector, "{}");
    for (unsigned k = 0; k < PERSON_LISTED; k++) {
        enum person_listing listed = person_listing(person_listed_nth(k));
        person_nth(1, person_listed_nth(k), &who);
        CU_ASSERT(listed != PERSON_UNLISTED);
        CU_ASSERT_STRING_EQUAL(result_for(&t, who.name, who.dob), listed == PERSON_SANCTIONED ? "hit" : "possible");
        CU_ASSERT_STRING_EQUAL(result_for(&t, who.name, "1901-01-01"), "clear"); /* a namesake */
        CU_ASSERT_STRING_EQUAL(result_for(&t, who.name, ""), "possible");
    }
    twin_close(&t);
}

void test_screening__most_inhabitants_are_clear(void) {
    struct twin t;
    struct person who;
    unsigned clear = 0, possible = 0, hit = 0;
    twin_open(&t, &screening_connector, "{}");
    for (unsigned n = 0; n < 2000; n++) {
        person_nth(1, n, &who);
        const char *result = result_for(&t, who.name, who.dob);
        clear += !strcmp(result, "clear"), possible += !strcmp(result, "possible"), hit += !strcmp(result, "hit");
    }
    CU_ASSERT_EQUAL(clear + possible + hit, 2000);
    CU_ASSERT_EQUAL(hit, 2);                          /* inhabitants 7 and 1007 */
    CU_ASSERT(possible > 0 && possible < 100);        /* likenesses of about their age */
    twin_close(&t);
}

void test_screening__an_answer_that_does_not_fit_clears_nobody(void) {
    struct asking x;
    provider_says(&at, 200, "{\"result\":\"fine\",\"list_version\":\"1\",\"checked_on\":\"2026-01-15\",\"matches\":[]}");
    provider_ask(&at, &x, "check", "k", "{\"name\":\"Meera Iyer\"}");
    CU_ASSERT_EQUAL(x.end, CALL_FAILED);
    asking_reset(&x);
}
