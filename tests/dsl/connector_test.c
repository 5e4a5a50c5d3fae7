/* connector_test.c - described connectors: what is asked of a provider, typed and escaped; and what is never said. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/dsl/strategy.h"
#include "tests/harness/torture.h"

#define NOW INT64_C(1768471200000) /* 2026-01-15T10:00:00Z */

static struct dsl_file *bureau;

int setup_connector(void) {
    bureau = strategy_read(NULL, "tests/dsl/language/third_bureau.lua");
    return !bureau || !dsl_connector(bureau);
}
int teardown_connector(void) { return dsl_free(bureau), 0; }

static enum err ask(const struct dsl_file *f, const char *operation, bool look, const char *input, json_t **out, struct fault *why) {
    json_auto_t *v = input ? json_loads(input, 0, NULL) : NULL;
    const struct connector_question q = {operation, look, v, "run-1", NOW};
    return dsl_connector_ask(f, &q, out, why);
}

static bool asks(const struct dsl_file *f, const char *operation, bool look, const char *input, const char *want) {
    struct fault why = {0};
    json_t *got = NULL;
    json_auto_t *wanted = json_loads(want, 0, NULL);
    enum err e = ask(f, operation, look, input, &got, &why);
    bool same = e == OK && wanted && json_equal(got, wanted);
    char *text = json_dumps(got, JSON_COMPACT | JSON_ENCODE_ANY);
    if (!same) printf("\n%s: %s\n%s\n", err_word(e), why.text, text ? text : "");
    free(text);
    json_decref(got);
    return same;
}

#define INPUT(more) "{\"pan\":\"ABCDE1234F\",\"born\":\"1990-02-03\",\"amount\":12345050,\"purpose\":\"credit\"" more "}"

void test_connector__a_request_is_what_the_file_says(void) {
    CU_ASSERT(asks(bureau, "report", false, INPUT(",\"consent\":\"C-1\""),
                   "{\"path\":\"/v1/files/credit/search\",\"query\":[[\"format\",\"full\"],[\"on\",\"03021990\"]],"
                   "\"headers\":[[\"X-Purpose\",\"credit\"],[\"trace\",\"run-1\"]],"
                   "\"body\":{\"panNo\":\"ABCDE1234F\",\"applicant\":{\"dob\":\"03/02/1990\",\"consentId\":\"C-1\"},"
                   "\"loan\":{\"amount\":123450.5,\"types\":[\"PL\",\"credit\"]},\"version\":2,\"strict\":true,\"large\":true}}"));
    CU_ASSERT(asks(bureau, "freeze", false, "{\"pan\":\"ABCDE1234F\"}",
                   "{\"path\":\"/v1/freezes/run-1\",\"query\":[],\"headers\":[],\"body\":{\"pan\":\"ABCDE1234F\",\"ref\":\"run-1\"}}"));
    CU_ASSERT(asks(bureau, "thaw", false, "{\"freeze\":\"F 1/2\"}", "{\"path\":\"/v1/freezes/F%201%2F2\",\"query\":[],\"headers\":[]}"));
}

void test_connector__what_is_missing_is_left_out(void) {
    CU_ASSERT(asks(bureau, "report", false, INPUT(""),
                   "{\"path\":\"/v1/files/credit/search\",\"query\":[[\"format\",\"full\"],[\"on\",\"03021990\"]],"
                   "\"headers\":[[\"X-Purpose\",\"credit\"],[\"trace\",\"run-1\"]],"
                   "\"body\":{\"panNo\":\"ABCDE1234F\",\"applicant\":{\"dob\":\"03/02/1990\"},"
                   "\"loan\":{\"amount\":123450.5,\"types\":[\"PL\",\"credit\"]},\"version\":2,\"strict\":true,\"large\":true}}"));
}

void test_connector__a_look_asks_by_the_key_alone(void) {
    CU_ASSERT(asks(bureau, "freeze", true, NULL, "{\"path\":\"/v1/freezes/run-1\",\"query\":[],\"headers\":[]}"));
    CU_ASSERT(asks(bureau, "thaw", true, NULL, "{\"path\":\"/v1/freezes/thawed\",\"query\":[[\"key\",\"run-1\"]],\"headers\":[]}"));
}

static bool refuses(const char *operation, bool look, const char *input, enum err want) {
    struct fault why = {0};
    json_t *got = NULL;
    enum err e = ask(bureau, operation, look, input, &got, &why);
    if (e != want) printf("\n%s %s: %s\n", operation, input ? input : "", err_word(e));
    json_decref(got);
    return e == want && why.text[0];
}

/* An input is a stranger's: it must not choose another address. */
void test_connector__no_input_leaves_its_place_in_the_address(void) {
    CU_ASSERT(refuses("thaw", false, "{\"freeze\":\"..\"}", ERR_INVALID));
    CU_ASSERT(refuses("thaw", false, "{\"freeze\":\".\"}", ERR_INVALID));
    CU_ASSERT(refuses("thaw", false, "{\"freeze\":\"\"}", ERR_INVALID));
    CU_ASSERT(asks(bureau, "thaw", false, "{\"freeze\":\"../x?y#z%2e\"}", "{\"path\":\"/v1/freezes/..%2Fx%3Fy%23z%252e\",\"query\":[],\"headers\":[]}"));
    char long_input[6000] = "{\"freeze\":\"";
    memset(long_input + 11, 'x', 5000);
    memcpy(long_input + 5011, "\"}", 3);
    CU_ASSERT(refuses("thaw", false, long_input, ERR_INVALID));
}

void test_connector__what_is_not_declared_is_not_asked(void) {
    CU_ASSERT(refuses("repor", false, "{}", ERR_BUG));
    CU_ASSERT(refuses("report", true, NULL, ERR_BUG)); /* it only reads: no look */
}

void test_connector__stands_by_itself(void) {
    static const char text[] =
        "connector \"x\" { about = \"x\" }\n"
        "operation \"a\" { about = \"x\", kind = \"read\", within = seconds(1), input = { a = money { } }, output = { b = \"text\" },"
        " sample = { b = \"x\" }, get = \"/x\", query = { q = \"monthly_burden(input.a, input.a)\" }, answer = { b = \"b\" } }\n";
    struct catalog_json *k = strategy_catalog();
    struct dsl_file *f = strategy_text(k, "strategies/connectors/x.lua", text);
    const struct dsl_fault *all = NULL;
    CU_ASSERT(f && !dsl_ok(f) && dsl_faults(f, &all) == 1); /* another file could change what is asked */
    dsl_free(f);
    catalog_json_free(k);
}

static void live(void *who) {
    size_t n = 0;
    char *text = strategy_slurp(who, &n), *pattern = text ? strstr(text, "pattern = ") : NULL;
    if (pattern) memset(pattern, ' ', (size_t)(strchr(pattern, ',') + 1 - pattern)); /* the C library's own regcomp leaks */
    struct dsl_file *f = text ? dsl_read(who, text, n, NULL) : NULL;
    if (f && dsl_ok(f)) {
        struct fault why = {0};
        json_t *v = json_loads(INPUT(",\"consent\":\"C-1\""), 0, NULL), *got = NULL;
        const struct connector_question q = {"report", false, v, "run-1", NOW};
        enum err e = v ? dsl_connector_ask(f, &q, &got, &why) : ERR_NOMEM;
        CU_ASSERT(e == OK || (e == ERR_NOMEM && torture_hit()));
        json_decref(got);
        json_decref(v);
    } else CU_ASSERT(torture_hit());
    dsl_free(f);
    free(text);
}

void test_connector__any_allocation_may_fail(void) {
    char path[] = "tests/dsl/language/third_bureau.lua";
    CU_ASSERT(torture_run(live, path) > 1000);
}
