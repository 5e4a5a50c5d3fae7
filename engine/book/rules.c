/* rules.c - see rules.h. */
#include "book/rules.h"

#include <string.h>

#include "book/schedule.h"

static const char *const TIMING_WORDS[] = {"past_due", "due", "in_advance"};
static const char *const COMPONENT_WORDS[] = {"penalty", "fee", "interest", "principal"};
static const char *const PAYMENT_WORDS[] = {"normal", "prepayment", "settlement", "recovery"};

const char *component_word(enum component c) { return COMPONENT_WORDS[c]; }
const char *payment_word(enum payment_kind k) { return PAYMENT_WORDS[k]; }

static bool find(const char *const *words, size_t n, const char *word, size_t length, int *out) {
    for (size_t k = 0; k < n; k++)
        if (strlen(words[k]) == length && !memcmp(words[k], word, length)) {
            *out = (int)k;
            return true;
        }
    return false;
}

bool component_read(const char *word, enum component *out) {
    int k;
    if (!word || !find(COMPONENT_WORDS, COMPONENTS, word, strlen(word), &k)) return false;
    *out = (enum component)k;
    return true;
}

bool payment_read(const char *word, enum payment_kind *out) {
    int k;
    if (!word || !find(PAYMENT_WORDS, PAYMENT_KINDS, word, strlen(word), &k)) return false;
    *out = (enum payment_kind)k;
    return true;
}

#define CELLS(timing) {timing, INTEREST}, {timing, PRINCIPAL}, {timing, FEE}, {timing, PENALTY}
#define MONEY_FIRST {PAST_DUE, PRINCIPAL}, {DUE, PRINCIPAL}, {PAST_DUE, INTEREST}, {DUE, INTEREST}, {PAST_DUE, FEE}, \
                    {DUE, FEE}, {PAST_DUE, PENALTY}, {DUE, PENALTY}, {IN_ADVANCE, PRINCIPAL}
static const struct loan_rules DEFAULTS = {
    .orders = {
        [PAYMENT_NORMAL] = {{CELLS(PAST_DUE), CELLS(DUE), {IN_ADVANCE, INTEREST}, {IN_ADVANCE, PRINCIPAL}}, 10, false, false},
        [PAYMENT_PREPAYMENT] = {{CELLS(PAST_DUE), CELLS(DUE), {IN_ADVANCE, PRINCIPAL}}, 9, false, true},
        [PAYMENT_SETTLEMENT] = {{MONEY_FIRST}, 9, true, false},
        [PAYMENT_RECOVERY] = {{MONEY_FIRST}, 9, true, false},
    },
};

static bool read_cell(const char *text, struct cell *out) {
    const char *dot = strchr(text, '.');
    int timing, component;
    if (!dot || !find(TIMING_WORDS, TIMINGS, text, (size_t)(dot - text), &timing) ||
        !find(COMPONENT_WORDS, COMPONENTS, dot + 1, strlen(dot + 1), &component))
        return false;
    *out = (struct cell){(enum timing)timing, (enum component)component};
    return true;
}

static bool has(const struct order *o, struct cell c) {
    for (size_t k = 0; k < o->n; k++)
        if (o->cells[k].timing == c.timing && o->cells[k].component == c.component) return true;
    return false;
}

static enum err read_cells(const json_t *list, struct order *o, const char *where, struct fault *f) {
    if (!json_array_size(list)) return fault_set(f, ERR_INVALID, where, "%s: order must be a list of cells", where);
    o->n = 0;
    for (size_t k = 0; k < json_array_size(list); k++) {
        const char *text = json_string_value(json_array_get(list, k));
        struct cell c;
        if (!text || !read_cell(text, &c))
            return fault_set(f, ERR_INVALID, where, "%s: cell %zu is not such as \"past_due.interest\"", where, k + 1);
        if (has(o, c)) return fault_set(f, ERR_INVALID, where, "%s: cell %zu stands there twice", where, k + 1);
        o->cells[o->n++] = c;
    }
    return OK;
}

static enum err read_order(const json_t *v, struct order *o, const char *where, struct fault *f) {
    const char *by = json_text(v, "by", o->by_component ? "component" : "instalment");
    const char *advance = json_text(v, "advance", o->last_first ? "last" : "next");
    if (strcmp(by, "component") && strcmp(by, "instalment"))
        return fault_set(f, ERR_INVALID, where, "%s: by must be \"instalment\" or \"component\"", where);
    if (strcmp(advance, "last") && strcmp(advance, "next"))
        return fault_set(f, ERR_INVALID, where, "%s: advance must be \"next\" or \"last\"", where);
    o->by_component = !strcmp(by, "component");
    o->last_first = !strcmp(advance, "last");
    const json_t *cells = json_object_get(v, "order");
    return cells ? read_cells(cells, o, where, f) : OK;
}

static enum err read_days(const json_t *v, const char *key, int *out, struct fault *f) {
    int64_t days = json_int(v, key, *out);
    if (days < 0 || days > 366) return fault_set(f, ERR_INVALID, key, "%s must be from 0 to 366", key);
    *out = (int)days;
    return OK;
}

enum err rules_read(const json_t *v, struct loan_rules *out, struct fault *f) {
    enum err e = OK;
    *out = DEFAULTS;
    for (int k = 0; e == OK && k < PAYMENT_KINDS; k++) {
        const json_t *order = json_object_get(v, PAYMENT_WORDS[k]);
        if (order) e = read_order(order, &out->orders[k], PAYMENT_WORDS[k], f);
    }
    if (e == OK) e = read_days(v, "grace_days", &out->grace_days, f);
    if (e == OK) e = read_days(v, "due_from_days", &out->due_from_days, f);
    out->charges_age = json_bool(v, "charges_age", false);
    out->tolerance_minor = json_int(v, "tolerance", 0);
    if (e == OK && (out->tolerance_minor < 0 || out->tolerance_minor > LOAN_AMOUNT_MAX))
        e = fault_set(f, ERR_INVALID, "tolerance", "the tolerance must be at least 0 minor units");
    return e;
}
