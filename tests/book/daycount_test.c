/* daycount_test.c - conventions by hand, months, and parts that add up. */
#include <CUnit/CUnit.h>

#include "base/rng.h"
#include "base/zone.h"
#include "book/daycount.h"

static void part_is(enum day_count c, int32_t from, int32_t till, int64_t num, int64_t den) {
    struct year_part p = day_count_part(c, from, till);
    CU_ASSERT_EQUAL(p.num * den, num * p.den);
}

void test_daycount__thirty_days_a_month_also_at_its_end(void) {
    part_is(DAYS_30_360, day_of(2026, 1, 15), day_of(2026, 2, 15), 30, 360);
    part_is(DAYS_30_360, day_of(2026, 1, 31), day_of(2026, 2, 28), 30, 360);
    part_is(DAYS_30_360, day_of(2026, 2, 28), day_of(2026, 3, 31), 30, 360);
    part_is(DAYS_30_360, day_of(2024, 2, 29), day_of(2024, 3, 31), 30, 360);
    part_is(DAYS_30_360, day_of(2026, 1, 1), day_of(2027, 1, 1), 1, 1);
    part_is(DAYS_30_360, day_of(2026, 3, 30), day_of(2026, 3, 31), 0, 1);
    part_is(DAYS_30_360, day_of(2026, 5, 10), day_of(2026, 5, 1), 0, 1);
}

void test_daycount__actual_days(void) {
    part_is(DAYS_ACT_365, day_of(2024, 1, 1), day_of(2025, 1, 1), 366, 365);
    part_is(DAYS_ACT_360, day_of(2026, 1, 1), day_of(2026, 7, 1), 181, 360);
    part_is(DAYS_ACT_ACT, day_of(2024, 1, 1), day_of(2025, 1, 1), 1, 1);
    part_is(DAYS_ACT_ACT, day_of(2023, 12, 31), day_of(2024, 1, 2), 366 + 365, 365 * 366);
    part_is(DAYS_ACT_ACT, day_of(2023, 11, 1), day_of(2024, 5, 1), 61 * 366 + 121 * 365, 365 * 366); /* the ISDA memo's dates */
    part_is(DAYS_ACT_ACT, day_of(2024, 5, 1), day_of(2024, 5, 1), 0, 1);
}

void test_daycount__actual_parts_add_up(void) {
    struct rng r;
    rng_seed(&r, 3);
    for (int k = 0; k < 500; k++) {
        int32_t a = day_of(2020, 1, 1) + (int32_t)rng_below(&r, 4000), b = a + (int32_t)rng_below(&r, 900), c = b + (int32_t)rng_below(&r, 900);
        for (int n = DAYS_ACT_365; n <= DAYS_ACT_ACT; n++) {
            struct year_part x = day_count_part((enum day_count)n, a, b), y = day_count_part((enum day_count)n, b, c);
            part_is((enum day_count)n, a, c, x.num + y.num, x.den);
        }
    }
}

void test_daycount__interest_is_half_to_even_and_may_not_fit(void) {
    int64_t out = 0;
    CU_ASSERT(day_count_interest(1000000, 365000, (struct year_part){1, 365}, &out) && out == 1000);
    CU_ASSERT(day_count_interest(50, 10000, (struct year_part){1, 1}, &out) && out == 0);  /* 0.5 */
    CU_ASSERT(day_count_interest(150, 10000, (struct year_part){1, 1}, &out) && out == 2); /* 1.5 */
    CU_ASSERT(day_count_interest(51, 10000, (struct year_part){1, 1}, &out) && out == 1);
    CU_ASSERT_FALSE(day_count_interest(INT64_MAX, INT64_C(10000000), (struct year_part){40, 1}, &out));
    CU_ASSERT_FALSE(day_count_interest(-1, 1, (struct year_part){1, 1}, &out));
}

void test_daycount__months_later(void) {
    CU_ASSERT_EQUAL(day_months_later(day_of(2026, 1, 31), 1), day_of(2026, 2, 28));
    CU_ASSERT_EQUAL(day_months_later(day_of(2027, 12, 31), 2), day_of(2028, 2, 29));
    CU_ASSERT_EQUAL(day_months_later(day_of(2026, 3, 31), -1), day_of(2026, 2, 28));
    CU_ASSERT_EQUAL(day_months_later(day_of(2026, 1, 5), -13), day_of(2024, 12, 5));
}

void test_daycount__words_are_read_back(void) {
    for (int k = DAYS_30_360; k <= DAYS_ACT_ACT; k++) {
        enum day_count got;
        CU_ASSERT(day_count_read(day_count_word((enum day_count)k), &got) && (int)got == k);
    }
    enum day_count none;
    CU_ASSERT_FALSE(day_count_read("ACT/364", &none));
    CU_ASSERT_FALSE(day_count_read(NULL, &none));
}
