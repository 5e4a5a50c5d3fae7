/* policy_world.h - policies written down in C, so that deciding is tested without the file reader. */
#ifndef TESTS_DSL_POLICY_WORLD_H
#define TESTS_DSL_POLICY_WORLD_H

#include "dsl/policy_plan.h"
#include "tests/dsl/expr_world.h"

struct rule_text {
    const char *name, *when, *outcome, *reason, *limit;
};
struct named_text { /* a threshold or a fact */
    const char *name, *is;
};
struct limit_text {
    const char *name, *base, *cap, *floor, *round_down;
};
struct table_text {
    const char *name, *result;
    int n_by, n_rows;
    const char *cells[6][4]; /* conditions, then the result as an expression */
};
struct policy_text {
    struct named_text thresholds[9], facts[9]; /* the last stays empty */
    struct table_text tables[2];
    struct limit_text limits[4];
    struct rule_text rules[16]; /* ended by an empty one */
    bool no_outcome;
};

struct policy_world {
    struct world w;
    struct expr_name own[40];
    struct expr_scope inner;
    int n_own;
    struct policy p;
    struct policy_threshold thresholds[8];
    struct policy_fact facts[8];
    struct policy_table tables[2];
    struct policy_row rows[2][6];
    const struct expr *cells[2][6][4];
    struct policy_limit limits[4];
    struct policy_named named[24];
    struct policy_rule rules[16];
    struct need none;
};

static inline const struct expr *policy_read(struct policy_world *pw, const char *text) {
    const struct expr *e = NULL;
    if (!text) return NULL;
    pw->w.said[0] = '\0';
    enum err err = expr_read(text, strlen(text), &pw->inner, NULL, pw->w.arena, world_fault, &pw->w, &e);
    if (err != OK) fprintf(stderr, "test policy: %s: %s\n", text, pw->w.said), abort();
    return e;
}

static inline void policy_own(struct policy_world *pw, const char *name, enum policy_named_kind kind, int index,
                              const struct type *t, const struct expr *is, const struct value *constant) {
    pw->own[pw->n_own++] = (struct expr_name){.name = name, .type = t, .slot = policy_slot(kind, index), .is = is, .constant = constant};
    if (kind != NAMED_THRESHOLD) pw->named[pw->p.n_named++] = (struct policy_named){kind, index};
}

static inline void policy_table_open(struct policy_world *pw, const struct table_text *t) {
    int k = pw->p.n_tables++;
    const struct type *gives = NULL;
    for (int i = 0; i < t->n_rows; i++) {
        for (int c = 0; c < t->n_by; c++) pw->cells[k][i][c] = policy_read(pw, t->cells[i][c]);
        const struct expr *result = policy_read(pw, t->cells[i][t->n_by]);
        if (!expr_constant(result, &pw->rows[k][i].result)) abort();
        gives = expr_type(result);
        pw->rows[k][i].cells = pw->cells[k][i];
    }
    struct type *maybe = arena_alloc(pw->w.arena, sizeof *maybe);
    *maybe = *gives;
    maybe->maybe = true;
    pw->tables[k] = (struct policy_table){.name = t->name, .n_by = t->n_by, .gives = maybe, .result = t->result, .rows = pw->rows[k], .n_rows = t->n_rows};
    policy_own(pw, t->name, NAMED_TABLE, k, maybe, NULL, NULL);
}

static inline int policy_limit_index(const struct policy_world *pw, const char *name) {
    for (int i = 0; name && i < pw->p.n_limits; i++)
        if (!strcmp(pw->limits[i].name, name)) return i;
    return -1;
}

static inline void policy_open(struct policy_world *pw, const struct policy_text *t, const char *facts) {
    struct policy *p = &pw->p;
    memset(pw, 0, sizeof *pw);
    world_open(&pw->w, WORLD_SCHEMA, facts);
    pw->inner = (struct expr_scope){.outer = &pw->w.scope, .names = pw->own};
    *p = (struct policy){.name = "test_policy", .version = 7, .case_type = "loan", .hash = "h", .needs = &pw->none,
                         .thresholds = pw->thresholds, .facts = pw->facts, .tables = pw->tables, .limits = pw->limits,
                         .named = pw->named, .rules = pw->rules, .currency = "INR", .decides = !t->no_outcome};
    for (int i = 0; t->thresholds[i].name; i++) {
        const struct expr *e = policy_read(pw, t->thresholds[i].is);
        struct policy_threshold *h = &pw->thresholds[p->n_thresholds++];
        *h = (struct policy_threshold){.name = t->thresholds[i].name, .type = expr_type(e)};
        if (!expr_constant(e, &h->value)) abort();
        policy_own(pw, h->name, NAMED_THRESHOLD, i, h->type, NULL, &h->value);
    }
    for (int i = 0; t->facts[i].name; i++) {
        pw->facts[p->n_facts++] = (struct policy_fact){.name = t->facts[i].name, .is = policy_read(pw, t->facts[i].is)};
        policy_own(pw, t->facts[i].name, NAMED_FACT, i, expr_type(pw->facts[i].is), pw->facts[i].is, NULL);
    }
    for (int i = 0; i < 2 && t->tables[i].name; i++) policy_table_open(pw, &t->tables[i]);
    for (int i = 0; i < 4 && t->limits[i].name; i++) {
        const struct limit_text *l = &t->limits[i];
        pw->limits[p->n_limits++] = (struct policy_limit){.name = l->name, .base = policy_read(pw, l->base), .cap = policy_read(pw, l->cap),
                                                         .floor = policy_read(pw, l->floor), .round_down = policy_read(pw, l->round_down)};
        policy_own(pw, l->name, NAMED_LIMIT, i, expr_type(pw->limits[i].base), NULL, NULL);
    }
    for (int i = 0; t->rules[i].name; i++) {
        const struct rule_text *r = &t->rules[i];
        pw->rules[p->n_rules++] = (struct policy_rule){.name = r->name, .when = policy_read(pw, r->when), .outcome = r->outcome,
                                                      .reason = r->reason, .limit = policy_limit_index(pw, r->limit), .line = 10 + i};
        if (r->when && expr_known_when(pw->rules[i].when, false, pw->inner.known, pw->w.arena, &pw->inner.known) != OK) abort();
    }
    p->asked = policy_read(pw, "case.amount");
}

static inline void policy_close(struct policy_world *pw) { world_close(&pw->w); }

static inline json_t *policy_decision(struct policy_world *pw) {
    json_t *d = NULL;
    struct fault f = {0};
    enum err e = policy_decide(&pw->p, &pw->w.at, &d, &f);
    if (e != OK) fprintf(stderr, "decide: %s\n", f.text);
    return e == OK ? d : NULL;
}

/* Sets a fact ("risk.pd") in the world. */
static inline void policy_set(struct policy_world *pw, const char *record, const char *field, json_t *v) {
    json_t *r = json_object_get(pw->w.facts, record);
    if (!r) json_object_set_new(pw->w.facts, record, r = json_object());
    json_object_set_new(r, field, v);
}

static inline const struct policy_text *loan_policy(void) {
    static const struct policy_text T = {
        .thresholds = {{"pd_approve", "4%"}, {"pd_refer", "9%"}},
        .facts = {{"steady", "default(risk.months, 0) >= 6"}, {"half", "0.5 * risk.pd"}},
        .limits = {{"starter", "min(case.amount, 0.3 * default(case.income, 0))", "rupees(25000)", "rupees(2000)", "rupees(500)"}},
        .rules = {{"under_age", "case.age < 18", "decline", "R01", NULL},
                  {"too_risky", "risk.pd > pd_refer", "decline", "R08", NULL},
                  {"vulnerable", "case.vulnerable", "refer", "R03", NULL},
                  {"approve", "risk.pd <= pd_approve", "approve", NULL, NULL},
                  {"thin", "has(bureau) and default(bureau.thin, false) and steady", "approve", NULL, "starter"},
                  {"farmer", "case.kind == 'farmer' and half > 4.5%", "refer", "R05", NULL},
                  {"otherwise", NULL, "refer", "R07", NULL}}};
    return &T;
}

#endif
