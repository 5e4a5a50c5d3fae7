/* fold_test.c - lives of a small loan by hand: each kind of entry, and what learning late does. */
#include "tests/book/file.h"
#include "tests/harness/torture.h"

static struct file x;

static void open_three(const char *body) {
    file_init(&x);
    file_add(&x, "opened", on("2026-01-10"), 300000, body);
}

static void balances(const struct loan_state *s, int64_t principal, int64_t interest, int64_t fee, int64_t penalty, int64_t credit) {
    CU_ASSERT_EQUAL(loan_in_books(s, ACCOUNT_PRINCIPAL), principal);
    CU_ASSERT_EQUAL(loan_in_books(s, ACCOUNT_INTEREST), interest);
    CU_ASSERT_EQUAL(loan_in_books(s, ACCOUNT_FEE), fee);
    CU_ASSERT_EQUAL(loan_in_books(s, ACCOUNT_PENALTY), penalty);
    CU_ASSERT_EQUAL(s->credit_minor, credit);
    for (int a = 0; a < ACCOUNTS_OF_LOAN; a++)
        CU_ASSERT_EQUAL(flows_balance(&s->flows, (enum account)a, INT32_MAX), loan_in_books(s, (enum account)a));
}
static int64_t lender(const struct loan_state *s, enum account a) { return flows_balance(&s->flows, a, INT32_MAX); }

void test_fold__payout_and_fee_stand_in_the_books(void) {
    open_three(FILE_THREE(""));
    const struct loan_state *s = file_fold(&x, on("2026-01-10"));
    balances(s, 300000, 0, 0, 0, 0);
    CU_ASSERT_EQUAL(lender(s, ACCOUNT_SETTLEMENT), -295000);
    CU_ASSERT_EQUAL(lender(s, ACCOUNT_FEE_INCOME), -5000);
    CU_ASSERT_EQUAL(loan_outstanding(s), 300000);
    CU_ASSERT_EQUAL(s->stage, STAGE_ACTIVE);
    file_reset(&x);
}

void test_fold__interest_is_earned_on_its_due_day(void) {
    open_three(FILE_THREE(""));
    balances(file_fold(&x, on("2026-02-09")), 300000, 0, 0, 0, 0);
    const struct loan_state *s = file_fold(&x, on("2026-02-10"));
    balances(s, 300000, 1000, 0, 0, 0);
    CU_ASSERT_EQUAL(loan_due(s, PRINCIPAL), 100000);
    CU_ASSERT_EQUAL(loan_overdue(s), 0);
    CU_ASSERT_EQUAL(loan_overdue(file_fold(&x, on("2026-02-11"))), 101000);
    file_reset(&x);
}

void test_fold__a_part_payment_and_the_rest_close_the_loan(void) {
    open_three(FILE_THREE(""));
    file_add(&x, "paid", on("2026-02-10"), 50000, "{}");
    balances(file_fold(&x, on("2026-02-11")), 251000, 0, 0, 0, 0);
    file_add(&x, "paid", on("2026-02-12"), 253000, "{}"); /* the third month's interest is paid ahead */
    const struct loan_state *s = file_fold(&x, on("2026-02-12"));
    balances(s, 0, 0, 0, 0, 0);
    CU_ASSERT_EQUAL(s->stage, STAGE_CLOSED);
    file_reset(&x);
}

void test_fold__too_much_is_credit_and_can_be_refunded(void) {
    open_three(FILE_THREE(""));
    file_add(&x, "paid", on("2026-01-20"), 304000, "{}");
    balances(file_fold(&x, on("2026-01-20")), 0, 0, 0, 0, 1000);
    file_add(&x, "refunded", on("2026-01-22"), 1000, "{}");
    const struct loan_state *s = file_fold(&x, on("2026-01-22"));
    balances(s, 0, 0, 0, 0, 0);
    CU_ASSERT_EQUAL(lender(s, ACCOUNT_SETTLEMENT), 303000 - 295000);
    file_reset(&x);
}

void test_fold__a_returned_payment_never_was_but_its_money_passed_through(void) {
    open_three(FILE_THREE(""));
    uint32_t n = file_add(&x, "paid", on("2026-02-10"), 101000, "{}");
    CU_ASSERT_EQUAL(n, 2);
    CU_ASSERT_EQUAL(arrears_dpd(file_fold(&x, on("2026-02-20")), on("2026-02-20")), 0);
    file_add(&x, "reversed", on("2026-02-25"), 0, "{\"of\":2,\"why\":\"returned\"}");
    const struct loan_state *s = file_fold(&x, on("2026-02-25"));
    balances(s, 300000, 1000, 0, 0, 0);
    CU_ASSERT_EQUAL(arrears_dpd(s, on("2026-02-20")), 10);
    CU_ASSERT_EQUAL(flows_balance(&s->flows, ACCOUNT_RETURNS, on("2026-02-24")), -101000);
    CU_ASSERT_EQUAL(lender(s, ACCOUNT_RETURNS), 0);
    CU_ASSERT_EQUAL(lender(s, ACCOUNT_SETTLEMENT), -295000);
    /* what was believed on the 20th stays to be seen */
    CU_ASSERT_EQUAL(arrears_dpd(file_fold_known(&x, on("2026-02-20"), 2), on("2026-02-20")), 0);
    file_reset(&x);
}

void test_fold__a_payment_learnt_late_moves_all_later_ones(void) {
    open_three(FILE_THREE(""));
    file_add(&x, "paid", on("2026-03-10"), 101000, "{}");
    CU_ASSERT_EQUAL(arrears_dpd(file_fold(&x, on("2026-03-12")), on("2026-03-12")), 2); /* it paid February */
    file_add(&x, "paid", on("2026-02-10"), 101000, "{}");
    const struct loan_state *s = file_fold(&x, on("2026-03-12"));
    CU_ASSERT_EQUAL(arrears_dpd(s, on("2026-03-12")), 0);
    CU_ASSERT_EQUAL(arrears_dpd(s, on("2026-02-20")), 0);
    CU_ASSERT_EQUAL(s->items[0].paid[PRINCIPAL], 100000);
    CU_ASSERT_EQUAL(s->items[1].paid[PRINCIPAL], 100000);
    balances(s, 100000, 0, 0, 0, 0);
    file_reset(&x);
}

void test_fold__charges_are_owed_paid_and_waived(void) {
    open_three(FILE_THREE(""));
    file_add(&x, "penalty", on("2026-02-13"), 500, "{\"code\":\"late\"}");
    file_add(&x, "fee", on("2026-02-14"), 300, "{\"code\":\"visit\",\"due\":\"2026-03-01\"}");
    balances(file_fold(&x, on("2026-02-14")), 300000, 1000, 300, 500, 0);
    file_add(&x, "paid", on("2026-02-15"), 101200, "{}");
    balances(file_fold(&x, on("2026-02-15")), 200000, 0, 300, 300, 0);
    file_add(&x, "waived", on("2026-02-16"), 9999, "{\"component\":\"penalty\"}"); /* no more than there is */
    const struct loan_state *s = file_fold(&x, on("2026-02-16"));
    balances(s, 200000, 0, 300, 0, 0);
    CU_ASSERT_EQUAL(lender(s, ACCOUNT_WAIVERS), 300);
    CU_ASSERT_EQUAL(lender(s, ACCOUNT_PENALTY_INCOME), -500);
    file_reset(&x);
}

void test_fold__a_payment_goes_where_the_payer_says_and_never_to_a_dispute(void) {
    open_three(FILE_THREE(""));
    file_add(&x, "fee", on("2026-02-13"), 700, "{}");
    file_add(&x, "disputed", on("2026-02-14"), 0, "{\"to_due\":\"2026-02-10\"}");
    file_add(&x, "paid", on("2026-03-11"), 700, "{\"to_charge\":2}");
    balances(file_fold(&x, on("2026-03-11")), 300000, 2000, 0, 0, 0);
    file_add(&x, "paid", on("2026-03-12"), 101000, "{}");
    const struct loan_state *s = file_fold(&x, on("2026-03-12"));
    CU_ASSERT_EQUAL(item_left_all(&s->items[0]), 101000);
    CU_ASSERT_EQUAL(item_left_all(&s->items[1]), 0);
    file_add(&x, "disputed", on("2026-03-13"), 0, "{\"to_due\":\"2026-02-10\",\"open\":false}");
    file_add(&x, "paid", on("2026-03-14"), 101000, "{}");
    CU_ASSERT_EQUAL(item_left_all(&file_fold(&x, on("2026-03-14"))->items[0]), 0);
    file_reset(&x);
}

void test_fold__terms_replace_what_is_not_due_and_give_back_interest_paid_ahead(void) {
    open_three(FILE_THREE(""));
    file_add(&x, "paid", on("2026-02-10"), 101500, "{}"); /* 500 of March's interest */
    file_add(&x, "terms", on("2026-02-20"), 0,
             "{\"change\":\"term_extension\",\"rows\":[[\"2026-03-20\",100000,1500],[\"2026-05-20\",100000,1500]],"
             "\"forbearance\":true,\"probation_until\":\"2027-02-20\",\"rate\":100000}");
    const struct loan_state *s = file_fold(&x, on("2026-02-20"));
    balances(s, 200000, 0, 0, 0, 500);
    CU_ASSERT_EQUAL(s->rounding_minor, 0);
    CU_ASSERT_EQUAL(s->rate, 100000);
    CU_ASSERT_EQUAL(s->n_forbearances, 1);
    CU_ASSERT_EQUAL(s->probation_until, on("2027-02-20"));
    balances(file_fold(&x, on("2026-03-20")), 200000, 1000, 0, 0, 0); /* the credit paid its part */
    file_reset(&x);
}

void test_fold__rows_of_terms_follow_a_history_that_changed_before_them(void) {
    open_three(FILE_THREE(""));
    file_add(&x, "terms", on("2026-03-20"), 0,
             "{\"change\":\"re_age\",\"replaces\":\"all\",\"rows\":[[\"2026-04-20\",150000,4000],[\"2026-05-20\",150000,2000]]}");
    const struct loan_state *s = file_fold(&x, on("2026-03-20"));
    balances(s, 300000, 0, 0, 0, 0); /* two months of interest moved into the new rows */
    CU_ASSERT_EQUAL(arrears_dpd(s, on("2026-03-20")), 0);
    CU_ASSERT_EQUAL(arrears_dpd(s, on("2026-03-19")), 37);
    file_add(&x, "paid", on("2026-02-10"), 101000, "{}");
    s = file_fold(&x, on("2026-03-20"));
    balances(s, 200000, 0, 0, 0, 0);
    CU_ASSERT_EQUAL(s->rounding_minor, -100000);
    CU_ASSERT_EQUAL(s->items[4].amount[PRINCIPAL], 50000);
    file_reset(&x);
}

void test_fold__capitalised_interest_becomes_principal(void) {
    open_three(FILE_THREE(""));
    file_add(&x, "terms", on("2026-02-10"), 0,
             "{\"change\":\"moratorium\",\"replaces\":\"all\",\"capitalised\":1000,\"rows\":[[\"2026-06-10\",301000,9000]]}");
    const struct loan_state *s = file_fold(&x, on("2026-02-10"));
    balances(s, 301000, 0, 0, 0, 0);
    CU_ASSERT_EQUAL(lender(s, ACCOUNT_INTEREST_INCOME), -1000);
    file_reset(&x);
}

void test_fold__a_settlement_kept_forgives_the_rest(void) {
    open_three(FILE_THREE(""));
    file_add(&x, "settlement", on("2026-03-15"), 150000, "{\"rows\":[[\"2026-03-20\",50000],[\"2026-03-30\",100000]],\"grace_days\":2}");
    file_add(&x, "paid", on("2026-03-22"), 50000, "{}");
    const struct loan_state *s = file_fold(&x, on("2026-03-23"));
    CU_ASSERT_EQUAL(s->settlement.end, SETTLEMENT_OPEN);
    CU_ASSERT(arrears_dpd(s, on("2026-03-23")) > 0); /* it does not hide anything */
    file_add(&x, "paid", on("2026-03-30"), 100700, "{}");
    s = file_fold(&x, on("2026-03-30"));
    CU_ASSERT_EQUAL(s->settlement.end, SETTLEMENT_KEPT);
    CU_ASSERT_EQUAL(s->stage, STAGE_SETTLED);
    balances(s, 0, 0, 0, 0, 700);
    CU_ASSERT_EQUAL(lender(s, ACCOUNT_WAIVERS), 300000 + 2000 - 150000);
    file_reset(&x);
}

void test_fold__a_settlement_not_kept_leaves_all_as_it_was(void) {
    open_three(FILE_THREE(""));
    file_add(&x, "settlement", on("2026-03-15"), 150000, "{\"rows\":[[\"2026-03-20\",50000],[\"2026-03-30\",100000]],\"grace_days\":2}");
    file_add(&x, "paid", on("2026-03-20"), 49999, "{}");
    CU_ASSERT_EQUAL(file_fold(&x, on("2026-03-22"))->settlement.end, SETTLEMENT_OPEN);
    const struct loan_state *s = file_fold(&x, on("2026-03-23"));
    CU_ASSERT_EQUAL(s->settlement.end, SETTLEMENT_BROKEN);
    CU_ASSERT_EQUAL(s->settlement.ended_day, on("2026-03-23"));
    file_add(&x, "paid", on("2026-03-24"), 253001, "{}");
    s = file_fold(&x, on("2026-03-24"));
    balances(s, 0, 0, 0, 0, 0);
    file_reset(&x);
}

void test_fold__a_write_off_clears_the_books_and_not_the_debt(void) {
    open_three(FILE_THREE(""));
    file_add(&x, "written_off", on("2026-03-15"), 0, "{}");
    const struct loan_state *s = file_fold(&x, on("2026-03-15"));
    balances(s, 0, 0, 0, 0, 0);
    CU_ASSERT_EQUAL(loan_outstanding(s), 302000);
    CU_ASSERT_EQUAL(lender(s, ACCOUNT_WRITE_OFFS), 302000);
    file_add(&x, "recovered", on("2026-05-01"), 200000, "{}");
    s = file_fold(&x, on("2026-05-01"));
    balances(s, 0, 0, 0, 0, 0);
    CU_ASSERT_EQUAL(loan_outstanding(s), 102000); /* the third month's interest never came */
    CU_ASSERT_EQUAL(lender(s, ACCOUNT_RECOVERIES), -200000);
    CU_ASSERT_EQUAL(s->stage, STAGE_WRITTEN_OFF);
    CU_ASSERT(arrears_dpd(s, on("2026-05-01")) == 80);
    file_reset(&x);
}

void test_fold__cooling_off_and_foreclosure_end_in_their_own_stage(void) {
    open_three(FILE_THREE(""));
    file_add(&x, "cooled_off", on("2026-01-12"), 0, "{\"rows\":[[\"2026-01-12\",300000,66]]}");
    file_add(&x, "paid", on("2026-01-12"), 300066, "{}");
    const struct loan_state *s = file_fold(&x, on("2026-01-12"));
    balances(s, 0, 0, 0, 0, 0);
    CU_ASSERT_EQUAL(s->stage, STAGE_COOLED_OFF);
    CU_ASSERT_EQUAL(lender(s, ACCOUNT_INTEREST_INCOME), -66);
    file_reset(&x);
    open_three(FILE_THREE(""));
    file_add(&x, "foreclosed", on("2026-02-20"), 0, "{\"rows\":[[\"2026-02-20\",200000,333]]}");
    file_add(&x, "paid", on("2026-02-20"), 301333, "{}");
    CU_ASSERT_EQUAL(file_fold(&x, on("2026-02-20"))->stage, STAGE_FORECLOSED);
    file_reset(&x);
}

void test_fold__a_void_turns_every_posting_round(void) {
    open_three(FILE_THREE(""));
    file_add(&x, "voided", on("2026-01-11"), 0, "{}");
    const struct loan_state *s = file_fold(&x, on("2026-02-20"));
    CU_ASSERT_EQUAL(s->stage, STAGE_VOID);
    for (int a = 0; a < ACCOUNTS; a++) CU_ASSERT_EQUAL(lender(s, (enum account)a), 0);
    CU_ASSERT_EQUAL(arrears_dpd(s, on("2026-02-20")), 0);
    file_reset(&x);
}

void test_fold__a_refund_of_money_that_was_returned_is_owed_first(void) {
    open_three(FILE_THREE(""));
    file_add(&x, "paid", on("2026-01-20"), 304000, "{}");
    file_add(&x, "refunded", on("2026-01-21"), 1000, "{}");
    file_add(&x, "reversed", on("2026-01-25"), 0, "{\"of\":2,\"why\":\"chargeback\"}");
    const struct loan_state *s = file_fold(&x, on("2026-01-25"));
    balances(s, 300000, 0, 0, 0, -1000);
    CU_ASSERT_EQUAL(loan_outstanding(s), 301000);
    file_add(&x, "paid", on("2026-02-10"), 102000, "{}");
    balances(file_fold(&x, on("2026-02-10")), 200000, 0, 0, 0, 0);
    file_reset(&x);
}

void test_fold__limits_disputes_and_suspense_are_kept(void) {
    open_three(FILE_THREE(""));
    CU_ASSERT_EQUAL(file_fold(&x, on("2026-01-10"))->limit_minor, -1);
    file_add(&x, "limit", on("2026-01-10"), 500000, "{\"by\":\"review\"}");
    file_add(&x, "limit", on("2026-01-20"), 600000, "{\"by\":\"request\"}");
    file_add(&x, "limit", on("2026-01-30"), 400000, "{\"by\":\"distress\"}");
    file_add(&x, "disputed", on("2026-01-30"), 0, "{}");
    file_add(&x, "held", on("2026-01-30"), 700, "{\"currency\":\"USD\",\"why\":\"currency\"}");
    const struct loan_state *s = file_fold(&x, on("2026-01-30"));
    CU_ASSERT_EQUAL(s->limit_minor, 400000);
    CU_ASSERT_EQUAL(s->limit_up_day, on("2026-01-20"));
    CU_ASSERT_EQUAL(s->limit_day, on("2026-01-30"));
    CU_ASSERT(s->disputed);
    balances(s, 300000, 0, 0, 0, 0);
    file_reset(&x);
}

void test_fold__nothing_is_a_loan_without_an_opening(void) {
    file_init(&x);
    const struct loan_state *s = file_fold(&x, on("2026-01-10"));
    CU_ASSERT_EQUAL(s->stage, STAGE_NONE);
    file_add(&x, "paid", on("2026-01-10"), 5, "{}");
    s = file_fold(&x, on("2026-01-10"));
    CU_ASSERT_EQUAL(s->stage, STAGE_NONE);
    CU_ASSERT_EQUAL(s->idle, 1);
    CU_ASSERT_EQUAL(arrears_dpd(s, on("2026-01-10")), 0);
    CU_ASSERT_EQUAL(arrears_next_day(s), INT32_MAX);
    file_reset(&x);
}

static void fold_once(void *who) {
    (void)who;
    struct arena *a = arena_new(4 << 20);
    struct deed *deeds = NULL;
    const struct loan_state *s = NULL;
    if (!a) return;
    enum err e = deeds_read(x.texts, x.n, a, &deeds, NULL);
    if (e == OK) e = loan_fold(deeds, x.n, 21000, INT64_MAX, a, &s, NULL);
    /* the JSON reader reports the end of memory as bad input */
    CU_ASSERT(e == OK || torture_hit());
    arena_free(a);
}

void test_fold__survives_no_memory(void) {
    open_three(FILE_THREE(""));
    for (int k = 0; k < 30; k++) file_add(&x, k % 3 ? "paid" : "penalty", on("2026-02-10") + k, 5000, "{\"code\":\"late\"}");
    CU_ASSERT(torture_run(fold_once, NULL) >= 4);
    file_reset(&x);
}
