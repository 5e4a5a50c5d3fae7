#include "tests/dsl/expr_world.h"

static struct arena *a;
int setup_type(void) { return (a = arena_new(1 << 20)) ? 0 : 1; }
int teardown_type(void) { return arena_free(a), 0; }

static const struct type *type_of(const char *schema) {
    json_t *j = world_json(schema);
    const struct type *t = type_from_schema(j, a);
    json_decref(j);
    return t ? t : &(const struct type){0};
}

void test_type__schemas_of_the_subset(void) {
    CU_ASSERT_EQUAL(type_of("{\"type\":\"boolean\"}")->kind, TYPE_TRUTH);
    CU_ASSERT_EQUAL(type_of("{\"type\":\"number\",\"x-unit\":\"share\"}")->kind, TYPE_SHARE);
    CU_ASSERT_STRING_EQUAL(type_of("{\"type\":\"integer\",\"x-unit\":\"money\",\"x-currency\":\"INR\"}")->currency, "INR");
    CU_ASSERT_EQUAL(type_of("{\"enum\":[\"a\",\"b\",null]}")->kind, TYPE_ONE_OF);
    CU_ASSERT(type_of("{\"enum\":[\"a\",\"b\",null]}")->maybe);
    CU_ASSERT(type_of("{\"type\":[\"string\",\"null\"]}")->maybe);
    CU_ASSERT_EQUAL(type_of("{\"type\":\"string\",\"format\":\"date-time\"}")->kind, TYPE_INSTANT);
    CU_ASSERT_EQUAL(type_of("{\"type\":\"array\",\"items\":{\"type\":\"string\"}}")->item->kind, TYPE_TEXT);
    CU_ASSERT(type_of("{\"type\":\"string\",\"x-personal\":true}")->personal);
    CU_ASSERT_EQUAL(type_of("{\"type\":\"number\",\"x-better\":\"lower\"}")->better, -1);
    CU_ASSERT_EQUAL(type_of("{\"type\":\"integer\",\"exclusiveMinimum\":3}")->least, 4000000);
    CU_ASSERT_EQUAL(type_of("{\"type\":\"number\",\"maximum\":0.5}")->most, 500000);
}

void test_type__what_lies_outside_is_opaque(void) {
    CU_ASSERT_EQUAL(type_of("{\"oneOf\":[{\"type\":\"string\"}]}")->kind, TYPE_OPAQUE);
    CU_ASSERT_EQUAL(type_of("{\"type\":\"object\"}")->kind, TYPE_OPAQUE);
    CU_ASSERT_EQUAL(type_of("{\"type\":[\"string\",\"number\"]}")->kind, TYPE_OPAQUE);
    CU_ASSERT_EQUAL(type_of("{\"$ref\":\"http://elsewhere\"}")->kind, TYPE_OPAQUE);
    CU_ASSERT_EQUAL(type_of("{\"enum\":[1,2]}")->kind, TYPE_OPAQUE);
    CU_ASSERT_EQUAL(type_of("true")->kind, TYPE_OPAQUE);
}

void test_type__a_schema_that_refers_to_itself_ends(void) {
    static const char LOOP[] = "{\"$ref\":\"#/$defs/n\",\"$defs\":{\"n\":{\"type\":\"object\",\"properties\":{"
                               "\"a\":{\"$ref\":\"#/$defs/n\"},\"b\":{\"$ref\":\"#/$defs/n\"},\"c\":{\"$ref\":\"#/$defs/n\"},\"v\":{\"type\":\"boolean\"}}}}}";
    size_t before = arena_used(a);
    const struct type *t = type_of(LOOP);
    CU_ASSERT_EQUAL(t->kind, TYPE_RECORD);
    CU_ASSERT(arena_used(a) - before < 64 * 1024);
}

static const char *words(struct value v) { return value_words(&v, a); }

void test_type__values_in_words(void) {
    CU_ASSERT_STRING_EQUAL(words((struct value){.kind = TYPE_MONEY, .currency = "INR", .n = 25000000}), "INR 2,50,000");
    CU_ASSERT_STRING_EQUAL(words((struct value){.kind = TYPE_MONEY, .currency = "INR", .n = -123456789012}), "INR -1,23,45,67,890.12");
    CU_ASSERT_STRING_EQUAL(words((struct value){.kind = TYPE_MONEY, .currency = "USD", .n = 125050}), "USD 1,250.50");
    CU_ASSERT_STRING_EQUAL(words((struct value){.kind = TYPE_MONEY, .currency = "JPY", .n = 1000000}), "JPY 1,000,000");
    CU_ASSERT_STRING_EQUAL(words((struct value){.kind = TYPE_SHARE, .n = 62000}), "6.2 %");
    CU_ASSERT_STRING_EQUAL(words((struct value){.kind = TYPE_CALENDAR_LENGTH, .n = 1}), "1 day");
    CU_ASSERT_STRING_EQUAL(words((struct value){.kind = TYPE_ELAPSED, .n = 7200000}), "2 hours");
    CU_ASSERT_STRING_EQUAL(words((struct value){.kind = TYPE_DATE, .n = INT64_MAX}), "a date beyond the calendar");
    CU_ASSERT_STRING_EQUAL(words((struct value){.kind = TYPE_NUMBER, .missing = true}), "missing");
}

void test_type__one_fits_another(void) {
    const char *why;
    CU_ASSERT(type_fits(type_of("{\"enum\":[\"a\"]}"), type_of("{\"type\":\"string\"}"), a, &why));
    CU_ASSERT(type_fits(type_of("{\"enum\":[\"a\"]}"), type_of("{\"enum\":[\"b\",\"a\"]}"), a, &why));
    CU_ASSERT_FALSE(type_fits(type_of("{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"boolean\"}}}"),
                              type_of("{\"type\":\"object\",\"required\":[\"x\"],\"properties\":{\"x\":{\"type\":\"boolean\"}}}"), a, &why));
    CU_ASSERT_STRING_EQUAL(why, "has a field ‹x› that may be missing");
    CU_ASSERT(type_fits(type_of("{\"type\":\"number\"}"), type_of("{\"oneOf\":[]}"), a, &why));
}
