/* loan.h - the arithmetic of an instalment loan: instalment, schedule, annual percentage rate.
 *
 * Whole numbers only: money in minor units, rates in millionths a year (15 % = 150000), products in
 * 128 bits. So the same terms give the same paise on every machine, and the schedule adds up. */
#ifndef BOOK_LOAN_H
#define BOOK_LOAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define LOAN_MONTHS_MAX 480
#define LOAN_AMOUNT_MAX INT64_C(1000000000000) /* minor units: ten billion rupees */
#define LOAN_RATE_MAX INT64_C(10000000)        /* 1,000 % a year */

struct loan_terms {
    int64_t principal_minor;
    int64_t rate;    /* nominal, a year, charged monthly as rate / 12 */
    int months;
    int64_t fee_minor; /* kept back at payout: the borrower receives principal - fee */
};
struct loan_row {
    int number;      /* 1-based */
    int32_t due_day; /* day number */
    int64_t payment_minor, principal_minor, interest_minor;
    int64_t balance_minor; /* after the payment; 0 in the last row */
};

/* ERR_INVALID with the field in f->where when terms are outside the limits above. */
MUST_CHECK enum err loan_check(const struct loan_terms *t, struct fault *f);
/* The equal monthly instalment, P r / (1 - (1 + r)^-n), rounded half up to the minor unit. */
MUST_CHECK enum err loan_instalment(const struct loan_terms *t, int64_t *out_minor, struct fault *f);
/* Fills `rows[t->months]`. Interest of a month is the opening balance times rate / 12, half to even;
 * the last payment clears the rest, so the principals add up to the loan exactly. Due days fall on
 * the payout's day of the month, from the next month on; short months use their last day. */
MUST_CHECK enum err loan_schedule(const struct loan_terms *t, int32_t payout_day,
                                  struct loan_row *rows, struct fault *f);
/* The nominal annual rate (twelve times the monthly one) at which the payments are worth what the
 * borrower received; bisection to one millionth, rounded up so that it never flatters. */
MUST_CHECK enum err loan_apr(const struct loan_terms *t, const struct loan_row *rows, int64_t *out,
                             struct fault *f);

/* A row of a price list: the first one with pd <= pd_max gives the rate. */
struct loan_band {
    int64_t pd_max, rate;
};
/* ERR_REFUSED when pd is above every band. */
MUST_CHECK enum err loan_price(const struct loan_band *bands, size_t n, int64_t pd, int64_t *rate,
                               struct fault *f);

#endif
