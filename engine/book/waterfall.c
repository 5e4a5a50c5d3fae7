/* waterfall.c - a payment finds its way: cells in their order, items by due day (rules.h). */
#include "book/fold_inner.h"

void fold_allocated(struct fold *w, const struct allocation *a) {
    struct loan_state *s = &w->s;
    if (!arena_room(w->arena, (void **)&s->allocations, s->n_allocations, &w->cap_allocations, sizeof *a)) w->failed = true;
    else s->allocations[s->n_allocations++] = *a;
}

static enum timing timing_of(const struct due_item *i, const struct pour *p) {
    if (i->due_day < p->day) return PAST_DUE;
    return i->due_day <= p->day + p->due_from_days ? DUE : IN_ADVANCE;
}

static void pay(struct fold *w, struct pour *p, uint32_t item, enum component c) {
    struct due_item *i = &w->s.items[item];
    int64_t x = item_left(i, c);
    if (x > p->left) x = p->left;
    if (x <= 0) return;
    i->paid[c] += x;
    p->left -= x;
    w->s.credit_minor -= x;
    if (c == INTEREST && fold_booked(w, i)) fold_earn(w, i, i->paid[c] + i->waived[c]);
    flows_add(&w->s.flows, ACCOUNT_CREDIT, fold_booked(w, i) ? (enum account)c : ACCOUNT_RECOVERIES, p->day, x);
    fold_allocated(w, &(struct allocation){p->n, item, p->day, timing_of(i, p), c, x});
}

/* Cells from..till over all items of their timing, item by item. */
static void pay_group(struct fold *w, struct pour *p, size_t from, size_t till) {
    const struct cell *cells = p->order->cells;
    bool backwards = cells[from].timing == IN_ADVANCE && p->order->last_first;
    uint32_t n = w->s.n_items;
    for (uint32_t k = 0; k < n && p->left > 0; k++) {
        uint32_t item = w->s.order[backwards ? n - 1 - k : k];
        const struct due_item *i = &w->s.items[item];
        if (i->disputed || timing_of(i, p) != cells[from].timing) continue;
        for (size_t c = from; c < till; c++) pay(w, p, item, cells[c].component);
    }
}

void waterfall_pour(struct fold *w, struct pour *p) {
    const struct order *o = p->order;
    for (size_t from = 0, till; from < o->n && p->left > 0; from = till) {
        till = from + 1;
        while (!o->by_component && till < o->n && o->cells[till].timing == o->cells[from].timing) till++;
        pay_group(w, p, from, till);
    }
}

void waterfall_item(struct fold *w, struct pour *p, uint32_t item) {
    for (size_t c = 0; c < p->order->n; c++) pay(w, p, item, p->order->cells[c].component);
}

void waterfall_credit(struct fold *w) {
    if (w->s.credit_minor <= 0 || !w->s.opening) return;
    struct order due = w->s.opening->rules.orders[PAYMENT_NORMAL];
    size_t kept = 0;
    for (size_t k = 0; k < due.n; k++)
        if (due.cells[k].timing != IN_ADVANCE) due.cells[kept++] = due.cells[k];
    due.n = kept;
    struct pour p = {.order = &due, .day = w->day, .left = w->s.credit_minor};
    waterfall_pour(w, &p);
}
