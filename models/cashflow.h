/* cashflow.h - features of an account's raw transactions: ratios and counts, no currency amounts.
 *
 * Used alike on Berka histories in training and on a bank connector's answer in serving. Looks at the
 * 365 days up to the day of the application, in months of 30 days counted back from it. Money that
 * comes from a party and goes back to it (or goes and comes back) within 14 days is circular: it is
 * measured, and does not count as income when the regularity of income is judged. */
#ifndef MODELS_CASHFLOW_H
#define MODELS_CASHFLOW_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"

#define CASHFLOW_ENTRIES_MAX 20000

struct cashflow_entry {
    int32_t day;            /* day number */
    int64_t amount_minor;   /* positive in, negative out */
    int64_t balance_minor;  /* after it */
    /* Known: "interest" (not income), "cash", and "sanction_interest", "bounce", "returned" (which count
     * as bounces, and are not income when the money comes back). Any other word, or "", is ordinary. */
    const char *kind;
    const char *party;      /* counterparty, or "" */
};
/* Entries in any order; `until_day` is the day of the application (later entries are ignored).
 * *features_new maps each name of cashflow_names to a number, or null where the history is too short
 * to say. ERR_LIMIT past CASHFLOW_ENTRIES_MAX. */
MUST_CHECK enum err cashflow_features(const struct cashflow_entry *entries, size_t n, int32_t until_day,
                                      json_t **features_new, struct fault *f);
/* The bank connector's answer: {"transactions":[{"date","amount","balance","kind","party"}]}; date is
 * ISO, amount (signed) and balance are whole minor units, kind and party may be absent or null. */
MUST_CHECK enum err cashflow_from_answer(const json_t *answer, int32_t until_day, json_t **features_new,
                                         struct fault *f);
extern const char *const cashflow_names[]; /* NULL-terminated */

/* What a policy may want beside the score; these are amounts and no features. */
struct cashflow_facts {
    int months;                    /* whole months seen, at most 12 */
    int64_t monthly_inflow_minor;  /* mean, without interest and circular money; 0 if months is 0 */
};
MUST_CHECK enum err cashflow_facts(const json_t *answer, int32_t until_day, struct cashflow_facts *out,
                                   struct fault *f);

#endif
