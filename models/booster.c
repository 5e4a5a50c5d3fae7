/* booster.c - the only file that knows XGBoost's C API. */
#include "models/booster.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xgboost/c_api.h>

struct booster {
    BoosterHandle handle;
    int n_features;
    int trees; /* 0: all */
};

static enum err failed(struct fault *f, const char *doing) {
    const char *why = XGBGetLastError(); /* its first line; a stack trace follows */
    return fault_set(f, ERR_INVALID, "", "the model library failed while %s: %.*s", doing,
                     (int)strcspn(why, "\n"), why);
}

const char *booster_library(void) {
    static char text[32];
    int major, minor, patch;
    XGBoostVersion(&major, &minor, &patch);
    snprintf(text, sizeof text, "xgboost %d.%d.%d", major, minor, patch);
    return text;
}

static void matrix_free(DMatrixHandle *m) {
    if (*m) XGDMatrixFree(*m);
}

/* Where an array lies, in the library's own JSON words. */
static void array_text(const float *x, size_t rows, int columns, char *out, size_t cap) {
    snprintf(out, cap, "{\"data\":[%zu,true],\"shape\":[%zu,%d],\"typestr\":\"<f4\",\"version\":3}",
             (size_t)(uintptr_t)x, rows, columns);
}

static enum err matrix_new(const float *x, size_t n, int columns, int threads, DMatrixHandle *out,
                           struct fault *f) {
    char where[160], how[64];
    array_text(x, n, columns, where, sizeof where);
    snprintf(how, sizeof how, "{\"missing\":NaN,\"nthread\":%d}", threads);
    return XGDMatrixCreateFromDense(where, how, out) ? failed(f, "reading rows") : OK;
}

static enum err labelled_new(const struct booster_rows *rows, int columns, int threads,
                             DMatrixHandle *out, struct fault *f) {
    enum err e = matrix_new(rows->x, rows->n, columns, threads, out, f);
    if (e) return e;
    return XGDMatrixSetFloatInfo(*out, "label", rows->y, rows->n) ? failed(f, "reading labels") : OK;
}

void booster_free(struct booster *b) {
    if (!b) return;
    if (b->handle) XGBoosterFree(b->handle);
    free(b);
}

static void booster_auto(struct booster **b) { booster_free(*b); }

static enum err set_number(BoosterHandle h, const char *name, double value, struct fault *f) {
    char text[40];
    snprintf(text, sizeof text, "%.10g", value);
    return XGBoosterSetParam(h, name, text) ? failed(f, "setting a parameter") : OK;
}

static enum err set_texts(BoosterHandle h, const struct booster_params *p, struct fault *f) {
    char monotone[1024] = "(";
    size_t at = 1;
    for (int i = 0; i < p->n_features && at < sizeof monotone - 8; i++)
        at += (size_t)snprintf(monotone + at, sizeof monotone - at, i ? ",%d" : "%d", p->monotone[i]);
    snprintf(monotone + at, sizeof monotone - at, ")");
    const char *const pairs[][2] = {
        {"objective", "binary:logistic"}, {"tree_method", "hist"},        {"eval_metric", "logloss"},
        {"monotone_constraints", monotone}, {"verbosity", "0"},
    };
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        if (XGBoosterSetParam(h, pairs[i][0], pairs[i][1])) return failed(f, "setting a parameter");
    if (XGBoosterSetStrFeatureInfo(h, "feature_name", (const char **)p->names,
                                   (bst_ulong)p->n_features))
        return failed(f, "naming features");
    return OK;
}

static enum err set_params(BoosterHandle h, const struct booster_params *p, struct fault *f) {
    const struct {
        const char *name;
        double value;
    } numbers[] = {
        {"nthread", p->threads},   {"max_depth", p->depth},
        {"eta", p->eta},           {"min_child_weight", p->min_child_weight},
        {"lambda", p->lambda},     {"subsample", p->subsample},
        {"seed", p->seed},         {"colsample_bytree", p->colsample},
    };
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        enum err e = set_number(h, numbers[i].name, numbers[i].value, f);
        if (e) return e;
    }
    return set_texts(h, p, f);
}

static enum err valid_loss(BoosterHandle h, int round, DMatrixHandle valid, double *out,
                           struct fault *f) {
    const char *name = "v", *text = NULL;
    DMatrixHandle list[1] = {valid};
    if (XGBoosterEvalOneIter(h, round, list, &name, 1, &text)) return failed(f, "measuring a round");
    const char *colon = text ? strrchr(text, ':') : NULL;
    if (!colon) return fault_set(f, ERR_BUG, "", "the model library gave no loss");
    *out = strtod(colon + 1, NULL);
    return OK;
}

/* `valid` is NULL when all rounds are run. */
static enum err run_rounds(struct booster *b, DMatrixHandle train, DMatrixHandle valid,
                           const struct booster_stop *stop, struct fault *f) {
    double best = INFINITY;
    int best_at = 0;
    for (int i = 0; i < stop->rounds; i++) {
        if (XGBoosterUpdateOneIter(b->handle, i, train)) return failed(f, "growing a tree");
        if (!valid) continue;
        double loss = INFINITY;
        enum err e = valid_loss(b->handle, i, valid, &loss, f);
        if (e) return e;
        if (loss < best - 1e-7) best = loss, best_at = i;
        if (i - best_at >= stop->patience) break;
    }
    b->trees = valid ? best_at + 1 : stop->rounds;
    return OK;
}

enum err booster_fit(const struct booster_params *p, const struct booster_rows *rows,
                     const struct booster_stop *stop, struct booster **out, struct fault *f) {
    AUTO(matrix_free) DMatrixHandle train = NULL;
    AUTO(matrix_free) DMatrixHandle valid = NULL;
    AUTO(booster_auto) struct booster *b = calloc(1, sizeof *b);
    if (!b) return fault_set(f, ERR_NOMEM, "", "no memory for a model");
    b->n_features = p->n_features;
    enum err e = labelled_new(rows, p->n_features, p->threads, &train, f);
    if (!e && stop->valid) e = labelled_new(stop->valid, p->n_features, p->threads, &valid, f);
    if (e) return e;
    DMatrixHandle known[2] = {train, valid};
    if (XGBoosterCreate(known, valid ? 2 : 1, &b->handle)) return failed(f, "making a model");
    e = set_params(b->handle, p, f);
    if (!e) e = run_rounds(b, train, valid, stop, f);
    if (e) return e;
    *out = b;
    b = NULL;
    return OK;
}

int booster_trees(const struct booster *b) { return b->trees; }

enum err booster_save(struct booster *b, struct buf *out, struct fault *f) {
    bst_ulong n = 0;
    const char *bytes = NULL;
    if (XGBoosterSaveModelToBuffer(b->handle, "{\"format\":\"ubj\"}", &n, &bytes))
        return failed(f, "writing the model");
    buf_add(out, bytes, n);
    return buf_ok(out) ? OK : fault_set(f, ERR_NOMEM, "", "no memory for the model's bytes");
}

/* The library reads trees with as many OpenMP threads as there are cores, whatever nthread says, and
 * leaves them behind. This thread's default is set to one; OpenMP comes with the library, not with us,
 * hence by name. */
static void one_thread_here(void) {
    void (*set)(int) = NULL;
    *(void **)&set = dlsym(RTLD_DEFAULT, "omp_set_num_threads");
    if (set) set(1);
}

enum err booster_load(const void *bytes, size_t n, int n_features, struct booster **out,
                      struct fault *f) {
    AUTO(booster_auto) struct booster *b = calloc(1, sizeof *b);
    if (!b) return fault_set(f, ERR_NOMEM, "", "no memory for a model");
    b->n_features = n_features;
    if (XGBoosterCreate(NULL, 0, &b->handle)) return failed(f, "making a model");
    one_thread_here();
    if (XGBoosterLoadModelFromBuffer(b->handle, bytes, n)) return failed(f, "reading the model");
    if (XGBoosterSetParam(b->handle, "nthread", "1")) return failed(f, "setting threads");
    bst_ulong have = 0;
    int rounds = 0;
    if (XGBoosterGetNumFeature(b->handle, &have) || XGBoosterBoostedRounds(b->handle, &rounds))
        return failed(f, "reading the model's shape");
    if (have != (bst_ulong)n_features)
        return fault_set(f, ERR_INVALID, "", "the model has %llu features, the manifest names %d",
                         (unsigned long long)have, n_features);
    b->trees = rounds;
    *out = b;
    b = NULL;
    return OK;
}

enum err booster_margins(struct booster *b, const float *x, size_t n, float *out, struct fault *f) {
    char where[160], how[160];
    if (n == 0) return OK;
    array_text(x, n, b->n_features, where, sizeof where);
    snprintf(how, sizeof how,
             "{\"type\":1,\"training\":false,\"iteration_begin\":0,\"iteration_end\":%d,"
             "\"strict_shape\":false,\"missing\":NaN,\"cache_id\":0}", b->trees);
    const bst_ulong *shape;
    bst_ulong dims;
    const float *got = NULL;
    if (XGBoosterPredictFromDense(b->handle, where, how, NULL, &shape, &dims, &got))
        return failed(f, "scoring");
    if (dims < 1 || shape[0] != n) return fault_set(f, ERR_BUG, "", "the model library lost rows");
    memcpy(out, got, n * sizeof *out);
    return OK;
}

enum err booster_effects(struct booster *b, const float *x, size_t n, float *out, struct fault *f) {
    AUTO(matrix_free) DMatrixHandle rows = NULL;
    if (n == 0) return OK;
    enum err e = matrix_new(x, n, b->n_features, 1, &rows, f);
    if (e) return e;
    char how[128];
    snprintf(how, sizeof how,
             "{\"type\":2,\"training\":false,\"iteration_begin\":0,\"iteration_end\":%d,"
             "\"strict_shape\":false}", b->trees);
    const bst_ulong *shape;
    bst_ulong dims;
    const float *got = NULL;
    if (XGBoosterPredictFromDMatrix(b->handle, rows, how, &shape, &dims, &got))
        return failed(f, "explaining");
    if (dims != 2 || shape[0] != n || shape[1] != (bst_ulong)b->n_features + 1)
        return fault_set(f, ERR_BUG, "", "the model library gave effects of another shape");
    memcpy(out, got, n * ((size_t)b->n_features + 1) * sizeof *out);
    return OK;
}
