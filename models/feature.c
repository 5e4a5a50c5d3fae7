/* feature.c - reading the declaration of features, and cleaning values by it. */
#include "models/feature.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static enum err fault_in(struct fault *f, int i, const char *part, const char *text) {
    char where[64];
    snprintf(where, sizeof where, "features/%d%s%s", i, *part ? "/" : "", part);
    return fault_set(f, ERR_INVALID, where, "%s", text);
}

static bool real_pair(const json_t *v, double *low, double *high) {
    if (!json_is_array(v) || json_array_size(v) != 2) return false;
    const json_t *a = json_array_get(v, 0), *b = json_array_get(v, 1);
    if (!json_is_number(a) || !json_is_number(b)) return false;
    *low = json_number_value(a);
    *high = json_number_value(b);
    return *low < *high;
}

static enum err read_codes(const json_t *v, int i, struct feature *out, struct fault *f) {
    if (!v) return OK;
    if (!json_is_array(v) || json_array_size(v) > FEATURE_CODES_MAX)
        return fault_in(f, i, "special", "must be a list of at most 8 numbers");
    size_t k;
    json_t *code;
    json_array_foreach(v, k, code) {
        if (!json_is_number(code)) return fault_in(f, i, "special", "holds something not a number");
        out->codes[out->n_codes++] = json_number_value(code);
    }
    return OK;
}

static enum err read_direction(const json_t *v, int i, struct feature *out, struct fault *f) {
    const char *word = json_text(v, "direction", "");
    static const struct {
        const char *word;
        int sign;
    } words[] = {{"up", 1}, {"down", -1}, {"free", 0}};
    for (size_t k = 0; k < ARRAY_LEN(words); k++)
        if (!strcmp(words[k].word, word)) {
            out->direction = words[k].sign;
            return OK;
        }
    return fault_in(f, i, "direction",
                    "must be \"up\" (more is riskier), \"down\" (more is safer) or \"free\"");
}

static void read_reason(const json_t *v, const char *path, struct feature_reason *out) {
    const json_t *r = json_at(v, path);
    out->code = json_text(r, "code", NULL);
    out->text = json_text(r, "text", NULL);
}

static bool half_given(const struct feature_reason *r) { return !r->code != !r->text; }

static enum err read_reasons(const json_t *v, int i, struct feature *out, struct fault *f) {
    read_reason(v, "reasons.high", &out->high_reason);
    read_reason(v, "reasons.low", &out->low_reason);
    read_reason(v, "reasons.missing", &out->missing_reason);
    if (half_given(&out->high_reason) || half_given(&out->low_reason) ||
        half_given(&out->missing_reason))
        return fault_in(f, i, "reasons", "a reason needs both a code and a text");
    if (out->direction >= 0 && !out->high_reason.code)
        return fault_in(f, i, "reasons/high", "is missing: a high value may raise the risk");
    if (out->direction <= 0 && !out->low_reason.code)
        return fault_in(f, i, "reasons/low", "is missing: a low value may raise the risk");
    return OK;
}

static enum err read_one(const json_t *v, int i, struct feature *out, struct fault *f) {
    *out = (struct feature){.typical = NAN, .needs = -1};
    out->name = json_text(v, "name", NULL);
    if (!out->name || !*out->name) return fault_in(f, i, "name", "is missing");
    out->column = json_text(v, "column", out->name);
    out->about = json_text(v, "about", "");
    if (!real_pair(json_object_get(v, "range"), &out->low, &out->high))
        return fault_in(f, i, "range", "must be [low, high] with low below high");
    const json_t *typical = json_object_get(v, "typical");
    if (json_is_number(typical)) out->typical = json_number_value(typical);
    enum err e = read_codes(json_object_get(v, "special"), i, out, f);
    if (!e) e = read_direction(v, i, out, f);
    return e ? e : read_reasons(v, i, out, f);
}

static enum err read_needs(const json_t *v, int i, struct features *fs, struct fault *f) {
    const json_t *needs = json_object_get(v, "needs");
    if (!needs) return OK;
    fs->list[i].needs = features_find(fs, json_text(needs, "feature", ""));
    if (fs->list[i].needs < 0 || fs->list[i].needs == i)
        return fault_in(f, i, "needs/feature", "must name another feature");
    const json_t *above = json_object_get(needs, "above");
    if (!json_is_number(above)) return fault_in(f, i, "needs/above", "must be a number");
    fs->list[i].needs_above = json_number_value(above);
    return OK;
}

static enum err read_all(const json_t *array, struct features *out, struct fault *f) {
    size_t i;
    json_t *v;
    json_array_foreach(array, i, v) {
        enum err e = read_one(v, (int)i, &out->list[i], f);
        if (e) return e;
        if (features_find(out, out->list[i].name) >= 0)
            return fault_in(f, (int)i, "name", "is given twice");
        out->names[i] = out->list[i].name;
        out->n++;
    }
    json_array_foreach(array, i, v) {
        enum err e = read_needs(v, (int)i, out, f);
        if (e) return e;
    }
    return OK;
}

enum err features_read(const json_t *array, struct features *out, struct fault *f) {
    size_t n = json_array_size(array);
    if (n < 1 || n > FEATURES_MAX)
        return fault_set(f, ERR_INVALID, "features", "must be a list of 1 to %d features",
                         FEATURES_MAX);
    *out = (struct features){.source = json_incref((json_t *)array)};
    enum err e = read_all(array, out, f);
    if (e) features_reset(out);
    return e;
}

void features_reset(struct features *fs) {
    json_decref(fs->source);
    *fs = (struct features){0};
}

int features_find(const struct features *fs, const char *name) {
    for (int i = 0; i < fs->n; i++)
        if (!strcmp(fs->list[i].name, name)) return i;
    return -1;
}

float feature_unknown(const struct feature *ft) {
    if (!ft->direction) return NAN;
    return (float)(ft->direction > 0 ? ft->high + 1 : ft->low - 1);
}

bool feature_is_unknown(const struct feature *ft, float value) {
    return !(value >= (float)ft->low && value <= (float)ft->high);
}

enum feature_note feature_clean(const struct feature *ft, double raw, float *out) {
    *out = feature_unknown(ft);
    if (isnan(raw)) return FEATURE_FINE;
    for (int i = 0; i < ft->n_codes; i++)
        if (raw == ft->codes[i]) return FEATURE_CODED;
    double kept = fmin(fmax(raw, ft->low), ft->high);
    *out = (float)kept;
    return kept == raw ? FEATURE_FINE : FEATURE_CLIPPED;
}

void features_settle(const struct features *fs, float *row) {
    bool blank[FEATURES_MAX] = {false};
    for (int i = 0; i < fs->n; i++) {
        const struct feature *ft = &fs->list[i];
        if (ft->needs < 0) continue;
        float companion = row[ft->needs];
        blank[i] = feature_is_unknown(&fs->list[ft->needs], companion) || companion <= ft->needs_above;
    }
    for (int i = 0; i < fs->n; i++)
        if (blank[i]) row[i] = feature_unknown(&fs->list[i]);
}

static const struct feature_reason *given(const struct feature_reason *r) {
    return r->code ? r : NULL;
}

const struct feature_reason *feature_reason(const struct feature *ft, float value) {
    if (feature_is_unknown(ft, value)) return given(&ft->missing_reason);
    if (ft->direction > 0) return value > ft->low ? given(&ft->high_reason) : NULL;
    if (ft->direction < 0) return value < ft->high ? given(&ft->low_reason) : NULL;
    return given(value > ft->typical ? &ft->high_reason : &ft->low_reason);
}
