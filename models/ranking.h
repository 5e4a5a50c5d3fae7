/* ranking.h - how well a score orders good and bad, with weights (for the bootstrap).
 *
 * Rows are sorted once; every figure is then one pass. Ties count half, as they must. */
#ifndef MODELS_RANKING_H
#define MODELS_RANKING_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ranking {
    size_t n;
    uint32_t *order;     /* safest first */
    const double *score; /* borrowed; higher is riskier */
    const float *y;      /* borrowed */
};

MUST_CHECK enum err ranking_init(struct ranking *r, const double *score, const float *y, size_t n);
void ranking_reset(struct ranking *r);
/* `w` is a weight per row; NULL means 1 each. NAN where one class is absent. */
double ranking_auc(const struct ranking *r, const double *w);
double ranking_ks(const struct ranking *r, const double *w);
/* Bad rate among the safest `share` of the rows. */
double ranking_bad_rate(const struct ranking *r, const double *w, double share);
/* The largest share of rows, safest first, whose bad rate is at most `bad_rate`. */
double ranking_approvals(const struct ranking *r, const double *w, double bad_rate);

/* Population stability index of two samples over the tenths of the first; zero cells count half a row. */
double stability_index(const double *expected, size_t n, const double *actual, size_t m);

#endif
