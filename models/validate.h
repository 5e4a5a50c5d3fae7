/* validate.h - repeated stratified cross-validation: every row scored by models that never saw it. */
#ifndef MODELS_VALIDATE_H
#define MODELS_VALIDATE_H

#include "models/booster.h"
#include "models/sample.h"

typedef void progress_fn(void *who, const char *doing, int done, int of);
struct progress {
    progress_fn *fn; /* may be NULL */
    void *who;
};

struct validation {
    size_t n;
    int repeats, folds;
    float *margins; /* repeats x n, out of fold */
    double *pd;     /* the same, calibrated by the other folds' rows of the same repeat */
    int *fold;      /* repeats x n */
    int trees;      /* median of the early-stopped numbers */
};

MUST_CHECK enum err validate(const struct spec_training *t, const struct features *fs,
                             const struct sample *s, int threads, const struct progress *pr,
                             struct validation *out, struct fault *f);
void validation_reset(struct validation *v);
/* Trains on all rows with a fixed number of trees. */
MUST_CHECK enum err validate_final(const struct spec_training *t, const struct features *fs,
                                   const struct sample *s, int threads, int trees,
                                   struct booster **out, struct fault *f);

#endif
