/* scoring_row.c - choosing the model, making the row, writing the answer. */
#include "connectors/scoring_row.h"

#include <math.h>
#include <string.h>

#include "models/cashflow.h"
#include "models/serve.h"

#define SCORED_MAX 64

enum err models_open(struct models *m, const json_t *config, struct fault *f) {
    const char *bureau = json_text(config, "bureau", NULL), *cashflow = json_text(config, "cashflow", NULL);
    *m = (struct models){NULL, NULL};
    enum err e = bureau ? model_open(bureau, &m->bureau, f) : OK;
    if (e == OK && cashflow) e = model_open(cashflow, &m->cashflow, f);
    return e;
}

void models_reset(struct models *m) {
    if (m->bureau) model_free(m->bureau);
    if (m->cashflow) model_free(m->cashflow);
    *m = (struct models){NULL, NULL};
}

void scored_reset(struct scored *s) {
    json_decref(s->answer);
    s->answer = NULL;
}

char scored_band(double pd) { return pd <= 0.01 ? 'A' : pd <= 0.02 ? 'B' : pd <= 0.04 ? 'C' : pd <= 0.09 ? 'D' : 'E'; }

int scored_points(double pd) {
    double p = fmin(fmax(pd, 1e-6), 1 - 1e-6), points = 600 + 40 * log2((1 - p) / p / 19);
    return (int)lround(fmin(fmax(points, 300), 900));
}

struct draft { /* one applicant on the way */
    struct scored *to;
    struct model *model;
    json_t *features; /* of the cash flow; NULL without history */
    struct cashflow_facts facts;
    json_t *notes;
};

static void fail(struct scored *s, enum call_end end, const char *code, const char *why) {
    s->end = end;
    s->code = code;
    s->why = why;
}

static bool has_file(const json_t *bureau) {
    return json_is_object(bureau) && json_is_false(json_object_get(bureau, "thin"));
}

static bool has_history(const json_t *accounts) {
    return json_array_size(json_object_get(accounts, "transactions")) > 0;
}

/* A history that cannot be read is no reason to refuse somebody who has a bureau file. */
static void read_history(struct draft *d) {
    struct fault f;
    if (!has_history(d->to->accounts)) return;
    if (cashflow_from_answer(d->to->accounts, d->to->day, &d->features, &f) != OK) d->features = NULL;
    else if (cashflow_facts(d->to->accounts, d->to->day, &d->facts, &f) != OK) d->facts = (struct cashflow_facts){0};
}

static void choose(const struct models *m, struct draft *d) {
    bool file = has_file(d->to->bureau);
    if (file && m->bureau) d->model = m->bureau;
    else if (d->features && m->cashflow) d->model = m->cashflow;
    else if ((file && !m->bureau) || (d->features && !m->cashflow))
        fail(d->to, CALL_REFUSED, "no_model", "no model for this applicant's data is configured");
    else fail(d->to, CALL_REFUSED, "no_data", "neither a bureau file nor a bank history to judge by");
}

static double to_millionths(double v) { return (double)llround(v * 1e6) / 1e6; }

static json_t *reasons_json(const struct model_score *s) {
    json_t *list = json_array();
    for (int k = 0; list && k < s->n_reasons; k++) {
        const struct model_reason *r = &s->reasons[k];
        (void)json_array_append_new(list, json_pack("{s:s, s:s, s:f}", "code", r->code, "text", r->text, "effect",
                                                    to_millionths(r->effect)));
    }
    return list;
}

static int add_facts(json_t *answer, const struct draft *d) {
    const json_t *circular = json_object_get(d->features, "circular_share");
    if (!d->features) return 0;
    int bad = json_object_set_new(answer, "cashflow_months", json_integer(d->facts.months));
    if (d->facts.months)
        bad |= json_object_set_new(answer, "monthly_inflow",
                                   json_integer(d->facts.monthly_inflow_minor > 0 ? d->facts.monthly_inflow_minor : 0));
    if (json_is_number(circular))
        bad |= json_object_set_new(answer, "circular_share", json_real(to_millionths(json_number_value(circular))));
    return bad;
}

static void write_answer(const struct models *m, struct draft *d, const struct model_score *s) {
    char band[2] = {scored_band(s->pd), 0};
    json_t *v = json_pack("{s:f, s:i, s:s, s:s, s:s, s:o, s:O}", "pd", to_millionths(s->pd), "score", scored_points(s->pd),
                          "band", band, "model", d->model == m->bureau ? "bureau" : "cashflow", "model_version",
                          model_version(d->model), "reasons", reasons_json(s), "notes", d->notes);
    if (!v || add_facts(v, d)) {
        json_decref(v);
        fail(d->to, CALL_FAILED, NULL, "no memory for the answer");
        return;
    }
    d->to->end = CALL_DONE;
    d->to->answer = v;
}

/* Rows of one model, scored in one call. */
static void score_with(const struct models *m, struct model *model, struct draft *list, size_t n) {
    const char *const *names;
    size_t width = (size_t)model_features(model, &names), rows = 0;
    struct draft *of[SCORED_MAX];
    struct model_score out[SCORED_MAX];
    struct fault f;
    float *matrix = calloc(n * width + 1, sizeof *matrix);
    for (size_t k = 0; k < n; k++) {
        struct draft *d = &list[k];
        if (d->model != model) continue;
        const json_t *from = model == m->bureau ? d->to->bureau : d->features;
        if (!matrix || !d->notes) fail(d->to, CALL_FAILED, NULL, "no memory to score");
        else if (model_row(model, from, matrix + rows * width, d->notes, &f) != OK)
            fail(d->to, CALL_REFUSED, "bad_data", "the data do not fit the model");
        else of[rows++] = d;
    }
    enum err e = rows ? model_score(model, matrix, rows, true, out, &f) : OK;
    for (size_t k = 0; k < rows; k++)
        if (e == OK) write_answer(m, of[k], &out[k]);
        else fail(of[k]->to, CALL_FAILED, NULL, "the model could not score");
    free(matrix);
}

void models_score(struct models *m, struct scored **list, size_t n) {
    struct draft drafts[SCORED_MAX];
    INVARIANT(n <= SCORED_MAX);
    for (size_t k = 0; k < n; k++) {
        drafts[k] = (struct draft){.to = list[k], .notes = json_array()};
        fail(list[k], CALL_FAILED, NULL, "not scored");
        read_history(&drafts[k]);
        choose(m, &drafts[k]);
    }
    if (m->bureau) score_with(m, m->bureau, drafts, n);
    if (m->cashflow) score_with(m, m->cashflow, drafts, n);
    for (size_t k = 0; k < n; k++) {
        json_decref(drafts[k].features);
        json_decref(drafts[k].notes);
    }
}
