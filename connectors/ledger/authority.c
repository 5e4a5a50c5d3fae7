/* authority.c - see authority.h. */
#include "connectors/ledger/authority.h"

#include <string.h>

#include "base/fixed.h"
#include "base/text.h"

#define ALL INT64_C(16000000000000)
static const struct authority SHIPPED = {
    .roles = {{"officer", {100000, 0, 0, 50000}, 0},
              {"manager", {1000000, 2500000, 500000, 1000000}, 300000},
              {"head", {5000000, 15000000, 5000000, 5000000}, 500000},
              {"committee", {ALL, ALL, ALL, ALL}, 900000}},
    .n = 4,
};
static const char *const WORDS[GIVINGS] = {"waive", "settle", "write_off", "change_terms"};

static enum err read_amounts(const json_t *v, struct authority_role *r, struct fault *f) {
    for (int k = 0; k < GIVINGS; k++) {
        r->minor[k] = json_int(v, WORDS[k], 0);
        if (r->minor[k] < 0 || r->minor[k] > ALL)
            return fault_set(f, ERR_INVALID, "authority", "%s of %s must be an amount from 0", WORDS[k], r->name);
    }
    const json_t *share = json_object_get(v, "settle_share");
    r->settle_share = 0;
    if (share && (!json_is_number(share) || fixed_from_double(json_number_value(share), &r->settle_share) != OK ||
                  r->settle_share < 0 || r->settle_share > FIXED_ONE))
        return fault_set(f, ERR_INVALID, "authority", "settle_share of %s must be a share from 0 to 1", r->name);
    return OK;
}

enum err authority_read(const json_t *v, struct authority *out, struct fault *f) {
    const char *name;
    json_t *role;
    if (!v) return *out = SHIPPED, OK;
    *out = (struct authority){.n = 0};
    json_object_foreach((json_t *)v, name, role) {
        struct authority_role *r = &out->roles[out->n];
        if (out->n == AUTHORITY_ROLES_MAX || !text_copy(r->name, sizeof r->name, name))
            return fault_set(f, ERR_INVALID, "authority", "there are at most %d roles with names below 40 characters", AUTHORITY_ROLES_MAX);
        enum err e = read_amounts(role, r, f);
        if (e != OK) return e;
        out->n++;
    }
    return OK;
}

static const struct authority_role *find(const struct authority *a, const char *name) {
    for (size_t k = 0; k < a->n; k++)
        if (!strcmp(a->roles[k].name, name)) return &a->roles[k];
    return NULL;
}

static enum err two_people(const json_t *input, struct fault *f) {
    const char *first = json_text(input, "approved_by", ""), *second = json_text(input, "seconded_by", "");
    if (*first && *second && strcmp(first, second) != 0) return OK;
    return fault_set(f, ERR_REFUSED, "two_people", "two different people must approve this");
}

enum err authority_check(const struct authority *a, enum giving what, const json_t *input, int64_t given_up_minor,
                         int64_t owed_minor, struct fault *f) {
    const struct authority_role *r = find(a, json_text(input, "authority", ""));
    if (!r) return fault_set(f, ERR_REFUSED, "authority", "no such authority is configured");
    if (given_up_minor > r->minor[what])
        return fault_set(f, ERR_REFUSED, "over_authority", "%s may give up less than this by %s", r->name, WORDS[what]);
    if (what == GIVING_SETTLE && (__int128)given_up_minor * FIXED_ONE > (__int128)owed_minor * r->settle_share)
        return fault_set(f, ERR_REFUSED, "over_authority", "%s may give up a smaller share than this in a settlement", r->name);
    return two_people(input, f);
}
