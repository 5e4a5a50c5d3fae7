/* serve.c - opening an artefact and scoring with it. */
#include "models/serve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/artefact.h"
#include "models/booster.h"
#include "models/golden.h"

#define ADDS_UP 1e-4      /* how far base + effects may be from the margin */
#define REASON_LEAST 0.02 /* log-odds; what matters less is no principal reason */

struct model {
    struct artefact a;
    struct booster *booster;
    float *margins, *effects_f; /* of the last batch */
    double *effects;
    size_t room; /* rows for which the three have room */
};

void model_free(struct model *m) {
    if (!m) return;
    booster_free(m->booster);
    artefact_reset(&m->a);
    free(m->margins);
    free(m->effects_f);
    free(m->effects);
    free(m);
}

static void model_auto(struct model **m) { model_free(*m); }

static enum err make_room(struct model *m, size_t n) {
    if (n <= m->room) return OK;
    size_t wide = (size_t)m->a.features.n + 1;
    float *margins = realloc(m->margins, n * sizeof *margins);
    if (margins) m->margins = margins;
    float *effects_f = realloc(m->effects_f, n * wide * sizeof *effects_f);
    if (effects_f) m->effects_f = effects_f;
    double *effects = realloc(m->effects, n * wide * sizeof *effects);
    if (effects) m->effects = effects;
    if (!margins || !effects_f || !effects) return ERR_NOMEM;
    m->room = n;
    return OK;
}

/* The library prepares itself at the first use; no request shall pay for that. */
static enum err warm(struct model *m, struct fault *f) {
    float rows[2 * FEATURES_MAX];
    struct model_score out[2];
    for (int i = 0; i < 2 * m->a.features.n; i++) rows[i] = NAN;
    enum err e = model_score(m, rows, 1, true, out, f);
    return e ? e : model_score(m, rows, 2, true, out, f);
}

static enum err start(struct model *m, struct fault *f) {
    enum err e = booster_load(m->a.model.data, m->a.model.len, m->a.features.n, &m->booster, f);
    if (!e) e = golden_check(&m->a, m->booster, f);
    return e ? e : warm(m, f);
}

enum err model_open(const char *dir, struct model **out, struct fault *f) {
    AUTO(model_auto) struct model *m = calloc(1, sizeof *m);
    if (!m) return fault_set(f, ERR_NOMEM, dir, "no memory for a model");
    enum err e = artefact_read(dir, &m->a, f);
    if (!e) e = start(m, f);
    if (e) return e;
    *out = m;
    m = NULL;
    return OK;
}

static enum err copy_artefact(const struct artefact *a, struct artefact *out, struct fault *f) {
    /* Its own JSON: reference counts are not shared between threads. */
    *out = (struct artefact){.manifest = json_deep_copy(a->manifest), .calibration = a->calibration};
    if (!out->manifest) return fault_set(f, ERR_NOMEM, "", "no memory for a model");
    out->name = json_text(out->manifest, "name", "");
    out->version = json_text(out->manifest, "version", "");
    memcpy(out->hash, a->hash, sizeof out->hash);
    buf_init(&out->model, ARTEFACT_FILE_MAX);
    buf_init(&out->golden, ARTEFACT_FILE_MAX);
    buf_add(&out->model, a->model.data, a->model.len);
    buf_add(&out->golden, a->golden.data, a->golden.len);
    if (!buf_ok(&out->model) || !buf_ok(&out->golden))
        return fault_set(f, ERR_NOMEM, "", "no memory for a model");
    return features_read(json_object_get(out->manifest, "features"), &out->features, f);
}

enum err model_clone(const struct model *m, struct model **out, struct fault *f) {
    AUTO(model_auto) struct model *copy = calloc(1, sizeof *copy);
    if (!copy) return fault_set(f, ERR_NOMEM, "", "no memory for a model");
    enum err e = copy_artefact(&m->a, &copy->a, f);
    if (!e) e = start(copy, f);
    if (e) return e;
    *out = copy;
    copy = NULL;
    return OK;
}

const char *model_name(const struct model *m) { return m->a.name; }
const char *model_version(const struct model *m) { return m->a.version; }
const char *model_hash(const struct model *m) { return m->a.hash; }

int model_features(const struct model *m, const char *const **names) {
    if (names) *names = m->a.features.names;
    return m->a.features.n;
}

int model_feature_of_column(const struct model *m, const char *column) {
    int i = features_find(&m->a.features, column);
    for (int k = 0; i < 0 && k < m->a.features.n; k++)
        if (!strcmp(m->a.features.list[k].column, column)) i = k;
    return i;
}

/* Keeps the list of reasons ranked by effect; those past the last place fall off. */
static void insert_reason(struct model_score *s, struct model_reason r) {
    int at = s->n_reasons;
    while (at > 0 && s->reasons[at - 1].effect < r.effect) at--;
    if (at >= MODEL_REASONS) return;
    int last = s->n_reasons < MODEL_REASONS ? s->n_reasons : MODEL_REASONS - 1;
    memmove(&s->reasons[at + 1], &s->reasons[at], (size_t)(last - at) * sizeof r);
    s->reasons[at] = r;
    s->n_reasons = last + 1;
}

static void rank_reasons(const struct features *fs, const float *row, struct model_score *s) {
    for (int k = 0; k < fs->n; k++) {
        if (!(s->effects[k] >= REASON_LEAST)) continue;
        const struct feature_reason *why = feature_reason(&fs->list[k], row[k]);
        double value = feature_is_unknown(&fs->list[k], row[k]) ? NAN : row[k];
        if (!why) continue;
        insert_reason(s, (struct model_reason){.code = why->code, .feature = fs->names[k],
                                               .text = why->text, .value = value,
                                               .effect = s->effects[k]});
    }
}

static enum err explain(struct model *m, const float *row, size_t i, struct model_score *s,
                        struct fault *f) {
    size_t wide = (size_t)m->a.features.n + 1;
    const float *got = m->effects_f + i * wide;
    double *kept = m->effects + i * wide, sum = got[wide - 1];
    for (size_t k = 0; k + 1 < wide; k++) sum += kept[k] = got[k];
    if (!(fabs(sum - s->margin) <= ADDS_UP))
        return fault_set(f, ERR_BUG, m->a.name, "contributions add up to %.6f, the margin is %.6f",
                         sum, s->margin);
    s->base = got[wide - 1];
    s->effects = kept;
    rank_reasons(&m->a.features, row, s);
    return OK;
}

enum err model_score(struct model *m, const float *rows, size_t n, bool with_reasons,
                     struct model_score *out, struct fault *f) {
    if (n == 0) return OK;
    if (n > MODEL_BATCH_MAX)
        return fault_set(f, ERR_LIMIT, m->a.name, "at most %d rows at once", MODEL_BATCH_MAX);
    enum err e = make_room(m, n);
    if (e) return fault_set(f, e, m->a.name, "no memory for a batch");
    e = booster_margins(m->booster, rows, n, m->margins, f);
    if (!e && with_reasons) e = booster_effects(m->booster, rows, n, m->effects_f, f);
    for (size_t i = 0; !e && i < n; i++) {
        out[i] = (struct model_score){.margin = m->margins[i], .base = NAN};
        out[i].pd = calibration_pd(&m->a.calibration, m->margins[i]);
        if (with_reasons) e = explain(m, rows + i * (size_t)m->a.features.n, i, &out[i], f);
    }
    return e;
}

static enum err take_note(json_t *notes, const char *name, const char *text) {
    if (!notes) return OK;
    json_t *note = json_pack("{s:s,s:s}", "feature", name, "note", text);
    return note && !json_array_append_new(notes, note) ? OK : ERR_NOMEM;
}

static const char *const note_texts[] = {
    [FEATURE_CODED] = "a special code, read as not known",
    [FEATURE_CLIPPED] = "outside the valid range, read as its nearest end",
};

enum err model_clean(const struct model *m, const double *raw, float *row, json_t *notes) {
    const struct features *fs = &m->a.features;
    enum err e = OK;
    for (int k = 0; k < fs->n && !e; k++) {
        enum feature_note note = feature_clean(&fs->list[k], raw[k], &row[k]);
        if (note != FEATURE_FINE) e = take_note(notes, fs->names[k], note_texts[note]);
    }
    features_settle(fs, row);
    return e;
}

enum err model_row(const struct model *m, const json_t *features, float *row, json_t *notes,
                   struct fault *f) {
    const struct features *fs = &m->a.features;
    double raw[FEATURES_MAX];
    for (int k = 0; k < fs->n; k++) {
        const json_t *v = json_object_get(features, fs->names[k]);
        if (v && !json_is_null(v) && !json_is_number(v))
            return fault_set(f, ERR_INVALID, fs->names[k], "must be a number or null");
        raw[k] = json_is_number(v) ? json_number_value(v) : NAN;
    }
    enum err e = model_clean(m, raw, row, notes);
    return e ? fault_set(f, e, "", "no memory for notes") : OK;
}
