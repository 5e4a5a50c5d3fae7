#include "base/text.h"

#include <CUnit/CUnit.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"

void test_text__integers(void) {
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {{"0", 0}, {"-0", 0}, {"007", 7}, {"-12", -12},
                {"9223372036854775807", INT64_MAX}, {"-9223372036854775808", INT64_MIN}};
    static const char *const bad[] = {"", "-", "+1", " 1", "1 ", "1a", "1.0", "0x1", "--1",
                                      "9223372036854775808", "-9223372036854775809",
                                      "99999999999999999999999"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        int64_t v = -1;
        CU_ASSERT_EQUAL(text_i64(good[i].text, strlen(good[i].text), &v), OK);
        CU_ASSERT_EQUAL(v, good[i].value);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        int64_t v = 77;
        CU_ASSERT_EQUAL(text_i64(bad[i], strlen(bad[i]), &v), ERR_INVALID);
        CU_ASSERT_EQUAL(v, 77);
    }
}

void test_text__integers_read_back(void) {
    struct rng r;
    rng_seed(&r, 5);
    for (int i = 0; i < 5000; i++) {
        int64_t v = (int64_t)(rng_u64(&r) >> rng_below(&r, 64)), got;
        if (i % 2) v = (int64_t)-(uint64_t)v;
        char text[32];
        int n = snprintf(text, sizeof text, "%" PRId64, v);
        CU_ASSERT_EQUAL(text_i64(text, (size_t)n, &got), OK);
        CU_ASSERT_EQUAL(got, v);
    }
}

void test_text__distance(void) {
    static const struct {
        const char *a, *b;
        unsigned d;
    } cases[] = {{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"abc", "abd", 1},
                 {"amount", "amuont", 1}, {"kitten", "sitting", 3}, {"ca", "abc", 3}, {"ab", "ba", 1},
                 {"within", "withing", 1}, {"flaw", "lawn", 2}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CU_ASSERT_EQUAL(text_distance(cases[i].a, cases[i].b), cases[i].d);
        CU_ASSERT_EQUAL(text_distance(cases[i].b, cases[i].a), cases[i].d);
    }
    char a[66], b[65];
    memset(a, 'a', 65), a[65] = '\0';
    memset(b, 'b', 64), b[64] = '\0';
    CU_ASSERT_EQUAL(text_distance(a, "a"), 64);
    CU_ASSERT_EQUAL(text_distance(b, a + 1), 64);
    CU_ASSERT_EQUAL(text_distance(b, b), 0);
}

void test_text__nearest(void) {
    static const char *const words[] = {"step", "stuck", "saga", "send", "wait", "when", "within",
                                        "otherwise", "if", NULL};
    CU_ASSERT_STRING_EQUAL(text_nearest("setp", words), "step");
    CU_ASSERT_STRING_EQUAL(text_nearest("wihtin", words), "within");
    CU_ASSERT_STRING_EQUAL(text_nearest("othrwise", words), "otherwise");
    CU_ASSERT_STRING_EQUAL(text_nearest("wait", words), "wait");
    CU_ASSERT_PTR_NULL(text_nearest("negotiate", words));
    CU_ASSERT_PTR_NULL(text_nearest("xy", words));
    CU_ASSERT_PTR_NULL(text_nearest("", words));
}

/* The well-formed byte sequences of the Unicode standard, table 3-7, written out again. */
static bool by_table(const unsigned char *s, size_t n) {
    static const unsigned char rows[][9] = {
        {1, 0x00, 0x7F},
        {2, 0xC2, 0xDF, 0x80, 0xBF},
        {3, 0xE0, 0xE0, 0xA0, 0xBF, 0x80, 0xBF},
        {3, 0xE1, 0xEC, 0x80, 0xBF, 0x80, 0xBF},
        {3, 0xED, 0xED, 0x80, 0x9F, 0x80, 0xBF},
        {3, 0xEE, 0xEF, 0x80, 0xBF, 0x80, 0xBF},
        {4, 0xF0, 0xF0, 0x90, 0xBF, 0x80, 0xBF, 0x80, 0xBF},
        {4, 0xF1, 0xF3, 0x80, 0xBF, 0x80, 0xBF, 0x80, 0xBF},
        {4, 0xF4, 0xF4, 0x80, 0x8F, 0x80, 0xBF, 0x80, 0xBF},
    };
    while (n) {
        size_t step = 0;
        for (size_t i = 0; i < ARRAY_LEN(rows) && !step; i++) {
            size_t len = rows[i][0], j = 0;
            while (j < len && j < n && s[j] >= rows[i][1 + 2 * j] && s[j] <= rows[i][2 + 2 * j]) j++;
            if (j == len) step = len;
        }
        if (!step) return false;
        s += step, n -= step;
    }
    return true;
}

void test_text__utf8_against_the_table(void) {
    unsigned char s[4];
    for (unsigned v = 0; v < 0x10000; v++) {
        s[0] = (unsigned char)(v >> 8), s[1] = (unsigned char)v;
        CU_ASSERT_EQUAL_FATAL(text_is_utf8((char *)s, 2), by_table(s, 2));
    }
    static const unsigned char edges[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0,
                                          0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0,
                                          0xF1, 0xF3, 0xF4, 0xF5, 0xFF};
    size_t n = ARRAY_LEN(edges);
    for (size_t i = 0; i < n * n * n * n; i++) {
        size_t k = i;
        for (int j = 0; j < 4; j++, k /= n) s[j] = edges[k % n];
        CU_ASSERT_EQUAL_FATAL(text_is_utf8((char *)s, 4), by_table(s, 4));
    }
}

void test_text__trim_utf8_cuts_only_half_characters(void) {
    static const char *const cases[][2] = {
        {"", ""}, {"abc", "abc"}, {"a\xE2\x82\xB9", "a\xE2\x82\xB9"}, {"a\xE2\x82", "a"},
        {"a\xE2", "a"}, {"\xF0\x9F\x98", ""}, {"\xC3\xA9", "\xC3\xA9"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char s[16];
        CU_ASSERT_TRUE(text_copy(s, sizeof s, cases[i][0]));
        text_trim_utf8(s);
        CU_ASSERT_STRING_EQUAL(s, cases[i][1]);
    }
}

void test_text__small_questions(void) {
    CU_ASSERT_TRUE(text_starts("loan.lua", "loan") && text_starts("x", "") && !text_starts("lo", "loan"));
    CU_ASSERT_TRUE(text_ends("loan.lua", ".lua") && text_ends("x", "") && !text_ends("lua", ".lua"));
    CU_ASSERT_TRUE(text_eq(NULL, NULL) && text_eq("a", "a") && !text_eq("a", NULL) && !text_eq(NULL, "a"));
    CU_ASSERT_TRUE(text_same_secret("abc", "abc", 3) && !text_same_secret("abc", "abd", 3));
    CU_ASSERT_TRUE(text_same_secret("abc", "abd", 2) && text_same_secret("a", "b", 0));
    char s[4];
    CU_ASSERT_TRUE(text_copy(s, 4, "abc"));
    CU_ASSERT_FALSE(text_copy(s, 4, "wxyz"));
    CU_ASSERT_STRING_EQUAL(s, "wxy");
    CU_ASSERT_FALSE(text_copy(s, 0, ""));
    CU_ASSERT_TRUE(text_copy(s, 4, NULL));
    CU_ASSERT_STRING_EQUAL(s, "");
}
