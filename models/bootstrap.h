/* bootstrap.h - percentile intervals by drawing rows with replacement, expressed as weights. */
#ifndef MODELS_BOOTSTRAP_H
#define MODELS_BOOTSTRAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"

struct interval {
    double value, low, high; /* 2.5 % and 97.5 %; NAN where it cannot be computed */
};
/* Computes `k` figures from the rows' weights into out[k]. */
typedef void statistic_fn(void *who, const double *weights, double *out);

MUST_CHECK enum err bootstrap(statistic_fn *fn, void *who, size_t rows, int rounds, uint64_t seed,
                              int k, struct interval *out);
json_t *interval_json_new(const struct interval *i); /* [value, low, high], null for NAN */

#endif
