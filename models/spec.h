/* spec.h - what to train: a JSON file (models/specs/bureau.json is the example to read).
 *
 * JSON rather than Lua, because it is data that programs write too, needs no units or conditions, and
 * its canonical hash names the experiment. Unknown words are refused, with the nearest known one. */
#ifndef MODELS_SPEC_H
#define MODELS_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "models/calibrate.h"
#include "models/feature.h"

#define SPEC_GROUPS_MAX 12
#define SPEC_PROTECTED_MAX 4

enum spec_source {
    SPEC_CSV,      /* one table */
    SPEC_ACCOUNTS, /* a folder with loans and transactions: models/accounts.h */
    SPEC_BERKA,    /* a folder with Berka's tables; features by models/cashflow.h */
};
struct spec_group {
    const char *label;
    double from, below; /* from <= value < below */
};
/* Never a feature: read only for the fairness report. */
struct spec_protected {
    const char *name, *column;
    struct spec_group groups[SPEC_GROUPS_MAX];
    int n, reference; /* ratios are against groups[reference] */
};
struct spec_training {
    uint32_t seed;
    int folds, repeats, rounds, patience /* 0: all rounds */, depth, bootstrap;
    double eta, min_child_weight, lambda, subsample, colsample;
    enum calibration_kind calibration;
};
struct spec {
    json_t *root;
    char hash[65]; /* of the canonical JSON */
    const char *name, *version, *about;
    enum spec_source source;
    const char *id_column, *target, *target_about;
    int holdout_percent;      /* 0: none */
    const char *holdout_salt;
    struct features features;
    struct spec_protected protected[SPEC_PROTECTED_MAX];
    int n_protected;
    const char *baseline;     /* name of a second feature set to compare with; NULL: none */
    struct features baseline_features;
    struct spec_training training;
};

MUST_CHECK enum err spec_open(const char *path, struct spec *out, struct fault *f);
void spec_reset(struct spec *s);

#endif
