/* serve.h - a trained artefact ready to score: model, calibration, contributions, plain reasons.
 *
 * An artefact is a folder: model.ubj, manifest.json, card.md, golden.csv. It is opened, checked
 * against its golden rows and warmed before it is shared; a corrupt one is refused with what is wrong.
 * Scoring is a pure function and safe from any one worker thread at a time per handle clone. */
#ifndef MODELS_SERVE_H
#define MODELS_SERVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/json.h"

#define MODEL_REASONS 4
#define MODEL_BATCH_MAX 65536 /* rows of one call */
struct model;

MUST_CHECK enum err model_open(const char *dir, struct model **out, struct fault *f);
void model_free(struct model *m);
/* A handle of its own for another worker thread: checked and warmed like the first, nothing shared.
 * Call it before `m` is handed to a worker. */
MUST_CHECK enum err model_clone(const struct model *m, struct model **out, struct fault *f);
const char *model_name(const struct model *m);    /* "bureau" */
const char *model_version(const struct model *m); /* "1" */
const char *model_hash(const struct model *m);    /* of the artefact */
int model_features(const struct model *m, const char *const **names); /* `names` may be NULL */
/* The feature called so, or trained from a column called so; -1 if none. */
int model_feature_of_column(const struct model *m, const char *column);

struct model_reason {
    const char *code;    /* "B03"; stable, from the spec */
    const char *feature;
    const char *text;    /* plain language, from the spec */
    double value;        /* NAN when missing */
    double effect;       /* log-odds; positive raises the risk */
};
struct model_score {
    double pd;           /* calibrated probability of default */
    double margin;       /* uncalibrated log-odds: base + sum of effects, within 1e-4 */
    double base;
    const double *effects; /* per feature; NULL unless asked; valid until this handle's next call */
    struct model_reason reasons[MODEL_REASONS]; /* those that raise the risk most, ranked */
    int n_reasons;
};
/* `rows` is n x features, each filled by model_row or model_clean. */
MUST_CHECK enum err model_score(struct model *m, const float *rows, size_t n, bool with_reasons,
                                struct model_score *out, struct fault *f);
/* Fills one row from a JSON object by feature name; special codes become missing; a value outside the
 * valid range is clipped and named in `notes` (array to append to; may be NULL). */
MUST_CHECK enum err model_row(const struct model *m, const json_t *features, float *row, json_t *notes,
                              struct fault *f);
/* The same from raw numbers in the order of the features, NAN for missing. ERR_NOMEM only. */
MUST_CHECK enum err model_clean(const struct model *m, const double *raw, float *row, json_t *notes);

#endif
