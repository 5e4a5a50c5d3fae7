/* sample.c - from frame to training rows; stratified folds. */
#include "models/sample.h"

#include <math.h>
#include <stdlib.h>

static enum err make(struct sample *s, size_t n, int p) {
    *s = (struct sample){.p = p};
    s->x = calloc(n ? n * (size_t)p : 1, sizeof *s->x);
    s->y = calloc(n ? n : 1, sizeof *s->y);
    s->row = calloc(n ? n : 1, sizeof *s->row);
    if (s->x && s->y && s->row) return OK;
    sample_reset(s);
    return ERR_NOMEM;
}

void sample_reset(struct sample *s) {
    free(s->x);
    free(s->y);
    free(s->row);
    *s = (struct sample){0};
}

static void add_row(struct sample *s, const struct frame *fr, size_t row, const struct features *fs,
                    const int *columns) {
    float *x = s->x + s->n * (size_t)s->p;
    for (int k = 0; k < fs->n; k++)
        (void)feature_clean(&fs->list[k], frame_cell(fr, row, columns[k]), &x[k]);
    features_settle(fs, x);
    s->row[s->n] = row;
}

static enum err add_label(struct sample *s, double label, const char *id, struct fault *f) {
    if (label != 0 && label != 1)
        return fault_set(f, ERR_INVALID, id, "the target must be 0 or 1 in every row");
    s->y[s->n++] = (float)label;
    s->n_bad += label == 1;
    return OK;
}

enum err sample_take(const struct frame *fr, const struct spec *s, const struct features *fs,
                     enum sample_part part, struct sample *out, struct fault *f) {
    int columns[FEATURES_MAX], target = frame_column(fr, s->target);
    for (int k = 0; k < fs->n; k++) columns[k] = frame_column(fr, fs->list[k].column);
    enum err e = make(out, fr->n, fs->n);
    if (e) return fault_set(f, e, "", "no memory for %zu rows", fr->n);
    for (size_t i = 0; i < fr->n; i++) {
        bool held = frame_held_back(s->holdout_salt, frame_id(fr, i), s->holdout_percent);
        if (held != (part == SAMPLE_HELD_BACK)) continue;
        add_row(out, fr, i, fs, columns);
        e = add_label(out, frame_cell(fr, i, target), frame_id(fr, i), f);
        if (e) return e;
    }
    return OK;
}

enum err sample_pick(const struct sample *s, const int *keep, int wanted, struct sample *out) {
    enum err e = make(out, s->n, s->p);
    if (e) return e;
    size_t p = (size_t)s->p;
    for (size_t i = 0; i < s->n; i++) {
        if (keep[i] != wanted) continue;
        for (size_t k = 0; k < p; k++) out->x[out->n * p + k] = s->x[i * p + k];
        out->row[out->n] = i;
        out->n_bad += s->y[i] > 0.5F;
        out->y[out->n++] = s->y[i];
    }
    return OK;
}

enum err folds_deal(const float *y, size_t n, int k, struct rng *r, int *out) {
    size_t *order = calloc(n ? n : 1, sizeof *order);
    if (!order) return ERR_NOMEM;
    for (size_t i = 0; i < n; i++) order[i] = i;
    for (size_t i = n; i > 1; i--) {
        size_t j = rng_below(r, i), kept = order[i - 1];
        order[i - 1] = order[j];
        order[j] = kept;
    }
    int next = 0;
    for (int bad = 0; bad < 2; bad++)
        for (size_t i = 0; i < n; i++)
            if ((y[order[i]] > 0.5F) == bad) out[order[i]] = next++ % k;
    free(order);
    return OK;
}
