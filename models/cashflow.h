/* cashflow.h - features of an account's raw transactions: ratios and counts, no currency amounts.
 *
 * Used alike on Berka histories in training and on a bank connector's answer in serving. */
#ifndef MODELS_CASHFLOW_H
#define MODELS_CASHFLOW_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"

struct cashflow_entry {
    int32_t day;            /* day number */
    int64_t amount_minor;   /* positive in, negative out */
    int64_t balance_minor;  /* after it */
    const char *kind;       /* "salary", "card", "interest", "sanction_interest", ... or "" */
    const char *party;      /* counterparty, or "" */
};
/* Entries in any order; `until_day` is the day of the application (later entries are ignored).
 * *features_new maps feature name to number or null. */
MUST_CHECK enum err cashflow_features(const struct cashflow_entry *entries, size_t n, int32_t until_day,
                                      json_t **features_new, struct fault *f);
/* The bank connector's answer: {"transactions":[{"date","amount","balance","kind","party"}]}. */
MUST_CHECK enum err cashflow_from_answer(const json_t *answer, int32_t until_day, json_t **features_new,
                                         struct fault *f);

#endif
