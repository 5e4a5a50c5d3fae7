/* feature.h - what a model knows of each input: range, codes, direction, and how to say it.
 *
 * Where a feature has a direction, a value that is not known stands just beyond the worst end of its
 * range. With the trees held to the direction nobody can gain by leaving a value out: in the bureau
 * data 47 % of the borrowers would have, by not stating their income. It also settles what an unknown
 * value means where training has seen none. A feature without a direction keeps NAN.
 *
 * The same reading is used for training rows and for requests, so that they cannot differ. */
#ifndef MODELS_FEATURE_H
#define MODELS_FEATURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/json.h"

#define FEATURES_MAX 64
#define FEATURE_CODES_MAX 8

struct feature_reason {
    const char *code, *text; /* NULL: never given */
};
struct feature {
    const char *name, *column, *about; /* column: its name in the training file */
    double low, high;                  /* valid range; values outside are clipped */
    double codes[FEATURE_CODES_MAX];   /* special values that mean "not known" */
    int n_codes;
    int direction;                     /* 1: more is riskier, -1: more is safer, 0: free */
    double typical;                    /* median in training; NAN before it is known */
    int needs;                         /* index of a feature without which this one means nothing; -1 */
    double needs_above;                /* ... and which must be above this */
    struct feature_reason high_reason, low_reason, missing_reason;
};
struct features {
    json_t *source; /* the texts live in it */
    struct feature list[FEATURES_MAX];
    const char *names[FEATURES_MAX];
    int n;
};

/* Reads the "features" array of a spec or manifest. Faults name "features/3/range". */
MUST_CHECK enum err features_read(const json_t *array, struct features *out, struct fault *f);
void features_reset(struct features *fs);
int features_find(const struct features *fs, const char *name); /* -1 if unknown */

enum feature_note { FEATURE_FINE, FEATURE_CODED, FEATURE_CLIPPED };
/* A raw number (NAN: missing) to what the model sees. */
enum feature_note feature_clean(const struct feature *ft, double raw, float *out);
float feature_unknown(const struct feature *ft);         /* what stands for a missing value */
bool feature_is_unknown(const struct feature *ft, float value);
/* Makes features unknown whose needed companion is missing or too small; after all have been cleaned. */
void features_settle(const struct features *fs, float *row);

/* Why this value raises the risk; NULL if no honest reason can be given (a value at the safe end of
 * its range is never called a reason, whatever its share in an interaction). */
const struct feature_reason *feature_reason(const struct feature *ft, float value);

#endif
