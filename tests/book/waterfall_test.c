/* waterfall_test.c - orders by hand: horizontal and vertical, windows, the last instalment first. */
#include "tests/book/file.h"

static struct file x;

/* January and February are past due on 1 March, each with interest; a penalty between; March is due on the 10th. */
#define OPENED(rules) \
    "{\"product\":\"emi\",\"currency\":\"INR\",\"rows\":[[\"2026-01-10\",1000,100],[\"2026-02-10\",1000,100]," \
    "[\"2026-03-10\",1000,100],[\"2026-04-10\",1000,100]]" rules "}"

static const struct loan_state *pay(const char *rules, int64_t minor, const char *how) {
    file_init(&x);
    file_add(&x, "opened", on("2025-12-10"), 4000, rules);
    file_add(&x, "penalty", on("2026-01-20"), 50, "{}");
    file_add(&x, "paid", on("2026-03-01"), minor, how);
    return file_fold(&x, on("2026-03-01"));
}

static void item_is(const struct loan_state *s, uint32_t k, int64_t interest, int64_t principal) {
    CU_ASSERT_EQUAL(s->items[k].paid[INTEREST], interest);
    CU_ASSERT_EQUAL(s->items[k].paid[PRINCIPAL], principal);
}

void test_waterfall__by_instalment_the_oldest_is_paid_whole(void) {
    const struct loan_state *s = pay(OPENED(""), 1500, "{}");
    item_is(s, 0, 100, 1000);
    CU_ASSERT_EQUAL(s->items[4].paid[PENALTY], 50);
    item_is(s, 1, 100, 250);
    file_reset(&x);
}

void test_waterfall__by_component_all_interest_comes_first(void) {
    const struct loan_state *s = pay(
        OPENED(",\"rules\":{\"normal\":{\"by\":\"component\",\"order\":[\"past_due.penalty\",\"past_due.interest\",\"due.interest\",\"past_due.principal\"]}}"),
        500, "{}");
    CU_ASSERT_EQUAL(s->items[4].paid[PENALTY], 50);
    item_is(s, 0, 100, 250);
    item_is(s, 1, 100, 0);
    item_is(s, 2, 0, 0);
    file_reset(&x);
}

void test_waterfall__in_advance_next_or_last(void) {
    const struct loan_state *s = pay(OPENED(""), 2250 + 1300, "{}");
    item_is(s, 2, 100, 1000);
    item_is(s, 3, 100, 100);
    file_reset(&x);
    s = pay(OPENED(""), 2250 + 1300, "{\"for\":\"prepayment\"}");
    item_is(s, 2, 0, 300);
    item_is(s, 3, 0, 1000);
    file_reset(&x);
}

void test_waterfall__due_some_days_before(void) {
    static const char RULES[] = OPENED(",\"rules\":{\"due_from_days\":9,\"normal\":{\"order\":[\"past_due.penalty\",\"past_due.interest\","
                                       "\"past_due.principal\",\"due.principal\",\"due.interest\"]}}");
    const struct loan_state *s = pay(RULES, 2250 + 1050, "{}");
    item_is(s, 2, 50, 1000);
    CU_ASSERT_EQUAL(s->credit_minor, 0);
    file_reset(&x);
    s = pay(RULES, 2250 + 1100 + 77, "{}");
    CU_ASSERT_EQUAL(s->credit_minor, 77); /* nothing in advance: it waits for April */
    CU_ASSERT_EQUAL(file_fold(&x, on("2026-04-09"))->credit_minor, 77);
    CU_ASSERT_EQUAL(file_fold(&x, on("2026-04-10"))->credit_minor, 0);
    file_reset(&x);
}

void test_waterfall__each_payment_tells_where_it_went(void) {
    const struct loan_state *s = pay(OPENED(""), 1150, "{}");
    CU_ASSERT_EQUAL_FATAL(s->n_allocations, 3);
    CU_ASSERT_EQUAL(s->allocations[0].n, 3);
    CU_ASSERT_EQUAL(s->allocations[0].component, INTEREST);
    CU_ASSERT_EQUAL(s->allocations[0].timing, PAST_DUE);
    CU_ASSERT_EQUAL(s->allocations[1].minor, 1000);
    CU_ASSERT_EQUAL(s->allocations[2].component, PENALTY);
    CU_ASSERT_EQUAL(s->allocations[2].minor, 50);
    file_reset(&x);
}
