/* redact_test.c - personal is hidden, unknown is hidden, and running out of memory hides, too. */
#include "base/redact.h"

#include <CUnit/CUnit.h>

#include "tests/harness/torture.h"

static bool reads(const char *value, const char *schema, const char *wanted) {
    json_auto_t *v = json_loads(value, JSON_DECODE_ANY, NULL), *s = schema ? json_loads(schema, 0, NULL) : NULL;
    json_auto_t *w = json_loads(wanted, JSON_DECODE_ANY, NULL), *out = redact_new(v, s);
    CU_ASSERT_PTR_NOT_NULL_FATAL(v);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w);
    return json_equal(out, w);
}

#define P "\"<personal>\""
static const char person[] = "{\"type\":\"object\",\"properties\":{\"pan\":{\"type\":\"string\",\"x-personal\":true},"
                             "\"amount\":{\"type\":\"integer\"},\"home\":{\"type\":\"object\",\"x-personal\":true},"
                             "\"past\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"bank\":"
                             "{\"type\":\"string\",\"x-personal\":true},\"days\":{\"type\":\"integer\"}}}}}}";

void test_redact__personal_is_hidden_and_the_rest_stays(void) {
    CU_ASSERT(reads("{\"pan\":\"A\",\"amount\":5}", person, "{\"pan\":" P ",\"amount\":5}"));
    CU_ASSERT(reads("{\"home\":{\"street\":\"s\"}}", person, "{\"home\":" P "}"));
    CU_ASSERT(reads("{\"pan\":null}", person, "{\"pan\":null}"));
    CU_ASSERT(reads("{}", person, "{}"));
}

void test_redact__arrays_are_gone_through(void) {
    CU_ASSERT(reads("{\"past\":[{\"bank\":\"b\",\"days\":3},{\"days\":4}]}", person,
                    "{\"past\":[{\"bank\":" P ",\"days\":3},{\"days\":4}]}"));
    CU_ASSERT(reads("[1,2]", "{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}", "[1,2]"));
    CU_ASSERT(reads("[\"a\"]", "{\"type\":\"array\",\"items\":{\"type\":\"string\",\"x-personal\":true}}", "[" P "]"));
}

void test_redact__unknown_is_hidden(void) {
    CU_ASSERT(reads("{\"new\":1}", person, "{\"new\":" P "}"));
    CU_ASSERT(reads("{\"amount\":{\"pan\":\"A\"}}", person, "{\"amount\":{\"pan\":" P "}}"));
    CU_ASSERT(reads("[\"a\",{\"b\":1}]", "{\"type\":\"array\"}", "[" P "," P "]"));
    CU_ASSERT(reads("\"a\"", NULL, P));
    CU_ASSERT(reads("{\"a\":{\"b\":1}}", "{\"type\":\"object\"}", "{\"a\":" P "}"));
}

/* One branch is personal: which one it was does not show in the value. */
void test_redact__what_may_be_several_things_is_hidden(void) {
    static const char *const schemas[] = {
        "{\"oneOf\":[{\"type\":\"string\",\"x-personal\":true},{\"type\":\"null\"}]}",
        "{\"anyOf\":[{\"type\":\"string\",\"x-personal\":true},{\"type\":\"integer\"}]}",
        "{\"allOf\":[{\"x-personal\":true}]}", "{\"$ref\":\"#/$defs/pan\"}"};
    for (size_t i = 0; i < ARRAY_LEN(schemas); i++) CU_ASSERT(reads("\"a\"", schemas[i], P));
    CU_ASSERT(reads("\"a\"", "{\"enum\":[\"a\",\"b\"]}", "\"a\""));
}

/* Whole or not at all: a copy with a field missing would be a lie, one with a field too many a leak. */
static void redact_all(void *who) {
    json_t *const *given = who;
    json_t *out = redact_new(given[0], given[1]);
    CU_ASSERT(out ? json_object_size(out) == json_object_size(given[0]) : torture_hit());
    json_decref(out);
}
void test_redact__without_memory(void) {
    json_auto_t *v = json_loads("{\"pan\":\"A\",\"amount\":5,\"past\":[{\"bank\":\"b\"},{\"days\":1}],\"x\":{}}", 0, NULL);
    json_auto_t *s = json_loads(person, 0, NULL);
    CU_ASSERT(torture_run(redact_all, (json_t *[]){v, s}) > 10);
}
