#include "base/rng.h"

#include <CUnit/CUnit.h>
#include <math.h>
#include <string.h>

void test_rng__first_numbers_of_the_reference(void) {
    /* xoshiro256** with state 1, 2, 3, 4: the first outputs of the authors' C program */
    struct rng r = {{1, 2, 3, 4}};
    static const uint64_t expected[] = {11520, 0, 1509978240, UINT64_C(1215971899390074240)};
    for (int i = 0; i < 4; i++) CU_ASSERT_EQUAL(rng_u64(&r), expected[i]);
    /* splitmix64 from 0, as published with it */
    rng_seed(&r, 0);
    CU_ASSERT_EQUAL(r.s[0], UINT64_C(0xE220A8397B1DCDAF));
    CU_ASSERT_EQUAL(r.s[1], UINT64_C(0x6E789E6AA1B965F4));
}

void test_rng__same_seed_same_story(void) {
    struct rng a, b;
    rng_seed(&a, 42);
    rng_seed(&b, 42);
    unsigned char x[37], y[37];
    rng_bytes(&a, x, sizeof x);
    rng_bytes(&b, y, sizeof y);
    CU_ASSERT_EQUAL(memcmp(x, y, sizeof x), 0);
    rng_seed(&b, 43);
    CU_ASSERT_NOT_EQUAL(rng_u64(&a), rng_u64(&b));
    rng_seed_kernel(&a);
    rng_seed_kernel(&b);
    CU_ASSERT_NOT_EQUAL(rng_u64(&a), rng_u64(&b));
}

void test_rng__below_is_even(void) {
    struct rng r;
    rng_seed(&r, 7);
    static const uint64_t sizes[] = {1, 2, 3, 7, 10, 100};
    for (size_t i = 0; i < 6; i++) {
        uint64_t n = sizes[i], count[100] = {0}, draws = 20000 * n;
        for (uint64_t j = 0; j < draws; j++) {
            uint64_t v = rng_below(&r, n);
            CU_ASSERT_FATAL(v < n);
            count[v]++;
        }
        for (uint64_t j = 0; j < n; j++) /* 20,000 expected, 6 standard deviations */
            CU_ASSERT(fabs((double)count[j] - 20000) < 6 * sqrt(20000) + (n == 1));
    }
    for (int i = 0; i < 1000; i++) CU_ASSERT(rng_below(&r, UINT64_MAX) < UINT64_MAX);
}

void test_rng__unit_fills_the_interval(void) {
    struct rng r;
    rng_seed(&r, 9);
    double sum = 0;
    for (int i = 0; i < 100000; i++) {
        double v = rng_unit(&r);
        CU_ASSERT_FATAL(v >= 0 && v < 1);
        sum += v;
    }
    CU_ASSERT(fabs(sum / 100000 - 0.5) < 0.005);
}
