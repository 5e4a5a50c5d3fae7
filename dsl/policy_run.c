#include "dsl/policy_run.h"

#include <string.h>

#include "base/fixed.h"

enum { NAMED_DEPTH = 32 };

/* ---- what names with a slot mean ---- */

struct memo *policy_memo(struct policy_run *r, enum policy_named_kind kind, int index) {
    int at = index;
    if (kind != NAMED_FACT) at += r->p->n_facts;
    if (kind == NAMED_LIMIT) at += r->p->n_tables;
    return &r->memos[at];
}

/* First row that fits; a cell that is "-" fits anything. */
static enum err table_value(struct policy_run *r, const struct policy_table *t, struct value *out) {
    for (int i = 0; i < t->n_rows; i++) {
        bool fits = true;
        for (int c = 0; fits && c < t->n_by; c++) {
            if (!t->rows[i].cells[c]) continue;
            enum err e = expr_holds(t->rows[i].cells[c], &r->scope, &fits, NULL, &r->fault);
            if (e != OK) return e;
        }
        if (fits) return *out = t->rows[i].result, OK;
    }
    *out = (struct value){.kind = t->gives->kind, .missing = true};
    return OK;
}

static enum err amount_of(struct policy_run *r, const struct expr *e, struct value *out) {
    enum err err = expr_eval(e, &r->scope, out, NULL, &r->fault);
    if (err != OK || !out->missing) return err;
    return fault_set(&r->fault, ERR_INVALID, "", "‹%.120s› is missing", expr_source(e));
}

static enum err limit_value(struct policy_run *r, const struct policy_limit *l, struct value *out) {
    struct value cap, step;
    enum err e = amount_of(r, l->base, out);
    if (e == OK && l->cap && (e = amount_of(r, l->cap, &cap)) == OK && cap.n < out->n) out->n = cap.n;
    if (e != OK || !l->round_down) return e;
    if ((e = amount_of(r, l->round_down, &step)) != OK) return e;
    if (step.n > 0 && out->n > 0) out->n -= out->n % step.n;
    return OK;
}

static enum err named_value(struct policy_run *r, enum policy_named_kind kind, int index, struct value *out) {
    switch (kind) {
    case NAMED_FACT: return expr_eval(r->p->facts[index].is, &r->scope, out, NULL, &r->fault);
    case NAMED_TABLE: return table_value(r, &r->p->tables[index], out);
    case NAMED_LIMIT: return limit_value(r, &r->p->limits[index], out);
    case NAMED_THRESHOLD: *out = r->p->thresholds[index].value; return OK;
    }
    return fault_set(&r->fault, ERR_BUG, "", "a name of no kind");
}

/* Once per pass; entries that read each other in a round end here instead of never. */
static enum err remembered(struct policy_run *r, enum policy_named_kind kind, int index, struct value *out) {
    if (kind == NAMED_THRESHOLD) return named_value(r, kind, index, out);
    struct memo *m = policy_memo(r, kind, index);
    if (m->pass == r->pass && !m->running) return *out = m->value, OK;
    if (m->running || r->depth >= NAMED_DEPTH)
        return fault_set(&r->fault, ERR_INVALID, "", "facts, tables and limits build on each other too deeply");
    m->running = true;
    r->depth++;
    enum err e = named_value(r, kind, index, out);
    r->depth--;
    m->running = false;
    if (e == OK) m->value = *out, m->pass = r->pass;
    return e;
}

static int count_of(const struct policy *p, enum policy_named_kind kind) {
    const int counts[] = {[NAMED_FACT] = p->n_facts, [NAMED_TABLE] = p->n_tables, [NAMED_LIMIT] = p->n_limits,
                          [NAMED_THRESHOLD] = p->n_thresholds};
    return counts[kind];
}

static enum err slot_value(void *who, int slot, struct value *out, struct fault *f) {
    struct policy_run *r = who;
    enum policy_named_kind kind = (enum policy_named_kind)((slot - 1) % 4);
    int index = (slot - 1) / 4;
    if (slot < 1 || index >= count_of(r->p, kind)) return fault_set(f, ERR_BUG, "", "a name with no place");
    enum err e = remembered(r, kind, index, out);
    if (e != OK && f != &r->fault && f) *f = r->fault;
    return e;
}

enum err policy_limit_value(struct policy_run *r, int limit, struct value *out) {
    return remembered(r, NAMED_LIMIT, limit, out);
}

enum err policy_limit_floor(struct policy_run *r, int limit, struct value *out) {
    const struct expr *floor = r->p->limits[limit].floor;
    *out = (struct value){.missing = true};
    return floor ? amount_of(r, floor, out) : OK;
}

/* ---- a pass ---- */

enum err policy_run_init(struct policy_run *r, const struct policy *p, const struct scope *s) {
    size_t n = (size_t)(p->n_facts + p->n_tables + p->n_limits);
    *r = (struct policy_run){.p = p, .scope = *s, .pass = 1};
    r->memos = calloc(n ? n : 1, sizeof *r->memos);
    r->scope.slot = slot_value;
    r->scope.slot_who = r;
    return r->memos ? OK : ERR_NOMEM;
}

void policy_run_reset(struct policy_run *r) {
    free(r->memos);
    r->memos = NULL;
}

void policy_run_again(struct policy_run *r, const struct fact_change *change) {
    r->pass++;
    r->scope.change = change;
}

enum err policy_rule_holds(struct policy_run *r, int rule, bool *out) {
    const struct policy_rule *u = &r->p->rules[rule];
    *out = true;
    return u->when ? expr_holds(u->when, &r->scope, out, NULL, &r->fault) : OK;
}

/* An approval's amount; *enough false: below the floor, or nothing left, so the rule is passed over. */
static enum err approved(struct policy_run *r, int rule, struct verdict *v, bool *enough) {
    const struct policy_rule *u = &r->p->rules[rule];
    struct value floor = {.missing = true};
    enum err e;
    *enough = true;
    if (u->limit < 0) return r->p->asked ? expr_eval(r->p->asked, &r->scope, &v->amount, NULL, &r->fault) : OK;
    if ((e = policy_limit_value(r, u->limit, &v->amount)) != OK) return e;
    if ((e = policy_limit_floor(r, u->limit, &floor)) != OK) return e;
    *enough = v->amount.n > 0 && (floor.missing || v->amount.n >= floor.n);
    if (*enough) return OK;
    if (v->n_passed < PASSED_MOST) v->passed[v->n_passed++] = (struct passed_over){rule, v->amount, floor};
    v->amount = (struct value){.missing = true};
    return OK;
}

static bool approves(const struct policy_rule *u) { return u->outcome && !strcmp(u->outcome, "approve"); }

static void faulted(const struct policy_run *r, struct verdict *v, int rule) {
    v->faulted = true;
    v->fault_rule = rule;
    v->rule = -1;
    v->outcome = "refer";
    v->amount = (struct value){.missing = true};
    (void)r;
}

void policy_run(struct policy_run *r, struct verdict *v) {
    *v = (struct verdict){.rule = -1, .fault_rule = -1, .amount = {.missing = true}};
    for (int i = 0; i < r->p->n_rules; i++) {
        bool holds, enough = true;
        enum err e = policy_rule_holds(r, i, &holds);
        if (e == OK && holds && approves(&r->p->rules[i])) e = approved(r, i, v, &enough);
        if (e != OK) {
            faulted(r, v, i);
            return;
        }
        if (!holds || !enough) continue;
        v->rule = i;
        v->outcome = r->p->rules[i].outcome;
        return;
    }
    fault_set(&r->fault, ERR_INVALID, "", "no rule decides%s", v->n_passed ? ": what they would give is below its floor" : "");
    faulted(r, v, -1);
}

const char *verdict_label(const struct policy *p, const struct verdict *v) {
    if (v->faulted) return "fault";
    if (v->outcome) return v->outcome;
    const struct policy_rule *u = &p->rules[v->rule];
    for (int i = 0; i < u->n_results; i++)
        if (u->results[i].value.text) return u->results[i].value.text;
    return u->name;
}

void policy_exprs(const struct policy *p, policy_expr_fn *each, void *who) {
    for (int i = 0; i < p->n_rules; i++)
        if (p->rules[i].when) each(who, p->rules[i].when);
    for (int i = 0; i < p->n_facts; i++) each(who, p->facts[i].is);
    for (int i = 0; i < p->n_tables; i++)
        for (int k = 0; k < p->tables[i].n_rows * p->tables[i].n_by; k++) {
            const struct expr *cell = p->tables[i].rows[k / p->tables[i].n_by].cells[k % p->tables[i].n_by];
            if (cell) each(who, cell);
        }
    for (int i = 0; i < p->n_limits; i++) {
        const struct policy_limit *l = &p->limits[i];
        const struct expr *all[] = {l->base, l->cap, l->floor, l->round_down};
        for (size_t k = 0; k < ARRAY_LEN(all); k++)
            if (all[k]) each(who, all[k]);
    }
    if (p->asked) each(who, p->asked);
}
