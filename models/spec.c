/* spec.c - reading and refusing training specs. */
#include "models/spec.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "models/artefact.h"

static enum err bad(struct fault *f, const char *where, const char *text) {
    return fault_set(f, ERR_INVALID, where, "%s", text);
}

/* A misspelt word must not silently become a default. */
static enum err only_words(const json_t *v, const char *where, const char *const *words,
                           struct fault *f) {
    const char *key;
    json_t *inner;
    json_object_foreach((json_t *)v, key, inner) {
        bool known = false;
        for (const char *const *w = words; *w && !known; w++) known = !strcmp(*w, key);
        if (known) continue;
        const char *near = text_nearest(key, words);
        return fault_set(f, ERR_INVALID, where, "\"%.60s\" is not a word here%s%s%s", key,
                         near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    }
    return OK;
}

static const char *const root_words[] = {
    "name",     "version",   "about",    "source",   "row_id", "target", "holdout",
    "features", "protected", "baseline", "training", "card",   NULL};
static const char *const feature_words[] = {"name",  "column",    "about",   "range", "special",
                                            "needs", "direction", "reasons", NULL};
static const char *const training_words[] = {
    "seed", "folds", "repeats",   "rounds",   "patience",    "depth",     "eta", "min_child_weight",
    "lambda", "subsample", "colsample", "calibration", "bootstrap", NULL};

static enum err check_words(const struct spec *s, struct fault *f) {
    enum err e = only_words(s->root, "spec", root_words, f);
    if (!e) e = only_words(json_object_get(s->root, "training"), "training", training_words, f);
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(s->root, "features"), i, v) {
        if (!e) e = only_words(v, "features", feature_words, f);
    }
    return e;
}

static bool real_in(const json_t *v, const char *key, double least, double most, double *out) {
    const json_t *n = json_object_get(v, key);
    if (!n) return true; /* the default stays */
    if (!json_is_number(n)) return false;
    *out = json_number_value(n);
    return *out >= least && *out <= most;
}

static bool whole_in(const json_t *v, const char *key, int least, int most, int *out) {
    double real = *out;
    if (!real_in(v, key, least, most, &real) || real != floor(real)) return false;
    *out = (int)real;
    return true;
}

static enum err read_training(const json_t *v, struct spec_training *t, struct fault *f) {
    *t = (struct spec_training){.seed = 1, .folds = 5, .repeats = 3, .rounds = 300, .patience = 20,
                                .depth = 4, .bootstrap = 200, .eta = 0.1, .min_child_weight = 1,
                                .lambda = 1, .subsample = 1, .colsample = 1};
    int seed = 1;
    const struct {
        const char *key;
        int least, most, *to;
    } wholes[] = {
        {"seed", 0, 2000000000, &seed},       {"folds", 2, 20, &t->folds},
        {"repeats", 1, 100, &t->repeats},     {"rounds", 1, 5000, &t->rounds},
        {"patience", 0, 1000, &t->patience},  {"depth", 1, 8, &t->depth},
        {"bootstrap", 50, 10000, &t->bootstrap},
    };
    for (size_t i = 0; i < ARRAY_LEN(wholes); i++)
        if (!whole_in(v, wholes[i].key, wholes[i].least, wholes[i].most, wholes[i].to))
            return fault_set(f, ERR_INVALID, "training", "\"%s\" must be a whole number from %d to %d",
                             wholes[i].key, wholes[i].least, wholes[i].most);
    t->seed = (uint32_t)seed;
    const struct {
        const char *key;
        double least, most, *to;
    } reals[] = {
        {"eta", 0.001, 1, &t->eta},       {"min_child_weight", 0, 1e6, &t->min_child_weight},
        {"lambda", 0, 1e6, &t->lambda},   {"subsample", 0.1, 1, &t->subsample},
        {"colsample", 0.1, 1, &t->colsample},
    };
    for (size_t i = 0; i < ARRAY_LEN(reals); i++)
        if (!real_in(v, reals[i].key, reals[i].least, reals[i].most, reals[i].to))
            return fault_set(f, ERR_INVALID, "training", "\"%s\" must be a number from %g to %g",
                             reals[i].key, reals[i].least, reals[i].most);
    const char *kind = json_text(v, "calibration", "platt");
    if (strcmp(kind, "platt") != 0 && strcmp(kind, "isotonic") != 0)
        return bad(f, "training/calibration", "must be \"platt\" or \"isotonic\"");
    t->calibration = *kind == 'p' ? CALIBRATION_PLATT : CALIBRATION_ISOTONIC;
    return OK;
}

static double number_or(const json_t *v, const char *key, double otherwise) {
    const json_t *n = json_object_get(v, key);
    return json_is_number(n) ? json_number_value(n) : otherwise;
}

static enum err read_protected(const json_t *v, struct spec_protected *p, struct fault *f) {
    p->name = json_text(v, "name", NULL);
    p->column = json_text(v, "column", p->name);
    const char *reference = json_text(v, "reference", NULL);
    const json_t *groups = json_object_get(v, "groups");
    if (!p->name || !reference || json_array_size(groups) < 2 ||
        json_array_size(groups) > SPEC_GROUPS_MAX)
        return bad(f, "protected", "needs name, reference and 2 to 12 groups");
    p->reference = -1;
    size_t i;
    json_t *g;
    json_array_foreach(groups, i, g) {
        struct spec_group *to = &p->groups[p->n++];
        to->label = json_text(g, "label", "");
        to->from = number_or(g, "from", -INFINITY);
        to->below = number_or(g, "below", INFINITY);
        if (!strcmp(to->label, reference)) p->reference = (int)i;
    }
    return p->reference >= 0 ? OK : bad(f, "protected/reference", "is none of the groups' labels");
}

/* An excluded attribute must not come back under another name. */
static enum err check_excluded(const struct spec *s, const struct features *fs, struct fault *f) {
    for (int i = 0; i < s->n_protected; i++)
        for (int k = 0; k < fs->n; k++)
            if (!strcmp(fs->list[k].column, s->protected[i].column) ||
                !strcmp(fs->list[k].name, s->protected[i].name))
                return fault_set(f, ERR_INVALID, "features",
                                 "\"%s\" is a protected attribute and must not be a feature",
                                 s->protected[i].name);
    return OK;
}

static enum err read_all_protected(struct spec *s, struct fault *f) {
    const json_t *list = json_object_get(s->root, "protected");
    if (json_array_size(list) > SPEC_PROTECTED_MAX) return bad(f, "protected", "has more than 4");
    size_t i;
    json_t *v;
    json_array_foreach(list, i, v) {
        enum err e = read_protected(v, &s->protected[s->n_protected++], f);
        if (e) return e;
    }
    enum err e = check_excluded(s, &s->features, f);
    return e || !s->baseline ? e : check_excluded(s, &s->baseline_features, f);
}

static enum err read_baseline(struct spec *s, struct fault *f) {
    const json_t *v = json_object_get(s->root, "baseline");
    if (!v) return OK;
    s->baseline = json_text(v, "name", "baseline");
    return features_read(json_object_get(v, "features"), &s->baseline_features, f);
}

static enum err read_source(struct spec *s, struct fault *f) {
    const char *word = json_text(s->root, "source", "csv");
    static const char *const words[] = {
        [SPEC_CSV] = "csv", [SPEC_ACCOUNTS] = "accounts", [SPEC_BERKA] = "berka"};
    size_t k = 0;
    while (k < ARRAY_LEN(words) && strcmp(words[k], word) != 0) k++;
    if (k == ARRAY_LEN(words)) return bad(f, "source", "must be \"csv\", \"accounts\" or \"berka\"");
    s->source = (enum spec_source)k;
    s->id_column = json_text(s->root, "row_id", "row_id");
    s->target = json_text(json_object_get(s->root, "target"), "column", NULL);
    s->target_about = json_text(json_object_get(s->root, "target"), "about", "");
    if (!s->target) return bad(f, "target/column", "is missing");
    const json_t *holdout = json_object_get(s->root, "holdout");
    if (!whole_in(holdout, "percent", 0, 50, &s->holdout_percent))
        return bad(f, "holdout/percent", "must be a whole number from 0 to 50");
    s->holdout_salt = json_text(holdout, "salt", s->name);
    return OK;
}

static enum err read_root(struct spec *s, struct fault *f) {
    s->name = json_text(s->root, "name", NULL);
    s->version = json_text(s->root, "version", NULL);
    s->about = json_text(s->root, "about", "");
    if (!s->name || !s->version) return bad(f, "spec", "needs name and version, both texts");
    enum err e = check_words(s, f);
    if (!e) e = read_source(s, f);
    if (!e) e = features_read(json_object_get(s->root, "features"), &s->features, f);
    if (!e) e = read_baseline(s, f);
    if (!e) e = read_all_protected(s, f);
    if (!e) e = read_training(json_object_get(s->root, "training"), &s->training, f);
    return e ? e : json_hash(s->root, s->hash);
}

enum err spec_open(const char *path, struct spec *out, struct fault *f) {
    *out = (struct spec){0};
    AUTO(buf_reset) struct buf text = {0};
    enum err e = artefact_file(path, 1u << 20, &text, f);
    if (!e) e = json_parse(buf_text(&text), text.len, &JSON_LIMITS_OWN, &out->root, f);
    if (!e) e = read_root(out, f);
    if (e) spec_reset(out);
    return e;
}

void spec_reset(struct spec *s) {
    features_reset(&s->features);
    features_reset(&s->baseline_features);
    json_decref(s->root);
    *s = (struct spec){0};
}
