/* offer.c - the price of a risk, and key facts. */
#include "connectors/ledger/offer.h"

#include "base/fixed.h"
#include "connectors/ledger/opening.h"

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

enum err offer_price(const struct offer_rules *rules, double pd, struct loan_terms *t, struct fault *f) {
    int64_t risk;
    if (fixed_from_double(pd, &risk) != OK) return fault_set(f, ERR_INVALID, "pd", "pd must be a share");
    enum err e = loan_price(rules->bands, rules->n_bands, risk, &t->rate, f);
    if (e != OK) return e;
    if (!fixed_muldiv(t->principal_minor, rules->fee, FIXED_ONE, &t->fee_minor))
        return fault_set(f, ERR_INVALID, "amount", "the amount is too big");
    if (rules->fee_max_minor > 0 && t->fee_minor > rules->fee_max_minor) t->fee_minor = rules->fee_max_minor;
    return loan_check(t, f);
}

/* The statement with the hash of itself. */
static json_t *statement_new(const struct key_facts *k) {
    json_t *out = key_facts_json_new(k);
    char hash[65];
    if (out && json_hash(out, hash) == OK && json_put_take(out, "hash", json_string(hash)) == OK) return out;
    json_decref(out);
    return NULL;
}

static enum err state_facts(struct work *w, const struct loan_terms *t) {
    const struct settings *s = &w->ledger->settings;
    struct key_facts *k = arena_alloc(w->arena, sizeof *k);
    if (!k) return fault_set(&w->fault, ERR_NOMEM, "", "no memory");
    *k = (struct key_facts){.terms = *t, .id = work_id(w, 'F'), .currency = w->ledger->currency, .offered_day = w->today,
                            .valid_until = w->today + s->offer.valid_days, .cooling_off_days = s->products[t->product].cooling_off_days,
                            .charges = s->charges, .n_charges = s->n_charges};
    enum err e = key_facts_reckon(k, &w->fault);
    return e == OK ? work_answer(w, statement_new(k)) : e;
}

enum err op_offer(struct work *w) {
    struct loan_terms t;
    enum err e = opening_terms(w, &t);
    if (e == OK) e = offer_price(&w->ledger->settings.offer, json_number_value(json_object_get(w->call->input, "pd")), &t, &w->fault);
    return e == OK ? state_facts(w, &t) : e;
}

enum err op_key_facts(struct work *w) {
    struct loan_terms t;
    enum err e = opening_terms(w, &t);
    return e == OK ? state_facts(w, &t) : e;
}
