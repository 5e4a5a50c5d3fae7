/* bucket_test.c - each source has its own, it fills again, and many sources are bounded. */
#include "api/bucket.h"

#include <CUnit/CUnit.h>
#include <stdio.h>

#include "tests/harness/torture.h"

static unsigned take_all(struct buckets *b, const char *source, int64_t now_ms) {
    unsigned n = 0;
    while (buckets_take(b, source, now_ms)) n++;
    return n;
}

void test_bucket__a_source_has_its_burst_and_its_rate(void) {
    struct buckets *b = buckets_new(10, 20);
    CU_ASSERT_PTR_NOT_NULL_FATAL(b);
    CU_ASSERT_EQUAL(take_all(b, "a", 1000), 20);
    CU_ASSERT_EQUAL(take_all(b, "b", 1000), 20); /* another's */
    CU_ASSERT_EQUAL(take_all(b, "a", 1099), 0);
    CU_ASSERT_EQUAL(take_all(b, "a", 1100), 1);
    CU_ASSERT_EQUAL(take_all(b, "a", 2100), 10);
    CU_ASSERT_EQUAL(take_all(b, "a", 1000), 0); /* a clock set back gives nothing */
    CU_ASSERT_EQUAL(take_all(b, "a", INT64_MAX), 20);
    unsigned n = 0;
    for (int64_t ms = 0; ms < 60000; ms += 7) n += buckets_take(b, "steady", ms);
    CU_ASSERT_TRUE(n >= 619 && n <= 620); /* 20 at once, and 10 a second for a minute */
    buckets_free(b);
}

void test_bucket__many_sources_are_bounded(void) {
    struct buckets *b = buckets_new(1, 2);
    char source[24];
    for (int i = 0; i < 30000; i++) {
        (void)snprintf(source, sizeof source, "s%d", i);
        bool taken = buckets_take(b, source, 5);
        CU_ASSERT_EQUAL(taken, i < 10002); /* past the ceiling all share one */
    }
    CU_ASSERT_TRUE(buckets_take(b, "new", 60000)); /* by then they are full again, and forgotten */
    CU_ASSERT_TRUE(buckets_take(b, "new", 60000));
    CU_ASSERT_FALSE(buckets_take(b, "new", 60000));
    buckets_free(b);
}

static void without_memory(void *who) {
    (void)who;
    struct buckets *b = buckets_new(1, 1);
    if (b) (void)buckets_take(b, "a", 1);
    buckets_free(b);
}
void test_bucket__survives_no_memory(void) { CU_ASSERT(torture_run(without_memory, NULL) >= 3); }
