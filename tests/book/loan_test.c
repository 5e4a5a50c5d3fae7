/* loan_test.c - the published vector, exact sums over many terms, due dates. */
#include <CUnit/CUnit.h>

#include "base/rng.h"
#include "base/zone.h"
#include "book/loan.h"

static const struct loan_terms VECTOR = {2000000, 150000, 24, 40000};

void test_loan__vector_20000_at_15_percent_gives_969_73_and_apr_17_07(void) {
    struct loan_row rows[24];
    struct fault f;
    int64_t instalment = 0, apr = 0;
    CU_ASSERT_EQUAL_FATAL(loan_instalment(&VECTOR, &instalment, &f), OK);
    CU_ASSERT_EQUAL(instalment, 96973);
    CU_ASSERT_EQUAL_FATAL(loan_schedule(&VECTOR, day_of(2026, 1, 15), rows, &f), OK);
    CU_ASSERT_EQUAL_FATAL(loan_apr(&VECTOR, rows, &apr, &f), OK);
    CU_ASSERT_EQUAL((apr + 50) / 100, 1707);
}

void test_loan__apr_without_fee_is_the_rate(void) {
    struct loan_terms t = {50000000, 180000, 36, 0};
    struct loan_row rows[36];
    struct fault f;
    int64_t apr = 0;
    CU_ASSERT_EQUAL_FATAL(loan_schedule(&t, day_of(2026, 1, 31), rows, &f), OK);
    CU_ASSERT_EQUAL_FATAL(loan_apr(&t, rows, &apr, &f), OK);
    CU_ASSERT(apr >= 179990 && apr <= 180010); /* cents of the last row move it a hair */
}

void test_loan__zero_rate_splits_evenly_and_has_apr_zero(void) {
    struct loan_terms t = {120000, 0, 12, 0};
    struct loan_row rows[12];
    struct fault f;
    int64_t apr = -1;
    CU_ASSERT_EQUAL_FATAL(loan_schedule(&t, day_of(2026, 3, 1), rows, &f), OK);
    for (int k = 0; k < 12; k++) CU_ASSERT_EQUAL(rows[k].payment_minor, 10000);
    CU_ASSERT_EQUAL_FATAL(loan_apr(&t, rows, &apr, &f), OK);
    CU_ASSERT_EQUAL(apr, 0);
}

void test_loan__due_days_keep_the_day_and_use_the_last_of_short_months(void) {
    struct loan_terms t = {2000000, 150000, 14, 0};
    struct loan_row rows[14];
    struct fault f;
    CU_ASSERT_EQUAL_FATAL(loan_schedule(&t, day_of(2027, 12, 31), rows, &f), OK);
    CU_ASSERT_EQUAL(rows[0].due_day, day_of(2028, 1, 31));
    CU_ASSERT_EQUAL(rows[1].due_day, day_of(2028, 2, 29));
    CU_ASSERT_EQUAL(rows[2].due_day, day_of(2028, 3, 31));
    CU_ASSERT_EQUAL(rows[13].due_day, day_of(2029, 2, 28));
}

static void check_sums(const struct loan_terms *t) {
    static struct loan_row rows[LOAN_MONTHS_MAX];
    struct fault f;
    int64_t principal = 0, balance = t->principal_minor, apr = -1;
    CU_ASSERT_EQUAL_FATAL(loan_schedule(t, day_of(2026, 5, 30), rows, &f), OK);
    for (int k = 0; k < t->months; k++) {
        principal += rows[k].principal_minor;
        CU_ASSERT_EQUAL(rows[k].payment_minor, rows[k].principal_minor + rows[k].interest_minor);
        CU_ASSERT_EQUAL(rows[k].balance_minor, balance - rows[k].principal_minor);
        CU_ASSERT(rows[k].balance_minor >= 0);
        balance = rows[k].balance_minor;
    }
    CU_ASSERT_EQUAL(principal, t->principal_minor);
    CU_ASSERT_EQUAL(balance, 0);
    CU_ASSERT_EQUAL_FATAL(loan_apr(t, rows, &apr, &f), OK);
    CU_ASSERT(t->fee_minor == 0 || apr > 0);
}

void test_loan__schedules_add_up_for_many_terms(void) {
    struct rng r;
    rng_seed(&r, 7);
    for (int k = 0; k < 400; k++) {
        struct loan_terms t = {1000 + (int64_t)rng_below(&r, 5000000000), (int64_t)rng_below(&r, 600000),
                               1 + (int)rng_below(&r, 360), 0};
        t.fee_minor = (int64_t)rng_below(&r, (uint64_t)t.principal_minor / 10);
        check_sums(&t);
    }
    struct loan_terms most = {LOAN_AMOUNT_MAX, LOAN_RATE_MAX, LOAN_MONTHS_MAX, 0};
    check_sums(&most);
    struct loan_terms least = {1, 1, 480, 0};
    check_sums(&least);
}

void test_loan__terms_outside_the_limits_are_named(void) {
    struct fault f;
    int64_t x;
    struct loan_terms t = {0, 1, 1, 0};
    CU_ASSERT_EQUAL(loan_instalment(&t, &x, &f), ERR_INVALID);
    CU_ASSERT_STRING_EQUAL(f.where, "amount");
    t = (struct loan_terms){100, 1, 0, 0};
    CU_ASSERT_EQUAL(loan_instalment(&t, &x, &f), ERR_INVALID);
    CU_ASSERT_STRING_EQUAL(f.where, "months");
    t = (struct loan_terms){100, -1, 1, 0};
    CU_ASSERT_EQUAL(loan_instalment(&t, &x, &f), ERR_INVALID);
    CU_ASSERT_STRING_EQUAL(f.where, "rate");
    t = (struct loan_terms){100, 1, 1, 100};
    CU_ASSERT_EQUAL(loan_instalment(&t, &x, &f), ERR_INVALID);
    CU_ASSERT_STRING_EQUAL(f.where, "fee");
}

void test_loan__price_takes_the_first_band_that_holds(void) {
    static const struct loan_band bands[] = {{10000, 120000}, {40000, 160000}};
    struct fault f;
    int64_t rate = 0;
    CU_ASSERT_EQUAL(loan_price(bands, 2, 10000, &rate, &f), OK);
    CU_ASSERT_EQUAL(rate, 120000);
    CU_ASSERT_EQUAL(loan_price(bands, 2, 10001, &rate, &f), OK);
    CU_ASSERT_EQUAL(rate, 160000);
    CU_ASSERT_EQUAL(loan_price(bands, 2, 40001, &rate, &f), ERR_REFUSED);
}
