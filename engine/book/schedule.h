/* schedule.h - the products and their schedules: what falls due on which day, principal and interest.
 *
 * Whole numbers only: money in minor units, rates and shares in millionths (15 % a year = 150000), products in
 * 128 bits. So the same terms give the same paise on every machine, and the principals add up to the loan exactly.
 *
 *   emi       equal monthly payments, P r / (1 - (1 + r)^-n) where every period is a month of 30/360
 *   step_up   monthly payments that rise by a share every so many months
 *   bullet    everything at the end, or interest monthly and the principal at the end
 *   seasonal  on the days of a crop calendar (season.h), the principal by weights
 *
 * A payment covers the interest of its period first; the last one takes up what rounding left. */
#ifndef BOOK_SCHEDULE_H
#define BOOK_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "book/daycount.h"

#define LOAN_MONTHS_MAX 480
#define LOAN_ROWS_MAX LOAN_MONTHS_MAX
#define LOAN_AMOUNT_MAX INT64_C(1000000000000) /* minor units: ten billion rupees */
#define LOAN_RATE_MAX INT64_C(10000000)        /* 1,000 % a year */

enum product_kind { PRODUCT_EMI, PRODUCT_BULLET, PRODUCT_SEASONAL, PRODUCT_STEP_UP };
const char *product_word(enum product_kind k);                         /* "emi" */
MUST_CHECK bool product_read(const char *word, enum product_kind *out); /* false: no such product */

struct season_due { /* one payment of a seasonal loan */
    int32_t day;
    int64_t weight; /* of the principal, over the sum of all weights; 0 interest only */
};
struct loan_terms {
    enum product_kind product;
    int64_t principal_minor;
    int64_t fee_minor;       /* kept back at payout: the borrower receives principal - fee */
    int64_t rate;            /* nominal, a year */
    enum day_count day_count;
    int32_t start_day;       /* interest runs from here */
    int32_t first_due_day;   /* 0: a month after the start; not for seasonal */
    const int32_t *due_days; /* emi: the day of each payment, instead of the first one; NULL every month */
    int months;              /* not for seasonal: payments, or the bullet's term */
    bool interest_monthly;   /* bullet */
    int64_t step;            /* step_up: payments rise by this share ... */
    int step_months;         /* ... every so many months */
    const struct season_due *seasons;
    size_t n_seasons;
    int64_t round_to_minor;  /* payments but the last are multiples of it (whole rupees: 100); 0 is 1 */
};
struct schedule_row {
    int number;              /* 1-based */
    int32_t due_day;
    int64_t payment_minor, principal_minor, interest_minor;
    int64_t balance_minor;   /* principal owed after it; 0 in the last row */
};

/* ERR_INVALID with the field in f->where when terms are outside the limits above. */
MUST_CHECK enum err loan_check(const struct loan_terms *t, struct fault *f);
/* How many rows `loan_schedule` fills: at most LOAN_ROWS_MAX. */
int loan_rows(const struct loan_terms *t);
/* ERR_INVALID also when payments would not cover the interest of their period (the debt would grow). */
MUST_CHECK enum err loan_schedule(const struct loan_terms *t, struct schedule_row *rows, struct fault *f);

#endif
