/* settings.c - see settings.h. */
#include "connectors/ledger/settings.h"

#include "base/fixed.h"

static enum err whole(const json_t *v, const char *key, int64_t least, int64_t most, int64_t *out, struct fault *f) {
    const json_t *x = json_object_get(v, key);
    if (!x) return OK;
    *out = json_integer_value(x);
    if (!json_is_integer(x) || *out < least || *out > most)
        return fault_set(f, ERR_INVALID, key, "%s must be a whole number from %lld to %lld", key, (long long)least, (long long)most);
    return OK;
}

static enum err count(const json_t *v, const char *key, int least, int most, int *out, struct fault *f) {
    int64_t n = *out;
    enum err e = whole(v, key, least, most, &n, f);
    *out = (int)n;
    return e;
}

static enum err share(const json_t *v, const char *key, int64_t *out, struct fault *f) {
    const json_t *x = json_object_get(v, key);
    if (!x) return OK;
    if (!json_is_number(x) || fixed_from_double(json_number_value(x), out) != OK || *out < 0 || *out > FIXED_ONE)
        return fault_set(f, ERR_INVALID, key, "%s must be a share from 0 to 1, such as 0.02", key);
    return OK;
}

static enum err read_product(const json_t *v, struct product_settings *out, struct fault *f) {
    struct loan_rules rules; /* only to see that they are sound */
    *out = (struct product_settings){.rules = json_object_get(v, "rules"), .cooling_off_days = 3, .foreclosure_fee = 20000};
    const char *convention = json_text(v, "day_count", day_count_word(DAYS_30_360));
    if (!day_count_read(convention, &out->day_count))
        return fault_set(f, ERR_INVALID, "day_count", "day_count must be 30/360, ACT/365, ACT/360 or ACT/ACT");
    enum err e = rules_read(out->rules, &rules, f);
    if (e == OK) e = count(v, "cooling_off_days", 0, 60, &out->cooling_off_days, f);
    if (e == OK) e = share(v, "foreclosure_fee", &out->foreclosure_fee, f);
    return e == OK ? whole(v, "round_to", 0, 1000000, &out->round_to_minor, f) : e;
}

static enum err read_charges(const json_t *list, struct settings *s, struct fault *f) {
    if (json_array_size(list) > SETTINGS_CHARGES_MAX)
        return fault_set(f, ERR_INVALID, "charges", "there are at most %d charges", SETTINGS_CHARGES_MAX);
    for (size_t k = 0; k < json_array_size(list); k++) {
        const json_t *v = json_array_get(list, k);
        struct contingent_charge *c = &s->charges[s->n_charges++];
        *c = (struct contingent_charge){.code = json_text(v, "code", "")};
        enum err e = *c->code ? whole(v, "amount", 0, LOAN_AMOUNT_MAX, &c->minor, f) : fault_set(f, ERR_INVALID, "charges", "a charge needs a code");
        if (e == OK) e = share(v, "share", &c->share, f);
        if (e != OK) return e;
    }
    return OK;
}

static enum err read_limit(const json_t *v, struct limit_rules *out, struct fault *f) {
    *out = LIMIT_RULES;
    enum err e = count(v, "clean_cycles", 0, 120, &out->clean_cycles, f);
    if (e == OK) e = share(v, "used_below", &out->used_below, f);
    if (e == OK) e = share(v, "step", &out->step, f);
    if (e == OK) e = count(v, "months_apart", 0, 60, &out->months_apart, f);
    if (e == OK) e = count(v, "notice_days", 0, 366, &out->notice_days, f);
    return e == OK ? whole(v, "most", 0, LOAN_AMOUNT_MAX, &out->most_minor, f) : e;
}

static enum err read_forbearance(const json_t *v, struct settings *s, struct fault *f) {
    s->forbearances_most = 2, s->forbearance_months = 24, s->probation_months = 12;
    enum err e = count(v, "most", 0, 100, &s->forbearances_most, f);
    if (e == OK) e = count(v, "months", 1, 240, &s->forbearance_months, f);
    return e == OK ? count(v, "probation_months", 0, 120, &s->probation_months, f) : e;
}

enum err settings_read(const json_t *config, struct settings *out, struct fault *f) {
    *out = (struct settings){.config = config ? json_deep_copy(config) : json_object()};
    if (!out->config) return fault_set(f, ERR_NOMEM, "", "no memory");
    const json_t *c = out->config, *products = json_object_get(c, "products");
    enum err e = OK;
    for (int k = PRODUCT_EMI; e == OK && k <= PRODUCT_STEP_UP; k++)
        e = read_product(json_object_get(products, product_word((enum product_kind)k)), &out->products[k], f);
    if (e == OK) e = read_charges(json_object_get(c, "charges"), out, f);
    if (e == OK) e = authority_read(json_object_get(c, "authority"), &out->authority, f);
    if (e == OK) e = offer_rules_read(c, &out->offer, f);
    if (e == OK) e = read_limit(json_object_get(c, "limit"), &out->limit, f);
    if (e == OK) e = read_forbearance(json_object_get(c, "forbearance"), out, f);
    out->seasons = json_object_get(c, "seasons");
    if (e != OK) settings_reset(out);
    return e;
}

void settings_reset(struct settings *s) {
    json_decref(s->config);
    *s = (struct settings){.config = NULL};
}
