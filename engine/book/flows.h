/* flows.h - what a loan's life means for our accounts: amounts that move between two of them on a day.
 *
 * A fold gives the flows of a whole life; what an operation posts is the difference between those before and after it.
 * So a back-dated entry, a reversal or a new allocation leads to new and opposite postings only, each on the day on which
 * it counts, and the balance of every account equals what the fold says.
 *
 *   payout        principal <- settlement (and <- fee_income for a fee kept back)
 *   interest      interest <- interest_income, on its due day (or when it is paid before)
 *   charges       fee <- fee_income, penalty <- penalty_income
 *   money in      settlement <- credit; allocation: credit <- principal, interest, fee, penalty
 *   money back    credit <- settlement; a payment that was returned passes through lender:returns
 *   given up      waivers <- a component; write_offs <- a component; after a write-off credit <- recoveries
 *
 * "a <- b" debits a and credits b. The loan's own accounts are loan:L:principal and so on, the others lender:... */
#ifndef BOOK_FLOWS_H
#define BOOK_FLOWS_H

#include "base/arena.h"
#include "base/err.h"
#include "book/rules.h"

enum account {
    ACCOUNT_PENALTY, ACCOUNT_FEE, ACCOUNT_INTEREST, ACCOUNT_PRINCIPAL, /* in the order of enum component */
    ACCOUNT_CREDIT, ACCOUNTS_OF_LOAN,
    ACCOUNT_SETTLEMENT = ACCOUNTS_OF_LOAN, ACCOUNT_INTEREST_INCOME, ACCOUNT_FEE_INCOME, ACCOUNT_PENALTY_INCOME,
    ACCOUNT_WAIVERS, ACCOUNT_WRITE_OFFS, ACCOUNT_RECOVERIES, ACCOUNT_RETURNS, ACCOUNT_SUSPENSE, ACCOUNTS
};
/* "principal", "settlement": what follows "loan:L:" or "lender:". */
const char *account_word(enum account a);

struct flow {
    enum account debit, credit;
    int32_t day;
    int64_t minor; /* below zero: the other way round */
};
struct flows {
    struct flow *all;
    size_t n, cap;
    struct arena *arena;
    bool failed; /* no memory; stays so */
};
void flows_init(struct flows *f, struct arena *a);
void flows_add(struct flows *f, enum account debit, enum account credit, int32_t day, int64_t minor); /* 0 adds nothing */
/* One line per pair of accounts and day, by day, then pair; nothing that sums to zero. */
void flows_settle(struct flows *f);
/* after - before, settled and all above zero. False on no memory. */
MUST_CHECK bool flows_difference(const struct flows *before, const struct flows *after, struct flows *out);
/* Debits less credits of one account up to and with `day`. */
int64_t flows_balance(const struct flows *f, enum account a, int32_t day);

/* Room for one more element in an array that lives in an arena; false on no memory. */
MUST_CHECK bool arena_room(struct arena *a, void **all, size_t n, size_t *cap, size_t size);

#endif
