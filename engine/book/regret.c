/* regret.c - see regret.h. */
#include "book/regret.h"

#include <string.h>

#include "book/arrears.h"

static const struct {
    const char *kind, *too_hard, *too_soft;
} PROPOSALS[] = {
    {"fee", "waive_fee", "note"}, /* nobody is charged afterwards */
    {"penalty", "waive_fee", "note"},
    {"bureau_row", "correct_bureau_row", "correct_bureau_row"},
    {"message", "send_correction", "note"},
    {"call", "send_correction", "note"},
    {"visit", "send_correction", "note"},
    {"notice", "withdraw_notice", "note"},
};

static const char *proposal(const char *kind, bool too_hard) {
    for (size_t k = 0; k < ARRAY_LEN(PROPOSALS); k++)
        if (!strcmp(PROPOSALS[k].kind, kind)) return too_hard ? PROPOSALS[k].too_hard : PROPOSALS[k].too_soft;
    return "note";
}

/* A reversal counts from the day of what it takes back. */
static int32_t counts_from(const struct deed *deeds, size_t n, const struct deed *d) {
    for (size_t k = 0; d->kind == DEED_REVERSED && k < n; k++)
        if (deeds[k].n == d->of) return deeds[k].day;
    return d->day;
}

static uint32_t cause(const struct deed *deeds, size_t n, const struct done_action *x) {
    for (size_t k = 0; k < n; k++)
        if (deeds[k].known_ms > x->at_ms && deeds[k].kind != DEED_DAY_END && counts_from(deeds, n, &deeds[k]) <= x->day) return deeds[k].n;
    return 0;
}

static int32_t last_day(const struct done_action *actions, size_t n) {
    int32_t day = INT32_MIN;
    for (size_t k = 0; k < n; k++)
        if (actions[k].day > day) day = actions[k].day;
    return day;
}

enum err regret_list(const struct deed *deeds, size_t n, const struct done_action *actions, size_t n_actions, struct arena *a,
                     struct regret *out, size_t *n_out, struct fault *f) {
    const struct loan_state *s;
    *n_out = 0;
    if (!n_actions) return OK;
    enum err e = loan_fold(deeds, n, last_day(actions, n_actions), INT64_MAX, a, &s, f);
    for (size_t k = 0; e == OK && k < n_actions; k++) {
        const struct done_action *x = &actions[k];
        int dpd = arrears_dpd(s, x->day);
        if (dpd == x->believed_dpd) continue;
        bool hard = dpd < x->believed_dpd;
        out[(*n_out)++] = (struct regret){k, dpd, hard, arrears_bucket(dpd) != arrears_bucket(x->believed_dpd),
                                          cause(deeds, n, x), proposal(x->kind, hard)};
    }
    return e;
}
