/* oracle.c - see oracle.h. Written for obviousness; nothing here is quick. */
#include "tests/book/oracle.h"

#include <stdlib.h>
#include <string.h>

struct debt { /* one component of one instalment or charge */
    int component;
    int32_t due;
    int made;              /* order of making */
    uint32_t entry;
    bool charge, disputed, never_booked;
    long long left, paid, income; /* income: how much of an interest has been earned */
};
struct world {
    struct debt debt[ORACLE_ITEMS * 4];
    int n, made;
    const struct loan_rules *rules;
    int32_t today;
    long long books[4], credit, cash;
    bool open, written_off, dead, npa;
    char exit;
    int32_t probation;
    const struct deed *offer; /* the running settlement */
    long long offered;
    bool kept;
};

static void put_in(struct world *w, const struct deed *d, int component, int32_t due, bool charge, long long minor, int made) {
    w->debt[w->n++] = (struct debt){.component = component, .due = due, .made = made, .entry = d->n, .charge = charge,
                                    .never_booked = charge && w->written_off, .left = minor};
}

static bool on_books(const struct world *w, const struct debt *x) { return !w->written_off && !x->never_booked; }

static void earn(struct world *w, struct debt *x, long long minor) {
    x->income += minor;
    w->books[INTEREST] += minor;
}

/* The place of a debt in the order; -1: no cell takes it. Smaller is paid sooner. */
static long long rank(const struct world *w, const struct debt *x, const struct order *o, int window) {
    int timing = x->due < w->today ? PAST_DUE : x->due <= w->today + window ? DUE : IN_ADVANCE;
    int at = -1, group = 0, groups[12];
    for (size_t k = 0; k < o->n; k++) {
        if (k && (o->by_component || o->cells[k].timing != o->cells[k - 1].timing)) group++;
        groups[k] = group;
        if ((int)o->cells[k].timing == timing && (int)o->cells[k].component == x->component) at = (int)k;
    }
    if (at < 0 || x->disputed || x->left <= 0) return -1;
    long long age = (long long)x->due * 1000 + x->made;
    if (timing == IN_ADVANCE && o->last_first) age = 100000000 - age;
    return ((long long)groups[at] * 1000000000 + age) * 100 + at;
}

static void pay_cent(struct world *w, struct debt *x) {
    if (on_books(w, x)) {
        if (x->component == INTEREST && x->income <= x->paid) earn(w, x, 1);
        w->books[x->component]--;
    }
    x->left--;
    x->paid++;
    w->credit--;
}

static long long spend(struct world *w, long long cents, const struct order *o, int window) {
    while (cents > 0) {
        struct debt *best = NULL;
        long long best_rank = 0;
        for (int k = 0; k < w->n; k++) {
            long long r = rank(w, &w->debt[k], o, window);
            if (r >= 0 && (!best || r < best_rank)) best = &w->debt[k], best_rank = r;
        }
        if (!best) break;
        pay_cent(w, best);
        cents--;
    }
    return cents;
}

static void use_credit(struct world *w) {
    struct order o = w->rules->orders[PAYMENT_NORMAL];
    size_t n = 0;
    for (size_t k = 0; k < o.n; k++)
        if (o.cells[k].timing != IN_ADVANCE) o.cells[n++] = o.cells[k];
    o.n = n;
    (void)spend(w, w->credit, &o, 0);
}

/* Gives up one cent of a debt. */
static void drop_cent(struct world *w, struct debt *x) {
    bool unearned = x->component == INTEREST && x->income <= x->paid;
    x->left--;
    if (on_books(w, x) && !unearned) {
        w->books[x->component]--;
        if (x->component == INTEREST) x->income--; /* keeps "income - paid" what is earned and open */
    }
}

static bool aimed(const struct deed *d, const struct debt *x) {
    if (d->of) return x->charge && x->entry == d->of;
    return d->due_day && !x->charge && x->due == d->due_day;
}

static void pay(struct world *w, const struct deed *d) {
    const struct order *o = &w->rules->orders[d->payment];
    w->credit += d->minor;
    w->cash += d->minor;
    long long cents = w->credit < d->minor ? w->credit : d->minor;
    if (cents < 0) cents = 0;
    if (w->offer) {
        if (cents > w->offer->minor - w->offered) cents = w->offer->minor - w->offered;
        w->offered += cents;
        o = &w->rules->orders[PAYMENT_SETTLEMENT];
    }
    if (d->of || d->due_day) /* the chosen debts in order of making, whole in the order's components */
        for (int made = 0; made <= w->made; made++)
            for (size_t c = 0; c < o->n; c++)
                for (int k = 0; k < w->n; k++) {
                    struct debt *x = &w->debt[k];
                    while (x->made == made && aimed(d, x) && x->component == (int)o->cells[c].component && x->left > 0 && cents > 0)
                        pay_cent(w, x), cents--;
                }
    (void)spend(w, cents, o, w->rules->due_from_days);
    if (w->offer && w->offered >= w->offer->minor) {
        for (int k = 0; k < w->n; k++)
            while (w->debt[k].left > 0) drop_cent(w, &w->debt[k]);
        w->offer = NULL;
        w->kept = true;
    }
}

static void add_rows(struct world *w, const struct deed *d, long long principal) {
    long long told = 0, last = (long long)d->n_rows;
    long long amount[64];
    for (size_t k = 0; k < d->n_rows; k++) told += amount[k] = d->rows[k].principal_minor;
    while (told < principal) amount[last - 1]++, told++;
    for (long long k = last - 1; told > principal; )
        if (amount[k] > 0) amount[k]--, told--;
        else k--;
    for (size_t k = 0; k < d->n_rows; k++) {
        w->made++;
        put_in(w, d, PRINCIPAL, d->rows[k].day, false, amount[k], w->made);
        put_in(w, d, INTEREST, d->rows[k].day, false, d->rows[k].interest_minor, w->made);
        if (d->rows[k].day <= w->today) earn(w, &w->debt[w->n - 1], d->rows[k].interest_minor);
    }
}

static void replace(struct world *w, const struct deed *d) {
    if (!d->n_rows || w->written_off) return;
    long long principal = d->capitalised_minor;
    w->books[PRINCIPAL] += d->capitalised_minor;
    for (int k = 0; k < w->n; k++) {
        struct debt *x = &w->debt[k];
        bool later = x->due > w->today;
        if (x->charge || (!d->all && !later)) continue;
        if (x->component == PRINCIPAL) principal += x->left;
        if (x->component == INTEREST && later) { /* what was paid ahead comes back */
            w->credit += x->paid;
            x->paid = x->income = 0;
        }
        if (x->component == INTEREST && !later) {
            w->books[INTEREST] -= x->income - x->paid;
            x->income = x->paid;
        }
        x->left = 0;
    }
    add_rows(w, d, principal);
}

static void waive(struct world *w, const struct deed *d) {
    for (long long cents = d->minor; cents > 0; cents--) {
        struct debt *best = NULL;
        for (int k = 0; k < w->n; k++) {
            struct debt *x = &w->debt[k];
            if (x->left <= 0 || x->component != (int)d->component || ((d->of || d->due_day) && !aimed(d, x))) continue;
            if (!best || x->due < best->due || (x->due == best->due && x->made < best->made)) best = x;
        }
        if (!best) return;
        drop_cent(w, best);
    }
}

static void write_off(struct world *w) {
    if (w->written_off) return;
    for (int k = 0; k < w->n; k++) {
        struct debt *x = &w->debt[k];
        if (x->component == INTEREST && x->due > w->today) x->left = 0;
    }
    memset(w->books, 0, sizeof w->books);
    w->written_off = true;
}

static void open_loan(struct world *w, const struct deed *d) {
    w->open = true;
    w->rules = &d->opening->rules;
    w->books[PRINCIPAL] = d->minor;
    add_rows(w, d, d->minor);
}

static void happen(struct world *w, const struct deed *d) {
    switch (d->kind) {
    case DEED_PAID:
    case DEED_RECOVERED: pay(w, d); break;
    case DEED_REFUNDED: w->credit -= d->minor, w->cash -= d->minor; break;
    case DEED_FEE:
    case DEED_PENALTY:
        put_in(w, d, (int)d->component, d->due_day, true, d->minor, ++w->made);
        if (!w->written_off) w->books[d->component] += d->minor;
        break;
    case DEED_WAIVED: waive(w, d); break;
    case DEED_TERMS:
        replace(w, d);
        if (d->forbearance && d->until_day > w->probation) w->probation = d->until_day;
        break;
    case DEED_SETTLEMENT: w->offer = d, w->offered = 0, w->kept = false; break;
    case DEED_WRITTEN_OFF: write_off(w); break;
    case DEED_COOLED_OFF: replace(w, d), w->exit = 'o'; break;
    case DEED_FORECLOSED: replace(w, d), w->exit = 'f'; break;
    case DEED_DISPUTED:
        for (int k = 0; k < w->n; k++)
            if ((d->of || d->due_day) && aimed(d, &w->debt[k])) w->debt[k].disputed = d->open;
        break;
    case DEED_VOIDED:
        w->n = 0, w->credit = 0, w->dead = true;
        memset(w->books, 0, sizeof w->books);
        break;
    default: break;
    }
}

static void wake(struct world *w) {
    if (w->offer) {
        long long asked = 0;
        for (size_t k = 0; k < w->offer->n_rows; k++)
            if (w->today > w->offer->rows[k].day + w->offer->grace_days) asked += w->offer->rows[k].principal_minor;
        if (w->offered < asked) w->offer = NULL;
    }
    for (int k = 0; k < w->n; k++) {
        struct debt *x = &w->debt[k];
        if (x->component == INTEREST && x->due == w->today && on_books(w, x) && x->income < x->paid + x->left)
            earn(w, x, x->paid + x->left - x->income);
    }
    use_credit(w);
}

static bool taken_back(const struct deed *deeds, size_t n, const struct deed *d, int64_t as_known_ms) {
    if (d->kind == DEED_OPENED || d->kind == DEED_VOIDED || d->kind == DEED_DAY_END || d->kind == DEED_HELD || d->kind == DEED_FREED) return false;
    for (size_t k = 0; k < n; k++)
        if (deeds[k].kind == DEED_REVERSED && deeds[k].of == d->n && deeds[k].known_ms <= as_known_ms) return true;
    return false;
}

static void tell(struct world *w, struct oracle_day *o) {
    long long all = 0;
    memset(o, 0, sizeof *o);
    o->stage = 'n';
    if (!w->open) return;
    int32_t oldest = 0;
    for (int k = 0; k < w->n; k++) {
        struct debt *x = &w->debt[k];
        long long whole = 0;
        o->owed[x->component] += x->left;
        all += x->left;
        for (int j = 0; j < w->n; j++)
            if (w->debt[j].made == x->made) whole += w->debt[j].left;
        if ((x->charge && !w->rules->charges_age) || whole <= w->rules->tolerance_minor || x->due > w->today) continue;
        if (!oldest || x->due < oldest) oldest = x->due;
    }
    if (oldest && w->today - oldest > w->rules->grace_days) o->dpd = w->today - oldest;
    if (w->npa && !o->dpd && w->today > w->probation) w->npa = false;
    if (o->dpd >= 90) w->npa = true;
    o->npa = w->npa;
    for (int c = 0; c < 4; c++) o->books[c] = w->books[c];
    o->credit = w->credit;
    o->cash = w->cash;
    bool owes = all > 0 || w->credit < 0;
    o->stage = w->dead ? 'v' : w->kept && !owes ? 's' : w->written_off ? 'w' : owes ? 'a' : w->exit;
}

void oracle_run(const struct deed *deeds, size_t n, int32_t from, int days, int64_t as_known_ms, struct oracle_day *out) {
    struct world *w = calloc(1, sizeof *w);
    w->exit = 'c';
    for (int k = 0; k < days; k++) {
        w->today = from + k;
        if (w->open && !w->dead) wake(w);
        for (size_t d = 0; d < n; d++) {
            if (deeds[d].day != w->today || deeds[d].known_ms > as_known_ms) continue;
            if (deeds[d].kind == DEED_OPENED && !w->open) open_loan(w, &deeds[d]);
            else if (!w->open || w->dead) continue;
            else if (!taken_back(deeds, n, &deeds[d], as_known_ms)) happen(w, &deeds[d]);
            if (!w->dead) use_credit(w);
        }
        tell(w, &out[k]);
    }
    free(w);
}
