/* answer_test.c - every row of the table in answer.h, for a read, an effect and a look. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "connectors/answer.h"
#include "connectors/connectors.h"

static struct schema *schema;
static const struct operation READ = {.name = "read", .kind = OP_READ}, EFFECT = {.name = "pay", .kind = OP_MONEY, .can_look = true};

int setup_answer(void) {
    struct fault f;
    json_t *v = json_loads(JSON({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}), 0, NULL);
    enum err e = schema_new(v, &schema, &f);
    json_decref(v);
    return e != OK;
}
int teardown_answer(void) {
    schema_free(schema);
    return 0;
}

static enum call_end end_of(const struct operation *op, bool look, int status, const char *body) {
    struct answer a;
    struct reply r = {.status = status, .body = body, .n = strlen(body)};
    answer_read(&a, op, look, schema, &r);
    enum call_end end = a.result.end;
    CU_ASSERT((end == CALL_DONE) == (a.result.answer != NULL));
    CU_ASSERT((end == CALL_DONE) == (a.result.why == NULL));
    answer_reset(&a);
    return end;
}

static void check_row(int status, const char *body, enum call_end read, enum call_end effect, enum call_end look) {
    CU_ASSERT_EQUAL(end_of(&READ, false, status, body), read);
    CU_ASSERT_EQUAL(end_of(&EFFECT, false, status, body), effect);
    CU_ASSERT_EQUAL(end_of(&EFFECT, true, status, body), look);
}

void test_answer__a_fitting_2xx_is_done(void) {
    check_row(200, "{\"n\":1}", CALL_DONE, CALL_DONE, CALL_DONE);
    check_row(201, "{\"n\":1,\"more\":true}", CALL_DONE, CALL_DONE, CALL_DONE);
}

void test_answer__garbage_may_have_happened(void) {
    static const char *const garbage[] = {"", "{\"n\":", "{\"n\":\"one\"}", "[1]", "null", "{}", "\xff\xfe", "<html>"};
    for (size_t k = 0; k < ARRAY_LEN(garbage); k++)
        check_row(200, garbage[k], CALL_FAILED, CALL_UNCERTAIN, CALL_UNCERTAIN);
}

void test_answer__pending_is_uncertain(void) { check_row(202, "{\"n\":1}", CALL_FAILED, CALL_UNCERTAIN, CALL_UNCERTAIN); }

void test_answer__later_means_it_did_not_happen(void) {
    check_row(429, "{\"error\":\"x\"}", CALL_FAILED, CALL_FAILED, CALL_UNCERTAIN);
    check_row(408, "", CALL_FAILED, CALL_FAILED, CALL_UNCERTAIN);
    check_row(425, "", CALL_FAILED, CALL_FAILED, CALL_UNCERTAIN);
}

void test_answer__a_reasoned_4xx_is_a_refusal(void) {
    check_row(422, "{\"error\":\"x\"}", CALL_REFUSED, CALL_REFUSED, CALL_REFUSED);
    check_row(409, "{\"error\":\"x\"}", CALL_REFUSED, CALL_REFUSED, CALL_REFUSED);
    check_row(401, "{\"error\":\"x\"}", CALL_REFUSED, CALL_REFUSED, CALL_UNCERTAIN);
    check_row(404, "{\"error\":\"x\"}", CALL_REFUSED, CALL_REFUSED, CALL_FAILED);
}

void test_answer__a_4xx_without_a_reason_proves_nothing(void) {
    check_row(404, "not found", CALL_FAILED, CALL_UNCERTAIN, CALL_UNCERTAIN);
    check_row(400, "{\"message\":\"x\"}", CALL_FAILED, CALL_UNCERTAIN, CALL_UNCERTAIN);
}

void test_answer__5xx_and_3xx_may_have_happened(void) {
    check_row(500, "{\"error\":\"x\"}", CALL_FAILED, CALL_UNCERTAIN, CALL_UNCERTAIN);
    check_row(503, "", CALL_FAILED, CALL_UNCERTAIN, CALL_UNCERTAIN);
    check_row(302, "", CALL_FAILED, CALL_UNCERTAIN, CALL_UNCERTAIN);
    check_row(0, "", CALL_FAILED, CALL_UNCERTAIN, CALL_UNCERTAIN);
}

static enum call_end lost(const struct operation *op, bool look, enum err e) {
    struct answer a;
    answer_lost(&a, op, look, e);
    return a.result.end;
}

void test_answer__only_an_unsent_request_surely_did_not_happen(void) {
    static const enum err after[] = {ERR_TIMEOUT, ERR_CLOSED, ERR_LIMIT};
    CU_ASSERT_EQUAL(lost(&READ, false, ERR_IO), CALL_FAILED);
    CU_ASSERT_EQUAL(lost(&EFFECT, false, ERR_IO), CALL_FAILED);
    CU_ASSERT_EQUAL(lost(&EFFECT, true, ERR_IO), CALL_UNCERTAIN);
    for (size_t k = 0; k < ARRAY_LEN(after); k++) {
        CU_ASSERT_EQUAL(lost(&READ, false, after[k]), CALL_FAILED);
        CU_ASSERT_EQUAL(lost(&EFFECT, false, after[k]), CALL_UNCERTAIN);
        CU_ASSERT_EQUAL(lost(&EFFECT, true, after[k]), CALL_UNCERTAIN);
    }
}

static int64_t wish(const char *retry_after) {
    struct answer a;
    struct reply r = {.status = 429, .body = "", .retry_after = retry_after};
    answer_read(&a, &READ, false, schema, &r);
    return a.result.retry_after_ms;
}

void test_answer__retry_after_is_read_and_bounded(void) {
    CU_ASSERT_EQUAL(wish("3"), 3000);
    CU_ASSERT_EQUAL(wish("999999999"), 3600000);
    CU_ASSERT_EQUAL(wish("-5"), 0);
    CU_ASSERT_EQUAL(wish("Fri, 01 Jan 2027 00:00:00 GMT"), 0);
    CU_ASSERT_EQUAL(wish(""), 0);
    CU_ASSERT_EQUAL(wish(NULL), 0);
}

void test_answer__a_providers_words_stay_outside(void) {
    struct answer a;
    const char *body = "{\"error\":\"Asha Verma is poor\",\"code\":\"no_money\"}";
    answer_read(&a, &EFFECT, false, schema, &(struct reply){.status = 422, .body = body, .n = strlen(body)});
    CU_ASSERT_STRING_EQUAL(a.result.code, "no_money");
    CU_ASSERT_PTR_NULL(strstr(a.result.why, "Asha"));
    body = "{\"error\":\"x\",\"code\":\"Asha Verma\"}";
    answer_read(&a, &EFFECT, false, schema, &(struct reply){.status = 422, .body = body, .n = strlen(body)});
    CU_ASSERT_PTR_NULL(a.result.code);
}
