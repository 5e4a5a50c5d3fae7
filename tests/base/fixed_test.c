#include "base/fixed.h"

#include <CUnit/CUnit.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

/* Numbers that are often small, often extreme. */
static int64_t some(struct rng *r) {
    static const int64_t edges[] = {0, 1, -1, 2, -2, 999999, 1000000, -1000000, INT64_MAX, INT64_MIN,
                                    INT64_MAX - 1, INT64_MIN + 1, INT64_C(1) << 32};
    if (rng_below(r, 4) == 0) return edges[rng_below(r, ARRAY_LEN(edges))];
    int64_t v = (int64_t)(rng_u64(r) >> rng_below(r, 63) >> 1);
    return rng_below(r, 2) ? v : -v;
}

/* The oracle: long division of magnitudes, one bit at a time, then the rounding rule in words. */
static bool slow_muldiv(int64_t a, int64_t b, int64_t d, int64_t *out) {
    if (!d) return false;
    bool minus = (a < 0) ^ (b < 0) ^ (d < 0);
    unsigned __int128 n = (unsigned __int128)(a < 0 ? -(uint64_t)a : (uint64_t)a) *
                          (b < 0 ? -(uint64_t)b : (uint64_t)b);
    uint64_t by = d < 0 ? -(uint64_t)d : (uint64_t)d;
    unsigned __int128 q = 0, rest = 0;
    for (int bit = 127; bit >= 0; bit--) {
        rest = rest << 1 | (n >> bit & 1);
        q <<= 1;
        if (rest >= by) rest -= by, q |= 1;
    }
    unsigned __int128 twice = rest * 2;
    if (twice > by || (twice == by && q % 2 == 1)) q++;
    unsigned __int128 most = (unsigned __int128)INT64_MAX + minus;
    if (q > most) return false;
    *out = minus ? (int64_t)-(uint64_t)q : (int64_t)q;
    return true;
}

void test_fixed__muldiv_against_long_division(void) {
    struct rng r;
    rng_seed(&r, 17);
    unsigned fits = 0, odd_halves = 0;
    for (int i = 0; i < 200000; i++) {
        int64_t a = some(&r), b = some(&r), d = some(&r), want = 5, got = 5;
        if (i % 3 == 0) a = some(&r) % 100, b = some(&r) % 100, d = (int64_t)rng_below(&r, 9) - 4;
        bool ok = slow_muldiv(a, b, d, &want);
        CU_ASSERT_EQUAL_FATAL(fixed_muldiv(a, b, d, &got), ok);
        CU_ASSERT_EQUAL_FATAL(got, want); /* both still 5 when it does not fit */
        fits += ok;
        odd_halves += ok && d && (a * (__int128)b * 2) % d == 0 && (a * (__int128)b) % d != 0;
    }
    CU_ASSERT(fits > 50000 && odd_halves > 1000); /* the cases that matter were met */
}

void test_fixed__half_goes_to_even(void) {
    static const struct {
        int64_t a, b, d, want;
    } cases[] = {{1, 1, 2, 0}, {3, 1, 2, 2}, {5, 1, 2, 2}, {-1, 1, 2, 0}, {-3, 1, 2, -2},
                 {-5, 1, 2, -2}, {7, 1, -2, -4}, {25000000, 40000, 1000000, 1000000}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t got = 99;
        CU_ASSERT_TRUE(fixed_muldiv(cases[i].a, cases[i].b, cases[i].d, &got));
        CU_ASSERT_EQUAL(got, cases[i].want);
    }
}

void test_fixed__add_and_sub_refuse_to_wrap(void) {
    struct rng r;
    rng_seed(&r, 18);
    for (int i = 0; i < 100000; i++) {
        int64_t a = some(&r), b = some(&r), sum = 3, less = 3;
        __int128 s = (__int128)a + b, l = (__int128)a - b;
        bool s_fits = s >= INT64_MIN && s <= INT64_MAX, l_fits = l >= INT64_MIN && l <= INT64_MAX;
        CU_ASSERT_EQUAL(fixed_add(a, b, &sum), s_fits);
        CU_ASSERT_EQUAL(sum, s_fits ? (int64_t)s : 3);
        CU_ASSERT_EQUAL(fixed_sub(a, b, &less), l_fits);
        CU_ASSERT_EQUAL(less, l_fits ? (int64_t)l : 3);
    }
}

void test_fixed__text_reads_back(void) {
    struct rng r;
    rng_seed(&r, 19);
    for (int i = 0; i < 100000; i++) {
        int64_t v = some(&r), got = 1;
        char text[32];
        fixed_text(v, text);
        CU_ASSERT_EQUAL_FATAL(fixed_parse(text, strlen(text), &got), OK);
        CU_ASSERT_EQUAL_FATAL(got, v);
        CU_ASSERT(!strchr(text, '.') || text[strlen(text) - 1] != '0'); /* the shortest */
    }
}

void test_fixed__parse(void) {
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {{"12", 12000000}, {"0.5", 500000}, {"-3.25", -3250000}, {"0.000001", 1}, {"-0", 0},
                {"007.10", 7100000}, {"9223372036854.775807", INT64_MAX},
                {"-9223372036854.775808", INT64_MIN}};
    static const char *const bad[] = {"", "-", ".", ".5", "5.", "1,000", "1.0000001", "1e3", "+1", " 1",
                                      "1.2.3", "--1", "9223372036854.775808", "0x10", "NaN",
                                      "-9223372036854.775809", "99999999999999999999"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        int64_t v = -1;
        CU_ASSERT_EQUAL(fixed_parse(good[i].text, strlen(good[i].text), &v), OK);
        CU_ASSERT_EQUAL(v, good[i].value);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        int64_t v = -1;
        CU_ASSERT_EQUAL(fixed_parse(bad[i], strlen(bad[i]), &v), ERR_INVALID);
        CU_ASSERT_EQUAL(v, -1);
    }
}

void test_fixed__doubles_round_by_their_exact_value(void) {
    static const struct {
        double v;
        int64_t want;
    } cases[] = {{0, 0}, {-0.0, 0}, {0.5, 500000}, {0.1, 100000}, {-2.675, -2675000}, {1e-7, 0},
                 {0x1p-21, 0}, /* 0.476837... millionths */
                 {0.0000005, 0}, /* the double lies just below the half */
                 {0x1.8p-7, 11719}, /* 11718.75 */ {1e-300, 0}, {5e-324, 0}, {9.2e12, INT64_C(9200000000000000000)}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t got = 77;
        CU_ASSERT_EQUAL(fixed_from_double(cases[i].v, &got), OK);
        CU_ASSERT_EQUAL(got, cases[i].want);
    }
    static const double bad[] = {NAN, INFINITY, -INFINITY, 9.3e12, -9.3e12, 1e300, 1e19};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        int64_t got = 77;
        CU_ASSERT_EQUAL(fixed_from_double(bad[i], &got), ERR_INVALID);
        CU_ASSERT_EQUAL(got, 77);
    }
}

void test_fixed__doubles_against_their_printed_digits(void) {
    struct rng r;
    rng_seed(&r, 20);
    for (int i = 0; i < 50000; i++) {
        double v = ldexp(rng_unit(&r) - 0.5, (int)rng_below(&r, 60) - 18);
        char text[400];
        int64_t got, want;
        snprintf(text, sizeof text, "%.6f", v); /* glibc prints exactly, half to even */
        CU_ASSERT_EQUAL(fixed_from_double(v, &got), OK);
        CU_ASSERT_EQUAL_FATAL(fixed_parse(text, strlen(text), &want), OK);
        CU_ASSERT_EQUAL_FATAL(got, want);
    }
}

void test_fixed__currencies_and_money(void) {
    static const struct {
        const char *code;
        int digits;
    } codes[] = {{"INR", 2}, {"USD", 2}, {"JPY", 0}, {"BHD", 3}, {"CLF", 4}, {"VND", 0}, {"XXX", -1},
                 {"inr", -1}, {"IN", -1}, {"", -1}, {"INRX", -1}, {"ED ", -1}, {"R I", -1}, {"NRI", -1}};
    for (size_t i = 0; i < ARRAY_LEN(codes); i++)
        CU_ASSERT_EQUAL(fixed_currency_digits(codes[i].code), codes[i].digits);
    CU_ASSERT_EQUAL(fixed_currency_digits(NULL), -1);
    char out[48];
    CU_ASSERT_STRING_EQUAL(fixed_money_text(25000000, "INR", out), "INR 250000.00");
    CU_ASSERT_STRING_EQUAL(fixed_money_text(-5, "INR", out), "INR -0.05");
    CU_ASSERT_STRING_EQUAL(fixed_money_text(1234, "JPY", out), "JPY 1234");
    CU_ASSERT_STRING_EQUAL(fixed_money_text(1234, "BHD", out), "BHD 1.234");
    CU_ASSERT_STRING_EQUAL(fixed_money_text(INT64_MIN, "CLF", out), "CLF -922337203685477.5808");
    CU_ASSERT_STRING_EQUAL(fixed_money_text(12, "ABCDEF", out), "ABC 12 minor");
}
