/* cashflow_answer.c - the bank connector's answer as entries of a history. */
#include <math.h>
#include <stdlib.h>

#include "base/zone.h"
#include "models/cashflow.h"
#include "models/history.h"

#define AMOUNT_MOST INT64_C(1000000000000000) /* sums of 20,000 stay exact in a double's neighbourhood */

static enum err bad(struct fault *f, size_t i, const char *part, const char *text) {
    char where[64];
    snprintf(where, sizeof where, "transactions/%zu/%s", i, part);
    return fault_set(f, ERR_INVALID, where, "%s", text);
}

static bool amount_of(const json_t *v, const char *key, int64_t *out) {
    const json_t *n = json_object_get(v, key);
    if (!json_is_integer(n)) return false;
    *out = json_integer_value(n);
    return *out >= -AMOUNT_MOST && *out <= AMOUNT_MOST;
}

static enum err read_entry(const json_t *v, size_t i, struct cashflow_entry *out, struct fault *f) {
    const char *date = json_text(v, "date", "");
    if (day_parse(date, &out->day) != OK) return bad(f, i, "date", "must be a date such as 2026-12-01");
    if (!amount_of(v, "amount", &out->amount_minor))
        return bad(f, i, "amount", "must be a whole number of minor units");
    if (!amount_of(v, "balance", &out->balance_minor))
        return bad(f, i, "balance", "must be a whole number of minor units");
    out->kind = json_text(v, "kind", "");
    out->party = json_text(v, "party", "");
    return OK;
}

/* *out points into `answer`; free it. */
static enum err read_entries(const json_t *answer, struct cashflow_entry **out, size_t *n,
                             struct fault *f) {
    const json_t *list = json_object_get(answer, "transactions");
    if (!json_is_array(list)) return fault_set(f, ERR_INVALID, "transactions", "must be a list");
    *n = json_array_size(list);
    if (*n > CASHFLOW_ENTRIES_MAX)
        return fault_set(f, ERR_LIMIT, "transactions", "at most %d entries", CASHFLOW_ENTRIES_MAX);
    struct cashflow_entry *entries = calloc(*n + 1, sizeof *entries);
    if (!entries) return fault_set(f, ERR_NOMEM, "transactions", "no memory");
    for (size_t i = 0; i < *n; i++) {
        enum err e = read_entry(json_array_get(list, i), i, &entries[i], f);
        if (!e) continue;
        free(entries);
        return e;
    }
    *out = entries;
    return OK;
}

enum err cashflow_from_answer(const json_t *answer, int32_t until_day, json_t **features_new,
                              struct fault *f) {
    struct cashflow_entry *entries = NULL;
    size_t n = 0;
    enum err e = read_entries(answer, &entries, &n, f);
    if (!e) e = cashflow_features(entries, n, until_day, features_new, f);
    free(entries);
    return e;
}

enum err cashflow_facts(const json_t *answer, int32_t until_day, struct cashflow_facts *out,
                        struct fault *f) {
    struct cashflow_entry *entries = NULL;
    struct history h = {0};
    size_t n = 0;
    enum err e = read_entries(answer, &entries, &n, f);
    if (!e) e = history_init(&h, entries, n, until_day, f);
    if (!e) {
        double mean = history_mean(h.net, h.months);
        *out = (struct cashflow_facts){.months = h.months,
                                       .monthly_inflow_minor = h.months ? llround(mean) : 0};
    }
    history_reset(&h);
    free(entries);
    return e;
}
