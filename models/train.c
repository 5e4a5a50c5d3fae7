/* train.c - the order of training: load, hold back, validate, fit, calibrate, measure, write, reopen. */
#include "models/train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/artefact.h"
#include "models/card.h"
#include "models/golden.h"
#include "models/report.h"
#include "models/serve.h"

struct job {
    const struct spec *s;
    const struct train_options *o;
    struct frame frame;
    struct sample in, held;   /* training rows, held-back rows */
    struct validation v, base;
    struct booster *booster;
    struct calibration calibration;
    double *margins;          /* v.margins as doubles */
    double *held_pd, *held_margins;
    json_t *manifest, *metrics;
};

static void job_reset(struct job *j) {
    frame_reset(&j->frame);
    sample_reset(&j->in);
    sample_reset(&j->held);
    validation_reset(&j->v);
    validation_reset(&j->base);
    booster_free(j->booster);
    free(j->margins);
    free(j->held_pd);
    free(j->held_margins);
    json_decref(j->manifest);
    json_decref(j->metrics);
}

static void say(const struct job *j, const char *doing, int done, int of) {
    if (j->o->progress.fn) j->o->progress.fn(j->o->progress.who, doing, done, of);
}

static enum err nomem(struct fault *f) { return fault_set(f, ERR_NOMEM, "", "no memory to train"); }

static enum err load(struct job *j, struct fault *f) {
    enum err e = frame_load(j->s, j->o->data, &j->frame, f);
    if (!e) e = sample_take(&j->frame, j->s, &j->s->features, SAMPLE_TRAINING, &j->in, f);
    if (!e) e = sample_take(&j->frame, j->s, &j->s->features, SAMPLE_HELD_BACK, &j->held, f);
    return e;
}

static enum err validate_baseline(struct job *j, struct fault *f) {
    AUTO(sample_reset) struct sample in = {0};
    enum err e = sample_take(&j->frame, j->s, &j->s->baseline_features, SAMPLE_TRAINING, &in, f);
    return e ? e : validate(&j->s->training, &j->s->baseline_features, &in, j->o->threads,
                            &j->o->progress, &j->base, f);
}

static double *doubles_new(const float *v, size_t n) {
    double *out = calloc(n + 1, sizeof *out);
    for (size_t i = 0; out && i < n; i++) out[i] = v[i];
    return out;
}

/* One curve from every repeat's out-of-fold margins. */
static enum err fit_calibration(struct job *j) {
    size_t n = j->v.n, all = n * (size_t)j->v.repeats;
    float *y = calloc(all, sizeof *y);
    if (!y) return ERR_NOMEM;
    for (size_t i = 0; i < all; i++) y[i] = j->in.y[i % n];
    enum err e = calibration_fit(j->s->training.calibration, j->v.margins, y, all, &j->calibration);
    free(y);
    return e;
}

static enum err fit(struct job *j, struct fault *f) {
    const struct spec_training *t = &j->s->training;
    enum err e = validate(t, &j->s->features, &j->in, j->o->threads, &j->o->progress, &j->v, f);
    if (!e && j->s->baseline) e = validate_baseline(j, f);
    if (e) return e;
    say(j, "fitting the final model", 0, 1);
    e = validate_final(t, &j->s->features, &j->in, j->o->threads, j->v.trees, &j->booster, f);
    if (e) return e;
    j->margins = doubles_new(j->v.margins, j->v.n * (size_t)j->v.repeats);
    if (!j->margins || fit_calibration(j)) return nomem(f);
    return OK;
}

static enum err score_held(struct job *j, struct fault *f) {
    float *got = calloc(j->held.n + 1, sizeof *got);
    j->held_pd = calloc(j->held.n + 1, sizeof *j->held_pd);
    enum err e = got && j->held_pd ? booster_margins(j->booster, j->held.x, j->held.n, got, f) : nomem(f);
    for (size_t i = 0; !e && i < j->held.n; i++)
        j->held_pd[i] = calibration_pd(&j->calibration, got[i]);
    if (!e && !(j->held_margins = doubles_new(got, j->held.n))) e = nomem(f);
    free(got);
    return e;
}

static struct scored of_validation(const struct job *j) {
    return (struct scored){.n = j->v.n, .repeats = j->v.repeats, .margin = j->margins, .pd = j->v.pd,
                           .y = j->in.y};
}

static enum err measure_quality(struct job *j) {
    const struct spec_training *t = &j->s->training;
    struct scored s = of_validation(j);
    json_t *q = NULL;
    enum err e = report_quality(&s, t->bootstrap, t->seed, &q);
    if (!e) e = json_put_take(j->metrics, "cross_validation", q);
    if (e || !j->held.n_bad) return e;
    struct scored h = {.n = j->held.n, .repeats = 1, .margin = j->held_margins, .pd = j->held_pd,
                       .y = j->held.y};
    e = report_quality(&h, t->bootstrap, t->seed, &q);
    return e ? e : json_put_take(j->metrics, "held_back", q);
}

/* By margins: the fold distributed least like all rows, and the held-back rows. */
static enum err measure_stability(struct job *j) {
    double most = 0, *part = calloc(j->v.n + 1, sizeof *part);
    if (!part) return ERR_NOMEM;
    for (int k = 0; k < j->v.folds; k++) {
        size_t n = 0;
        for (size_t i = 0; i < j->v.n; i++)
            if (j->v.fold[i] == k) part[n++] = j->margins[i];
        most = fmax(most, stability_index(j->margins, j->v.n, part, n));
    }
    free(part);
    json_t *psi = json_pack("{s:f}", "folds_most", most);
    double held = stability_index(j->margins, j->v.n, j->held_margins, j->held.n);
    enum err e = psi ? OK : ERR_NOMEM;
    if (!e && j->held.n) e = json_put_take(psi, "held_back", json_real(held));
    if (!e) return json_put_take(j->metrics, "stability_psi", psi);
    json_decref(psi);
    return e;
}

static enum err measure_fairness(struct job *j) {
    const struct spec_training *t = &j->s->training;
    struct scored s = of_validation(j);
    json_t *list = json_array();
    double *value = calloc(j->v.n + 1, sizeof *value);
    enum err e = list && value ? OK : ERR_NOMEM;
    for (int p = 0; !e && p < j->s->n_protected; p++) {
        int column = frame_column(&j->frame, j->s->protected[p].column);
        for (size_t i = 0; i < j->v.n; i++) value[i] = frame_cell(&j->frame, j->in.row[i], column);
        json_t *one = NULL;
        e = report_fairness(&j->s->protected[p], value, &s, t->bootstrap, t->seed, &one);
        if (!e && json_array_append_new(list, one)) e = ERR_NOMEM;
    }
    free(value);
    if (!e) return json_put_take(j->metrics, "fairness", list);
    json_decref(list);
    return e;
}

static enum err measure_gain(struct job *j) {
    if (!j->s->baseline) return OK;
    const struct spec_training *t = &j->s->training;
    double *margins = doubles_new(j->base.margins, j->base.n * (size_t)j->base.repeats);
    if (!margins) return ERR_NOMEM;
    struct scored s = of_validation(j), b = s;
    b.margin = margins;
    b.pd = j->base.pd;
    json_t *quality = NULL, *gain = NULL;
    enum err e = report_quality(&b, t->bootstrap, t->seed, &quality);
    if (!e) e = report_gain(&s, &b, t->bootstrap, t->seed, &gain);
    free(margins);
    if (e) return e;
    e = json_put_take(gain, "quality", quality);
    if (!e) e = json_put_take(gain, "baseline", json_string(j->s->baseline));
    return e ? e : json_put_take(j->metrics, "gain", gain);
}

static enum err measure(struct job *j, struct fault *f) {
    if (!(j->metrics = json_object())) return nomem(f);
    say(j, "measuring", 0, 4);
    enum err e = score_held(j, f);
    if (e) return e;
    e = measure_quality(j);
    say(j, "measuring", 1, 4);
    if (!e) e = measure_stability(j);
    if (!e) e = measure_fairness(j);
    say(j, "measuring", 3, 4);
    if (!e) e = measure_gain(j);
    say(j, "measuring", 4, 4);
    return e ? fault_set(f, e, "", "the figures could not be computed") : OK;
}

static int by_value(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double median_of(const struct feature *ft, const struct sample *s, int k, float *room) {
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        float v = s->x[i * (size_t)s->p + (size_t)k];
        if (!feature_is_unknown(ft, v)) room[n++] = v;
    }
    if (!n) return NAN;
    qsort(room, n, sizeof *room, by_value);
    return room[n / 2];
}

/* The spec's features, with the typical value that decides between the reasons "high" and "low". */
static json_t *features_new(const struct job *j) {
    json_t *list = json_deep_copy(j->s->features.source);
    float *room = calloc(j->in.n + 1, sizeof *room);
    enum err e = list && room ? OK : ERR_NOMEM;
    for (int k = 0; !e && k < j->s->features.n; k++) {
        double typical = median_of(&j->s->features.list[k], &j->in, k, room);
        if (!isnan(typical))
            e = json_put_take(json_array_get(list, (size_t)k), "typical", json_real(typical));
    }
    free(room);
    if (!e) return list;
    json_decref(list);
    return NULL;
}

static json_t *data_new(const struct job *j) {
    return json_pack("{s:s,s:I,s:I,s:I,s:i,s:s}", "sha256", j->frame.hash, "rows",
                     (json_int_t)j->frame.n, "trained_on", (json_int_t)j->in.n, "held_back",
                     (json_int_t)j->held.n, "held_back_percent", j->s->holdout_percent,
                     "held_back_salt", j->s->holdout_salt);
}

static enum err describe(struct job *j) {
    j->manifest = json_pack("{s:i,s:s,s:s,s:s,s:s,s:s,s:s}", "format", ARTEFACT_FORMAT, "name",
                            j->s->name, "version", j->s->version, "about", j->s->about, "target",
                            j->s->target_about, "spec_sha256", j->s->hash, "library",
                            booster_library());
    if (!j->manifest) return ERR_NOMEM;
    json_t *card = json_object_get(j->s->root, "card");
    enum err e = json_put_take(j->manifest, "data", data_new(j));
    if (!e) e = json_put_take(j->manifest, "training",
                              json_deep_copy(json_object_get(j->s->root, "training")));
    if (!e) e = json_put_take(j->manifest, "trees", json_integer(j->v.trees));
    if (!e) e = json_put_take(j->manifest, "features", features_new(j));
    if (!e) e = json_put_take(j->manifest, "calibration", calibration_json_new(&j->calibration));
    if (!e) e = json_put_take(j->manifest, "metrics", json_incref(j->metrics));
    if (!e) e = json_put_take(j->manifest, "card", card ? json_deep_copy(card) : json_object());
    return e;
}

/* What cannot be opened again must not be left looking finished. */
static enum err reopen(const char *dir, struct fault *f) {
    struct model *m = NULL;
    enum err e = model_open(dir, &m, f);
    model_free(m);
    return e;
}

static enum err write_out(struct job *j, struct fault *f) {
    AUTO(buf_reset) struct buf model = {0};
    AUTO(buf_reset) struct buf golden = {0};
    AUTO(buf_reset) struct buf card = {0};
    buf_init(&model, ARTEFACT_FILE_MAX);
    buf_init(&golden, ARTEFACT_FILE_MAX);
    buf_init(&card, ARTEFACT_FILE_MAX);
    enum err e = booster_save(j->booster, &model, f);
    if (!e) e = golden_write(&j->s->features, &j->calibration, j->booster, j->s->training.seed,
                             &golden, f);
    if (e) return e;
    card_write(j->manifest, &card);
    if (!buf_ok(&card)) return nomem(f);
    struct artefact_files files = {.model = &model, .golden = &golden, .card = &card};
    e = artefact_write(j->o->out_dir, j->manifest, &files, f);
    return e ? e : reopen(j->o->out_dir, f);
}

static enum err run(struct job *j, struct fault *f) {
    enum err e = load(j, f);
    if (!e) e = fit(j, f);
    if (!e) e = measure(j, f);
    if (!e && describe(j)) e = nomem(f);
    if (!e && j->o->out_dir) e = write_out(j, f);
    return e;
}

enum err train(const struct spec *s, const struct train_options *o, json_t **manifest_new,
               struct fault *f) {
    struct job j = {.s = s, .o = o};
    enum err e = run(&j, f);
    if (!e) {
        *manifest_new = j.manifest;
        j.manifest = NULL;
    }
    job_reset(&j);
    return e;
}
