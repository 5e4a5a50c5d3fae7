/* ranking.c - AUC, KS, approvals and stability by one pass over sorted rows. */
#include "models/ranking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct pair {
    double score;
    uint32_t at;
};

static int by_score(const void *a, const void *b) {
    const struct pair *p = a, *q = b;
    if (p->score != q->score) return p->score < q->score ? -1 : 1;
    return (p->at > q->at) - (p->at < q->at);
}

enum err ranking_init(struct ranking *r, const double *score, const float *y, size_t n) {
    *r = (struct ranking){.n = n, .score = score, .y = y};
    struct pair *pairs = calloc(n ? n : 1, sizeof *pairs);
    r->order = calloc(n ? n : 1, sizeof *r->order);
    if (pairs && r->order) {
        for (size_t i = 0; i < n; i++) pairs[i] = (struct pair){score[i], (uint32_t)i};
        qsort(pairs, n, sizeof *pairs, by_score);
        for (size_t i = 0; i < n; i++) r->order[i] = pairs[i].at;
    }
    enum err e = pairs && r->order ? OK : ERR_NOMEM;
    free(pairs);
    return e;
}

void ranking_reset(struct ranking *r) {
    free(r->order);
    *r = (struct ranking){0};
}

struct group { /* rows of one score */
    double good, bad;
};

/* The rows from *at that share a score; moves *at past them. */
static struct group next_group(const struct ranking *r, const double *w, size_t *at) {
    struct group g = {0};
    double score = r->score[r->order[*at]];
    for (; *at < r->n && r->score[r->order[*at]] == score; ++*at) {
        uint32_t i = r->order[*at];
        double weight = w ? w[i] : 1;
        if (r->y[i] > 0.5F) g.bad += weight;
        else g.good += weight;
    }
    return g;
}

double ranking_auc(const struct ranking *r, const double *w) {
    double good = 0, bad = 0, wins = 0;
    for (size_t at = 0; at < r->n;) {
        struct group g = next_group(r, w, &at);
        wins += g.bad * (good + g.good / 2);
        good += g.good;
        bad += g.bad;
    }
    return good > 0 && bad > 0 ? wins / (good * bad) : NAN;
}

static struct group totals(const struct ranking *r, const double *w) {
    struct group t = {0};
    for (size_t i = 0; i < r->n; i++) {
        double weight = w ? w[i] : 1;
        if (r->y[i] > 0.5F) t.bad += weight;
        else t.good += weight;
    }
    return t;
}

double ranking_ks(const struct ranking *r, const double *w) {
    struct group all = totals(r, w), so_far = {0};
    if (all.good <= 0 || all.bad <= 0) return NAN;
    double most = 0;
    for (size_t at = 0; at < r->n;) {
        struct group g = next_group(r, w, &at);
        so_far.good += g.good;
        so_far.bad += g.bad;
        most = fmax(most, fabs(so_far.good / all.good - so_far.bad / all.bad));
    }
    return most;
}

double ranking_bad_rate(const struct ranking *r, const double *w, double share) {
    struct group all = totals(r, w);
    double room = share * (all.good + all.bad), taken = 0, bad = 0;
    for (size_t at = 0; at < r->n && taken < room;) {
        struct group g = next_group(r, w, &at);
        double size = g.good + g.bad;
        if (size <= 0) continue;
        double part = fmin(1, (room - taken) / size);
        taken += part * size;
        bad += part * g.bad;
    }
    return taken > 0 ? bad / taken : NAN;
}

double ranking_approvals(const struct ranking *r, const double *w, double bad_rate) {
    struct group all = totals(r, w), so_far = {0};
    double best = 0;
    for (size_t at = 0; at < r->n;) {
        struct group g = next_group(r, w, &at);
        so_far.good += g.good;
        so_far.bad += g.bad;
        double size = so_far.good + so_far.bad;
        if (size > 0 && so_far.bad <= bad_rate * size + 1e-9) best = size;
    }
    double whole = all.good + all.bad;
    return whole > 0 ? best / whole : NAN;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void count_tenths(const double *v, size_t n, const double edges[9], double out[10]) {
    memset(out, 0, 10 * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        int k = 0;
        while (k < 9 && v[i] > edges[k]) k++;
        out[k]++;
    }
    for (int k = 0; k < 10; k++) out[k] = fmax(out[k], 0.5) / (double)n;
}

double stability_index(const double *expected, size_t n, const double *actual, size_t m) {
    double *sorted = n && m ? calloc(n, sizeof *sorted) : NULL;
    if (!sorted) return NAN;
    memcpy(sorted, expected, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_value);
    double edges[9], e[10], a[10], sum = 0;
    for (int k = 0; k < 9; k++) edges[k] = sorted[(size_t)(k + 1) * n / 10];
    free(sorted);
    count_tenths(expected, n, edges, e);
    count_tenths(actual, m, edges, a);
    for (int k = 0; k < 10; k++) sum += (a[k] - e[k]) * log(a[k] / e[k]);
    return sum;
}
