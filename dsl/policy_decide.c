/* policy_decide.c - a decision and everything that is kept of it, as JSON with a fixed order of keys. */
#include "dsl/policy.h"

#include <string.h>

#include "dsl/policy_run.h"

/* ---- facts ---- */

static void add_fact(struct fact_list *out, const struct node *n) {
    if (n->slot > 0 || out->n == (int)ARRAY_LEN(out->all)) return;
    for (int i = 0; i < out->n; i++)
        if (out->all[i]->path.hash == n->path.hash && !strcmp(out->all[i]->path.dotted, n->path.dotted)) return;
    out->all[out->n++] = n;
}

static void walk_facts(struct fact_list *out, const struct node *n) {
    if (n->op == NODE_NAME) add_fact(out, n);
    for (int i = 0; i < n->n_kids; i++)
        if (n->kids[i]) walk_facts(out, n->kids[i]);
}
static void each_expr(void *who, const struct expr *e) { walk_facts(who, e->root); }

/* A fact seen through a guard is typed as never missing there; the flips must know it may be, so of
 * two uses the one that says maybe is kept. */
static void prefer_maybe(struct fact_list *out, const struct node *n) {
    if (n->op == NODE_NAME && n->slot == 0 && n->type->maybe)
        for (int i = 0; i < out->n; i++)
            if (!out->all[i]->type->maybe && !strcmp(out->all[i]->path.dotted, n->path.dotted)) out->all[i] = n;
    for (int i = 0; i < n->n_kids; i++)
        if (n->kids[i]) prefer_maybe(out, n->kids[i]);
}
static void each_again(void *who, const struct expr *e) { prefer_maybe(who, e->root); }

void policy_facts(const struct policy *p, struct fact_list *out) {
    out->n = 0;
    policy_exprs(p, each_expr, out);
    policy_exprs(p, each_again, out);
}

static json_t *fact_json(const struct scope *s, const struct node *n) {
    struct eval ev = {.scope = s, .source = n->path.dotted};
    struct value v;
    if (node_eval(&ev, n, &v) != OK) return json_string("<unreadable>");
    if (v.missing) return json_null();
    if (v.kind == TYPE_LIST) return json_pack("{s:I}", "items", (json_int_t)json_array_size(v.json));
    if (v.kind == TYPE_RECORD || v.kind == TYPE_OPAQUE) return json_true();
    return value_shown_new(&v, n->type);
}

static json_t *facts_new(const struct policy_run *r, const struct fact_list *facts) {
    json_t *all = json_object();
    for (int i = 0; all && i < facts->n; i++)
        if (json_put_take(all, facts->all[i]->path.dotted, fact_json(&r->scope, facts->all[i])) != OK) return json_decref(all), NULL;
    return all;
}

static json_t *sources_new(const struct policy *p) {
    json_t *all = json_object();
    for (const struct need *n = p->needs; all && n && n->name; n++)
        if (n->op && json_put_take(all, n->name, json_string(n->op->name)) != OK) return json_decref(all), NULL;
    return all;
}

/* ---- reasons ---- */

static enum err add_reason(json_t *reasons, const char *reason) {
    size_t i;
    json_t *one;
    if (!reason) return OK;
    json_array_foreach(reasons, i, one) {
        if (!strcmp(json_string_value(one), reason)) return OK;
    }
    return json_array_append_new(reasons, json_string(reason)) == 0 ? OK : ERR_NOMEM;
}

static bool same_outcome(const struct policy_rule *a, const struct policy_rule *b) {
    if (!a->outcome || !b->outcome) return !a->outcome && !b->outcome && a->n_results && b->n_results &&
               a->results[0].value.text && b->results[0].value.text && !strcmp(a->results[0].value.text, b->results[0].value.text);
    return !strcmp(a->outcome, b->outcome);
}

/* The deciding rule's, then those of later rules with the same outcome that hold as well. A later
 * rule may read what an earlier one had to make sure of: that it cannot be read here is no fault. */
static json_t *reasons_new(struct policy_run *r, const struct verdict *v) {
    json_t *reasons = json_array();
    if (!reasons || v->rule < 0) return reasons;
    const struct policy_rule *rules = r->p->rules;
    enum err e = add_reason(reasons, rules[v->rule].reason);
    for (int i = v->rule + 1; e == OK && i < r->p->n_rules; i++) {
        bool holds = false;
        if (!rules[i].when || !rules[i].reason || !same_outcome(&rules[i], &rules[v->rule])) continue;
        if (policy_rule_holds(r, i, &holds) == OK && holds) e = add_reason(reasons, rules[i].reason);
    }
    if (e == OK) return reasons;
    json_decref(reasons);
    return NULL;
}

/* ---- the rule and its parts ---- */

static enum err put_rule(struct policy_run *r, const struct verdict *v, json_t *d) {
    struct trace t = {.parts = json_array()};
    enum err e = OK;
    bool holds;
    if (!t.parts) return ERR_NOMEM;
    if (v->rule >= 0) {
        const struct policy_rule *u = &r->p->rules[v->rule];
        if (u->when && expr_holds(u->when, &r->scope, &holds, &t, &r->fault) == ERR_NOMEM) e = ERR_NOMEM;
        if (e == OK) e = json_put_take(d, "rule", json_string(u->name));
        if (e == OK) e = json_put_take(d, "line", json_integer(u->line));
    }
    if (e == OK) e = json_put_take(d, "parts", json_incref(t.parts));
    json_decref(t.parts);
    return e;
}

static json_t *passed_new(const struct policy_run *r, const struct verdict *v) {
    json_t *all = json_array();
    for (int i = 0; all && i < v->n_passed; i++) {
        const struct passed_over *o = &v->passed[i];
        const struct policy_rule *u = &r->p->rules[o->rule];
        const char *why = o->floor.missing ? "its limit leaves nothing" : "its limit is below its floor";
        json_t *one = json_pack("{s:s, s:i, s:s, s:s, s:o, s:o}", "rule", u->name, "line", u->line, "limit", r->p->limits[u->limit].name,
                                "why", why, "amount", value_json_new(&o->value), "floor", value_json_new(&o->floor));
        if (!one || json_array_append_new(all, one) != 0) return json_decref(all), NULL;
    }
    return all;
}

/* ---- declared results ---- */

static bool own_key(const char *name) {
    return !strcmp(name, "outcome") || !strcmp(name, "amount") || !strcmp(name, "reasons");
}

/* A rule's constant, else the table that answers it, else nothing. */
static enum err result_value(struct policy_run *r, const struct verdict *v, const char *name, struct value *out) {
    const struct policy_rule *u = v->rule >= 0 ? &r->p->rules[v->rule] : NULL;
    *out = (struct value){.missing = true};
    for (int i = 0; u && i < u->n_results; i++)
        if (!strcmp(u->results[i].name, name)) return *out = u->results[i].value, OK;
    for (int i = 0; i < r->p->n_tables; i++)
        if (r->p->tables[i].result && !strcmp(r->p->tables[i].result, name))
            return r->scope.slot(r->scope.slot_who, policy_slot(NAMED_TABLE, i), out, &r->fault);
    return OK;
}

/* A result that cannot be told is a fault of the decision, like a rule that cannot be read. */
static enum err put_results(struct policy_run *r, struct verdict *v, json_t *d) {
    const struct type_field *f = r->p->gives ? r->p->gives->fields : NULL;
    for (; f && f->name; f++) {
        struct value value;
        if (own_key(f->name)) continue;
        if (v->faulted || result_value(r, v, f->name, &value) != OK) value = (struct value){.missing = true};
        if (json_put_take(d, f->name, value_json_new(&value)) != OK) return ERR_NOMEM;
    }
    return OK;
}

static bool results_readable(struct policy_run *r, const struct verdict *v) {
    struct value value;
    for (const struct type_field *f = r->p->gives ? r->p->gives->fields : NULL; f && f->name; f++)
        if (!own_key(f->name) && result_value(r, v, f->name, &value) != OK) return false;
    return true;
}

/* ---- all of it ---- */

static enum err put_fault(struct policy_run *r, const struct verdict *v, const struct fault *why, json_t *d) {
    const struct policy_rule *u = v->fault_rule >= 0 ? &r->p->rules[v->fault_rule] : NULL;
    if (!v->faulted) return OK;
    return json_put_take(d, "fault", json_pack("{s:s?, s:i, s:s}", "rule", u ? u->name : NULL, "line", u ? u->line : 0, "text", why->text));
}

/* Whoever decides after a referral, or reads a decline, sees the amount asked: so that a flow finds an
 * amount in every decision (policy_plan.h, asked). */
static struct value decided_amount(struct policy_run *r, const struct verdict *v) {
    struct value asked = v->amount;
    struct fault ignored = {0};
    if (!asked.missing || !r->p->asked) return asked;
    if (expr_eval(r->p->asked, &r->scope, &asked, NULL, &ignored) != OK) asked = (struct value){.missing = true};
    return asked;
}

static enum err put_head(struct policy_run *r, const struct verdict *v, json_t *d) {
    const struct policy *p = r->p;
    enum err e = json_put_take(d, "policy", json_sprintf("%s@%d", p->name, p->version));
    if (e == OK) e = json_put_take(d, "hash", json_string(p->hash));
    if (e == OK && (p->decides || v->faulted)) e = json_put_take(d, "outcome", v->outcome ? json_string(v->outcome) : json_null());
    if (e == OK && p->decides) {
        struct value amount = decided_amount(r, v);
        e = json_put_take(d, "amount", value_json_new(&amount));
    }
    return e;
}

static enum err describe(struct policy_run *r, struct verdict *v, json_t *d) {
    struct fault why = r->fault;
    struct fact_list facts;
    policy_facts(r->p, &facts);
    enum err e = put_head(r, v, d);
    if (e == OK) e = json_put_take(d, "reasons", reasons_new(r, v));
    if (e == OK) e = put_results(r, v, d);
    if (e == OK) e = put_rule(r, v, d);
    if (e == OK) e = json_put_take(d, "facts", facts_new(r, &facts));
    if (e == OK) e = json_put_take(d, "sources", sources_new(r->p));
    if (e == OK) e = json_put_take(d, "thresholds", policy_thresholds_new(r->p));
    if (e == OK) e = json_put_take(d, "passed_over", passed_new(r, v));
    if (e == OK) e = put_fault(r, v, &why, d);
    if (e == OK) e = policy_flips(r, &facts, v, d);
    return e;
}

enum err policy_decide(const struct policy *p, const struct scope *s, json_t **decision_new, struct fault *f) {
    struct policy_run r;
    struct verdict v;
    enum err e = policy_run_init(&r, p, s);
    if (e != OK) return fault_set(f, e, "", "no memory for a decision");
    policy_run(&r, &v);
    if (!v.faulted && !results_readable(&r, &v)) {
        v = (struct verdict){.rule = -1, .faulted = true, .fault_rule = v.rule, .outcome = "refer", .amount = {.missing = true}};
    }
    json_t *d = json_object();
    e = d ? describe(&r, &v, d) : ERR_NOMEM;
    policy_run_reset(&r);
    if (e == OK) return *decision_new = d, OK;
    json_decref(d);
    return fault_set(f, e, "", "no memory for a decision");
}
