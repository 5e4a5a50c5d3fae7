/* train.h - from a spec and data to an artefact. Same spec, data and library: same bytes. */
#ifndef MODELS_TRAIN_H
#define MODELS_TRAIN_H

#include "base/err.h"
#include "models/spec.h"
#include "models/validate.h"

struct train_options {
    const char *data;    /* a CSV file, plain or gzip; for other sources a folder */
    const char *out_dir; /* the artefact; NULL: only measure */
    int threads;         /* results depend on it in the last digits; artefacts are made with 1 */
    struct progress progress;
};
/* *manifest_new receives what was measured, also without out_dir. */
MUST_CHECK enum err train(const struct spec *s, const struct train_options *o, json_t **manifest_new,
                          struct fault *f);

#endif
