#include "base/schema.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/harness/torture.h"

static json_t *cases;

int setup_schema(void) {
    cases = json_load_file("tests/base/schema_cases.json", JSON_REJECT_DUPLICATES, NULL);
    return !cases;
}

int teardown_schema(void) {
    json_decref(cases);
    return 0;
}

static void run_case(const json_t *c) {
    struct schema *s;
    struct fault f = {0};
    enum err made = schema_new(json_object_get(c, "schema"), &s, &f);
    if (made) printf("\n    %s: %s %s\n", json_text(c, "description", ""), f.where, f.text);
    CU_ASSERT_EQUAL_FATAL(made, OK);
    size_t i;
    json_t *t;
    json_array_foreach(json_object_get(c, "tests"), i, t) {
        enum err e = schema_check(s, json_object_get(t, "data"), NULL, NULL, &f);
        bool right = e == (json_bool(t, "valid", false) ? OK : ERR_INVALID);
        if (!right) printf("\n    %s / %s\n", json_text(c, "description", ""), json_text(t, "description", ""));
        CU_ASSERT_TRUE(right);
        if (e) CU_ASSERT(f.kind == ERR_INVALID && f.text[0] && text_is_utf8(f.text, strlen(f.text)));
    }
    schema_free(s);
}

void test_schema__cases_in_the_form_of_the_public_suite(void) {
    size_t i;
    json_t *c;
    CU_ASSERT(json_array_size(json_object_get(cases, "cases")) > 60);
    json_array_foreach(json_object_get(cases, "cases"), i, c) run_case(c);
}

void test_schema__bad_schemas_are_refused_with_their_place(void) {
    size_t i;
    json_t *c;
    CU_ASSERT(json_array_size(json_object_get(cases, "refused")) > 20);
    json_array_foreach(json_object_get(cases, "refused"), i, c) {
        struct schema *s;
        struct fault f = {0};
        CU_ASSERT_EQUAL(schema_new(json_object_get(c, "schema"), &s, &f), ERR_INVALID);
        CU_ASSERT_PTR_NULL(s);
        bool right = text_eq(f.where, json_text(c, "where", NULL)) && strstr(f.text, json_text(c, "says", "?"));
        if (!right) printf("\n    %s: at %s: %s\n", json_text(c, "description", ""), f.where, f.text);
        CU_ASSERT_TRUE(right);
    }
}

static struct schema *schema(const char *text) {
    json_auto_t *d = json_loads(text, JSON_DECODE_ANY, NULL);
    struct schema *s = NULL;
    CU_ASSERT_PTR_NOT_NULL_FATAL(d);
    CU_ASSERT_EQUAL_FATAL(schema_new(d, &s, NULL), OK);
    return s;
}

#define APPLICATION                                                                                \
    "{\"type\":\"object\",\"properties\":{"                                                        \
    "\"pan\":{\"type\":\"string\",\"pattern\":\"^[A-Z]{5}[0-9]{4}[A-Z]$\",\"x-personal\":true},"   \
    "\"amount\":{\"type\":\"integer\",\"minimum\":100},\"when\":{\"format\":\"date\"},"            \
    "\"kind\":{\"enum\":[\"salaried\",\"self\"]},\"a/b\":{\"items\":{\"type\":\"integer\"}},"      \
    "\"pay\":{\"oneOf\":[{\"type\":\"object\",\"properties\":{\"vpa\":{\"minLength\":3}},"         \
    "\"required\":[\"vpa\"]},{\"type\":\"string\",\"maxLength\":4}]}},"                            \
    "\"required\":[\"pan\",\"amount\"],\"additionalProperties\":false}"

void test_schema__faults_name_the_field_and_what_is_right(void) {
    static const struct {
        const char *value, *where, *says;
    } wrong[] = {
        {"[]", "", "must be an object, not array"},
        {"{\"amount\":100}", "/pan", "is required and missing"},
        {"{\"pan\":\"ABCDE1234F\",\"amount\":\"100\"}", "/amount", "must be an integer, not string"},
        {"{\"pan\":\"ABCDE1234F\",\"amount\":100.5}", "/amount", "must be an integer, not a fraction"},
        {"{\"pan\":\"ABCDE1234F\",\"amount\":99}", "/amount", "must be at least 100"},
        {"{\"pan\":\"ABCDE1234F\",\"amuont\":100}", "/amount", "is required and missing"},
        {"{\"pan\":\"ABCDE1234F\",\"amount\":100,\"amuont\":1}", "/amuont", "is not a known field; did you mean \"amount\"?"},
        {"{\"pan\":\"ABCDE1234F\",\"amount\":100,\"when\":\"01/02/2026\"}", "/when", "must be a date such as 2026-12-01"},
        {"{\"pan\":\"ABCDE1234F\",\"amount\":100,\"kind\":\"x\"}", "/kind", "must be \"salaried\" or \"self\""},
        {"{\"pan\":\"ABCDE1234F\",\"amount\":100,\"a/b\":[1,2,null]}", "/a~1b/2", "must be an integer, not null"},
        {"{\"pan\":\"ABCDE1234F\",\"amount\":100,\"pay\":{\"vpa\":\"x\"}}", "/pay/vpa", "must have at least 3 characters, has 1"},
        {"{\"pan\":\"ABCDE1234F\",\"amount\":100,\"pay\":\"abcde\"}", "/pay", "must have at most 4 characters, has 5"},
        {"{\"pan\":\"ABCDE1234F\",\"amount\":100,\"pay\":7}", "/pay", "matches none of the 2 allowed forms"},
    };
    struct schema *s = schema(APPLICATION);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        json_auto_t *v = json_loads(wrong[i].value, JSON_DECODE_ANY, NULL);
        struct fault f = {0};
        CU_ASSERT_EQUAL(schema_check(s, v, NULL, NULL, &f), ERR_INVALID);
        CU_ASSERT_STRING_EQUAL(f.where, wrong[i].where);
        CU_ASSERT_STRING_EQUAL(f.text, wrong[i].says);
    }
    schema_free(s);
}

void test_schema__a_fault_never_repeats_the_value(void) {
    struct schema *s = schema(APPLICATION);
    json_auto_t *v = json_loads("{\"pan\":\"SECRET\",\"amount\":\"SECRET\",\"kind\":\"SECRET\",\"when\":\"SECRET\",\"pay\":\"SECRET\"}", 0, NULL);
    struct fault f = {0};
    CU_ASSERT_EQUAL(schema_check(s, v, NULL, NULL, &f), ERR_INVALID);
    CU_ASSERT_PTR_NULL(strstr(f.text, "SECRET"));
    schema_free(s);
}

static void tally(void *who, const char *pointer, const char *text) {
    CU_ASSERT(pointer[0] == '/' && text[0]);
    ++*(unsigned *)who;
}

void test_schema__all_faults_are_told_up_to_fifty(void) {
    struct schema *s = schema("{\"items\":{\"type\":\"integer\"}}");
    json_auto_t *v = json_array();
    for (int i = 0; i < 200; i++) json_array_append_new(v, i == 3 || i == 7 ? json_integer(1) : json_null());
    unsigned told = 0;
    struct fault f = {0};
    CU_ASSERT_EQUAL(schema_check(s, v, tally, &told, &f), ERR_INVALID);
    CU_ASSERT_EQUAL(told, 50);
    CU_ASSERT_STRING_EQUAL(f.where, "/0");
    schema_free(s);
}

void test_schema__work_is_bounded(void) {
    /* each level tries two alternatives that both go down: 2^levels without a bound */
    struct schema *s = schema("{\"$defs\":{\"n\":{\"type\":\"array\",\"anyOf\":["
                              "{\"items\":{\"$ref\":\"#/$defs/n\"},\"maxItems\":0},"
                              "{\"items\":{\"$ref\":\"#/$defs/n\"},\"minItems\":9}]}},\"$ref\":\"#/$defs/n\"}");
    json_auto_t *v = json_array();
    json_t *at = v;
    for (int i = 0; i < 60; i++) {
        json_t *next = json_array();
        json_array_append_new(at, next);
        at = next;
    }
    struct fault f = {0};
    CU_ASSERT_EQUAL(schema_check(s, v, NULL, NULL, &f), ERR_LIMIT);
    schema_free(s);
}

static void compile_and_check(void *who) {
    (void)who;
    json_t *d = json_loads("{\"$defs\":{\"t\":{\"type\":\"string\"}},\"properties\":{\"a\":{\"$ref\":\"#/$defs/t\"},"
                           "\"b\":{\"oneOf\":[{\"type\":\"null\"},{\"type\":\"integer\"}]}},\"additionalProperties\":false}", 0, NULL);
    json_t *v = json_loads("{\"a\":1,\"b\":\"x\",\"c\":2}", 0, NULL);
    struct schema *s = NULL;
    enum err e = d ? schema_new(d, &s, NULL) : ERR_NOMEM;
    CU_ASSERT(e == OK || torture_hit());
    struct fault f;
    if (!e && v) CU_ASSERT_EQUAL(schema_check(s, v, NULL, NULL, &f), ERR_INVALID);
    schema_free(s);
    json_decref(d);
    json_decref(v);
}

void test_schema__survives_no_memory(void) {
    CU_ASSERT(torture_run(compile_and_check, NULL) > 40);
}
