/* offer.h - what a loan would cost this applicant: rate by risk band, instalment, APR, schedule. Pure. */
#ifndef LEDGER_OFFER_H
#define LEDGER_OFFER_H

#include "base/json.h"
#include "book/price.h"
#include "book/schedule.h"

#define OFFER_BANDS_MAX 20

struct offer_rules {
    struct loan_band bands[OFFER_BANDS_MAX];
    size_t n_bands;
    int64_t fee, fee_max_minor; /* share of the amount in millionths; ceiling, 0 none */
    int months, valid_days;
};

/* {"bands": [{"pd": 0.01, "rate": 0.12}, ...] ascending, "fee": 0.02, "fee_max": 500000, "months": 24,
 * "valid_days": 7}; each may be left out. */
MUST_CHECK enum err offer_rules_read(const json_t *config, struct offer_rules *out, struct fault *f);
/* `input` fits the operation's schema. `id` names the offer; `day` is the local date. ERR_REFUSED:
 * the risk is above every band. */
MUST_CHECK enum err offer_make(const struct offer_rules *rules, const json_t *input, const char *id,
                               int32_t day, json_t **answer_new, struct fault *f);

#endif
