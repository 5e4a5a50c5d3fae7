/* schedule_test.c - the published vector, exact sums over random terms of every product, due dates, limits. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "base/rng.h"
#include "base/zone.h"
#include "book/schedule.h"

static struct schedule_row rows[LOAN_ROWS_MAX];

static struct loan_terms emi(int64_t principal, int64_t rate, int months) {
    return (struct loan_terms){.principal_minor = principal, .rate = rate, .months = months, .start_day = day_of(2026, 1, 15)};
}

static void make(const struct loan_terms *t) {
    struct fault f = {0};
    CU_ASSERT_EQUAL_FATAL(loan_schedule(t, rows, &f), OK);
}

void test_schedule__vector_20000_at_15_percent_gives_969_73(void) {
    struct loan_terms t = emi(2000000, 150000, 24);
    make(&t);
    CU_ASSERT_EQUAL(rows[0].payment_minor, 96973);
    CU_ASSERT_EQUAL(rows[0].interest_minor, 25000);
    CU_ASSERT_EQUAL(rows[0].due_day, day_of(2026, 2, 15));
    CU_ASSERT_EQUAL(rows[23].due_day, day_of(2028, 1, 15));
}

/* The same numbers in yen and in Bahraini fils: only the exponent differs, and whoever shows them knows it. */
void test_schedule__no_decimals_and_three(void) {
    struct loan_terms yen = emi(20000, 150000, 24), fils = emi(20000000, 150000, 24);
    make(&yen);
    CU_ASSERT_EQUAL(rows[0].payment_minor, 970);
    make(&fils);
    CU_ASSERT_EQUAL(rows[0].payment_minor, 969733);
}

void test_schedule__zero_rate_splits_evenly(void) {
    struct loan_terms t = emi(120000, 0, 12);
    make(&t);
    for (int k = 0; k < 12; k++) CU_ASSERT_EQUAL(rows[k].payment_minor, 10000);
}

void test_schedule__due_days_keep_the_day_and_use_the_last_of_short_months(void) {
    struct loan_terms t = emi(2000000, 150000, 14);
    t.start_day = day_of(2027, 12, 31);
    make(&t);
    CU_ASSERT_EQUAL(rows[0].due_day, day_of(2028, 1, 31));
    CU_ASSERT_EQUAL(rows[1].due_day, day_of(2028, 2, 29));
    CU_ASSERT_EQUAL(rows[2].due_day, day_of(2028, 3, 31));
    CU_ASSERT_EQUAL(rows[13].due_day, day_of(2029, 2, 28));
}

void test_schedule__a_first_due_day_makes_a_first_period_of_its_own(void) {
    struct loan_terms t = emi(3650000, 100000, 3);
    t.day_count = DAYS_ACT_365;
    t.first_due_day = day_of(2026, 3, 5);
    make(&t);
    CU_ASSERT_EQUAL(rows[0].interest_minor, 49000); /* 49 days of 1,000 paise */
    CU_ASSERT_EQUAL(rows[1].due_day, day_of(2026, 4, 5));
    CU_ASSERT(llabs(rows[2].payment_minor - rows[0].payment_minor) <= 3);
}

void test_schedule__bullet_at_the_end_and_with_monthly_interest(void) {
    struct loan_terms t = emi(1000000, 120000, 6);
    t.product = PRODUCT_BULLET;
    make(&t);
    CU_ASSERT_EQUAL(loan_rows(&t), 1);
    CU_ASSERT_EQUAL(rows[0].due_day, day_of(2026, 7, 15));
    CU_ASSERT_EQUAL(rows[0].payment_minor, 1060000);
    t.interest_monthly = true;
    make(&t);
    CU_ASSERT_EQUAL(loan_rows(&t), 6);
    CU_ASSERT_EQUAL(rows[0].payment_minor, 10000);
    CU_ASSERT_EQUAL(rows[5].payment_minor, 1010000);
}

void test_schedule__step_up_rises_by_its_share(void) {
    struct loan_terms t = emi(10000000, 140000, 36);
    t.product = PRODUCT_STEP_UP;
    t.step = 100000;
    t.step_months = 12;
    make(&t);
    CU_ASSERT_EQUAL(rows[0].payment_minor, rows[11].payment_minor);
    CU_ASSERT(llabs(rows[12].payment_minor * 10 - rows[0].payment_minor * 11) <= 10);
    CU_ASSERT(llabs(rows[24].payment_minor * 10 - rows[12].payment_minor * 11) <= 10);
    CU_ASSERT(llabs(rows[35].payment_minor - rows[34].payment_minor) <= 100); /* the rest of rounding */
}

void test_schedule__seasonal_pays_by_weight_on_its_days(void) {
    const struct season_due days[] = {{day_of(2026, 4, 30), 2}, {day_of(2026, 11, 30), 1}, {day_of(2027, 4, 30), 1}};
    struct loan_terms t = emi(400000, 73000, 0);
    t.product = PRODUCT_SEASONAL;
    t.day_count = DAYS_ACT_365;
    t.seasons = days;
    t.n_seasons = 3;
    make(&t);
    CU_ASSERT_EQUAL(rows[0].principal_minor, 200000);
    CU_ASSERT_EQUAL(rows[0].interest_minor, 400000 * 73 / 1000 * 105 / 365);
    CU_ASSERT_EQUAL(rows[1].principal_minor, 100000);
    CU_ASSERT_EQUAL(rows[2].principal_minor, 100000);
    CU_ASSERT_EQUAL(rows[2].due_day, day_of(2027, 4, 30));
}

void test_schedule__payments_are_whole_rupees_when_told_so(void) {
    struct loan_terms t = emi(2000000, 150000, 24);
    t.round_to_minor = 100;
    make(&t);
    CU_ASSERT_EQUAL(rows[0].payment_minor, 97000);
    CU_ASSERT_EQUAL(rows[22].payment_minor, 97000);
    CU_ASSERT_EQUAL(rows[23].balance_minor, 0);
}

void test_schedule__a_debt_that_would_grow_is_refused(void) {
    struct loan_terms t = emi(10000000, 600000, 240);
    struct fault f;
    t.product = PRODUCT_STEP_UP;
    t.step = 300000;
    t.step_months = 12;
    CU_ASSERT_EQUAL(loan_schedule(&t, rows, &f), ERR_INVALID);
    CU_ASSERT_STRING_EQUAL(f.where, "amount");
}

static void check_sums(const struct loan_terms *t) {
    struct fault f;
    int64_t principal = 0, balance = t->principal_minor;
    int n = loan_rows(t);
    enum err e = loan_schedule(t, rows, &f);
    if (e == ERR_INVALID && !strcmp(f.where, "amount")) return; /* would grow */
    CU_ASSERT_EQUAL_FATAL(e, OK);
    for (int k = 0; k < n; k++) {
        principal += rows[k].principal_minor;
        CU_ASSERT_EQUAL(rows[k].payment_minor, rows[k].principal_minor + rows[k].interest_minor);
        CU_ASSERT_EQUAL(rows[k].balance_minor, balance - rows[k].principal_minor);
        CU_ASSERT(rows[k].balance_minor >= 0 && rows[k].principal_minor >= 0 && rows[k].interest_minor >= 0);
        CU_ASSERT(rows[k].due_day > (k ? rows[k - 1].due_day : t->start_day));
        balance = rows[k].balance_minor;
    }
    CU_ASSERT_EQUAL(principal, t->principal_minor);
    CU_ASSERT_EQUAL(balance, 0);
}

static struct loan_terms random_terms(struct rng *r, struct season_due *days) {
    struct loan_terms t = emi(1000 + (int64_t)rng_below(r, 5000000000), (int64_t)rng_below(r, 600000), 1 + (int)rng_below(r, 360));
    t.product = (enum product_kind)rng_below(r, 4);
    t.day_count = (enum day_count)rng_below(r, 4);
    t.start_day = day_of(2024, 1, 1) + (int32_t)rng_below(r, 800);
    if (rng_below(r, 3) == 0) t.first_due_day = t.start_day + 1 + (int32_t)rng_below(r, 60);
    if (rng_below(r, 4) == 0) t.round_to_minor = 1 + (int64_t)rng_below(r, 100);
    t.interest_monthly = rng_below(r, 2);
    t.step = (int64_t)rng_below(r, 100000);
    t.step_months = 12;
    t.n_seasons = 1 + rng_below(r, 8);
    t.seasons = days;
    int32_t day = t.start_day;
    for (size_t k = 0; k < t.n_seasons; k++) days[k] = (struct season_due){day += 20 + (int32_t)rng_below(r, 300), 1 + (int64_t)rng_below(r, 5)};
    return t;
}

void test_schedule__add_up_for_many_terms_of_every_product(void) {
    struct rng r;
    struct season_due days[8];
    rng_seed(&r, 7);
    for (int k = 0; k < 600; k++) {
        struct loan_terms t = random_terms(&r, days);
        check_sums(&t);
    }
    struct loan_terms most = emi(LOAN_AMOUNT_MAX, LOAN_RATE_MAX, LOAN_MONTHS_MAX), least = emi(1, 1, 480);
    check_sums(&most);
    check_sums(&least);
    most.day_count = DAYS_ACT_360;
    check_sums(&most);
}

static void refused(struct loan_terms t, const char *field) {
    struct fault f;
    CU_ASSERT_EQUAL(loan_schedule(&t, rows, &f), ERR_INVALID);
    CU_ASSERT_STRING_EQUAL(f.where, field);
}

void test_schedule__terms_outside_the_limits_are_named(void) {
    struct loan_terms t = emi(100, 1, 1);
    refused(emi(0, 1, 1), "amount");
    refused(emi(100, 1, 0), "months");
    refused(emi(100, -1, 1), "rate");
    t.fee_minor = 100;
    refused(t, "fee");
    t = emi(100, 1, 1);
    t.first_due_day = t.start_day;
    refused(t, "first_due");
    t = emi(100, 1, 1);
    t.product = PRODUCT_SEASONAL;
    refused(t, "seasons");
    t.product = PRODUCT_STEP_UP;
    refused(t, "step");
    t = emi(100, 1, 1);
    t.round_to_minor = 101;
    refused(t, "round_to");
}

void test_schedule__words_are_read_back(void) {
    for (int k = PRODUCT_EMI; k <= PRODUCT_STEP_UP; k++) {
        enum product_kind got;
        CU_ASSERT(product_read(product_word((enum product_kind)k), &got) && (int)got == k);
    }
    enum product_kind none;
    CU_ASSERT_FALSE(product_read("balloon", &none));
}
