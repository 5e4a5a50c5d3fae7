/* report.h - the figures of a model as JSON: quality, fairness, gain over a baseline.
 *
 * Every interval is a 95 % bootstrap over borrowers, written [value, low, high]; with several repeats
 * of cross-validation the figure of each draw is the mean over the repeats. */
#ifndef MODELS_REPORT_H
#define MODELS_REPORT_H

#include "models/bootstrap.h"
#include "models/ranking.h"
#include "models/spec.h"

struct scored {
    size_t n;
    int repeats;
    const double *margin, *pd; /* repeats x n */
    const float *y;
};

/* {"rows","bad","auc","ks","brier","log_loss","calibration":[{"rows","mean_pd","bad_rate"}]} */
MUST_CHECK enum err report_quality(const struct scored *s, int rounds, uint64_t seed, json_t **out_new);

/* Per cut-off and group: approval rate, and its ratio to the reference group's. `value` is the
 * protected attribute per row. */
MUST_CHECK enum err report_fairness(const struct spec_protected *p, const double *value,
                                    const struct scored *s, int rounds, uint64_t seed,
                                    json_t **out_new);

/* What `s` gains over `base` (the same rows and folds): difference of AUC, and how many more can be
 * approved at the bad rate that `base` has at several approval rates. */
MUST_CHECK enum err report_gain(const struct scored *s, const struct scored *base, int rounds,
                                uint64_t seed, json_t **out_new);

#endif
