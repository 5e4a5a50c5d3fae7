#include "base/json.h"

#include <CUnit/CUnit.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "tests/harness/torture.h"

static json_t *read_own(const char *text) {
    json_t *v = NULL;
    struct fault f = {0};
    CU_ASSERT_EQUAL_FATAL(json_parse(text, strlen(text), &JSON_LIMITS_OWN, &v, &f), OK);
    return v;
}

void test_json__hostile_texts_are_refused(void) {
    static const char *const bad[] = {
        "", " ", "{", "}", "[", "[1,", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}",
        "{\"a\":1,\"a\":2}", "{\"a\":{\"b\":1,\"b\":1}}", "[1]x", "1 2", "\"a", "\"\\x\"", "\"\\u12\"",
        "\"\\u0000\"", "\"a\\u0000b\"", "{\"a\\u0000\":1}", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"",
        "\"\x01\"", "\"\n\"", "\"\xff\"", "\"\xC0\x80\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"",
        "\xEF\xBB\xBF{}", "01", "-", "+1", ".5", "1.", "1e", "1e+", "0x1", "NaN", "Infinity", "-Infinity",
        "1e999", "-1e999", "9223372036854775808", "-9223372036854775809", "99999999999999999999999",
        "tru", "nul", "True", "// c\n1", "/* c */1", "[1 2]", "{\"a\" 1}", "\"\\ud83d\\ud83d\""};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        json_t *v = (json_t *)1;
        struct fault f = {0};
        CU_ASSERT_EQUAL(json_parse(bad[i], strlen(bad[i]), &JSON_LIMITS_BODY, &v, &f), ERR_INVALID);
        CU_ASSERT_PTR_NULL(v);
        CU_ASSERT(f.kind == ERR_INVALID && f.text[0] && f.where[0]);
    }
    json_t *v;
    CU_ASSERT_EQUAL(json_parse("[\0]", 3, &JSON_LIMITS_BODY, &v, NULL), ERR_INVALID);
    CU_ASSERT_EQUAL(json_parse("1\0", 2, &JSON_LIMITS_BODY, &v, NULL), ERR_INVALID);
    CU_ASSERT_EQUAL(json_parse(NULL, 0, &JSON_LIMITS_BODY, &v, NULL), ERR_INVALID);
}

void test_json__faults_say_where_but_never_repeat_the_text(void) {
    static const char *const bad[] = {"{\n  \"ok\": 1,\n  \"pan\": ABCDE1234F\n}", "[\"ABCDE1234F]",
                                      "{\"x\":1,\"ABCDE1234F\":1,\"ABCDE1234F\":2}", "{\"a\":'ABCDE1234F'}",
                                      "[\"\\qABCDE1234F\"]", "{\"a\":1} ABCDE1234F"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        json_t *v;
        struct fault f = {0};
        CU_ASSERT_EQUAL(json_parse(bad[i], strlen(bad[i]), &JSON_LIMITS_BODY, &v, &f), ERR_INVALID);
        CU_ASSERT_PTR_NULL(strstr(f.text, "ABCDE"));
        if (i == 0) CU_ASSERT_STRING_EQUAL(f.where, "3:14");
    }
}

void test_json__limits(void) {
    char deep[64] = "";
    json_t *v;
    struct fault f;
    for (unsigned depth = 1; depth <= 20; depth++) {
        for (unsigned i = 0; i < depth; i++) deep[i] = '[', deep[2 * depth - 1 - i] = ']';
        deep[2 * depth] = '\0';
        enum err e = json_parse(deep, 2 * depth, &JSON_LIMITS_BODY, &v, &f);
        CU_ASSERT_EQUAL(e, depth <= 16 ? OK : ERR_LIMIT);
        json_decref(v);
    }
    const char *brackets_in_text = "\"[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[\"";
    CU_ASSERT_EQUAL(json_parse(brackets_in_text, strlen(brackets_in_text), &JSON_LIMITS_BODY, &v, &f), OK);
    json_decref(v);
    size_t n = JSON_LIMITS_BODY.bytes + 1;
    char *big = malloc(n);
    memset(big, ' ', n);
    big[0] = '1';
    CU_ASSERT_EQUAL(json_parse(big, n, &JSON_LIMITS_BODY, &v, &f), ERR_LIMIT);
    CU_ASSERT_EQUAL(json_parse(big, n - 1, &JSON_LIMITS_BODY, &v, &f), OK);
    json_decref(v);
    memset(big, '[', n);
    CU_ASSERT_EQUAL(json_parse(big, n - 1, &JSON_LIMITS_BODY, &v, &f), ERR_LIMIT);
    free(big);
}

void test_json__written_forms(void) {
    static const struct {
        const char *in, *plain, *canonical;
    } cases[] = {
        {"{\"b\":1,\"a\":[1.0,true,null]}", "{\"b\":1,\"a\":[1.0,true,null]}", "{\"a\":[1,true,null],\"b\":1}"},
        {"0.1", "0.1", "0.1"}, {"1e2", "100.0", "100"}, {"-0.0", "-0.0", "0"}, {"1e300", "1e+300", "1e+300"},
        {"1e18", "1e+18", "1000000000000000000"}, {"0.30000000000000004", "0.30000000000000004", "0.30000000000000004"},
        {"9223372036854775807", "9223372036854775807", "9223372036854775807"},
        {"-9223372036854775808", "-9223372036854775808", "-9223372036854775808"},
        {"\"\\u20b9\\n\"", "\"\xE2\x82\xB9\\n\"", "\"\xE2\x82\xB9\\n\""}, {"{}", "{}", "{}"}, {"[]", "[]", "[]"},
        {"{\"a\":1,\"B\":2,\"aa\":3,\"\xC3\xA9\":4}", "{\"a\":1,\"B\":2,\"aa\":3,\"\xC3\xA9\":4}",
         "{\"B\":2,\"a\":1,\"aa\":3,\"\xC3\xA9\":4}"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        json_auto_t *v = read_own(cases[i].in);
        AUTO(buf_reset) struct buf b;
        buf_init(&b, 1000);
        CU_ASSERT_EQUAL(json_write(v, &b), OK);
        CU_ASSERT_STRING_EQUAL(buf_text(&b), cases[i].plain);
        buf_clear(&b);
        CU_ASSERT_EQUAL(json_canonical(v, &b), OK);
        CU_ASSERT_STRING_EQUAL(buf_text(&b), cases[i].canonical);
    }
}

/* A random value, of at most `depth` levels. */
static json_t *random_value(struct rng *r, unsigned depth) {
    json_t *v;
    char key[8];
    switch (rng_below(r, depth ? 8 : 6)) {
    case 0: return json_null();
    case 1: return json_boolean(rng_below(r, 2));
    case 2: return json_integer((json_int_t)(rng_u64(r) >> rng_below(r, 64)));
    case 3: return json_real(ldexp(rng_unit(r) - 0.5, (int)rng_below(r, 200) - 100));
    case 4: return json_real((double)rng_below(r, 50));
    case 5: snprintf(key, sizeof key, "%c\xC3\xA9\n\"", (int)(1 + rng_below(r, 127))); return json_string(key);
    case 6:
        v = json_array();
        for (uint64_t n = rng_below(r, 5); n; n--) json_array_append_new(v, random_value(r, depth - 1));
        return v;
    default:
        v = json_object();
        for (uint64_t n = rng_below(r, 40); n; n--) {
            snprintf(key, sizeof key, "k%d", (int)rng_below(r, 60));
            json_object_set_new(v, key, random_value(r, depth > 2 ? 2 : depth - 1));
        }
        return v;
    }
}

/* The same value with every object filled in another order and whole numbers written as reals. */
static json_t *shuffled(const json_t *v, struct rng *r) {
    if (json_is_integer(v) && llabs(json_integer_value(v)) < 1LL << 53 && rng_below(r, 2))
        return json_real((double)json_integer_value(v));
    if (json_is_array(v)) {
        json_t *out = json_array();
        for (size_t i = 0; i < json_array_size(v); i++)
            json_array_append_new(out, shuffled(json_array_get(v, i), r));
        return out;
    }
    if (!json_is_object(v)) return json_deep_copy(v);
    json_t *out = json_object();
    for (int pass = 0; pass < 2; pass++) {
        const char *key;
        json_t *item;
        json_object_foreach((json_t *)v, key, item) {
            if ((key[1] + key[2]) % 2 == pass) json_object_set_new(out, key, shuffled(item, r));
        }
    }
    return out;
}

void test_json__random_values_read_back_and_have_one_canonical_form(void) {
    struct rng r;
    rng_seed(&r, 23);
    for (int i = 0; i < 3000; i++) {
        json_auto_t *v = random_value(&r, 4);
        AUTO(buf_reset) struct buf text, a, b;
        buf_init(&text, 1 << 20), buf_init(&a, 1 << 20), buf_init(&b, 1 << 20);
        CU_ASSERT_EQUAL_FATAL(json_write(v, &text), OK);
        json_auto_t *back = read_own(buf_text(&text));
        CU_ASSERT_TRUE_FATAL(json_equal(v, back)); /* also the type: a real stays a real */
        json_auto_t *other = shuffled(v, &r);
        CU_ASSERT_EQUAL(json_canonical(v, &a), OK);
        CU_ASSERT_EQUAL(json_canonical(other, &b), OK);
        CU_ASSERT_STRING_EQUAL_FATAL(buf_text(&a), buf_text(&b));
        char x[65], y[65];
        CU_ASSERT_EQUAL(json_hash(v, x), OK);
        CU_ASSERT_EQUAL(json_hash(other, y), OK);
        CU_ASSERT_STRING_EQUAL(x, y);
    }
}

void test_json__writing_meets_its_ceilings(void) {
    AUTO(buf_reset) struct buf b;
    buf_init(&b, 5);
    json_auto_t *v = json_string("loan"), *self = json_array();
    CU_ASSERT_EQUAL(json_write(v, &b), ERR_LIMIT);
    buf_clear(&b);
    CU_ASSERT_EQUAL(json_write(NULL, &b), ERR_NOMEM);
    json_t *inner = self;
    for (int i = 0; i < 300; i++) {
        json_t *next = json_array();
        json_array_append_new(inner, next);
        inner = next;
    }
    struct buf big;
    buf_init(&big, 10000);
    CU_ASSERT_EQUAL(json_write(self, &big), ERR_LIMIT);
    buf_reset(&big);
}

void test_json__paths_and_fields(void) {
    json_auto_t *v = read_own("{\"a\":{\"b\":{\"c\":7},\"n\":null},\"t\":\"x\",\"i\":5,\"r\":2.5,\"f\":false}");
    CU_ASSERT_EQUAL(json_integer_value(json_at(v, "a.b.c")), 7);
    CU_ASSERT_TRUE(json_is_object(json_at(v, "a")));
    static const char *const none[] = {"a.n", "a.x", "x", "a.b.c.d", "", ".", "a.", ".a", "a..b", "t.x"};
    for (size_t i = 0; i < ARRAY_LEN(none); i++) CU_ASSERT_PTR_NULL(json_at(v, none[i]));
    CU_ASSERT_PTR_NULL(json_at(NULL, "a"));
    CU_ASSERT_STRING_EQUAL(json_text(v, "t", "no"), "x");
    CU_ASSERT_STRING_EQUAL(json_text(v, "i", "no"), "no");
    CU_ASSERT_EQUAL(json_int(v, "i", -1), 5);
    CU_ASSERT_EQUAL(json_int(v, "r", -1), -1);
    CU_ASSERT_FALSE(json_bool(v, "f", true));
    CU_ASSERT_TRUE(json_bool(v, "i", true));
    CU_ASSERT_EQUAL(json_int(NULL, "i", 3), 3);
    CU_ASSERT_EQUAL(json_put_take(v, "new", json_integer(1)), OK);
    CU_ASSERT_EQUAL(json_int(v, "new", 0), 1);
    CU_ASSERT_EQUAL(json_put_take(v, "new", NULL), ERR_NOMEM);
    CU_ASSERT_EQUAL(json_put_take(NULL, "new", json_integer(1)), ERR_NOMEM);
}

static void there_and_back(void *who) {
    (void)who;
    static const char text[] = "{\"a\":[1,2.5,\"three\",{\"b\":null,\"c\":[]}],\"d\":{\"e\":\"f\"}}";
    json_t *v = NULL;
    enum err e = json_parse(text, sizeof text - 1, &JSON_LIMITS_BODY, &v, NULL);
    CU_ASSERT(e == OK || torture_hit()); /* Jansson calls some of its lacks of memory "invalid" */
    AUTO(buf_reset) struct buf b;
    buf_init(&b, 1000);
    if (!e) e = json_canonical(v, &b);
    CU_ASSERT(e == OK || torture_hit());
    char hash[65];
    if (!e) e = json_hash(v, hash);
    CU_ASSERT(e == OK || torture_hit());
    json_decref(v);
}

void test_json__survives_no_memory(void) {
    CU_ASSERT(torture_run(there_and_back, NULL) > 20);
}
