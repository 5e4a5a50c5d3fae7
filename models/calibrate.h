/* calibrate.h - from log-odds of the trees to a probability that means what it says.
 *
 * Platt: logistic in the margin. Isotonic: pool-adjacent-violators, kept as at most
 * CALIBRATION_KNOTS points and read by straight lines between them. Both never decrease. */
#ifndef MODELS_CALIBRATE_H
#define MODELS_CALIBRATE_H

#include <stddef.h>

#include "base/err.h"
#include "base/json.h"

#define CALIBRATION_KNOTS 64

enum calibration_kind { CALIBRATION_PLATT, CALIBRATION_ISOTONIC };
struct calibration {
    enum calibration_kind kind;
    int n;                        /* knots; Platt: 0 */
    double x[CALIBRATION_KNOTS];  /* margins, ascending */
    double y[CALIBRATION_KNOTS];  /* probabilities, never descending */
    double slope, intercept;      /* Platt; slope >= 0 */
};

MUST_CHECK enum err calibration_fit(enum calibration_kind kind, const float *margins,
                                    const float *labels, size_t n, struct calibration *out);
double calibration_pd(const struct calibration *c, double margin); /* within (0, 1) */
json_t *calibration_json_new(const struct calibration *c);         /* NULL: no memory */
MUST_CHECK enum err calibration_read(const json_t *v, struct calibration *out, struct fault *f);

#endif
