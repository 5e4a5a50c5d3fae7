/* card.c - writes the model card. */
#include "models/card.h"

#include <math.h>
#include <string.h>

static double real(const json_t *v, const char *key) {
    const json_t *n = json_object_get(v, key);
    return json_is_number(n) ? json_number_value(n) : NAN;
}

/* "0.862 (0.857 to 0.867)" */
static void add_interval(struct buf *out, const json_t *v, int digits) {
    double n[3];
    for (size_t i = 0; i < 3; i++) {
        const json_t *x = json_array_get(v, i);
        n[i] = json_is_number(x) ? json_number_value(x) : NAN;
    }
    if (isnan(n[0])) buf_adds(out, "-");
    else if (isnan(n[1])) buf_addf(out, "%.*f", digits, n[0]);
    else buf_addf(out, "%.*f (%.*f to %.*f)", digits, n[0], digits, n[1], digits, n[2]);
}

static void add_part(struct buf *out, const char *title, const json_t *card, const char *key) {
    const char *text = json_text(card, key, NULL);
    if (text) buf_addf(out, "## %s\n\n%s\n\n", title, text);
}

static void add_head(const json_t *m, struct buf *out) {
    const json_t *data = json_object_get(m, "data");
    buf_addf(out, "# Model card: %s, version %s\n\n%s.\n\n", json_text(m, "name", ""),
             json_text(m, "version", ""), json_text(m, "about", ""));
    buf_addf(out, "Target: %s. Trees: %lld, %s. Trained on %lld of %lld rows (data SHA-256 `%.16s...`, "
                  "spec `%.16s...`)",
             json_text(m, "target", ""), (long long)json_int(m, "trees", 0),
             json_text(m, "library", ""), (long long)json_int(data, "trained_on", 0),
             (long long)json_int(data, "rows", 0), json_text(data, "sha256", ""),
             json_text(m, "spec_sha256", ""));
    if (json_int(data, "held_back", 0))
        buf_addf(out, "; %lld rows were held back by a hash of their id and never trained on",
                 (long long)json_int(data, "held_back", 0));
    buf_adds(out, ".\n\n**A lender trains on its own loans before going live.** This artefact shows "
                  "that the method works and lets everything be tried; it knows nothing of your "
                  "customers.\n\n");
}

static void add_features(const json_t *m, struct buf *out) {
    buf_adds(out, "## Features\n\n| feature | what it is | valid range | more is |\n|---|---|---|---|\n");
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(m, "features"), i, v) {
        const json_t *range = json_object_get(v, "range");
        const char *way = json_text(v, "direction", "");
        buf_addf(out, "| %s | %s | %g to %g | %s |\n", json_text(v, "name", ""),
                 json_text(v, "about", ""), json_number_value(json_array_get(range, 0)),
                 json_number_value(json_array_get(range, 1)),
                 !strcmp(way, "up") ? "riskier" : !strcmp(way, "down") ? "safer" : "either");
    }
    buf_adds(out, "\nWhere a direction is given the trees are held to it: a worse value can never lower "
                  "the probability, and neither can leaving the value out.\n\n");
}

static void add_quality_row(struct buf *out, const char *title, const json_t *q) {
    if (!q) return;
    buf_addf(out, "| %s | %lld (%lld bad) | ", title, (long long)json_int(q, "rows", 0),
             (long long)json_int(q, "bad", 0));
    static const char *const keys[] = {"auc", "ks", "brier", "log_loss"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        add_interval(out, json_object_get(q, keys[i]), i < 2 ? 3 : 4);
        buf_adds(out, " | ");
    }
    buf_addc(out, '\n');
}

static void add_calibration(struct buf *out, const char *title, const json_t *q) {
    if (!q) return;
    buf_addf(out, "### Calibration, %s\n\n| tenth | rows | mean predicted | observed bad rate |\n"
                  "|--:|--:|--:|--:|\n", title);
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(q, "calibration"), i, row) {
        buf_addf(out, "| %zu | %lld | %.2f %% | %.2f %% |\n", i + 1,
                 (long long)json_int(row, "rows", 0), 100 * real(row, "mean_pd"),
                 100 * real(row, "bad_rate"));
    }
    buf_addc(out, '\n');
}

static void add_quality(const json_t *m, struct buf *out) {
    const json_t *metrics = json_object_get(m, "metrics"), *t = json_object_get(m, "training");
    const json_t *cv = json_object_get(metrics, "cross_validation");
    const json_t *held = json_object_get(metrics, "held_back");
    const json_t *gain = json_object_get(metrics, "gain");
    buf_addf(out, "## Quality\n\nFrom %lld times repeated %lld-fold stratified cross-validation; each "
                  "row is scored by models that did not see it, and calibrated by a curve that did not "
                  "see it. In brackets 95 %% bootstrap intervals over borrowers (the mean over the "
                  "repeats in every draw); they do not include the chance in training itself, nor any "
                  "change of times.\n\n| | rows | AUC | KS | Brier | log loss |\n"
                  "|---|---|---|---|---|---|\n",
             (long long)json_int(t, "repeats", 0), (long long)json_int(t, "folds", 0));
    add_quality_row(out, "cross-validation", cv);
    add_quality_row(out, "held-back rows, final model", held);
    if (gain) add_quality_row(out, json_text(gain, "baseline", ""), json_object_get(gain, "quality"));
    buf_addc(out, '\n');
    add_calibration(out, "cross-validation", cv);
    add_calibration(out, "held-back rows", held);
}

static void add_gain(const json_t *m, struct buf *out) {
    const json_t *gain = json_object_get(json_object_get(m, "metrics"), "gain");
    if (!gain) return;
    buf_addf(out, "## Gain over the baseline \"%s\"\n\nSame rows, same folds. AUC difference: ",
             json_text(gain, "baseline", ""));
    add_interval(out, json_object_get(gain, "auc_difference"), 3);
    buf_adds(out, ".\n\nAt the bad rate that the baseline has when it approves the first column, this "
                  "model approves (cut-offs found on the same rows, which flatters both a little):\n\n| baseline approves | at bad rate | this model approves | more "
                  "approvals, relative |\n|--:|---|---|---|\n");
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(gain, "at_equal_bad_rate"), i, row) {
        buf_addf(out, "| %.0f %% | ", 100 * real(row, "baseline_approvals"));
        add_interval(out, json_object_get(row, "bad_rate"), 3);
        buf_adds(out, " | ");
        add_interval(out, json_object_get(row, "approvals"), 3);
        buf_adds(out, " | ");
        add_interval(out, json_object_get(row, "relative_gain"), 3);
        buf_adds(out, " |\n");
    }
    buf_addc(out, '\n');
}

/* What the index of a sample of n rows from the same source is worth on average (ten cells). */
static double psi_by_chance(double n, double of) { return 9 * (1 / n + 1 / of); }

static void add_stability(const json_t *m, struct buf *out) {
    const json_t *psi = json_object_get(json_object_get(m, "metrics"), "stability_psi");
    double rows = (double)json_int(json_object_get(m, "data"), "trained_on", 1);
    double folds = (double)json_int(json_object_get(m, "training"), "folds", 5);
    buf_addf(out, "## Stability\n\nPopulation stability index of the scores: the most unusual fold "
                  "against all rows %.4f (a fold of this size has about %.4f by chance alone)",
             real(psi, "folds_most"), psi_by_chance(rows / folds, rows));
    if (json_object_get(psi, "held_back"))
        buf_addf(out, "; held-back rows %.4f", real(psi, "held_back"));
    buf_adds(out, ". Below 0.1 is usually read as stable. These are random splits of one period: they say "
                  "nothing about drift over time.\n\n");
}

static void add_cut(const json_t *cut, struct buf *out) {
    size_t i;
    json_t *g;
    json_array_foreach(json_object_get(cut, "groups"), i, g) {
        buf_addf(out, "| %.0f %% (pd <= %.4f) | %s | ", 100 * real(cut, "approvals"), real(cut, "pd"),
                 json_text(g, "group", ""));
        add_interval(out, json_object_get(g, "approval_rate"), 3);
        buf_adds(out, " | ");
        add_interval(out, json_object_get(g, "ratio"), 3);
        const json_t *high = json_array_get(json_object_get(g, "ratio"), 2);
        const json_t *value = json_array_get(json_object_get(g, "ratio"), 0);
        bool below = json_is_number(high) && json_number_value(high) < 0.8;
        bool near = json_is_number(value) && json_number_value(value) < 0.8;
        buf_adds(out, below ? " | below 0.8 |\n" : near ? " | under 0.8, within chance |\n" : " | |\n");
    }
}

static void add_attribute(const json_t *a, struct buf *out) {
    buf_addf(out, "### By %s\n\nReference: %s.\n\n| group | rows | bad rate | mean predicted |\n"
                  "|---|--:|--:|--:|\n", json_text(a, "attribute", ""), json_text(a, "reference", ""));
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(a, "groups"), i, v) {
        buf_addf(out, "| %s | %lld | %.2f %% | %.2f %% |\n", json_text(v, "group", ""),
                 (long long)json_int(v, "rows", 0), 100 * real(v, "bad_rate"),
                 100 * real(v, "mean_pd"));
    }
    buf_adds(out, "\n| approved in all | group | approval rate | ratio to the reference | |\n"
                  "|---|---|---|---|---|\n");
    json_array_foreach(json_object_get(a, "cut_offs"), i, v) add_cut(v, out);
    buf_addc(out, '\n');
}

static void add_fairness(const json_t *m, struct buf *out) {
    const json_t *list = json_object_get(json_object_get(m, "metrics"), "fairness");
    if (!json_array_size(list)) return;
    buf_adds(out, "## Adverse impact\n\nThe attributes below are no features; they are used here only. "
                  "A ratio under 0.8 (\"four fifths\") asks for a look at the cut-off and at less "
                  "unequal alternatives; it is neither proof nor acquittal.\n\n");
    size_t i;
    json_t *v;
    json_array_foreach(list, i, v) add_attribute(v, out);
}

static void add_limits(const json_t *card, struct buf *out) {
    buf_adds(out, "## Known limits\n\n");
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(card, "limits"), i, v) {
        buf_addf(out, "- %s\n", json_is_string(v) ? json_string_value(v) : "");
    }
}

void card_write(const json_t *m, struct buf *out) {
    const json_t *card = json_object_get(m, "card");
    add_head(m, out);
    add_part(out, "Data and provenance", card, "provenance");
    add_part(out, "Terms of the data", card, "terms");
    add_part(out, "Intended use", card, "use");
    add_part(out, "Not for", card, "not_for");
    add_features(m, out);
    add_quality(m, out);
    add_gain(m, out);
    add_stability(m, out);
    add_fairness(m, out);
    add_limits(card, out);
}
