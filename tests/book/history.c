/* history.c - see history.h. */
#include "tests/book/history.h"

static int64_t below(struct rng *r, int64_t n) { return (int64_t)rng_below(r, (uint64_t)n); }

/* The twelve cells in any order, some of them left out; neighbours of one timing often stay together. */
static void random_order(struct order *o, struct rng *r) {
    struct cell all[12];
    size_t n = 0;
    for (int t = 0; t < TIMINGS; t++)
        for (int c = 0; c < COMPONENTS; c++) all[n++] = (struct cell){(enum timing)t, (enum component)c};
    for (int k = 0; k < 14; k++) {
        size_t a = rng_below(r, n), b = rng_below(r, 3) ? a / 4 * 4 + rng_below(r, 4) : rng_below(r, n);
        struct cell x = all[a];
        all[a] = all[b], all[b] = x;
    }
    o->n = rng_below(r, 3) ? n : 1 + rng_below(r, n);
    for (size_t k = 0; k < o->n; k++) o->cells[k] = all[k];
    o->by_component = rng_below(r, 3) == 0;
    o->last_first = rng_below(r, 2);
}

static void random_rules(struct loan_rules *rules, struct rng *r) {
    struct fault f;
    if (rules_read(NULL, rules, &f) != OK) abort();
    for (int k = 0; k < PAYMENT_KINDS; k++)
        if (rng_below(r, 2)) random_order(&rules->orders[k], r);
    rules->tolerance_minor = rng_below(r, 3) ? 0 : below(r, 40);
    rules->grace_days = rng_below(r, 3) ? 0 : (int)below(r, 8);
    rules->due_from_days = rng_below(r, 3) ? 0 : (int)below(r, 12);
    rules->charges_age = rng_below(r, 4) == 0;
}

static void random_rows(struct history *h, struct deed *d, struct rng *r, int32_t from, int64_t principal) {
    struct due_row *rows = h->rows[h->n];
    d->rows = rows;
    d->n_rows = 1 + rng_below(r, 8);
    for (size_t k = 0; k < d->n_rows; k++) {
        int64_t part = k + 1 == d->n_rows ? principal : below(r, principal / 2 + 2);
        if (part > principal) part = principal;
        from += 1 + (int32_t)below(r, 45);
        rows[k] = (struct due_row){from, part, below(r, 60)};
        principal -= part;
    }
}

static void open_loan(struct history *h, struct rng *r) {
    struct deed *d = &h->deeds[0];
    random_rules(&h->opening.rules, r);
    h->opening.rate = 120000;
    d->kind = DEED_OPENED;
    d->day = HISTORY_OPENS;
    d->minor = 100 + below(r, 900);
    d->opening = &h->opening;
    h->opening.fee_minor = below(r, d->minor / 5);
    random_rows(h, d, r, d->day, d->minor);
}

static void aim(const struct history *h, struct deed *d, struct rng *r) {
    const struct deed *other = &h->deeds[rng_below(r, h->n)];
    if (other->n_rows && other->kind != DEED_SETTLEMENT) d->due_day = other->rows[rng_below(r, other->n_rows)].day;
    else if (other->kind == DEED_FEE || other->kind == DEED_PENALTY) d->of = other->n;
}

static void change_rows(struct history *h, struct deed *d, struct rng *r) {
    random_rows(h, d, r, d->day - (rng_below(r, 4) == 0), 1 + below(r, 900));
    if (d->kind != DEED_TERMS) return;
    d->word = "re_age";
    d->all = rng_below(r, 2);
    d->capitalised_minor = rng_below(r, 3) ? 0 : below(r, 50);
    d->forbearance = rng_below(r, 2);
    d->until_day = d->day + (int32_t)below(r, 120);
}

static void reverse(const struct history *h, struct deed *d, struct rng *r) {
    const struct deed *of = &h->deeds[rng_below(r, h->n)];
    if (of->kind == DEED_REVERSED || of->kind == DEED_OPENED) of = &h->deeds[h->n - 1];
    d->of = of->n;
    d->word = rng_below(r, 3) ? "returned" : "error";
    if (d->day < of->day) d->day = of->day;
    if (of->kind == DEED_REVERSED || of->kind == DEED_OPENED) d->kind = DEED_DAY_END;
}

static enum deed_kind random_kind(struct rng *r, bool gentle) {
    static const enum deed_kind all[] = {
        DEED_FEE, DEED_PENALTY, DEED_WAIVED, DEED_REVERSED, DEED_REVERSED, DEED_DAY_END, DEED_RECOVERED,
        DEED_REFUNDED, DEED_TERMS, DEED_TERMS, DEED_SETTLEMENT, DEED_DISPUTED, DEED_LIMIT, DEED_HELD,
        DEED_COOLED_OFF, DEED_FORECLOSED, DEED_WRITTEN_OFF, DEED_VOIDED};
    if (rng_below(r, 2)) return DEED_PAID;
    size_t k = rng_below(r, gentle ? 7 : ARRAY_LEN(all));
    return all[k] == DEED_VOIDED && rng_below(r, 5) ? DEED_PAID : all[k];
}

static void fill(struct history *h, struct deed *d, struct rng *r) {
    switch (d->kind) {
    case DEED_PAID:
        d->payment = rng_below(r, 3) ? PAYMENT_NORMAL : PAYMENT_PREPAYMENT;
        if (rng_below(r, 8) == 0) aim(h, d, r);
        break;
    case DEED_RECOVERED: d->payment = PAYMENT_RECOVERY; break;
    case DEED_FEE:
    case DEED_PENALTY:
        d->component = d->kind == DEED_FEE ? FEE : PENALTY;
        d->due_day = d->day + (rng_below(r, 2) ? (int32_t)below(r, 20) : 0);
        d->minor = 1 + below(r, 60);
        break;
    case DEED_WAIVED:
        d->component = (enum component)rng_below(r, COMPONENTS);
        if (rng_below(r, 3) == 0) aim(h, d, r);
        break;
    case DEED_REVERSED: reverse(h, d, r); break;
    case DEED_TERMS:
    case DEED_COOLED_OFF:
    case DEED_FORECLOSED: change_rows(h, d, r); break;
    case DEED_SETTLEMENT:
        random_rows(h, d, r, d->day, d->minor);
        d->grace_days = (int)below(r, 5);
        break;
    case DEED_DISPUTED:
        aim(h, d, r);
        d->open = rng_below(r, 3) != 0;
        break;
    default: break;
    }
}

void history_make(struct history *h, struct rng *r, bool gentle) {
    int32_t today = HISTORY_OPENS;
    size_t n = 3 + rng_below(r, HISTORY_MAX - 3);
    *h = (struct history){0};
    for (h->n = 0; h->n < n; h->n++) {
        struct deed *d = &h->deeds[h->n];
        *d = (struct deed){.n = (uint32_t)h->n + 1, .known_ms = (int64_t)h->n + 1, .word = "", .reference = "", .rate = -1};
        if (!h->n) {
            open_loan(h, r);
            continue;
        }
        today += (int32_t)below(r, 2 * HISTORY_DAYS / (int64_t)n);
        if (today > HISTORY_OPENS + HISTORY_DAYS) today = HISTORY_OPENS + HISTORY_DAYS;
        d->day = rng_below(r, 3) ? today : HISTORY_OPENS + (int32_t)below(r, today - HISTORY_OPENS + 1);
        d->minor = 1 + below(r, rng_below(r, 4) ? 200 : 900);
        d->kind = random_kind(r, gentle);
        fill(h, d, r);
    }
}
