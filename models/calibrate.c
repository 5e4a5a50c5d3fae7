/* calibrate.c - Platt scaling and isotonic regression on out-of-fold margins. */
#include "models/calibrate.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PD_LEAST 1e-5 /* no applicant is certain */

static double logistic(double z) { return 1.0 / (1.0 + exp(-z)); }

/* --- Platt: Newton's method on two parameters, targets smoothed as in Platt (1999). --- */

struct platt_sums {
    double ga, gb, haa, hab, hbb;
};

static struct platt_sums platt_slopes(const float *m, const float *y, size_t n, double a, double b,
                                      double bad_to, double good_to) {
    struct platt_sums s = {.haa = 1e-9, .hbb = 1e-9};
    for (size_t i = 0; i < n; i++) {
        double p = logistic(a * m[i] + b), d = p - (y[i] > 0.5F ? bad_to : good_to), w = p * (1 - p);
        s.ga += d * m[i];
        s.gb += d;
        s.haa += w * m[i] * m[i];
        s.hab += w * m[i];
        s.hbb += w;
    }
    return s;
}

static void fit_platt(const float *m, const float *y, size_t n, struct calibration *out) {
    double bad = 0;
    for (size_t i = 0; i < n; i++) bad += y[i];
    double good = (double)n - bad, bad_to = (bad + 1) / (bad + 2), good_to = 1 / (good + 2);
    double a = 1, b = 0;
    for (int step = 0; step < 50; step++) {
        struct platt_sums s = platt_slopes(m, y, n, a, b, bad_to, good_to);
        double det = s.haa * s.hbb - s.hab * s.hab;
        bool flat = !(det > 1e-9 * s.haa * s.hbb); /* all margins alike: only the level can be learnt */
        double da = flat ? 0 : (s.ga * s.hbb - s.gb * s.hab) / det;
        double db = flat ? s.gb / s.hbb : (s.gb * s.haa - s.ga * s.hab) / det;
        double cap = fmax(1, fmax(fabs(da), fabs(db)) / 2); /* short steps far from the end */
        a -= da / cap;
        b -= db / cap;
        if (fabs(da) + fabs(db) < 1e-10) break;
    }
    out->slope = fmax(a, 0);
    out->intercept = b;
}

/* --- Isotonic --- */

struct point {
    float m, y;
};
struct block {
    double sum_m, sum_y, n;
};

static int by_margin(const void *a, const void *b) {
    const struct point *p = a, *q = b;
    if (p->m != q->m) return p->m < q->m ? -1 : 1;
    return (p->y > q->y) - (p->y < q->y);
}

static double mean_y(const struct block *b) { return b->sum_y / b->n; }

/* Equal margins go in one block first; then neighbours that violate the order are pooled. */
static size_t pool(const struct point *p, size_t n, struct block *out) {
    size_t k = 0;
    for (size_t i = 0; i < n;) {
        struct block b = {0};
        float m = p[i].m;
        for (; i < n && p[i].m == m; i++) b.sum_m += m, b.sum_y += p[i].y, b.n++;
        out[k++] = b;
        while (k > 1 && mean_y(&out[k - 2]) >= mean_y(&out[k - 1])) {
            out[k - 2].sum_m += out[k - 1].sum_m;
            out[k - 2].sum_y += out[k - 1].sum_y;
            out[k - 2].n += out[k - 1].n;
            k--;
        }
    }
    return k;
}

/* Joins neighbouring blocks until each knot stands on enough rows and there are few enough. */
static void to_knots(const struct block *b, size_t k, double rows, struct calibration *out) {
    double least = fmax(rows / (CALIBRATION_KNOTS - 2), 50), held = 0;
    struct block sum = {0};
    out->n = 0;
    for (size_t i = 0; i < k; i++) {
        sum.sum_m += b[i].sum_m, sum.sum_y += b[i].sum_y, sum.n += b[i].n;
        held += b[i].n;
        if (sum.n < least && held < rows) continue;
        if (sum.n < least / 2 && out->n) break; /* a thin tail keeps the last knot's value */
        out->x[out->n] = sum.sum_m / sum.n;
        out->y[out->n++] = mean_y(&sum);
        sum = (struct block){0};
    }
}

static enum err fit_isotonic(const float *m, const float *y, size_t n, struct calibration *out) {
    struct point *p = calloc(n, sizeof *p);
    struct block *b = calloc(n, sizeof *b);
    if (p && b) {
        for (size_t i = 0; i < n; i++) p[i] = (struct point){m[i], y[i]};
        qsort(p, n, sizeof *p, by_margin);
        to_knots(b, pool(p, n, b), (double)n, out);
    }
    enum err e = p && b ? OK : ERR_NOMEM;
    free(p);
    free(b);
    return e;
}

enum err calibration_fit(enum calibration_kind kind, const float *margins, const float *labels,
                         size_t n, struct calibration *out) {
    if (n == 0) return ERR_INVALID;
    *out = (struct calibration){.kind = kind};
    if (kind == CALIBRATION_ISOTONIC) return fit_isotonic(margins, labels, n, out);
    fit_platt(margins, labels, n, out);
    return OK;
}

static double between(const struct calibration *c, double m) {
    if (m <= c->x[0]) return c->y[0];
    int lo = 0, hi = c->n - 1;
    if (m >= c->x[hi]) return c->y[hi];
    while (hi - lo > 1) {
        int mid = (lo + hi) / 2;
        if (c->x[mid] <= m) lo = mid;
        else hi = mid;
    }
    double width = c->x[hi] - c->x[lo];
    double share = width > 0 ? (m - c->x[lo]) / width : 0;
    return c->y[lo] + share * (c->y[hi] - c->y[lo]);
}

double calibration_pd(const struct calibration *c, double margin) {
    double pd = c->kind == CALIBRATION_PLATT ? logistic(c->slope * margin + c->intercept)
                                             : between(c, margin);
    return fmin(fmax(pd, PD_LEAST), 1 - PD_LEAST);
}

static json_t *reals_new(const double *v, int n) {
    json_t *list = json_array();
    for (int i = 0; list && i < n; i++)
        if (json_array_append_new(list, json_real(v[i]))) json_decref(list), list = NULL;
    return list;
}

json_t *calibration_json_new(const struct calibration *c) {
    if (c->kind == CALIBRATION_PLATT)
        return json_pack("{s:s,s:f,s:f}", "kind", "platt", "slope", c->slope, "intercept",
                         c->intercept);
    return json_pack("{s:s,s:o,s:o}", "kind", "isotonic", "margin", reals_new(c->x, c->n), "pd",
                     reals_new(c->y, c->n));
}

static enum err bad(struct fault *f, const char *text) {
    return fault_set(f, ERR_INVALID, "calibration", "%s", text);
}

static enum err read_isotonic(const json_t *v, struct calibration *out, struct fault *f) {
    const json_t *x = json_object_get(v, "margin"), *y = json_object_get(v, "pd");
    size_t n = json_array_size(x);
    if (n < 1 || n > CALIBRATION_KNOTS || json_array_size(y) != n)
        return bad(f, "needs as many margins as probabilities, 1 to 64");
    for (size_t i = 0; i < n; i++) {
        out->x[i] = json_number_value(json_array_get(x, i));
        out->y[i] = json_number_value(json_array_get(y, i));
        bool falls = i && (out->x[i] <= out->x[i - 1] || out->y[i] < out->y[i - 1]);
        if (falls || out->y[i] < 0 || out->y[i] > 1)
            return bad(f, "margins must rise, and probabilities stay within 0 to 1 and never fall");
    }
    out->n = (int)n;
    return OK;
}

enum err calibration_read(const json_t *v, struct calibration *out, struct fault *f) {
    const char *kind = json_text(v, "kind", "");
    *out = (struct calibration){0};
    if (!strcmp(kind, "isotonic")) {
        out->kind = CALIBRATION_ISOTONIC;
        return read_isotonic(v, out, f);
    }
    if (strcmp(kind, "platt") != 0) return bad(f, "must be of kind \"platt\" or \"isotonic\"");
    out->kind = CALIBRATION_PLATT;
    const json_t *slope = json_object_get(v, "slope"), *b = json_object_get(v, "intercept");
    if (!json_is_number(slope) || !json_is_number(b)) return bad(f, "needs slope and intercept");
    out->slope = json_number_value(slope);
    out->intercept = json_number_value(b);
    return out->slope >= 0 ? OK : bad(f, "has a negative slope: a riskier margin must not be safer");
}
