/* offer.h - what a loan would cost this applicant: rate by risk band, fee, and the key facts of it. */
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
/* Rate and fee for this probability of default, into the terms. ERR_REFUSED: the risk is above every band. */
MUST_CHECK enum err offer_price(const struct offer_rules *rules, double pd, struct loan_terms *t, struct fault *f);

struct work;
/* Operations (work.h). An offer is a key fact statement at the price of the risk; its number comes from the call's key, and its
 * hash is what a signature is bound to. */
enum err op_offer(struct work *w);
enum err op_key_facts(struct work *w);

#endif
