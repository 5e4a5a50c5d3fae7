/* bootstrap.c - resampling by weights. */
#include "models/bootstrap.h"

#include <math.h>
#include <stdlib.h>

#include "base/rng.h"

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void draw(struct rng *r, double *w, size_t n) {
    for (size_t i = 0; i < n; i++) w[i] = 0;
    for (size_t i = 0; i < n; i++) w[rng_below(r, n)]++;
}

/* `all` holds one figure of every round, with a stride of k. */
static void ends(const double *all, int rounds, int k, double *sorted, struct interval *out) {
    int m = 0;
    for (int b = 0; b < rounds; b++)
        if (!isnan(all[(size_t)b * (size_t)k])) sorted[m++] = all[(size_t)b * (size_t)k];
    out->low = out->high = NAN;
    if (m < rounds / 2 || m < 2) return;
    qsort(sorted, (size_t)m, sizeof *sorted, by_value);
    out->low = sorted[(int)(0.025 * (m - 1) + 0.5)];
    out->high = sorted[(int)(0.975 * (m - 1) + 0.5)];
}

enum err bootstrap(statistic_fn *fn, void *who, size_t rows, int rounds, uint64_t seed, int k,
                   struct interval *out) {
    double *w = calloc(rows + 1, sizeof *w), *sorted = calloc((size_t)rounds, sizeof *sorted);
    double *all = calloc((size_t)rounds * (size_t)k, sizeof *all), *point = calloc((size_t)k, sizeof *point);
    enum err e = w && sorted && all && point && rows ? OK : ERR_NOMEM;
    if (!e) {
        struct rng r;
        rng_seed(&r, seed);
        for (size_t i = 0; i < rows; i++) w[i] = 1;
        fn(who, w, point);
        for (int b = 0; b < rounds; b++) {
            draw(&r, w, rows);
            fn(who, w, all + (size_t)b * (size_t)k);
        }
        for (int i = 0; i < k; i++) {
            out[i].value = point[i];
            ends(all + i, rounds, k, sorted, &out[i]);
        }
    }
    free(w);
    free(sorted);
    free(all);
    free(point);
    return e;
}

static json_t *real_new(double v) { return isfinite(v) ? json_real(v) : json_null(); }

json_t *interval_json_new(const struct interval *i) {
    return json_pack("[o,o,o]", real_new(i->value), real_new(i->low), real_new(i->high));
}
