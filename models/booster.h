/* booster.h - gradient-boosted trees behind plain arrays; booster.c is XGBoost's one home.
 *
 * Rows are dense, row-major floats, NAN for missing. Results are copied out: nothing that this file
 * returns points into the library. One booster serves one thread at a time. */
#ifndef MODELS_BOOSTER_H
#define MODELS_BOOSTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct booster;

struct booster_params {
    int depth, threads;
    double eta, min_child_weight, lambda, subsample, colsample;
    const int *monotone;      /* per feature: 1 up, -1 down, 0 free */
    const char *const *names; /* per feature */
    int n_features;
    uint32_t seed;
};
struct booster_rows {
    const float *x;  /* n x n_features */
    const float *y;  /* 0 or 1; NULL when only predicting */
    size_t n;
};
struct booster_stop {
    const struct booster_rows *valid; /* NULL: run all rounds */
    int rounds, patience;
};

/* Trains at most stop->rounds trees; with `valid`, ends when its log loss has not improved for
 * `patience` rounds and predicts with the best number of trees from then on. */
MUST_CHECK enum err booster_fit(const struct booster_params *p, const struct booster_rows *rows,
                                const struct booster_stop *stop, struct booster **out,
                                struct fault *f);
void booster_free(struct booster *b);
int booster_trees(const struct booster *b); /* used in prediction */

/* UBJSON bytes. `b` must not have stopped early. */
MUST_CHECK enum err booster_save(struct booster *b, struct buf *out, struct fault *f);
/* The caller has checked the bytes against their hash: the library's reader trusts its input. */
MUST_CHECK enum err booster_load(const void *bytes, size_t n, int n_features, struct booster **out,
                                 struct fault *f);

/* Log-odds per row into out[n]. */
MUST_CHECK enum err booster_margins(struct booster *b, const float *x, size_t n, float *out,
                                    struct fault *f);
/* Exact SHAP contributions in log-odds into out[n x (n_features + 1)]; the last is the base. */
MUST_CHECK enum err booster_effects(struct booster *b, const float *x, size_t n, float *out,
                                    struct fault *f);
const char *booster_library(void); /* "xgboost 1.7.4" */

#endif
