/* apr.h - the annual percentage rate of irregular flows.
 *
 * The actuarial method with a month as unit period (Regulation Z, Appendix J; Excel's RATE times twelve for equal
 * months): a flow m whole months and d days after the first is worth 1 / ((1 + i d / 30) (1 + i)^m), and the rate is 12 i. So
 * 20,000.00 less a fee of 400.00, paid back in 24 monthly payments of 969.73, gives 17.07 %. */
#ifndef BOOK_APR_H
#define BOOK_APR_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "book/schedule.h"

struct cash_flow {
    int32_t day;
    int64_t minor; /* to the borrower above zero, from the borrower below */
};

/* `flows` in order of day, the first to the borrower; at most APR_FLOWS_MAX. Found by bisection to one millionth and
 * rounded up, so that it never flatters. ERR_INVALID: not in order, nothing received, less paid than received
 * (a rate below zero), or above 10,000 %. */
#define APR_FLOWS_MAX 1000
MUST_CHECK enum err apr_of_flows(const struct cash_flow *flows, size_t n, int64_t *out, struct fault *f);
/* Of one payout of principal - fee on the start day and these rows. */
MUST_CHECK enum err apr_of_schedule(const struct loan_terms *t, const struct schedule_row *rows, int n, int64_t *out,
                                    struct fault *f);
/* The effective yearly rate (1 + i)^12 - 1 of a nominal one, as European law asks for. */
MUST_CHECK enum err apr_effective(int64_t nominal, int64_t *out, struct fault *f);

#endif
