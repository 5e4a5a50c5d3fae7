/* price.h - a price list: the rate by risk band. Shares and rates in millionths (15 % = 150000). */
#ifndef BOOK_PRICE_H
#define BOOK_PRICE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* The first row with pd <= pd_max gives the rate. */
struct loan_band {
    int64_t pd_max, rate;
};
/* ERR_REFUSED when pd is above every band. */
MUST_CHECK enum err loan_price(const struct loan_band *bands, size_t n, int64_t pd, int64_t *rate, struct fault *f);

#endif
