/* fold.c - replay: entries in the order of their days, and what each day brings of itself. */
#include "book/fold.h"

#include <string.h>

#include "book/fold_inner.h"

static const char *const STAGES[] = {"none", "active", "closed", "settled", "cooled_off", "foreclosed", "written_off", "void"};

const char *stage_word(enum loan_stage s) { return STAGES[s]; }

int32_t loan_reach(const struct deed *deeds, size_t n, int64_t as_known_ms) {
    int32_t reach = 0;
    for (size_t k = 0; k < n; k++)
        if (deeds[k].known_ms <= as_known_ms && deeds[k].day > reach) reach = deeds[k].day;
    return reach;
}

struct step { /* an entry in its place, with the one that takes it back */
    const struct deed *deed, *reversal;
};

static int by_day(const void *a, const void *b) {
    const struct deed *x = ((const struct step *)a)->deed, *y = ((const struct step *)b)->deed;
    if (x->day != y->day) return x->day < y->day ? -1 : 1;
    return (x->n > y->n) - (x->n < y->n);
}

/* `deeds[k]` has n = k + 1 in a whole file, but a caller may leave some out. */
static void mark_reversals(struct step *steps, size_t count, const struct deed *deeds, size_t n, int64_t as_known_ms) {
    for (size_t r = 0; r < n; r++) {
        if (deeds[r].kind != DEED_REVERSED || deeds[r].known_ms > as_known_ms) continue;
        for (size_t k = 0; k < count; k++)
            if (steps[k].deed->n == deeds[r].of && deed_reversible(steps[k].deed->kind)) steps[k].reversal = &deeds[r];
    }
}

static enum err order_steps(const struct deed *deeds, size_t n, int32_t as_of_day, int64_t as_known_ms, struct arena *a,
                            struct step **out, size_t *count) {
    struct step *steps = arena_alloc(a, (n ? n : 1) * sizeof *steps);
    bool sorted = true;
    if (!steps) return ERR_NOMEM;
    *count = 0;
    for (size_t k = 0; k < n; k++) {
        if (deeds[k].known_ms > as_known_ms || deeds[k].day > as_of_day || deeds[k].kind == DEED_REVERSED) continue;
        steps[*count] = (struct step){&deeds[k], NULL};
        if (*count && by_day(&steps[*count - 1], &steps[*count]) > 0) sorted = false;
        ++*count;
    }
    mark_reversals(steps, *count, deeds, n, as_known_ms);
    if (!sorted) qsort(steps, *count, sizeof *steps, by_day);
    *out = steps;
    return OK;
}

/* --- days ------------------------------------------------------------------------------------------ */

/* The next day after w->day on which something happens without an entry. */
static int32_t next_tick(const struct fold *w) {
    int32_t next = fold_settlement_day(w);
    if (w->s.probation_until >= w->day && w->s.probation_until < next) next = w->s.probation_until + 1;
    for (uint32_t k = 0; k < w->s.n_items; k++) { /* in order of due days: the first one after today */
        int32_t due = w->s.items[w->s.order[k]].due_day;
        if (due == w->day && w->s.credit_minor > 0) return due + 1; /* past due now: another cell may take the credit */
        if (due > w->day) return due < next ? due : next;
    }
    return next;
}

static void morning(struct fold *w) {
    fold_judge_settlement(w);
    for (uint32_t k = 0; k < w->s.n_items; k++) {
        struct due_item *i = &w->s.items[k];
        if (i->due_day == w->day && fold_booked(w, i)) fold_earn(w, i, i->amount[INTEREST]);
    }
    waterfall_credit(w);
}

static void advance(struct fold *w, int32_t day) {
    while (w->s.opening && w->day < day) {
        int32_t tick = next_tick(w), to = tick < day ? tick : day;
        fold_close_span(w, to);
        w->day = to;
        morning(w);
    }
    w->day = day;
}

static enum loan_stage stage_now(const struct fold *w) {
    if (w->s.stage != STAGE_ACTIVE) return w->s.stage;
    bool owed = w->s.credit_minor < 0;
    for (uint32_t k = 0; k < w->s.n_items; k++) owed = owed || item_left_all(&w->s.items[k]) > 0;
    if (w->s.settlement.end == SETTLEMENT_KEPT && !owed) return STAGE_SETTLED;
    if (w->s.written_off_day) return STAGE_WRITTEN_OFF;
    return owed ? STAGE_ACTIVE : w->exit;
}

enum err loan_fold(const struct deed *deeds, size_t n, int32_t as_of_day, int64_t as_known_ms, struct arena *a,
                   const struct loan_state **out, struct fault *f) {
    struct fold *w = arena_alloc(a, sizeof *w);
    struct step *steps;
    size_t count;
    if (!w || order_steps(deeds, n, as_of_day, as_known_ms, a, &steps, &count) != OK) goto nomem;
    *w = (struct fold){.arena = a, .exit = STAGE_CLOSED, .npa_since = INT32_MAX,
                       .s = {.as_of_day = as_of_day, .limit_minor = -1}};
    flows_init(&w->s.flows, a);
    if (fold_items_reserve(w, deeds, n) != OK) goto nomem;
    for (size_t k = 0; k < count; k++) {
        advance(w, steps[k].deed->day);
        fold_deed(w, steps[k].deed, steps[k].reversal);
    }
    advance(w, as_of_day);
    if (w->s.opening) fold_close_span(w, as_of_day == INT32_MAX ? as_of_day : as_of_day + 1);
    flows_settle(&w->s.flows);
    if (w->failed || w->s.flows.failed) goto nomem;
    w->s.stage = stage_now(w);
    *out = &w->s;
    return OK;
nomem:
    return fault_set(f, ERR_NOMEM, "", "no memory to read the loan");
}

/* --- reading a state ------------------------------------------------------------------------------- */

int64_t loan_due(const struct loan_state *s, enum component c) {
    int64_t sum = 0;
    for (uint32_t k = 0; k < s->n_items; k++)
        if (s->items[k].due_day <= s->as_of_day) sum += item_left(&s->items[k], c);
    return sum;
}

int64_t loan_overdue(const struct loan_state *s) {
    int64_t sum = 0;
    for (uint32_t k = 0; k < s->n_items; k++)
        if (s->items[k].due_day < s->as_of_day) sum += item_left_all(&s->items[k]);
    return sum;
}

int64_t loan_principal(const struct loan_state *s) {
    int64_t sum = 0;
    for (uint32_t k = 0; k < s->n_items; k++) sum += item_left(&s->items[k], PRINCIPAL);
    return sum;
}

/* Charges are owed from the day they were made, whenever they fall due. */
int64_t loan_outstanding(const struct loan_state *s) {
    int64_t sum = loan_principal(s) + loan_due(s, INTEREST);
    for (uint32_t k = 0; k < s->n_items; k++) sum += item_left(&s->items[k], FEE) + item_left(&s->items[k], PENALTY);
    return sum - (s->credit_minor < 0 ? s->credit_minor : 0);
}

int64_t loan_in_books(const struct loan_state *s, enum account a) {
    int64_t sum = 0;
    if (a == ACCOUNT_CREDIT) return -s->credit_minor;
    if (s->written_off_day || a > ACCOUNT_PRINCIPAL) return 0;
    for (uint32_t k = 0; k < s->n_items; k++) {
        const struct due_item *i = &s->items[k];
        enum component c = (enum component)a;
        sum += c == INTEREST ? i->earned - i->paid[c] - i->waived[c] : item_left(i, c);
    }
    return sum;
}
