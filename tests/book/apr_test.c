/* apr_test.c - the published vector, rates that come back, irregular flows by hand. */
#include <CUnit/CUnit.h>
#include <math.h>

#include "base/rng.h"
#include "base/zone.h"
#include "book/apr.h"

static struct schedule_row rows[LOAN_ROWS_MAX];
static struct fault f;

void test_apr__vector_20000_at_15_percent_with_a_fee_of_400_gives_17_07(void) {
    struct loan_terms t = {.principal_minor = 2000000, .rate = 150000, .months = 24, .fee_minor = 40000, .start_day = day_of(2026, 1, 15)};
    int64_t apr = 0, effective = 0;
    CU_ASSERT_EQUAL_FATAL(loan_schedule(&t, rows, &f), OK);
    CU_ASSERT_EQUAL_FATAL(apr_of_schedule(&t, rows, 24, &apr, &f), OK);
    CU_ASSERT_EQUAL((apr + 50) / 100, 1707);
    CU_ASSERT_EQUAL_FATAL(apr_effective(apr, &effective, &f), OK);
    CU_ASSERT_EQUAL((effective + 50) / 100, 1847);
}

void test_apr__without_a_fee_is_the_rate(void) {
    struct loan_terms t = {.principal_minor = 50000000, .rate = 180000, .months = 36, .start_day = day_of(2026, 1, 31)};
    int64_t apr = 0;
    CU_ASSERT_EQUAL_FATAL(loan_schedule(&t, rows, &f), OK);
    CU_ASSERT_EQUAL_FATAL(apr_of_schedule(&t, rows, 36, &apr, &f), OK);
    CU_ASSERT(apr >= 179990 && apr <= 180010); /* paise of the last row move it a hair */
    t.rate = 0;
    CU_ASSERT_EQUAL_FATAL(loan_schedule(&t, rows, &f), OK);
    CU_ASSERT_EQUAL_FATAL(apr_of_schedule(&t, rows, 36, &apr, &f), OK);
    CU_ASSERT_EQUAL(apr, 0);
}

/* One month and ten days: 1000 = 1030 / ((1 + i / 3) (1 + i)). */
void test_apr__odd_days_count_as_parts_of_a_month(void) {
    const struct cash_flow flows[] = {{day_of(2026, 1, 15), 100000}, {day_of(2026, 2, 25), -103000}};
    int64_t apr = 0;
    CU_ASSERT_EQUAL_FATAL(apr_of_flows(flows, 2, &apr, &f), OK);
    double i = (-4.0 / 3 + sqrt(16.0 / 9 + 4.0 / 3 * 0.03)) / (2.0 / 3);
    CU_ASSERT_DOUBLE_EQUAL(apr / 1e6, 12 * i, 0.000002);
}

/* Two payouts, then two payments: against plain floating point. */
void test_apr__payouts_in_parts(void) {
    const struct cash_flow flows[] = {
        {day_of(2026, 1, 1), 500000}, {day_of(2026, 3, 1), 500000}, {day_of(2026, 7, 1), -600000}, {day_of(2027, 1, 1), -520000}};
    int64_t apr = 0;
    CU_ASSERT_EQUAL_FATAL(apr_of_flows(flows, 4, &apr, &f), OK);
    double i = apr / 12e6;
    double left = 500000 + 500000 / pow(1 + i, 2) - 600000 / pow(1 + i, 6) - 520000 / pow(1 + i, 12);
    CU_ASSERT(fabs(left) < 1.0);
}

void test_apr__irregular_flows_against_floating_point(void) {
    struct rng r;
    rng_seed(&r, 11);
    for (int round = 0; round < 200; round++) {
        struct cash_flow flows[20] = {{day_of(2026, 1, 1), 10000000}};
        size_t n = 2 + rng_below(&r, 18);
        int64_t apr = 0;
        for (size_t k = 1; k < n; k++)
            flows[k] = (struct cash_flow){flows[k - 1].day + (int32_t)rng_below(&r, 90), -10000000 / (int64_t)(n - 1) - (int64_t)rng_below(&r, 900000)};
        if (flows[n - 1].day == flows[0].day) continue;
        enum err e = apr_of_flows(flows, n, &apr, &f);
        if (e != OK) continue; /* paid back within days: above 10,000 % */
        double left = 0;
        for (size_t k = 0; k < n; k++) {
            int m = 0;
            while (day_months_later(flows[0].day, m + 1) <= flows[k].day) m++;
            int d = (int)(flows[k].day - day_months_later(flows[0].day, m));
            left += (double)flows[k].minor / pow(1 + apr / 12e6, m) / (1 + d * apr / 360e6);
        }
        /* rounded up by less than a millionth, at most a few years of the amount */
        CU_ASSERT(left >= -0.01 && left < 200);
    }
}

void test_apr__flows_that_are_no_loan_are_refused(void) {
    const struct cash_flow less[] = {{0, 100}, {31, -99}}, turned[] = {{31, 100}, {0, -101}}, taken[] = {{0, -100}, {31, 101}};
    int64_t apr;
    CU_ASSERT_EQUAL(apr_of_flows(less, 2, &apr, &f), ERR_INVALID);
    CU_ASSERT_EQUAL(apr_of_flows(turned, 2, &apr, &f), ERR_INVALID);
    CU_ASSERT_EQUAL(apr_of_flows(taken, 2, &apr, &f), ERR_INVALID);
    CU_ASSERT_EQUAL(apr_of_flows(less, 1, &apr, &f), ERR_INVALID);
    CU_ASSERT_EQUAL(apr_effective(-1, &apr, &f), ERR_INVALID);
}
