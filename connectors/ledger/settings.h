/* settings.h - the ledger's part of the configuration, with what holds where it is silent.
 *
 *   {"currency": "INR", "zone": "Asia/Kolkata",
 *    "bands": ..., "fee": ..., "months": ..., "valid_days": ...                   offer.h
 *    "products": {"emi": {"rules": {...} (book/rules.h), "day_count": "30/360", "cooling_off_days": 3,
 *                         "foreclosure_fee": 0.02, "round_to": 100}, ...},
 *    "charges": [{"code": "late", "amount": 50000}, {"code": "bounce", "amount": 25000}, ...],  what key facts tell
 *    "authority": ...                                                             authority.h
 *    "forbearance": {"most": 2, "months": 24, "probation_months": 12},            changes of terms within so many months
 *    "limit": {"clean_cycles": 6, "used_below": 0.6, "step": 0.25, "months_apart": 3, "notice_days": 30, "most": 0},
 *    "seasons": {...}}                                                            book/season.h
 *
 * A loan keeps the rules under which it was opened: they stand in its first entry. */
#ifndef LEDGER_SETTINGS_H
#define LEDGER_SETTINGS_H

#include "book/keyfacts.h"
#include "book/limit.h"
#include "connectors/ledger/authority.h"
#include "connectors/ledger/offer.h"

#define SETTINGS_CHARGES_MAX 20

struct product_settings {
    const json_t *rules;     /* as configured; NULL the defaults of book/rules.h */
    enum day_count day_count;
    int cooling_off_days;
    int64_t foreclosure_fee; /* share of the principal that is not due yet, millionths */
    int64_t round_to_minor;
};
struct settings {
    json_t *config;          /* ours; everything below points into it */
    struct product_settings products[PRODUCT_STEP_UP + 1];
    struct contingent_charge charges[SETTINGS_CHARGES_MAX];
    size_t n_charges;
    struct authority authority;
    struct offer_rules offer;
    struct limit_rules limit;
    int forbearances_most, forbearance_months, probation_months;
    const json_t *seasons;
};
/* Copies `config` (which may be NULL). ERR_INVALID: the fault names the field. */
MUST_CHECK enum err settings_read(const json_t *config, struct settings *out, struct fault *f);
void settings_reset(struct settings *s);

#endif
