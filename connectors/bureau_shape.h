/* bureau_shape.h - what is checked before a bureau is asked, and bureau B's own words. Pure.
 *
 * Bureau A speaks in the words of the contract. Bureau B (simulated, in the manner of a bureau that grew up with
 * punched cards) has scores from 1 to 999, a list of tradelines, days past due as text of three digits a month, dates
 * DDMMYYYY and amounts in rupees with Indian grouping; bureau_b_report.c turns that into the same contract. */
#ifndef CONNECTORS_BUREAU_SHAPE_H
#define CONNECTORS_BUREAU_SHAPE_H

#include "connectors/shape.h"

extern const struct shaping bureau_shaping, bureau_b_shaping;

/* NULL, or why this may not be asked: pan_form, pan_holder; of soft and hard also consent_missing, purpose_missing,
 * purpose_not_permitted. `report` checks consent and purpose only where they are given, unless `strict`. */
const char *bureau_refusal(const char *operation, const json_t *input, bool strict);

/* Several reports on one person in one, to the safe side (bureau_merge.c). A new reference, or NULL: no memory. */
json_t *bureau_merged(const json_t *first, const json_t *second);
/* Bureau B's answer as a report. `scale`: rupees of monthly income for one unit of the model. NULL: f->where is the place
 * that cannot be read, or empty for no memory. */
json_t *bureau_b_report(const json_t *said, double scale, struct fault *f);

#endif
