/* quote.h - what it costs to pay a loan back early, today.
 *
 * Interest of the running period is its row's interest times the part of the period that has passed (by the loan's day
 * count); interest of later periods is not owed. Interest paid ahead comes back. */
#ifndef BOOK_QUOTE_H
#define BOOK_QUOTE_H

#include "book/change.h"

struct exit_quote { /* paying back all of it; on the day of the fold */
    int64_t due_minor[COMPONENTS]; /* unpaid: fallen due, and all charges */
    int64_t later_principal_minor, accrued_minor;
    int64_t fee_minor;
    int64_t credit_minor;          /* ours to give: credit, and interest paid ahead */
    int64_t total_minor;           /* to pay; 0 when the credit is enough */
    int64_t saved_minor;           /* interest that will not be charged */
};
/* `fee`: share of the later principal in millionths (0 in the cooling-off period). ERR_REFUSED: nothing is owed, or it was
 * written off. */
MUST_CHECK enum err quote_exit(const struct loan_state *s, int64_t fee, struct exit_quote *out, struct fault *f);
/* Interest from the last due day to the day of the fold. */
int64_t quote_accrued(const struct loan_state *s);

struct prepay_quote {
    struct change change;          /* the rows after it */
    int64_t due_minor;             /* of the payment, to what is due */
    int64_t principal_minor;       /* and to later principal */
    int64_t payment_before_minor, payment_after_minor; /* the next instalment */
    size_t rows_before;
    int64_t saved_minor;
};
/* A payment of `minor` on `day` on top of these entries; `shorter`: the term falls, else the instalment. ERR_REFUSED
 * with f->where "nothing_ahead", "pays_all" (then it is a foreclosure), or what change_make says. */
MUST_CHECK enum err quote_prepayment(const struct deed *deeds, size_t n, int32_t day, int64_t known_ms, int64_t minor, bool shorter,
                                     struct arena *a, struct prepay_quote *out, struct fault *f);

struct settlement_quote {
    int64_t owed_minor;            /* all that the borrower owes today, later principal too */
    int64_t amount_minor, given_up_minor;
};
/* `discount`: share of what is owed, in millionths. The amount is rounded up to the minor unit. */
MUST_CHECK enum err quote_settlement(const struct loan_state *s, int64_t discount, struct settlement_quote *out, struct fault *f);

#endif
