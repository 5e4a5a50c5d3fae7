/* cashflow.c - ratios and counts of an account's history. Every figure is NAN where it cannot be said. */
#include "models/cashflow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/history.h"

#define LOW_SHARE 0.1 /* a day is low when less than a tenth of a month's inflow is left */

const char *const cashflow_names[] = {
    "months_seen",     "inflow_regularity", "inflow_variation", "inflow_trend",   "balance_low",
    "balance_typical", "balance_least",     "days_low",         "days_negative",  "bounces_per_month",
    "counterparties",  "savings_slope",     "circular_share",   "passed_through", "outflow_ratio",
    "cash_share",      "entries_per_month", NULL};
enum { N_FEATURES = ARRAY_LEN(cashflow_names) - 1 };

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(const double *sorted, int n, double q) {
    double at = q * (n - 1);
    int low = (int)at;
    int high = low + 1 < n ? low + 1 : low;
    return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
}

static double share_below(const double *v, int n, double limit) {
    int below = 0;
    for (int i = 0; i < n; i++) below += v[i] < limit;
    return n ? (double)below / n : NAN;
}

/* Share of months that brought at least half of the median month. */
static double regularity(const double *months, int n) {
    double sorted[HISTORY_MONTHS];
    if (n < 2) return NAN;
    memcpy(sorted, months, (size_t)n * sizeof *sorted);
    qsort(sorted, (size_t)n, sizeof *sorted, by_value);
    double median = quantile(sorted, n, 0.5);
    return median > 0 ? 1 - share_below(months, n, median / 2) : 0;
}

static double variation(const double *months, int n) {
    double mean = history_mean(months, n), sum = 0;
    if (n < 2) return NAN;
    for (int i = 0; i < n; i++) sum += (months[i] - mean) * (months[i] - mean);
    return mean > 0 ? sqrt(sum / (n - 1)) / mean : NAN;
}

static double trend(const double *months, int n) {
    double mean = history_mean(months, n);
    return n >= 5 && mean > 0 ? history_mean(months, 3) / mean : NAN;
}

/* Least-squares slope of the balance, per month of 30 days. */
static double slope(const double *balance, int n) {
    if (n < 30) return NAN;
    double mid = (n - 1) / 2.0, mean = history_mean(balance, n), up = 0, down = 0;
    for (int i = 0; i < n; i++) {
        up += (i - mid) * (balance[i] - mean);
        down += (i - mid) * (i - mid);
    }
    return 30 * up / down;
}

static bool is_kind(const struct cashflow_entry *e, const char *kind) { return !strcmp(e->kind, kind); }

static bool is_bounce(const struct cashflow_entry *e) {
    return is_kind(e, "sanction_interest") || is_kind(e, "bounce") || is_kind(e, "returned");
}

struct sums {
    double in, out, cash_out, circular_in;
    int bounces;
};

static struct sums sum_up(const struct history *h) {
    struct sums s = {0};
    for (size_t i = 0; i < h->n; i++) {
        const struct cashflow_entry *e = &h->list[i];
        double size = fabs((double)e->amount_minor);
        s.bounces += is_bounce(e);
        if (is_kind(e, "interest")) continue;
        if (e->amount_minor < 0) {
            s.out += size;
            if (is_kind(e, "cash")) s.cash_out += size;
        } else if (history_is_income(e)) {
            s.in += size;
            if (h->circular[i]) s.circular_in += size;
        }
    }
    return s;
}

static int by_party(const void *a, const void *b) {
    const struct cashflow_entry *const *p = a, *const *q = b;
    return strcmp((*p)->party, (*q)->party);
}

static enum err count_parties(const struct history *h, double *out) {
    const struct cashflow_entry **list = calloc(h->n + 1, sizeof *list);
    if (!list) return ERR_NOMEM;
    size_t n = 0, distinct = 0;
    for (size_t i = 0; i < h->n; i++)
        if (*h->list[i].party) list[n++] = &h->list[i];
    qsort(list, n, sizeof *list, by_party);
    for (size_t i = 0; i < n; i++) distinct += i == 0 || strcmp(list[i]->party, list[i - 1]->party) != 0;
    free(list);
    *out = (double)distinct;
    return OK;
}

/* Share of the inflow of big entries that has left the account again within three days: income that is
 * only passing through. Big: at least a fifth of a month's inflow. */
static double passed_through(const struct history *h, double month) {
    double big = 0, gone = 0;
    for (size_t i = 0; i < h->n; i++) {
        double in = (double)h->list[i].amount_minor, out = 0;
        if (in < month / 5 || !history_is_income(&h->list[i])) continue;
        for (size_t k = i + 1; k < h->n && k < i + 200 && h->list[k].day <= h->list[i].day + 3; k++)
            if (h->list[k].amount_minor < 0) out -= (double)h->list[k].amount_minor;
        big += in;
        gone += fmin(in, out);
    }
    return big > 0 ? gone / big : NAN;
}

static enum err balances(const struct history *h, double month, double *v) {
    double *sorted = calloc((size_t)h->days, sizeof *sorted);
    if (!sorted) return ERR_NOMEM;
    memcpy(sorted, h->balance, (size_t)h->days * sizeof *sorted);
    qsort(sorted, (size_t)h->days, sizeof *sorted, by_value);
    v[4] = quantile(sorted, h->days, 0.1) / month;
    v[5] = quantile(sorted, h->days, 0.5) / month;
    v[6] = sorted[0] / month;
    v[7] = share_below(sorted, h->days, LOW_SHARE * month);
    v[8] = share_below(sorted, h->days, 0);
    v[11] = slope(h->balance, h->days) / month;
    free(sorted);
    return OK;
}

/* In the order of cashflow_names. */
static enum err compute(const struct history *h, double v[N_FEATURES]) {
    for (int i = 0; i < N_FEATURES; i++) v[i] = NAN;
    v[0] = h->months;
    double month = history_mean(h->gross, h->months);
    if (!(month > 0)) return OK;
    v[1] = regularity(h->net, h->months);
    v[2] = variation(h->net, h->months);
    v[3] = trend(h->net, h->months);
    struct sums s = sum_up(h);
    v[9] = s.bounces * 30.0 / h->days;
    v[12] = s.in > 0 ? s.circular_in / s.in : NAN;
    v[13] = passed_through(h, month);
    v[14] = s.in > 0 ? s.out / s.in : NAN;
    v[15] = s.out > 0 ? s.cash_out / s.out : NAN;
    v[16] = (double)h->n * 30.0 / h->days;
    enum err e = balances(h, month, v);
    return e ? e : count_parties(h, &v[10]);
}

static enum err to_json(const double *v, json_t **out) {
    json_t *obj = json_object();
    enum err e = obj ? OK : ERR_NOMEM;
    for (int i = 0; !e && i < N_FEATURES; i++)
        e = json_put_take(obj, cashflow_names[i], isfinite(v[i]) ? json_real(v[i]) : json_null());
    if (e) json_decref(obj);
    else *out = obj;
    return e;
}

enum err cashflow_features(const struct cashflow_entry *entries, size_t n, int32_t until_day,
                           json_t **features_new, struct fault *f) {
    AUTO(history_reset) struct history h = {0};
    double v[N_FEATURES];
    enum err e = history_init(&h, entries, n, until_day, f);
    if (e) return e;
    e = compute(&h, v);
    if (!e) e = to_json(v, features_new);
    return e ? fault_set(f, e, "transactions", "no memory") : OK;
}
