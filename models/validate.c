/* validate.c - folds, early stopping on a part of the training folds, cross-fitted calibration. */
#include "models/validate.h"

#include <stdlib.h>

#define STOP_PARTS 8 /* one eighth of the training folds decides when to stop */

static void params_of(const struct spec_training *t, const struct features *fs, int threads,
                      uint32_t seed, int *monotone, struct booster_params *out) {
    for (int k = 0; k < fs->n; k++) monotone[k] = fs->list[k].direction;
    *out = (struct booster_params){
        .depth = t->depth,         .threads = threads,  .eta = t->eta,
        .min_child_weight = t->min_child_weight,        .lambda = t->lambda,
        .subsample = t->subsample, .colsample = t->colsample,
        .monotone = monotone,      .names = fs->names,  .n_features = fs->n,
        .seed = seed};
}

static struct booster_rows rows_of(const struct sample *s) {
    return (struct booster_rows){.x = s->x, .y = s->y, .n = s->n};
}

/* Trains on `s`, holding one part of it back for early stopping where the spec asks for it. */
static enum err fit(const struct spec_training *t, const struct features *fs, const struct sample *s,
                    int threads, struct rng *r, struct booster **out, struct fault *f) {
    int monotone[FEATURES_MAX];
    struct booster_params p;
    params_of(t, fs, threads, (uint32_t)rng_below(r, 1u << 30), monotone, &p);
    struct booster_rows all = rows_of(s);
    struct booster_stop stop = {.rounds = t->rounds, .patience = t->patience};
    if (!t->patience) return booster_fit(&p, &all, &stop, out, f);
    AUTO(sample_reset) struct sample grow = {0};
    AUTO(sample_reset) struct sample watch = {0};
    int *part = calloc(s->n, sizeof *part);
    enum err e = part ? folds_deal(s->y, s->n, STOP_PARTS, r, part) : ERR_NOMEM;
    for (size_t i = 0; !e && i < s->n; i++) part[i] = part[i] == 0;
    if (!e) e = sample_pick(s, part, 0, &grow);
    if (!e) e = sample_pick(s, part, 1, &watch);
    free(part);
    if (e) return fault_set(f, e, "", "no memory for a fold");
    struct booster_rows rows = rows_of(&grow), valid = rows_of(&watch);
    stop.valid = &valid;
    return booster_fit(&p, &rows, &stop, out, f);
}

struct fold_job {
    const struct spec_training *t;
    const struct features *fs;
    const struct sample *s;
    struct validation *v;
    int threads, repeat;
    struct rng *rng;
};

static enum err score_out(const struct sample *out, struct booster *b, float *margins,
                          struct fault *f) {
    float *got = calloc(out->n ? out->n : 1, sizeof *got);
    if (!got) return fault_set(f, ERR_NOMEM, "", "no memory for scores");
    enum err e = booster_margins(b, out->x, out->n, got, f);
    for (size_t i = 0; !e && i < out->n; i++) margins[out->row[i]] = got[i];
    free(got);
    return e;
}

static void booster_auto(struct booster **b) { booster_free(*b); }

static enum err run_fold(struct fold_job *j, int k, int *trees, struct fault *f) {
    size_t n = j->s->n;
    const int *fold = j->v->fold + (size_t)j->repeat * n;
    AUTO(sample_reset) struct sample in = {0};
    AUTO(sample_reset) struct sample out = {0};
    AUTO(booster_auto) struct booster *b = NULL;
    int *is_out = calloc(n, sizeof *is_out);
    if (!is_out) return fault_set(f, ERR_NOMEM, "", "no memory for a fold");
    for (size_t i = 0; i < n; i++) is_out[i] = fold[i] == k;
    enum err e = sample_pick(j->s, is_out, 0, &in);
    if (!e) e = sample_pick(j->s, is_out, 1, &out);
    free(is_out);
    if (e) return fault_set(f, e, "", "no memory for a fold");
    e = fit(j->t, j->fs, &in, j->threads, j->rng, &b, f);
    if (e) return e;
    *trees = booster_trees(b);
    return score_out(&out, b, j->v->margins + (size_t)j->repeat * n, f);
}

/* Calibrates each fold's rows by a curve fitted on the other folds' rows. */
static enum err cross_calibrate(const struct spec_training *t, const struct sample *s,
                                struct validation *v, int repeat) {
    const float *m = v->margins + (size_t)repeat * s->n;
    const int *fold = v->fold + (size_t)repeat * s->n;
    double *pd = v->pd + (size_t)repeat * s->n;
    float *others = calloc(s->n, sizeof *others), *labels = calloc(s->n, sizeof *labels);
    enum err e = others && labels ? OK : ERR_NOMEM;
    for (int k = 0; !e && k < v->folds; k++) {
        struct calibration c;
        size_t n = 0;
        for (size_t i = 0; i < s->n; i++)
            if (fold[i] != k) others[n] = m[i], labels[n++] = s->y[i];
        e = calibration_fit(t->calibration, others, labels, n, &c);
        for (size_t i = 0; !e && i < s->n; i++)
            if (fold[i] == k) pd[i] = calibration_pd(&c, m[i]);
    }
    free(others);
    free(labels);
    return e;
}

static int by_size(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

static enum err make(struct validation *v, const struct spec_training *t, size_t n) {
    *v = (struct validation){.n = n, .repeats = t->repeats, .folds = t->folds};
    size_t cells = n * (size_t)t->repeats;
    v->margins = calloc(cells, sizeof *v->margins);
    v->pd = calloc(cells, sizeof *v->pd);
    v->fold = calloc(cells, sizeof *v->fold);
    return v->margins && v->pd && v->fold ? OK : ERR_NOMEM;
}

void validation_reset(struct validation *v) {
    free(v->margins);
    free(v->pd);
    free(v->fold);
    *v = (struct validation){0};
}

static void report(const struct progress *pr, int done, int of) {
    if (pr && pr->fn) pr->fn(pr->who, "cross-validating", done, of);
}

static enum err run_all(struct fold_job *j, const struct progress *pr, int *trees, struct fault *f) {
    struct validation *v = j->v;
    int done = 0, of = v->repeats * v->folds;
    report(pr, 0, of);
    for (j->repeat = 0; j->repeat < v->repeats; j->repeat++) {
        int *fold = v->fold + (size_t)j->repeat * v->n;
        struct rng deal; /* its own, so that two feature sets meet the same folds */
        rng_seed(&deal, j->t->seed + (uint64_t)j->repeat * 1000003);
        enum err e = folds_deal(j->s->y, v->n, v->folds, &deal, fold);
        for (int k = 0; !e && k < v->folds; k++) {
            e = run_fold(j, k, &trees[done++], f);
            report(pr, done, of);
        }
        if (!e) e = cross_calibrate(j->t, j->s, v, j->repeat);
        if (e) return e;
    }
    return OK;
}

enum err validate(const struct spec_training *t, const struct features *fs, const struct sample *s,
                  int threads, const struct progress *pr, struct validation *out, struct fault *f) {
    if (s->n_bad < (size_t)t->folds || s->n - s->n_bad < (size_t)t->folds)
        return fault_set(f, ERR_INVALID, "", "too few rows of one class (%zu bad of %zu) for %d folds",
                         s->n_bad, s->n, t->folds);
    struct rng r;
    rng_seed(&r, t->seed);
    int runs = t->folds * t->repeats, *trees = calloc((size_t)runs, sizeof *trees);
    enum err e = trees ? make(out, t, s->n) : ERR_NOMEM;
    struct fold_job job = {.t = t, .fs = fs, .s = s, .v = out, .threads = threads, .rng = &r};
    if (!e) e = run_all(&job, pr, trees, f);
    if (!e) {
        qsort(trees, (size_t)runs, sizeof *trees, by_size);
        out->trees = trees[runs / 2];
    }
    free(trees);
    return e;
}

enum err validate_final(const struct spec_training *t, const struct features *fs,
                        const struct sample *s, int threads, int trees, struct booster **out,
                        struct fault *f) {
    int monotone[FEATURES_MAX];
    struct booster_params p;
    params_of(t, fs, threads, t->seed, monotone, &p);
    struct booster_rows rows = rows_of(s);
    struct booster_stop stop = {.rounds = trees};
    return booster_fit(&p, &rows, &stop, out, f);
}
