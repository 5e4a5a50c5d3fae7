/* golden.c - making and checking rows with known answers. */
#include "models/golden.h"

#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "models/csv.h"

#define GOLDEN_CLOSE 1e-4

/* Half of the values lie in the lowest tenth of the range, where most real ones are. */
static float golden_value(const struct feature *ft, struct rng *r) {
    double u = rng_unit(r), width = ft->high - ft->low;
    if (u < 0.1) return NAN;
    double share = u < 0.5 ? rng_unit(r) / 10 : rng_unit(r);
    double v = ft->low + share * width;
    return (float)(width > 20 ? floor(v) : floor(v * 1000) / 1000);
}

static void golden_rows(const struct features *fs, uint64_t seed, float *rows) {
    struct rng r;
    rng_seed(&r, seed);
    for (int i = 0; i < GOLDEN_ROWS; i++) {
        for (int k = 0; k < fs->n; k++) {
            float v = golden_value(&fs->list[k], &r);
            (void)feature_clean(&fs->list[k], v, &rows[i * fs->n + k]);
        }
        features_settle(fs, rows + i * fs->n);
    }
}

enum err golden_write(const struct features *fs, const struct calibration *c, struct booster *b,
                      uint64_t seed, struct buf *out, struct fault *f) {
    float rows[GOLDEN_ROWS * FEATURES_MAX], margins[GOLDEN_ROWS];
    golden_rows(fs, seed, rows);
    enum err e = booster_margins(b, rows, GOLDEN_ROWS, margins, f);
    if (e) return e;
    for (int k = 0; k < fs->n; k++) buf_addf(out, "%s,", fs->names[k]);
    buf_adds(out, "margin,pd\n");
    for (int i = 0; i < GOLDEN_ROWS; i++) {
        for (int k = 0; k < fs->n; k++) {
            float v = rows[i * fs->n + k];
            if (!isnan(v)) buf_addf(out, "%.9g", v);
            buf_addc(out, ',');
        }
        buf_addf(out, "%.9g,%.9g\n", margins[i], calibration_pd(c, margins[i]));
    }
    return buf_ok(out) ? OK : fault_set(f, ERR_NOMEM, "golden.csv", "no memory");
}

struct check {
    const struct artefact *a;
    struct booster *b;
    int rows;
};

static enum err check_header(const struct features *fs, const struct csv_row *row, struct fault *f) {
    bool fits = row->n == fs->n + 2;
    for (int k = 0; fits && k < fs->n; k++) fits = csv_column(row, fs->names[k]) == k;
    return fits ? OK : fault_set(f, ERR_INVALID, "golden.csv", "its columns are not the features, "
                                                               "margin and pd");
}

static enum err check_row(struct check *c, const double *v, struct fault *f) {
    const struct features *fs = &c->a->features;
    float row[FEATURES_MAX], margin;
    for (int k = 0; k < fs->n; k++) row[k] = (float)v[k];
    enum err e = booster_margins(c->b, row, 1, &margin, f);
    if (e) return e;
    double pd = calibration_pd(&c->a->calibration, margin);
    if (fabs(margin - v[fs->n]) <= GOLDEN_CLOSE && fabs(pd - v[fs->n + 1]) <= GOLDEN_CLOSE) return OK;
    return fault_set(f, ERR_INVALID, "golden.csv",
                     "row %d gives pd %.6f, but %.6f was recorded at training: this library computes "
                     "something else", c->rows, pd, v[fs->n + 1]);
}

static enum err check_line(void *who, const struct csv_row *row, struct fault *f) {
    struct check *c = who;
    if (row->index == 0) return check_header(&c->a->features, row, f);
    double v[FEATURES_MAX + 2];
    for (int k = 0; k < row->n; k++)
        if (!csv_number(row->fields[k], &v[k]))
            return fault_set(f, ERR_INVALID, "golden.csv", "line %zu holds no number", row->line);
    c->rows++;
    return check_row(c, v, f);
}

enum err golden_check(const struct artefact *a, struct booster *b, struct fault *f) {
    struct check c = {.a = a, .b = b};
    struct csv *csv = csv_new("golden.csv", check_line, &c);
    if (!csv) return fault_set(f, ERR_NOMEM, "golden.csv", "no memory");
    enum err e = csv_feed(csv, buf_text(&a->golden), a->golden.len, f);
    if (!e) e = csv_end(csv, f);
    csv_free(csv);
    if (e) return e;
    return c.rows ? OK : fault_set(f, ERR_INVALID, "golden.csv", "holds no rows");
}
