#include "base/buf.h"

#include <CUnit/CUnit.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "tests/harness/torture.h"

void test_buf__grows_and_terminates(void) {
    AUTO(buf_reset) struct buf b;
    buf_init(&b, 1 << 20);
    CU_ASSERT_STRING_EQUAL(buf_text(&b), "");
    for (int i = 0; i < 1000; i++) buf_addf(&b, "%d,", i);
    CU_ASSERT_TRUE(buf_ok(&b));
    CU_ASSERT_EQUAL(b.len, 10 * 2 + 90 * 3 + 900 * 4);
    CU_ASSERT_EQUAL(strlen(buf_text(&b)), b.len);
    CU_ASSERT_NSTRING_EQUAL(buf_text(&b) + b.len - 8, "998,999,", 8);
}

void test_buf__ceiling_is_exact_and_sticks(void) {
    AUTO(buf_reset) struct buf b;
    buf_init(&b, 10);
    buf_adds(&b, "0123456789");
    CU_ASSERT_TRUE(buf_ok(&b));
    CU_ASSERT_EQUAL(buf_err(&b), OK);
    buf_addc(&b, 'x');
    CU_ASSERT_FALSE(buf_ok(&b));
    CU_ASSERT_EQUAL(buf_err(&b), ERR_LIMIT);
    CU_ASSERT_STRING_EQUAL(buf_text(&b), "0123456789");
    buf_clear(&b);
    CU_ASSERT_TRUE(buf_ok(&b));
    buf_adds(&b, "abc");
    buf_addf(&b, "%d", 12345678);
    CU_ASSERT_EQUAL(buf_err(&b), ERR_LIMIT);
    CU_ASSERT_STRING_EQUAL(buf_text(&b), "abc"); /* no half of a formatted piece */
    buf_adds(&b, "");
    CU_ASSERT_FALSE(buf_ok(&b));
}

void test_buf__no_format_passes_the_ceiling(void) {
    for (size_t ceiling = 0; ceiling < 200; ceiling++) {
        AUTO(buf_reset) struct buf b;
        buf_init(&b, ceiling);
        while (buf_ok(&b)) buf_addf(&b, "%s-%d;", "piece", 12);
        CU_ASSERT(b.len <= ceiling && ceiling - b.len < 9);
        CU_ASSERT_EQUAL(b.len % 9, 0);
        CU_ASSERT_EQUAL(strlen(buf_text(&b)), b.len);
    }
}

static char *json_of(const char *bytes, size_t n) {
    struct buf b;
    buf_init(&b, 4096);
    buf_add_json_string(&b, bytes, n);
    return buf_take(&b, NULL);
}

void test_buf__json_strings_read_back(void) {
    struct rng r;
    rng_seed(&r, 1);
    for (int i = 0; i < 2000; i++) {
        char bytes[40];
        size_t n = rng_below(&r, sizeof bytes);
        for (size_t j = 0; j < n; j++)
            bytes[j] = (char)(i % 2 ? 1 + rng_below(&r, 127) : rng_below(&r, 256));
        char *text = json_of(bytes, n);
        json_t *v = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(v); /* whatever the bytes are, the text is JSON */
        if (i % 2) {
            CU_ASSERT_EQUAL(json_string_length(v), n);
            CU_ASSERT_EQUAL(memcmp(json_string_value(v), bytes, n), 0);
        }
        json_decref(v);
        free(text);
    }
}

void test_buf__json_string_forms(void) {
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"", "\"\""},
        {"a\"b\\c\n\t\r\b\f/", "\"a\\\"b\\\\c\\n\\t\\r\\b\\f/\""},
        {"\x01\x1f\x7f", "\"\\u0001\\u001f\x7f\""},
        {"\xE0\xA4\xB0\xE2\x82\xB9", "\"\xE0\xA4\xB0\xE2\x82\xB9\""},
        {"a\xC0\xAFz", "\"a\xEF\xBF\xBD\xEF\xBF\xBDz\""},
        {"\xE2\x82", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *text = json_of(cases[i].in, strlen(cases[i].in));
        CU_ASSERT_STRING_EQUAL(text, cases[i].out);
        free(text);
    }
}

void test_buf__base64_vectors_of_rfc4648(void) {
    static const char *const cases[][2] = {{"", ""},         {"f", "Zg=="},     {"fo", "Zm8="},
                                           {"foo", "Zm9v"},  {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}, {"\xff\xfe\xfd", "//79"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO(buf_reset) struct buf b;
        buf_init(&b, 100);
        buf_add_base64(&b, cases[i][0], strlen(cases[i][0]));
        CU_ASSERT_STRING_EQUAL(buf_text(&b), cases[i][1]);
    }
}

void test_buf__base64_reads_back_and_refuses_what_is_none(void) {
    struct rng r;
    rng_seed(&r, 7);
    for (size_t n = 0; n < 100; n++) {
        char bytes[100];
        rng_bytes(&r, bytes, n);
        AUTO(buf_reset) struct buf text, back;
        buf_init(&text, 200), buf_init(&back, 200);
        buf_add_base64(&text, bytes, n);
        size_t whole = text.len;
        while (text.len && text.data[text.len - 1] == '=') text.len--;
        for (size_t len = text.len; len <= whole; len += whole > text.len ? whole - text.len : 1) {
            buf_clear(&back);
            CU_ASSERT_EQUAL(buf_add_from_base64(&back, buf_text(&text), len), OK);
            CU_ASSERT_EQUAL_FATAL(back.len, n);
            CU_ASSERT_EQUAL(memcmp(buf_text(&back), bytes, n), 0);
        }
    }
    static const char *const bad[] = {"A", "Zg=a", "Zm9v*m", "Zm 9", "====", "Zg===", "Zm9vA", "-_-_"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        AUTO(buf_reset) struct buf b;
        buf_init(&b, 100);
        CU_ASSERT_EQUAL(buf_add_from_base64(&b, bad[i], strlen(bad[i])), ERR_INVALID);
    }
    AUTO(buf_reset) struct buf small;
    buf_init(&small, 2);
    CU_ASSERT_EQUAL(buf_add_from_base64(&small, "Zm9v", 4), ERR_LIMIT);
}

void test_buf__take_moves_ownership(void) {
    struct buf b;
    buf_init(&b, 100);
    size_t n = 99;
    char *empty = buf_take(&b, &n);
    CU_ASSERT_STRING_EQUAL(empty, "");
    CU_ASSERT_EQUAL(n, 0);
    free(empty);
    buf_adds(&b, "abc");
    char *text = buf_take(&b, &n);
    CU_ASSERT_STRING_EQUAL(text, "abc");
    CU_ASSERT_EQUAL(n, 3);
    CU_ASSERT_STRING_EQUAL(buf_text(&b), "");
    free(text);
    for (int i = 0; i < 101; i++) buf_addc(&b, 'x');
    CU_ASSERT_PTR_NULL(buf_take(&b, &n));
    CU_ASSERT_TRUE(buf_ok(&b));
}

static void write_much(void *who) {
    (void)who;
    AUTO(buf_reset) struct buf b;
    buf_init(&b, 100000);
    for (int i = 0; i < 500; i++) buf_addf(&b, "%s %d", "number", i);
    buf_add_json_string(&b, "a\nb", 3);
    CU_ASSERT(buf_ok(&b) ? !torture_hit() : buf_err(&b) == ERR_NOMEM);
}

void test_buf__survives_no_memory(void) {
    CU_ASSERT(torture_run(write_much, NULL) >= 7);
}
