/* fold_items.c - instalments and charges: made, replaced, waived, written off. */
#include "book/fold_inner.h"

int64_t item_left(const struct due_item *i, enum component c) { return i->amount[c] - i->paid[c] - i->waived[c]; }

int64_t item_left_all(const struct due_item *i) {
    return item_left(i, PENALTY) + item_left(i, FEE) + item_left(i, INTEREST) + item_left(i, PRINCIPAL);
}

bool fold_booked(const struct fold *w, const struct due_item *i) { return !w->s.written_off_day && !i->off_books; }

enum err fold_items_reserve(struct fold *w, const struct deed *deeds, size_t n) {
    size_t most = 0;
    for (size_t k = 0; k < n; k++) most += deeds[k].n_rows + 1; /* rows of entries, or a charge */
    w->s.items = arena_alloc(w->arena, most * sizeof *w->s.items);
    w->s.order = arena_alloc(w->arena, most * sizeof *w->s.order);
    return w->s.items && w->s.order ? OK : ERR_NOMEM;
}

/* Into its place by due day; among equals the new one is last. */
static struct due_item *add(struct fold *w, const struct deed *d, int32_t due_day) {
    struct loan_state *s = &w->s;
    uint32_t index = s->n_items++, at = index;
    for (; at > 0 && s->items[s->order[at - 1]].due_day > due_day; at--) s->order[at] = s->order[at - 1];
    s->order[at] = index;
    struct due_item *i = &s->items[index];
    *i = (struct due_item){.n = d->n, .from_day = d->day, .due_day = due_day};
    return i;
}

void fold_earn(struct fold *w, struct due_item *i, int64_t up_to) {
    if (i->charge || up_to <= i->earned) return;
    flows_add(&w->s.flows, ACCOUNT_INTEREST, ACCOUNT_INTEREST_INCOME, w->day, up_to - i->earned);
    i->earned = up_to;
}

/* A row's period begins where the one before it ended. */
static int32_t period_start(const struct fold *w, int32_t due_day) {
    int32_t from = w->s.opened_day;
    for (uint32_t k = 0; k < w->s.n_items; k++) {
        const struct due_item *i = &w->s.items[k];
        if (!i->charge && i->due_day < due_day && i->due_day > from && i->due_day <= w->day) from = i->due_day;
    }
    return from;
}

/* `correction` makes the rows' principal what there is: more goes to the last row, less is taken from the last ones. */
void fold_add_rows(struct fold *w, const struct deed *d, int64_t correction) {
    uint32_t first = w->s.n_items;
    for (size_t k = 0; k < d->n_rows; k++) {
        int32_t from = k ? d->rows[k - 1].day : period_start(w, d->rows[k].day);
        struct due_item *i = add(w, d, d->rows[k].day);
        i->from_day = from;
        i->amount[PRINCIPAL] = d->rows[k].principal_minor;
        i->amount[INTEREST] = d->rows[k].interest_minor;
    }
    for (uint32_t k = w->s.n_items; correction && k > first; k--) {
        struct due_item *i = &w->s.items[k - 1];
        int64_t x = correction > -i->amount[PRINCIPAL] ? correction : -i->amount[PRINCIPAL];
        i->amount[PRINCIPAL] += x;
        correction -= x;
    }
    for (uint32_t k = first; k < w->s.n_items; k++)
        if (w->s.items[k].due_day <= w->day) fold_earn(w, &w->s.items[k], w->s.items[k].amount[INTEREST]);
}

void fold_add_charge(struct fold *w, const struct deed *d) {
    struct due_item *i = add(w, d, d->due_day);
    enum account income = d->component == FEE ? ACCOUNT_FEE_INCOME : ACCOUNT_PENALTY_INCOME;
    i->charge = true;
    i->off_books = w->s.written_off_day != 0;
    i->amount[d->component] = d->minor;
    if (!i->off_books) flows_add(&w->s.flows, (enum account)d->component, income, w->day, d->minor);
}

/* Interest paid ahead on a row that will never fall due belongs to the borrower again. */
static void give_back(struct fold *w, const struct deed *d, uint32_t item) {
    struct due_item *i = &w->s.items[item];
    int64_t x = i->paid[INTEREST];
    if (!x) return;
    i->paid[INTEREST] = 0;
    w->s.credit_minor += x;
    flows_add(&w->s.flows, ACCOUNT_CREDIT, ACCOUNT_INTEREST, w->day, -x);
    fold_allocated(w, &(struct allocation){d->n, item, w->day, IN_ADVANCE, INTEREST, -x});
}

/* Cuts an instalment down to what was paid of it; returns the principal that must find a new place. */
static int64_t cut(struct fold *w, const struct deed *d, uint32_t item) {
    struct due_item *i = &w->s.items[item];
    int64_t principal = item_left(i, PRINCIPAL);
    if (i->due_day > w->day) give_back(w, d, item);
    i->replaced = true;
    i->amount[PRINCIPAL] -= principal;
    i->amount[INTEREST] = i->paid[INTEREST] + i->waived[INTEREST];
    flows_add(&w->s.flows, ACCOUNT_INTEREST, ACCOUNT_INTEREST_INCOME, w->day, i->amount[INTEREST] - i->earned);
    i->earned = i->amount[INTEREST];
    return principal;
}

void fold_replace_rows(struct fold *w, const struct deed *d) {
    int64_t principal = d->capitalised_minor, told = 0;
    if (!d->n_rows || w->s.written_off_day) {
        w->s.idle++;
        return;
    }
    for (uint32_t k = 0; k < w->s.n_items; k++)
        if (!w->s.items[k].charge && (d->all || w->s.items[k].due_day > w->day)) principal += cut(w, d, k);
    flows_add(&w->s.flows, ACCOUNT_PRINCIPAL, ACCOUNT_INTEREST_INCOME, w->day, d->capitalised_minor);
    for (size_t k = 0; k < d->n_rows; k++) told += d->rows[k].principal_minor;
    w->s.rounding_minor += principal - told;
    fold_add_rows(w, d, principal - told);
}

/* Interest that is not earned yet is simply not charged; all else is given up in our books. */
static void give_up(struct fold *w, struct due_item *i, enum component c, int64_t minor) {
    if (c == INTEREST && i->earned < i->paid[c] + i->waived[c] + minor) {
        int64_t earned = i->earned - i->paid[c] - i->waived[c];
        i->amount[c] -= minor - earned;
        minor = earned;
    }
    i->waived[c] += minor;
    if (fold_booked(w, i)) flows_add(&w->s.flows, ACCOUNT_WAIVERS, (enum account)c, w->day, minor);
}

static bool meant(const struct due_item *i, const struct deed *d) {
    if (d->of) return i->charge && i->n == d->of;
    return !d->due_day || (!i->charge && i->due_day == d->due_day);
}

void fold_waive(struct fold *w, const struct deed *d) {
    int64_t left = d->minor;
    for (uint32_t k = 0; k < w->s.n_items && left > 0; k++) {
        struct due_item *i = &w->s.items[w->s.order[k]];
        int64_t x = item_left(i, d->component);
        if (!meant(i, d) || x <= 0) continue;
        if (x > left) x = left;
        give_up(w, i, d->component, x);
        left -= x;
    }
}

void fold_forgive(struct fold *w) {
    for (uint32_t k = 0; k < w->s.n_items; k++)
        for (int c = 0; c < COMPONENTS; c++) give_up(w, &w->s.items[k], (enum component)c, item_left(&w->s.items[k], (enum component)c));
}

/* Later interest stops, what stood in our books leaves them, the debt itself stays. */
void fold_write_off(struct fold *w) {
    for (uint32_t k = 0; k < w->s.n_items; k++) {
        struct due_item *i = &w->s.items[k];
        if (i->due_day > w->day && !i->charge) i->amount[INTEREST] = i->earned;
        for (int c = 0; c < COMPONENTS; c++)
            flows_add(&w->s.flows, ACCOUNT_WRITE_OFFS, (enum account)c, w->day, item_left(i, (enum component)c));
    }
    w->s.written_off_day = w->day;
}
