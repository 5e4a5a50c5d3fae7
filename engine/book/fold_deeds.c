/* fold_deeds.c - what each kind of entry does to a loan. */
#include <string.h>

#include "book/fold_inner.h"

/* Cash that came in (or, below zero, went out). If it was returned later, it only passed through. */
static void cash(struct fold *w, const struct deed *d, int64_t minor, const struct deed *reversal) {
    if (!reversal) {
        w->s.credit_minor += minor;
        flows_add(&w->s.flows, ACCOUNT_SETTLEMENT, ACCOUNT_CREDIT, d->day, minor);
        return;
    }
    flows_add(&w->s.flows, ACCOUNT_SETTLEMENT, ACCOUNT_RETURNS, d->day, minor);
    if (reversal->day <= w->s.as_of_day) flows_add(&w->s.flows, ACCOUNT_SETTLEMENT, ACCOUNT_RETURNS, reversal->day, -minor);
}

/* A payment booked by mistake never came at all; one that bounced did. */
static bool passed_through(const struct deed *reversal) { return strcmp(reversal->word, "error") != 0; }

/* --- payments ------------------------------------------------------------------------------------- */

static bool aims_at(const struct deed *d, const struct due_item *i) {
    if (d->of) return i->charge && i->n == d->of;
    return d->due_day && !i->charge && i->due_day == d->due_day;
}

static void settle(struct fold *w, enum settlement_end end) {
    w->s.settlement.end = end;
    w->s.settlement.ended_day = w->day;
    if (end == SETTLEMENT_KEPT) fold_forgive(w);
}

/* While a settlement is open, payments count for it, up to its amount. */
static void limit_to_settlement(struct fold *w, struct pour *p) {
    struct settlement *x = &w->s.settlement;
    int64_t open = x->deed->minor - x->paid_minor;
    if (p->left > open) p->left = open;
    x->paid_minor += p->left;
    p->order = &w->s.opening->rules.orders[PAYMENT_SETTLEMENT];
}

static void paid(struct fold *w, const struct deed *d) {
    const struct loan_rules *r = &w->s.opening->rules;
    bool settling = w->s.settlement.end == SETTLEMENT_OPEN;
    struct pour p = {.order = &r->orders[d->payment], .n = d->n, .day = d->day, .due_from_days = r->due_from_days};
    p.left = w->s.credit_minor < d->minor ? w->s.credit_minor : d->minor; /* what was owed to us as credit comes first */
    if (p.left < 0) p.left = 0;
    if (settling) limit_to_settlement(w, &p);
    for (uint32_t k = 0; (d->of || d->due_day) && k < w->s.n_items; k++)
        if (aims_at(d, &w->s.items[k])) waterfall_item(w, &p, k);
    waterfall_pour(w, &p);
    if (settling && w->s.settlement.paid_minor >= w->s.settlement.deed->minor) settle(w, SETTLEMENT_KEPT);
}

/* --- settlement: an overlay; schedule and days past due go on as they were until it is kept --------- */

static void settlement(struct fold *w, const struct deed *d) {
    w->s.settlement = (struct settlement){.end = SETTLEMENT_OPEN, .deed = d};
}

void fold_judge_settlement(struct fold *w) {
    struct settlement *x = &w->s.settlement;
    int64_t asked = 0;
    if (x->end != SETTLEMENT_OPEN) return;
    for (size_t k = 0; k < x->deed->n_rows; k++)
        if (x->deed->rows[k].day + x->deed->grace_days < w->day) asked += x->deed->rows[k].principal_minor;
    if (x->paid_minor < asked) settle(w, SETTLEMENT_BROKEN);
}

int32_t fold_settlement_day(const struct fold *w) {
    const struct settlement *x = &w->s.settlement;
    if (x->end != SETTLEMENT_OPEN) return INT32_MAX;
    for (size_t k = 0; k < x->deed->n_rows; k++)
        if (x->deed->rows[k].day + x->deed->grace_days + 1 > w->day) return x->deed->rows[k].day + x->deed->grace_days + 1;
    return INT32_MAX;
}

/* --- the others ------------------------------------------------------------------------------------ */

static void opened(struct fold *w, const struct deed *d) {
    struct loan_state *s = &w->s;
    s->opened = d, s->opening = d->opening, s->opened_day = d->day, s->rate = d->opening->rate;
    s->stage = STAGE_ACTIVE;
    flows_add(&s->flows, ACCOUNT_PRINCIPAL, ACCOUNT_SETTLEMENT, d->day, d->minor - d->opening->fee_minor);
    flows_add(&s->flows, ACCOUNT_PRINCIPAL, ACCOUNT_FEE_INCOME, d->day, d->opening->fee_minor);
    fold_add_rows(w, d, 0);
}

static void remember_forbearance(struct fold *w, const struct deed *d) {
    struct loan_state *s = &w->s;
    if (!arena_room(w->arena, (void **)&s->forbearances, s->n_forbearances, &w->cap_forbearances, sizeof *s->forbearances)) {
        w->failed = true;
        return;
    }
    s->forbearances[s->n_forbearances++] = (struct forbearance){d->n, d->word, d->day, d->until_day};
    if (d->until_day > s->probation_until) s->probation_until = d->until_day;
}

static void terms(struct fold *w, const struct deed *d) {
    fold_replace_rows(w, d);
    if (d->rate >= 0) w->s.rate = d->rate;
    if (d->forbearance) remember_forbearance(w, d);
}

static void left_early(struct fold *w, const struct deed *d) {
    fold_replace_rows(w, d);
    w->exit = d->kind == DEED_COOLED_OFF ? STAGE_COOLED_OFF : STAGE_FORECLOSED;
}

static void disputed(struct fold *w, const struct deed *d) {
    if (!d->of && !d->due_day) w->s.disputed = d->open;
    for (uint32_t k = 0; k < w->s.n_items; k++)
        if (aims_at(d, &w->s.items[k])) w->s.items[k].disputed = d->open;
}

static void limit(struct fold *w, const struct deed *d) {
    int64_t was = w->s.limit_minor < 0 ? w->s.opened->minor : w->s.limit_minor; /* before any: what was lent */
    if (d->minor > was) w->s.limit_up_day = d->day;
    w->s.limit_minor = d->minor;
    w->s.limit_day = d->day;
}

/* Everything that was posted is posted the other way round. */
static void voided(struct fold *w, const struct deed *d) {
    struct flows *f = &w->s.flows;
    for (size_t k = 0, n = f->n; k < n; k++) flows_add(f, f->all[k].debit, f->all[k].credit, d->day, -f->all[k].minor);
    w->s.stage = STAGE_VOID;
    w->s.n_items = 0;
    w->s.credit_minor = 0;
}

bool deed_reversible(enum deed_kind k) {
    return k != DEED_OPENED && k != DEED_REVERSED && k != DEED_VOIDED && k != DEED_DAY_END && k != DEED_HELD && k != DEED_FREED;
}

static void apply(struct fold *w, const struct deed *d) {
    switch (d->kind) {
    case DEED_PAID:
    case DEED_RECOVERED: cash(w, d, d->minor, NULL), paid(w, d); break;
    case DEED_REFUNDED: cash(w, d, -d->minor, NULL); break;
    case DEED_FEE:
    case DEED_PENALTY: fold_add_charge(w, d); break;
    case DEED_WAIVED: fold_waive(w, d); break;
    case DEED_TERMS: terms(w, d); break;
    case DEED_SETTLEMENT: settlement(w, d); break;
    case DEED_WRITTEN_OFF: w->s.written_off_day ? (void)w->s.idle++ : fold_write_off(w); break;
    case DEED_COOLED_OFF:
    case DEED_FORECLOSED: left_early(w, d); break;
    case DEED_DISPUTED: disputed(w, d); break;
    case DEED_LIMIT: limit(w, d); break;
    case DEED_VOIDED: voided(w, d); break;
    default: break; /* opened: done already; reversed: at its target; held, freed: suspense only; day_end: marks how far the books reach */
    }
}

void fold_deed(struct fold *w, const struct deed *d, const struct deed *reversal) {
    bool money = d->kind == DEED_PAID || d->kind == DEED_RECOVERED || d->kind == DEED_REFUNDED;
    if (d->kind == DEED_OPENED && !w->s.opening) opened(w, d);
    else if (!w->s.opening || w->s.stage == STAGE_VOID) w->s.idle++;
    else if (!reversal) apply(w, d);
    else if (money && passed_through(reversal)) cash(w, d, d->kind == DEED_REFUNDED ? -d->minor : d->minor, reversal);
    if (w->s.stage != STAGE_VOID) waterfall_credit(w);
}
