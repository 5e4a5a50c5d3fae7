/* sample.h - the rows of a frame as a model sees them, and their dealing into folds. */
#ifndef MODELS_SAMPLE_H
#define MODELS_SAMPLE_H

#include "base/err.h"
#include "base/rng.h"
#include "models/frame.h"

struct sample {
    float *x;    /* n x p, cleaned and settled */
    float *y;    /* 1 bad, 0 good */
    size_t *row; /* position in the frame */
    size_t n, n_bad;
    int p;
};
enum sample_part { SAMPLE_TRAINING, SAMPLE_HELD_BACK };

MUST_CHECK enum err sample_take(const struct frame *fr, const struct spec *s,
                                const struct features *fs, enum sample_part part,
                                struct sample *out, struct fault *f);
void sample_reset(struct sample *s);
/* The rows i with keep[i] == wanted. */
MUST_CHECK enum err sample_pick(const struct sample *s, const int *keep, int wanted,
                                struct sample *out);

/* Deals n rows into k folds, each class evenly and in an order drawn from `r`. */
MUST_CHECK enum err folds_deal(const float *y, size_t n, int k, struct rng *r, int *out);

#endif
