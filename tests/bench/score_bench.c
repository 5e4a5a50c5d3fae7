/* score_bench.c - microseconds per row of scoring, at batch 1 and 64, with and without contributions;
 * and of turning a bank history of 300 entries into features.
 *
 * usage: score_bench [SECONDS-PER-LINE [ARTEFACT...]] */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/crypt.h"
#include "base/rng.h"
#include "models/artefact.h"
#include "models/cashflow.h"
#include "models/serve.h"

enum { BATCH = 64, POOL = 4096, RUNS_MAX = 200000, ENTRIES = 300 };

static double now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void die(const struct fault *f) {
    fprintf(stderr, "score_bench: [%s] %s\n", f->where, f->text);
    exit(3);
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double times[RUNS_MAX];

static void print_line(const char *what, size_t n, int rows) {
    double sum = 0;
    qsort(times, n, sizeof *times, by_value);
    for (size_t i = 0; i < n; i++) sum += times[i];
    printf("%-44s %8.1f %8.1f %8.1f\n", what, times[n / 2] / rows, times[(size_t)(0.99 * (double)n)] / rows,
           sum / (double)n / rows);
}

static float pool[POOL * FEATURES_MAX];

/* Rows of the declared ranges, a different one at every call. */
static void fill_pool(const struct features *fs) {
    struct rng r;
    rng_seed(&r, 1);
    for (int i = 0; i < POOL * fs->n; i++) {
        const struct feature *ft = &fs->list[i % fs->n];
        double u = rng_unit(&r);
        pool[i] = u < 0.1 ? NAN : (float)(ft->low + (ft->high - ft->low) * rng_unit(&r) * rng_unit(&r));
    }
}

static void measure(struct model *m, int wide, int rows, bool reasons, double seconds) {
    struct model_score out[BATCH];
    struct fault f;
    char what[64];
    size_t n = 0;
    double end = now_us() + seconds * 1e6;
    for (size_t at = 0; n < RUNS_MAX; n++, at = (at + (size_t)rows) % (POOL - BATCH)) {
        double from = now_us();
        if (from > end) break;
        if (model_score(m, pool + at * (size_t)wide, (size_t)rows, reasons, out, &f)) die(&f);
        times[n] = now_us() - from;
    }
    snprintf(what, sizeof what, "%s, batch %d, %s", model_name(m), rows, reasons ? "with reasons" : "pd only");
    print_line(what, n, rows);
}

static void measure_model(const char *dir, double seconds) {
    struct artefact a;
    struct model *m;
    struct fault f;
    if (artefact_read(dir, &a, &f) || model_open(dir, &m, &f)) die(&f);
    fill_pool(&a.features);
    for (int rows = 1; rows <= BATCH; rows *= BATCH)
        for (int reasons = 0; reasons < 2; reasons++) measure(m, a.features.n, rows, reasons, seconds);
    artefact_reset(&a);
    model_free(m);
}

static void measure_cashflow(double seconds) {
    static struct cashflow_entry list[ENTRIES];
    static const char *const parties[] = {"", "employer", "landlord", "shop", "friend"};
    struct rng r;
    struct fault f;
    int64_t balance = 500000;
    size_t n = 0;
    rng_seed(&r, 2);
    for (int i = 0; i < ENTRIES; i++) {
        int64_t amount = i % 25 ? -(int64_t)rng_below(&r, 20000) : 250000;
        balance += amount;
        list[i] = (struct cashflow_entry){i, amount, balance, i % 7 ? "" : "cash", parties[rng_below(&r, 5)]};
    }
    for (double end = now_us() + seconds * 1e6; n < RUNS_MAX && now_us() < end; n++) {
        json_t *v = NULL;
        double from = now_us();
        if (cashflow_features(list, ENTRIES, ENTRIES + 1, &v, &f)) die(&f);
        times[n] = now_us() - from;
        json_decref(v);
    }
    print_line("features of a history of 300 entries", n, 1);
}

int main(int argc, char **argv) {
    static char *shipped[] = {"models/bureau/1", "models/cashflow/1"};
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 2;
    char **dirs = argc > 2 ? argv + 2 : shipped;
    int n = argc > 2 ? argc - 2 : (int)ARRAY_LEN(shipped);
    if (crypt_start() || !(seconds > 0)) return 3;
    printf("%-44s %8s %8s %8s\n", "microseconds per row", "median", "p99", "mean");
    for (int i = 0; i < n; i++) measure_model(dirs[i], seconds);
    measure_cashflow(seconds);
    return 0;
}
