/* golden.h - rows with known answers, checked whenever a model is opened.
 *
 * They are drawn from the declared ranges by a fixed seed, never from anybody's data, and catch what
 * hashes cannot: another library version or machine that computes something else. */
#ifndef MODELS_GOLDEN_H
#define MODELS_GOLDEN_H

#include "models/artefact.h"
#include "models/booster.h"

#define GOLDEN_ROWS 24

/* CSV: the features, then margin and pd. */
MUST_CHECK enum err golden_write(const struct features *fs, const struct calibration *c,
                                 struct booster *b, uint64_t seed, struct buf *out, struct fault *f);
MUST_CHECK enum err golden_check(const struct artefact *a, struct booster *b, struct fault *f);

#endif
