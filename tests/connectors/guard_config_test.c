/* guard_config_test.c - declarations, what the configuration lays over them, and words that are wrong. */
#include "connectors/guard_config.h"

#include <CUnit/CUnit.h>
#include <string.h>

#include "tests/harness/torture.h"

static const struct operation operations[] = {{.name = "ask", .timeout_ms = 2000}, {0}};
static const struct limits declared = {.per_s = 20, .breaker_after = 4, .slow_ms = 300};
static const struct connector_ops bare = {.name = "phone", .operations = operations};
static const struct connector_ops with = {.name = "phone", .operations = operations, .limits = &declared};

static enum err read_(const struct connector_ops *ops, const char *text, struct guard_config *c, json_t **inner, struct fault *f) {
    json_auto_t *config = text ? json_loads(text, 0, NULL) : NULL;
    CU_ASSERT(!text || config);
    memset(f, 0, sizeof *f);
    return guard_config_read(ops, config, c, inner, f);
}

void test_guard_config__defaults_declaration_and_configuration(void) {
    struct guard_config c;
    struct fault f;
    json_t *inner;
    CU_ASSERT_EQUAL_FATAL(read_(&bare, NULL, &c, &inner, &f), OK);
    json_decref(inner);
    CU_ASSERT(c.mode == GUARD_LIVE && c.limits.per_s == 0 && c.limits.at_once == 64 && c.limits.breaker_after == 10 && c.limits.open_ms == 5000);
    CU_ASSERT_EQUAL(guard_slow_ms(&c, &operations[0]), 1500);
    CU_ASSERT_EQUAL_FATAL(read_(&with, "{}", &c, &inner, &f), OK);
    json_decref(inner);
    CU_ASSERT(c.limits.per_s == 20 && c.limits.burst == 20 && c.limits.breaker_after == 4);
    CU_ASSERT_EQUAL(guard_slow_ms(&c, &operations[0]), 300);
    CU_ASSERT_EQUAL_FATAL(read_(&with, "{\"limits\":{\"per_s\":7,\"burst\":2,\"open_ms\":90,\"at_once\":1}}", &c, &inner, &f), OK);
    json_decref(inner);
    CU_ASSERT(c.limits.per_s == 7 && c.limits.burst == 2 && c.limits.breaker_after == 4 && c.limits.open_ms == 90 && c.limits.at_once == 1);
}

void test_guard_config__a_sandbox_never_sees_the_live_token(void) {
    struct guard_config c;
    struct fault f;
    json_t *inner;
    static const char text[] = "{\"mode\":\"sandbox\",\"url\":\"https://live\",\"token_file\":\"/live\",\"sandbox_url\":\"http://play\",\"other\":1}";
    CU_ASSERT_EQUAL_FATAL(read_(&bare, text, &c, &inner, &f), OK);
    CU_ASSERT_EQUAL(c.mode, GUARD_SANDBOX);
    CU_ASSERT_STRING_EQUAL(json_text(inner, "url", ""), "http://play");
    CU_ASSERT_PTR_NULL(json_object_get(inner, "token_file"));
    CU_ASSERT_EQUAL(json_int(inner, "other", 0), 1);
    json_decref(inner);
    CU_ASSERT_EQUAL_FATAL(read_(&bare, "{\"mode\":\"sandbox\",\"token_file\":\"/live\",\"sandbox_url\":\"http://p\",\"sandbox_token_file\":\"/p\"}", &c, &inner, &f), OK);
    CU_ASSERT_STRING_EQUAL(json_text(inner, "token_file", ""), "/p");
    json_decref(inner);
    CU_ASSERT_EQUAL(read_(&bare, "{\"mode\":\"sandbox\",\"url\":\"https://live\"}", &c, &inner, &f), ERR_INVALID);
    CU_ASSERT(strstr(f.text, "phone") && strstr(f.text, "sandbox_url"));
    CU_ASSERT_PTR_NULL(inner);
}

void test_guard_config__other_modes_leave_the_address_alone(void) {
    struct guard_config c;
    struct fault f;
    json_t *inner;
    CU_ASSERT_EQUAL_FATAL(read_(&bare, "{\"mode\":\"record_only\",\"url\":\"https://live\",\"sandbox_url\":\"http://play\"}", &c, &inner, &f), OK);
    CU_ASSERT_EQUAL(c.mode, GUARD_RECORD_ONLY);
    CU_ASSERT_STRING_EQUAL(guard_mode_word(c.mode), "record_only");
    CU_ASSERT_STRING_EQUAL(json_text(inner, "url", ""), "https://live");
    json_decref(inner);
}

void test_guard_config__wrong_words_are_named(void) {
    static const char *const cases[][2] = {
        {"{\"mode\":\"dry\"}", "/phone/mode"},
        {"{\"limits\":{\"per_sec\":5}}", "/phone/limits/per_sec"},
        {"{\"limits\":{\"at_once\":-1}}", "/phone/limits/at_once"},
        {"{\"limits\":{\"open_ms\":1.5}}", "/phone/limits/open_ms"},
        {"{\"limits\":[]}", "/phone/limits"},
        {"{\"sandbox_url\":7}", "/phone/sandbox_url"},
    };
    struct guard_config c;
    struct fault f;
    json_t *inner;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CU_ASSERT_EQUAL(read_(&bare, cases[i][0], &c, &inner, &f), ERR_INVALID);
        CU_ASSERT_STRING_EQUAL(f.where, cases[i][1]);
    }
}

static void read_all(void *who) {
    struct guard_config c;
    struct fault f = {0};
    json_t *inner = NULL;
    enum err e = guard_config_read(&with, who, &c, &inner, &f);
    CU_ASSERT(e == OK || torture_hit()); /* Jansson may call a failed allocation a fault of the text */
    json_decref(inner);
}
void test_guard_config__without_memory(void) {
    json_auto_t *config = json_loads("{\"mode\":\"sandbox\",\"sandbox_url\":\"http://p\",\"limits\":{\"per_s\":5}}", 0, NULL);
    CU_ASSERT(torture_run(read_all, config) > 10);
}
