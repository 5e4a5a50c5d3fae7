/* bucket_test.c - the bucket against a slow count of the same thing; its promises. */
#include "connectors/bucket.h"

#include <CUnit/CUnit.h>

#include "base/rng.h"

#define S INT64_C(1000000)

void test_bucket__starts_empty_and_fills_up_to_its_burst(void) {
    struct bucket b;
    bucket_init(&b, 10, 5, 1000 * S);
    CU_ASSERT_EQUAL(bucket_take(&b, 3, 1000 * S), 0);
    CU_ASSERT(bucket_wait_us(&b, 1000 * S) >= S / 10 && bucket_wait_us(&b, 1000 * S) <= S / 10 + 1);
    CU_ASSERT_EQUAL(bucket_take(&b, 3, 1000 * S + S / 10), 1);
    CU_ASSERT_EQUAL(bucket_take(&b, 100, 2000 * S), 5);
    CU_ASSERT_EQUAL(bucket_take(&b, 100, 2000 * S), 0);
}

void test_bucket__a_burst_under_one_still_lets_one_through(void) {
    struct bucket b;
    bucket_init(&b, 0.5, 0.1, 0);
    CU_ASSERT_EQUAL(bucket_take(&b, 1, S), 0);
    CU_ASSERT_EQUAL(bucket_take(&b, 1, 2 * S), 1);
    CU_ASSERT_EQUAL(bucket_take(&b, 9, 100 * S), 1);
}

/* Asked at random instants for random amounts, always more than there is: over any while it gives rate * time. */
void test_bucket__is_exact_over_a_long_time(void) {
    static const double rates[] = {1, 3, 7.5, 100, 999, 2500};
    for (size_t k = 0; k < sizeof rates / sizeof *rates; k++) {
        struct bucket b;
        struct rng rng;
        rng_seed(&rng, k + 1);
        bucket_init(&b, rates[k], rates[k] + 1, 0);
        uint64_t got = 0;
        int64_t now = 0;
        while (now < 600 * S) {
            now += (int64_t)rng_below(&rng, 90000);
            got += bucket_take(&b, 1000000, now);
        }
        double due = rates[k] * (double)now / 1e6;
        CU_ASSERT((double)got <= due + 1e-3 && (double)got >= due - 1.001);
    }
}

void test_bucket__what_it_says_to_wait_is_enough_and_not_much_more(void) {
    struct bucket b;
    struct rng rng;
    rng_seed(&rng, 5);
    bucket_init(&b, 37, 10, 0);
    int64_t now = 0;
    for (int i = 0; i < 5000; i++) {
        int64_t wait = bucket_wait_us(&b, now);
        if (wait > 2) CU_ASSERT_EQUAL(bucket_take(&b, 1, now + wait - 2), 0);
        CU_ASSERT_EQUAL(bucket_take(&b, 1, now + wait), 1);
        now += wait + (int64_t)rng_below(&rng, 20000);
    }
}

void test_bucket__a_clock_that_stands_still_gives_nothing(void) {
    struct bucket b;
    bucket_init(&b, 1000, 10, 50 * S);
    CU_ASSERT_EQUAL(bucket_take(&b, 10, 49 * S), 0);
    CU_ASSERT_EQUAL(bucket_take(&b, 10, 50 * S + 10000), 10);
    CU_ASSERT_EQUAL(bucket_take(&b, 10, 50 * S), 0);
    CU_ASSERT_EQUAL(bucket_take(&b, 10, 50 * S + 10000), 0);
}

/* A hundred turned away in one instant come back one by one, and each finds a token. */
void test_bucket__promises_are_one_token_apart(void) {
    struct bucket tokens, promises;
    bucket_init(&tokens, 20, 1, 0);
    bucket_init(&promises, 20, 1, 0);
    int64_t before = 0, served = 0;
    for (int i = 0; i < 100; i++) {
        int64_t at = bucket_promise_us(&promises, 0, 0);
        CU_ASSERT(at >= before + S / 20);
        before = at;
        served += bucket_take(&tokens, 1, at);
    }
    CU_ASSERT_EQUAL(served, 100);
    CU_ASSERT(bucket_promise_us(&promises, 40, 0) >= 5 * S);       /* never before those that are promised already */
    CU_ASSERT(bucket_promise_us(&promises, 400, 0) >= 20 * S);     /* nor before those that wait */
    CU_ASSERT(bucket_promise_us(&promises, 0, 1000 * S) <= S / 10); /* what is past is past */
}
