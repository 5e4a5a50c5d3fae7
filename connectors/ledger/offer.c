/* offer.c - the key facts of an offer. */
#include "connectors/ledger/offer.h"

#include "base/fixed.h"
#include "base/zone.h"
#include "book/apr.h"

static const struct offer_rules DEFAULTS = {
    .bands = {{10000, 120000}, {20000, 140000}, {40000, 160000}, {60000, 190000},
              {90000, 220000}, {150000, 260000}, {1000000, 300000}},
    .n_bands = 7,
    .fee = 20000,
    .fee_max_minor = 0,
    .months = 24,
    .valid_days = 7,
};

static enum err share_at(const json_t *obj, const char *key, int64_t *out, struct fault *f) {
    const json_t *v = json_object_get(obj, key);
    if (!v) return OK;
    if (!json_is_number(v) || fixed_from_double(json_number_value(v), out) != OK || *out < 0)
        return fault_set(f, ERR_INVALID, key, "%s must be a share such as 0.02", key);
    return OK;
}

static enum err read_bands(const json_t *list, struct offer_rules *r, struct fault *f) {
    if (!list) return OK;
    if (!json_is_array(list) || !json_array_size(list) || json_array_size(list) > OFFER_BANDS_MAX)
        return fault_set(f, ERR_INVALID, "bands", "bands must be a list of 1 to %d rows", OFFER_BANDS_MAX);
    r->n_bands = json_array_size(list);
    for (size_t k = 0; k < r->n_bands; k++) {
        const json_t *row = json_array_get(list, k);
        r->bands[k] = (struct loan_band){-1, -1};
        enum err e = share_at(row, "pd", &r->bands[k].pd_max, f);
        if (e == OK) e = share_at(row, "rate", &r->bands[k].rate, f);
        if (e != OK) return e;
        if (r->bands[k].pd_max < 0 || r->bands[k].rate < 0 ||
            (k && r->bands[k].pd_max <= r->bands[k - 1].pd_max))
            return fault_set(f, ERR_INVALID, "bands", "row %zu needs pd and rate, pd rising", k + 1);
    }
    return OK;
}

enum err offer_rules_read(const json_t *config, struct offer_rules *out, struct fault *f) {
    *out = DEFAULTS;
    out->fee_max_minor = json_int(config, "fee_max", DEFAULTS.fee_max_minor);
    out->months = (int)json_int(config, "months", DEFAULTS.months);
    out->valid_days = (int)json_int(config, "valid_days", DEFAULTS.valid_days);
    if (out->months < 1 || out->months > LOAN_MONTHS_MAX || out->valid_days < 1 || out->valid_days > 365)
        return fault_set(f, ERR_INVALID, "months", "months must be 1 to %d, valid_days 1 to 365", LOAN_MONTHS_MAX);
    enum err e = share_at(config, "fee", &out->fee, f);
    return e == OK ? read_bands(json_object_get(config, "bands"), out, f) : e;
}

static enum err make_terms(const struct offer_rules *rules, const json_t *input, int32_t day,
                           struct loan_terms *t, struct fault *f) {
    int64_t pd;
    *t = (struct loan_terms){.principal_minor = json_int(input, "amount", 0),
                             .start_day = day,
                             .months = (int)json_int(input, "months", rules->months)};
    if (fixed_from_double(json_number_value(json_object_get(input, "pd")), &pd) != OK)
        return fault_set(f, ERR_INVALID, "pd", "pd must be a share");
    enum err e = loan_price(rules->bands, rules->n_bands, pd, &t->rate, f);
    if (e != OK) return e;
    if (!fixed_muldiv(t->principal_minor, rules->fee, FIXED_ONE, &t->fee_minor))
        return fault_set(f, ERR_INVALID, "amount", "the amount is too big");
    if (rules->fee_max_minor > 0 && t->fee_minor > rules->fee_max_minor) t->fee_minor = rules->fee_max_minor;
    return loan_check(t, f);
}

static json_t *row_json(const struct schedule_row *r) {
    char due[16];
    return json_pack("{s:i, s:s, s:I, s:I, s:I, s:I}", "number", r->number, "due", day_text(r->due_day, due),
                     "payment", (json_int_t)r->payment_minor, "principal", (json_int_t)r->principal_minor,
                     "interest", (json_int_t)r->interest_minor, "balance", (json_int_t)r->balance_minor);
}

static json_t *schedule_json(const struct schedule_row *rows, int n, int64_t *total) {
    json_t *list = json_array();
    *total = 0;
    for (int k = 0; k < n; k++) {
        *total += rows[k].payment_minor;
        if (json_array_append_new(list, row_json(&rows[k])) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *share_json(int64_t millionths) { return json_real((double)millionths / FIXED_ONE); }

static json_t *facts_json(const struct loan_terms *t, const struct schedule_row *rows, int64_t apr,
                          const char *id, const char *valid_until) {
    int64_t total;
    char due[16];
    json_t *schedule = schedule_json(rows, t->months, &total);
    return json_pack("{s:s, s:I, s:i, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:o}", "id", id,
                     "amount", (json_int_t)t->principal_minor, "months", t->months,
                     "rate", share_json(t->rate), "apr", share_json(apr),
                     "instalment", (json_int_t)rows[0].payment_minor, "fee", (json_int_t)t->fee_minor,
                     "paid_out", (json_int_t)(t->principal_minor - t->fee_minor),
                     "total", (json_int_t)total,
                     "cost", (json_int_t)(total - (t->principal_minor - t->fee_minor)),
                     "first_due", day_text(rows[0].due_day, due), "valid_until", valid_until,
                     "schedule", schedule);
}

enum err offer_make(const struct offer_rules *rules, const json_t *input, const char *id,
                    int32_t day, json_t **answer_new, struct fault *f) {
    struct loan_terms t;
    int64_t apr;
    char until[16];
    enum err e = make_terms(rules, input, day, &t, f);
    if (e != OK) return e;
    struct schedule_row *rows = calloc((size_t)t.months, sizeof *rows);
    if (!rows) return fault_set(f, ERR_NOMEM, "", "no memory");
    e = loan_schedule(&t, rows, f);
    if (e == OK) e = apr_of_schedule(&t, rows, t.months, &apr, f);
    if (e == OK) {
        *answer_new = facts_json(&t, rows, apr, id, day_text(day + rules->valid_days, until));
        if (!*answer_new) e = fault_set(f, ERR_NOMEM, "", "no memory");
    }
    free(rows);
    return e;
}
