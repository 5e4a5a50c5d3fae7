/* cashflow_test.c - features of small histories, computed by hand. */
#include "models/cashflow.h"

#include <CUnit/CUnit.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/zone.h"

static struct cashflow_entry list[400];
static size_t n;
static int64_t balance;

static void add(int32_t day, int64_t amount, const char *kind, const char *party) {
    balance += amount;
    list[n++] = (struct cashflow_entry){day, amount, balance, kind, party};
}

static void begin(int64_t opening) {
    n = 0;
    balance = opening;
}

static json_t *features_new(int32_t until) {
    struct fault f = {0};
    json_t *v = NULL;
    CU_ASSERT_EQUAL_FATAL(cashflow_features(list, n, until, &v, &f), OK);
    return v;
}

static void is(const json_t *v, const char *name, double want) {
    const json_t *x = json_object_get(v, name);
    CU_ASSERT_PTR_NOT_NULL_FATAL(x);
    double got = json_is_number(x) ? json_number_value(x) : NAN;
    bool same = isnan(want) ? isnan(got) : fabs(got - want) < 1e-6;
    if (!same) printf("\n  %s: %g, not %g\n", name, got, want);
    CU_ASSERT_TRUE(same);
}

/* Six months: 1,000.00 on the first day of each, 600.00 rent five days later. */
static void steady(void) {
    begin(0);
    for (int m = 0; m < 6; m++) {
        add(1 + 30 * m, 100000, "salary", "employer");
        add(6 + 30 * m, -60000, "", "landlord");
    }
}

void test_cashflow__a_steady_account(void) {
    steady();
    json_auto_t *v = features_new(180);
    is(v, "months_seen", 6);
    is(v, "inflow_regularity", 1);
    is(v, "inflow_variation", 0);
    is(v, "inflow_trend", 1);
    is(v, "balance_least", 0.4);
    is(v, "balance_typical", 1.6); /* days at 0.4 0.8 1.0 1.2 1.4: 85 of 180; the next 25 are at 1.6 */
    is(v, "days_low", 0);
    is(v, "days_negative", 0);
    is(v, "bounces_per_month", 0);
    is(v, "counterparties", 2);
    is(v, "circular_share", 0);
    is(v, "passed_through", 0);
    is(v, "outflow_ratio", 0.6);
    is(v, "cash_share", 0);
    CU_ASSERT_TRUE(json_number_value(json_object_get(v, "savings_slope")) > 0.35);
    CU_ASSERT_TRUE(json_number_value(json_object_get(v, "savings_slope")) < 0.45);
}

void test_cashflow__order_of_entries_does_not_matter(void) {
    struct rng r;
    steady();
    json_auto_t *want = features_new(180);
    rng_seed(&r, 1);
    for (int turn = 0; turn < 20; turn++) {
        for (size_t i = n; i > 1; i--) {
            size_t k = rng_below(&r, i);
            struct cashflow_entry kept = list[i - 1];
            list[i - 1] = list[k];
            list[k] = kept;
        }
        json_auto_t *got = features_new(180);
        CU_ASSERT_TRUE(json_equal(want, got));
    }
}

void test_cashflow__amounts_have_no_currency(void) {
    steady();
    json_auto_t *want = features_new(180);
    for (size_t i = 0; i < n; i++) list[i].amount_minor *= 83, list[i].balance_minor *= 83;
    json_auto_t *got = features_new(180);
    for (const char *const *name = cashflow_names; *name; name++)
        is(got, *name, json_number_value(json_object_get(want, *name)));
}

void test_cashflow__trouble_is_seen(void) {
    begin(0);
    for (int m = 0; m < 4; m++) {
        add(1 + 30 * m, m % 2 ? 20000 : 100000, "", "customer");
        add(3 + 30 * m, m % 2 ? -25000 : -95000, "cash", "");
        add(4 + 30 * m, -5000, "sanction_interest", "");
    }
    json_auto_t *v = features_new(120);
    is(v, "months_seen", 4);
    is(v, "inflow_regularity", 0.5);
    is(v, "inflow_trend", NAN); /* under five months */
    is(v, "bounces_per_month", 1);
    is(v, "counterparties", 1);
    is(v, "passed_through", 1);
    is(v, "cash_share", 240000.0 / 260000);
    is(v, "outflow_ratio", 260000.0 / 240000);
    CU_ASSERT_TRUE(json_number_value(json_object_get(v, "days_negative")) > 0.2);
    CU_ASSERT_TRUE(json_number_value(json_object_get(v, "days_low")) > 0.8);
}

void test_cashflow__circular_money_is_no_income(void) {
    steady();
    for (int m = 0; m < 6; m++) {
        add(10 + 30 * m, 200000, "", "friend");
        add(14 + 30 * m, -199000, "", "friend");
    }
    json_auto_t *v = features_new(180);
    is(v, "circular_share", 2.0 / 3);
    json_auto_t *answer = json_pack("{s:[]}", "transactions");
    for (size_t i = 0; i < n; i++) {
        char day[16];
        json_array_append_new(json_object_get(answer, "transactions"),
                              json_pack("{s:s,s:I,s:I,s:s,s:s}", "date", day_text(list[i].day, day), "amount",
                                        (json_int_t)list[i].amount_minor, "balance",
                                        (json_int_t)list[i].balance_minor, "kind", list[i].kind, "party",
                                        list[i].party));
    }
    struct cashflow_facts facts;
    struct fault f = {0};
    CU_ASSERT_EQUAL_FATAL(cashflow_facts(answer, 180, &facts, &f), OK);
    CU_ASSERT_EQUAL(facts.months, 6);
    CU_ASSERT_EQUAL(facts.monthly_inflow_minor, 100000);
    json_t *same = NULL;
    CU_ASSERT_EQUAL_FATAL(cashflow_from_answer(answer, 180, &same, &f), OK);
    CU_ASSERT_TRUE(json_equal(v, same));
    json_decref(same);
}

void test_cashflow__short_and_empty_histories_say_so(void) {
    begin(0);
    json_auto_t *empty = features_new(100);
    is(empty, "months_seen", 0);
    is(empty, "balance_low", NAN);
    add(90, 100000, "", "x");
    json_auto_t *ten_days = features_new(100);
    is(ten_days, "months_seen", 0);
    is(ten_days, "inflow_variation", NAN);
    steady();
    json_auto_t *later = features_new(0); /* all entries lie after the application */
    is(later, "months_seen", 0);
    begin(50000);
    for (int m = 0; m < 5; m++) add(1 + 30 * m, -100, "fee", "");
    json_auto_t *no_income = features_new(150);
    is(no_income, "months_seen", 5);
    is(no_income, "balance_low", NAN);
}

void test_cashflow__only_the_last_year_counts(void) {
    steady();
    size_t kept = n;
    json_auto_t *v = features_new(180 + 2000);
    is(v, "months_seen", 12);
    is(v, "outflow_ratio", NAN); /* nothing has moved in the window */
    CU_ASSERT_EQUAL(kept, n);
}

void test_cashflow__refuses_what_is_no_history(void) {
    static const char *const faulty[][2] = {
        {"{}", "transactions"},
        {"{\"transactions\":1}", "transactions"},
        {"{\"transactions\":[1]}", "transactions/0/date"},
        {"{\"transactions\":[{\"date\":\"2026-02-30\",\"amount\":1,\"balance\":1}]}", "transactions/0/date"},
        {"{\"transactions\":[{\"date\":\"2026-02-03\",\"amount\":1.5,\"balance\":1}]}", "transactions/0/amount"},
        {"{\"transactions\":[{\"date\":\"2026-02-03\",\"amount\":1}]}", "transactions/0/balance"},
        {"{\"transactions\":[{\"date\":\"2026-02-03\",\"amount\":9000000000000000000,\"balance\":1}]}",
         "transactions/0/amount"},
    };
    for (size_t i = 0; i < ARRAY_LEN(faulty); i++) {
        json_auto_t *answer = json_loads(faulty[i][0], 0, NULL);
        json_t *v = NULL;
        struct fault f = {0};
        CU_ASSERT_EQUAL(cashflow_from_answer(answer, 20000, &v, &f), ERR_INVALID);
        CU_ASSERT_STRING_EQUAL(f.where, faulty[i][1]);
    }
    struct fault f = {0};
    json_t *v = NULL;
    struct cashflow_entry *many = calloc(CASHFLOW_ENTRIES_MAX + 1, sizeof *many);
    CU_ASSERT_EQUAL(cashflow_features(many, CASHFLOW_ENTRIES_MAX + 1, 1, &v, &f), ERR_LIMIT);
    free(many);
}

void test_cashflow__hostile_histories_end(void) {
    struct cashflow_entry *many = calloc(CASHFLOW_ENTRIES_MAX, sizeof *many);
    struct rng r;
    struct fault f = {0};
    rng_seed(&r, 8);
    for (int i = 0; i < CASHFLOW_ENTRIES_MAX; i++) {
        many[i] = (struct cashflow_entry){.day = 100, .amount_minor = (int64_t)rng_u64(&r) / 16384,
                                          .balance_minor = (int64_t)rng_u64(&r) / 16384, .kind = "",
                                          .party = i % 2 ? "a" : "b"};
        if (i % 1000 == 0) many[i].day = (int32_t)rng_u64(&r);
    }
    json_t *v = NULL;
    CU_ASSERT_EQUAL(cashflow_features(many, CASHFLOW_ENTRIES_MAX, 110, &v, &f), OK);
    json_decref(v);
    free(many);
}
