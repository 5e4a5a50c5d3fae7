/* history.c - ordering an account's entries, end-of-day balances, months, circular money. */
#include "models/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CIRCLE_DAYS 14
#define CIRCLE_LOOK 200  /* entries looked at ahead of each: bounds the work on a hostile history */

struct placed {
    struct cashflow_entry e;
    size_t at;
};

static int by_day(const void *a, const void *b) {
    const struct placed *p = a, *q = b;
    if (p->e.day != q->e.day) return p->e.day < q->e.day ? -1 : 1;
    return (p->at > q->at) - (p->at < q->at);
}

void history_reset(struct history *h) {
    free(h->list);
    free(h->circular);
    free(h->balance);
    *h = (struct history){0};
}

/* Sorts what lies before the application; returns how many entries precede the window. */
static enum err sort_entries(struct history *h, const struct cashflow_entry *entries, size_t n,
                             int32_t until_day) {
    struct placed *p = calloc(n + 1, sizeof *p);
    h->list = calloc(n + 1, sizeof *h->list);
    h->circular = calloc(n + 1, sizeof *h->circular);
    if (p && h->list && h->circular) {
        for (size_t i = 0; i < n; i++)
            if (entries[i].day <= until_day) p[h->n++] = (struct placed){entries[i], i};
        qsort(p, h->n, sizeof *p, by_day);
        for (size_t i = 0; i < h->n; i++) h->list[i] = p[i].e;
    }
    enum err e = p && h->list && h->circular ? OK : ERR_NOMEM;
    free(p);
    return e;
}

/* The balance at the end of the day that begins at *at. Banks give no order within a day: the entry
 * whose balance agrees with the last day's and the sum of this one is the last; else the last given. */
static double end_of_day(const struct history *h, size_t *at, double before) {
    int32_t day = h->list[*at].day;
    size_t first = *at;
    double sum = before;
    for (; *at < h->n && h->list[*at].day == day; ++*at) sum += (double)h->list[*at].amount_minor;
    for (size_t i = first; i < *at; i++)
        if (fabs((double)h->list[i].balance_minor - sum) < 0.5) return sum;
    return (double)h->list[*at - 1].balance_minor;
}

static enum err fill_days(struct history *h, int32_t until_day) {
    int32_t from = until_day - HISTORY_DAYS + 1;
    if (h->list[0].day > from) from = h->list[0].day;
    h->days = until_day - from + 1;
    h->balance = calloc((size_t)h->days, sizeof *h->balance);
    if (!h->balance) return ERR_NOMEM;
    size_t at = 0, before = 0;
    double balance = 0;
    while (at < h->n && h->list[at].day < from) balance = end_of_day(h, &at, balance);
    before = at;
    for (int d = 0; d < h->days; d++) {
        if (at < h->n && h->list[at].day == from + d) balance = end_of_day(h, &at, balance);
        h->balance[d] = balance;
    }
    h->n -= before; /* what precedes the window is no longer needed */
    memmove(h->list, h->list + before, h->n * sizeof *h->list);
    return OK;
}

static bool about_equal(int64_t a, int64_t b) {
    double x = fabs((double)a), y = fabs((double)b);
    return fabs(x - y) <= 0.1 * fmax(x, y);
}

static bool is_circle(const struct cashflow_entry *a, const struct cashflow_entry *b) {
    return (a->amount_minor > 0) != (b->amount_minor > 0) &&
           about_equal(a->amount_minor, b->amount_minor) && !strcmp(a->party, b->party);
}

static void mark_circles(struct history *h) {
    for (size_t i = 0; i < h->n; i++) {
        if (h->circular[i] || !*h->list[i].party) continue;
        for (size_t k = i + 1; k < h->n && k <= i + CIRCLE_LOOK; k++) {
            if (h->list[k].day > h->list[i].day + CIRCLE_DAYS) break;
            if (h->circular[k] || !is_circle(&h->list[i], &h->list[k])) continue;
            h->circular[i] = h->circular[k] = true;
            break;
        }
    }
}

bool history_is_income(const struct cashflow_entry *e) {
    static const char *const not_income[] = {"interest", "bounce", "returned"};
    bool income = e->amount_minor > 0;
    for (size_t i = 0; i < ARRAY_LEN(not_income); i++) income &= strcmp(e->kind, not_income[i]) != 0;
    return income;
}

static void sum_months(struct history *h, int32_t until_day) {
    h->months = h->days / 30 < HISTORY_MONTHS ? h->days / 30 : HISTORY_MONTHS;
    for (size_t i = 0; i < h->n; i++) {
        int month = (until_day - h->list[i].day) / 30;
        if (month >= h->months || h->list[i].amount_minor <= 0) continue;
        if (!history_is_income(&h->list[i])) continue;
        h->gross[month] += (double)h->list[i].amount_minor;
        if (!h->circular[i]) h->net[month] += (double)h->list[i].amount_minor;
    }
}

enum err history_init(struct history *h, const struct cashflow_entry *entries, size_t n,
                      int32_t until_day, struct fault *f) {
    *h = (struct history){0};
    if (n > CASHFLOW_ENTRIES_MAX)
        return fault_set(f, ERR_LIMIT, "transactions", "at most %d entries", CASHFLOW_ENTRIES_MAX);
    if (until_day < -100000000 || until_day > 100000000)
        return fault_set(f, ERR_INVALID, "until_day", "is no day of this calendar");
    enum err e = sort_entries(h, entries, n, until_day);
    if (!e && h->n) e = fill_days(h, until_day);
    if (e) {
        history_reset(h);
        return fault_set(f, e, "transactions", "no memory");
    }
    mark_circles(h);
    sum_months(h, until_day);
    return OK;
}

double history_mean(const double *v, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) sum += v[i];
    return n ? sum / n : NAN;
}
