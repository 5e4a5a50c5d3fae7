/* report.c - discrimination and calibration with intervals. */
#include "models/report.h"

#include <math.h>
#include <stdlib.h>

enum { AUC, KS, BRIER, LOG_LOSS, N_QUALITY };

struct quality {
    const struct scored *s;
    struct ranking *rankings; /* per repeat */
};

static double mean_loss(const struct scored *s, const double *pd, const double *w, bool log_loss) {
    double sum = 0, weight = 0;
    for (size_t i = 0; i < s->n; i++) {
        bool bad = s->y[i] > 0.5F;
        double miss = (bad ? 1 : 0) - pd[i];
        sum += w[i] * (log_loss ? -log(bad ? pd[i] : 1 - pd[i]) : miss * miss);
        weight += w[i];
    }
    return weight > 0 ? sum / weight : NAN;
}

static void quality_of(void *who, const double *w, double *out) {
    const struct quality *q = who;
    for (int i = 0; i < N_QUALITY; i++) out[i] = 0;
    for (int r = 0; r < q->s->repeats; r++) {
        const double *pd = q->s->pd + (size_t)r * q->s->n;
        out[AUC] += ranking_auc(&q->rankings[r], w) / q->s->repeats;
        out[KS] += ranking_ks(&q->rankings[r], w) / q->s->repeats;
        out[BRIER] += mean_loss(q->s, pd, w, false) / q->s->repeats;
        out[LOG_LOSS] += mean_loss(q->s, pd, w, true) / q->s->repeats;
    }
}

/* Tenths of the rows by predicted probability, of the first repeat. */
static json_t *table_new(const struct scored *s) {
    struct ranking r;
    json_t *list = ranking_init(&r, s->pd, s->y, s->n) == OK ? json_array() : NULL;
    for (size_t k = 0; list && k < 10; k++) {
        size_t from = s->n * k / 10, to = s->n * (k + 1) / 10;
        double pd = 0, bad = 0, n = fmax((double)(to - from), 1);
        for (size_t i = from; i < to; i++) {
            pd += s->pd[r.order[i]];
            bad += s->y[r.order[i]];
        }
        json_t *row = json_pack("{s:I,s:f,s:f}", "rows", (json_int_t)(to - from), "mean_pd", pd / n,
                                "bad_rate", bad / n);
        if (!row || json_array_append_new(list, row)) json_decref(list), list = NULL;
    }
    ranking_reset(&r);
    return list;
}

static enum err quality_json(const struct scored *s, const struct interval *i, json_t **out) {
    json_int_t bad = 0;
    for (size_t k = 0; k < s->n; k++) bad += s->y[k] > 0.5F;
    *out = json_pack("{s:I,s:I,s:o,s:o,s:o,s:o,s:o}", "rows", (json_int_t)s->n, "bad", bad,
                     "auc", interval_json_new(&i[AUC]), "ks", interval_json_new(&i[KS]),
                     "brier", interval_json_new(&i[BRIER]),
                     "log_loss", interval_json_new(&i[LOG_LOSS]), "calibration", table_new(s));
    return *out ? OK : ERR_NOMEM;
}

static void rankings_free(struct ranking *r, int n) {
    for (int k = 0; r && k < n; k++) ranking_reset(&r[k]);
    free(r);
}

static struct ranking *rankings_new(const struct scored *s) {
    struct ranking *r = calloc((size_t)s->repeats, sizeof *r);
    for (int k = 0; r && k < s->repeats; k++)
        if (ranking_init(&r[k], s->margin + (size_t)k * s->n, s->y, s->n)) {
            rankings_free(r, s->repeats);
            return NULL;
        }
    return r;
}

enum err report_quality(const struct scored *s, int rounds, uint64_t seed, json_t **out_new) {
    struct quality q = {.s = s, .rankings = rankings_new(s)};
    struct interval i[N_QUALITY];
    enum err e = q.rankings ? bootstrap(quality_of, &q, s->n, rounds, seed, N_QUALITY, i) : ERR_NOMEM;
    rankings_free(q.rankings, s->repeats);
    return e ? e : quality_json(s, i, out_new);
}

/* --- gain over a baseline --- */

static const double approvals[] = {0.5, 0.6, 0.7, 0.8, 0.9};
enum { N_RATES = ARRAY_LEN(approvals), N_GAIN = 1 + 3 * N_RATES };

struct gain {
    const struct scored *s;
    struct ranking *with, *base;
};

/* out: AUC difference, then per rate: the baseline's bad rate, our approvals at it, the relative gain. */
static void gain_of(void *who, const double *w, double *out) {
    const struct gain *g = who;
    for (int i = 0; i < N_GAIN; i++) out[i] = 0;
    for (int r = 0; r < g->s->repeats; r++) {
        double part = 1.0 / g->s->repeats;
        out[0] += part * (ranking_auc(&g->with[r], w) - ranking_auc(&g->base[r], w));
        for (int k = 0; k < (int)N_RATES; k++) {
            double bad = ranking_bad_rate(&g->base[r], w, approvals[k]);
            double got = ranking_approvals(&g->with[r], w, bad);
            out[1 + 3 * k] += part * bad;
            out[2 + 3 * k] += part * got;
            out[3 + 3 * k] += part * (got / approvals[k] - 1);
        }
    }
}

static enum err gain_json(const struct interval *i, json_t **out) {
    json_t *rows = json_array();
    for (int k = 0; rows && k < (int)N_RATES; k++) {
        json_t *row = json_pack("{s:f,s:o,s:o,s:o}", "baseline_approvals", approvals[k], "bad_rate",
                                interval_json_new(&i[1 + 3 * k]), "approvals",
                                interval_json_new(&i[2 + 3 * k]), "relative_gain",
                                interval_json_new(&i[3 + 3 * k]));
        if (!row || json_array_append_new(rows, row)) json_decref(rows), rows = NULL;
    }
    *out = json_pack("{s:o,s:o}", "auc_difference", interval_json_new(&i[0]), "at_equal_bad_rate", rows);
    return *out ? OK : ERR_NOMEM;
}

enum err report_gain(const struct scored *s, const struct scored *base, int rounds, uint64_t seed,
                     json_t **out_new) {
    struct gain g = {.s = s, .with = rankings_new(s), .base = rankings_new(base)};
    struct interval i[N_GAIN];
    enum err e = g.with && g.base ? bootstrap(gain_of, &g, s->n, rounds, seed, N_GAIN, i) : ERR_NOMEM;
    rankings_free(g.with, s->repeats);
    rankings_free(g.base, s->repeats);
    return e ? e : gain_json(i, out_new);
}
