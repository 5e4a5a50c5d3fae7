/* fairness.c - adverse impact: who is approved at which cut-off, against the reference group. */
#include <math.h>
#include <stdlib.h>

#include "models/report.h"

static const double shares[] = {0.5, 0.6, 0.7, 0.8, 0.9};
enum { N_CUTS = ARRAY_LEN(shares) };

struct fairness {
    const struct spec_protected *p;
    size_t n;
    const float *y;
    const int *group; /* per row; -1 unknown */
    double *pd;       /* mean over repeats */
    double cut[N_CUTS];
};

/* out[cut * groups + group] = ratio of approval rates; the last `groups` x cuts are the rates. */
static void ratios_of(void *who, const double *w, double *out) {
    const struct fairness *fa = who;
    int groups = fa->p->n;
    double all[SPEC_GROUPS_MAX] = {0}, in[N_CUTS][SPEC_GROUPS_MAX] = {{0}};
    for (size_t i = 0; i < fa->n; i++) {
        int g = fa->group[i];
        if (g < 0) continue;
        all[g] += w[i];
        for (int c = 0; c < (int)N_CUTS; c++)
            if (fa->pd[i] <= fa->cut[c]) in[c][g] += w[i];
    }
    for (int c = 0; c < (int)N_CUTS; c++) {
        double reference = in[c][fa->p->reference] / all[fa->p->reference];
        for (int g = 0; g < groups; g++) {
            double rate = in[c][g] / all[g];
            out[c * groups + g] = rate / reference;
            out[((int)N_CUTS + c) * groups + g] = rate;
        }
    }
}

static json_t *cut_new(const struct fairness *fa, int c, const struct interval *i) {
    json_t *groups = json_array();
    for (int g = 0; groups && g < fa->p->n; g++) {
        json_t *row = json_pack("{s:s,s:o,s:o}", "group", fa->p->groups[g].label, "approval_rate",
                                interval_json_new(&i[((int)N_CUTS + c) * fa->p->n + g]), "ratio",
                                interval_json_new(&i[c * fa->p->n + g]));
        if (!row || json_array_append_new(groups, row)) json_decref(groups), groups = NULL;
    }
    return json_pack("{s:f,s:f,s:o}", "approvals", shares[c], "pd", fa->cut[c], "groups", groups);
}

static json_t *group_new(const struct fairness *fa, int g) {
    double n = 0, bad = 0, pd = 0;
    for (size_t i = 0; i < fa->n; i++)
        if (fa->group[i] == g) n++, bad += fa->y[i], pd += fa->pd[i];
    return json_pack("{s:s,s:I,s:f,s:f}", "group", fa->p->groups[g].label, "rows", (json_int_t)n,
                     "bad_rate", bad / fmax(n, 1), "mean_pd", pd / fmax(n, 1));
}

static enum err to_json(const struct fairness *fa, const struct interval *i, json_t **out) {
    json_t *groups = json_array(), *cuts = json_array();
    int failed = !groups || !cuts;
    for (int g = 0; !failed && g < fa->p->n; g++)
        failed = json_array_append_new(groups, group_new(fa, g));
    for (int c = 0; !failed && c < (int)N_CUTS; c++)
        failed = json_array_append_new(cuts, cut_new(fa, c, i));
    *out = json_pack("{s:s,s:s,s:o,s:o}", "attribute", fa->p->name, "reference",
                     fa->p->groups[fa->p->reference].label, "groups", groups, "cut_offs", cuts);
    return failed || !*out ? ERR_NOMEM : OK;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static enum err set_cuts(struct fairness *fa) {
    double *sorted = calloc(fa->n, sizeof *sorted);
    if (!sorted) return ERR_NOMEM;
    for (size_t i = 0; i < fa->n; i++) sorted[i] = fa->pd[i];
    qsort(sorted, fa->n, sizeof *sorted, by_value);
    for (int c = 0; c < (int)N_CUTS; c++)
        fa->cut[c] = sorted[(size_t)(shares[c] * (double)(fa->n - 1))];
    free(sorted);
    return OK;
}

static int group_of(const struct spec_protected *p, double v) {
    for (int g = 0; g < p->n; g++)
        if (v >= p->groups[g].from && v < p->groups[g].below) return g;
    return -1;
}

static enum err run(struct fairness *fa, int rounds, uint64_t seed, json_t **out) {
    int k = 2 * (int)N_CUTS * fa->p->n;
    struct interval *i = calloc((size_t)k, sizeof *i);
    enum err e = i ? set_cuts(fa) : ERR_NOMEM;
    if (!e) e = bootstrap(ratios_of, fa, fa->n, rounds, seed, k, i);
    if (!e) e = to_json(fa, i, out);
    free(i);
    return e;
}

enum err report_fairness(const struct spec_protected *p, const double *value, const struct scored *s,
                         int rounds, uint64_t seed, json_t **out_new) {
    int *group = calloc(s->n + 1, sizeof *group);
    struct fairness fa = {.p = p, .n = s->n, .y = s->y, .group = group};
    fa.pd = calloc(s->n + 1, sizeof *fa.pd);
    enum err e = group && fa.pd && s->n ? OK : ERR_NOMEM;
    for (size_t i = 0; !e && i < s->n; i++) {
        group[i] = group_of(p, value[i]);
        for (int r = 0; r < s->repeats; r++) fa.pd[i] += s->pd[(size_t)r * s->n + i] / s->repeats;
    }
    if (!e) e = run(&fa, rounds, seed, out_new);
    free(group);
    free(fa.pd);
    return e;
}
