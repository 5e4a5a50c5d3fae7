/* quote_test.c - paying back early: by hand, and that the quoted amount closes the loan to the cent. */
#include "base/rng.h"
#include "book/quote.h"
#include "tests/book/file.h"

static struct file x;
static struct fault f;
#define VECTOR "{\"product\":\"emi\",\"currency\":\"INR\",\"rate\":150000,\"rows\":[[\"2026-02-15\",71973,25000],[\"2026-03-15\",72873,24100],[\"2026-04-15\",1855154,23189]]}"

void test_quote__cooling_off_is_principal_and_the_days_interest(void) {
    struct exit_quote q;
    file_init(&x);
    file_add(&x, "opened", on("2026-01-15"), 2000000, VECTOR);
    CU_ASSERT_EQUAL_FATAL(quote_exit(file_fold(&x, on("2026-01-18")), 0, &q, &f), OK);
    CU_ASSERT_EQUAL(q.accrued_minor, 2500); /* 3 of 30 days of 250.00 */
    CU_ASSERT_EQUAL(q.total_minor, 2002500);
    CU_ASSERT_EQUAL_FATAL(quote_exit(file_fold(&x, on("2026-01-15")), 0, &q, &f), OK);
    CU_ASSERT_EQUAL(q.total_minor, 2000000);
    file_reset(&x);
}

void test_quote__foreclosure_counts_dues_charges_fee_and_what_was_paid_ahead(void) {
    struct exit_quote q;
    file_init(&x);
    file_add(&x, "opened", on("2026-01-15"), 2000000, VECTOR);
    file_add(&x, "penalty", on("2026-02-20"), 700, "{}");
    file_add(&x, "paid", on("2026-02-25"), 96973 + 700 + 1100, "{}"); /* 1,100 of March's interest */
    CU_ASSERT_EQUAL_FATAL(quote_exit(file_fold(&x, on("2026-03-01")), 20000, &q, &f), OK);
    CU_ASSERT_EQUAL(q.later_principal_minor, 2000000 - 71973);
    CU_ASSERT_EQUAL(q.accrued_minor, 12853); /* 16 of 30 days: 24,100 * 16 / 30 */
    CU_ASSERT_EQUAL(q.credit_minor, 1100);
    CU_ASSERT_EQUAL(q.fee_minor, 38561);
    CU_ASSERT_EQUAL(q.total_minor, 2000000 - 71973 + 12853 + 38561 - 1100);
    CU_ASSERT_EQUAL(q.saved_minor, 24100 + 23189 - 12853);
    file_reset(&x);
}

void test_quote__prepayment_lowers_the_instalment_or_the_term(void) {
    struct deed *deeds;
    struct prepay_quote q;
    file_init(&x);
    file_add(&x, "opened", on("2026-01-15"), 2000000, VECTOR);
    CU_ASSERT_EQUAL_FATAL(deeds_read(x.texts, 1, x.arena, &deeds, &f), OK);
    CU_ASSERT_EQUAL_FATAL(quote_prepayment(deeds, 1, on("2026-02-15"), 10, 96973 + 500000, false, x.arena, &q, &f), OK);
    CU_ASSERT_EQUAL(q.due_minor, 96973);
    CU_ASSERT_EQUAL(q.principal_minor, 500000);
    CU_ASSERT_EQUAL(q.rows_before, 2);
    CU_ASSERT_EQUAL(q.change.n, 2);
    CU_ASSERT(q.saved_minor > 0);
    CU_ASSERT_EQUAL(quote_prepayment(deeds, 1, on("2026-02-15"), 10, 96973, false, x.arena, &q, &f), ERR_REFUSED);
    CU_ASSERT_EQUAL(quote_prepayment(deeds, 1, on("2026-02-15"), 10, 5000000, false, x.arena, &q, &f), ERR_REFUSED);
    CU_ASSERT_EQUAL_FATAL(quote_prepayment(deeds, 1, on("2026-02-15"), 10, 96973 + 1900000, true, x.arena, &q, &f), OK);
    CU_ASSERT_EQUAL(q.change.n, 1);
    file_reset(&x);
}

void test_quote__settlement_is_rounded_up(void) {
    struct settlement_quote q;
    file_init(&x);
    file_add(&x, "opened", on("2026-01-15"), 2000000, VECTOR);
    const struct loan_state *s = file_fold(&x, on("2026-02-20"));
    CU_ASSERT_EQUAL_FATAL(quote_settlement(s, 333333, &q, &f), OK);
    CU_ASSERT_EQUAL(q.owed_minor, 2025000);
    CU_ASSERT_EQUAL(q.amount_minor, 1350001);
    CU_ASSERT_EQUAL(q.given_up_minor, 674999);
    CU_ASSERT_EQUAL(quote_settlement(s, 1000000, &q, &f), ERR_INVALID);
    file_reset(&x);
}

static void foreclose(int32_t day, const struct exit_quote *q) {
    static char rows[120];
    char iso[16];
    snprintf(rows, sizeof rows, "{\"rows\":[[\"%s\",%lld,%lld]]}", day_text(day, iso), (long long)q->later_principal_minor, (long long)q->accrued_minor);
    if (q->later_principal_minor + q->accrued_minor) file_add(&x, "foreclosed", day, 0, rows);
    if (q->total_minor) file_add(&x, "paid", day, q->total_minor, "{}");
}

/* Whatever happened before: paying the quote leaves nothing, and no cent too much. */
void test_quote__the_quoted_amount_closes_the_loan(void) {
    struct rng r;
    int closed = 0;
    rng_seed(&r, 9);
    for (int k = 0; k < 300; k++) {
        struct exit_quote q;
        file_init(&x);
        file_add(&x, "opened", on("2026-01-15"), 2000000, VECTOR);
        for (int n = (int)rng_below(&r, 5); n > 0; n--)
            file_add(&x, rng_below(&r, 4) ? "paid" : "fee", on("2026-01-16") + (int32_t)rng_below(&r, 100), 1 + (int64_t)rng_below(&r, 200000),
                     rng_below(&r, 3) ? "{}" : "{\"for\":\"prepayment\"}");
        int32_t day = on("2026-01-16") + (int32_t)rng_below(&r, 130);
        for (size_t i = 1; i < x.n; i++)
            if (x.texts[i].day > day) day = x.texts[i].day;
        if (quote_exit(file_fold(&x, day), 0, &q, &f) == OK) {
            foreclose(day, &q);
            const struct loan_state *s = file_fold(&x, day);
            CU_ASSERT(s->stage == STAGE_FORECLOSED || s->stage == STAGE_CLOSED);
            CU_ASSERT_EQUAL(loan_outstanding(s), 0);
            CU_ASSERT(s->credit_minor == 0 || !q.total_minor);
            closed++;
        }
        file_reset(&x);
    }
    CU_ASSERT(closed > 200);
}
