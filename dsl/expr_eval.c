/* expr_eval.c - values of a checked tree. No allocation; recursion is bounded by the reader. */
#include <string.h>

#include "base/fixed.h"
#include "base/zone.h"
#include "dsl/expr_node.h"

enum err eval_fault(struct eval *ev, const struct node *n, const char *why) {
    int len = n->length > 120 ? 120 : (int)n->length;
    return fault_set(ev->fault, ERR_INVALID, "", "‹%.*s› %s", len, ev->source + n->at, why);
}

/* ---- names ---- */

/* The fact that is looked at with another value, and all below one that is looked at as missing. */
static bool changed(const struct fact_change *c, const struct path *p, struct value *out) {
    size_t len;
    if (!strcmp(c->fact, p->dotted)) return *out = c->value, true;
    if (!c->value.missing) return false;
    len = strlen(c->fact);
    if (strncmp(c->fact, p->dotted, len) || p->dotted[len] != '.') return false;
    *out = (struct value){.missing = true};
    return true;
}

/* A record is there when a fact in it is looked at as if it were. */
static bool holds_change(const struct fact_change *c, const struct path *p) {
    size_t len = strlen(p->dotted);
    return !c->value.missing && !strncmp(c->fact, p->dotted, len) && c->fact[len] == '.';
}

static const json_t *follow(const json_t *j, const struct path *p, int from) {
    for (int i = from; j && i < p->n_parts; i++) j = json_object_get(j, p->parts[i]);
    return j;
}

static enum err read_json(struct eval *ev, const struct node *n, const json_t *j, struct value *out) {
    struct fault f; /* half a kilobyte: looked at only when there is something to say */
    if (value_from_json(j, n->type, out, NULL) == OK) return OK;
    if (value_from_json(j, n->type, out, &f) == OK) return OK;
    return eval_fault(ev, n, f.text);
}

/* The source text around a name is the name itself, so the fault says which. */
static enum err eval_name(struct eval *ev, const struct node *n, struct value *out) {
    const struct scope *s = ev->scope;
    if (n->slot > 0) {
        if (!s->slot) return eval_fault(ev, n, "has no value here");
        return s->slot(s->slot_who, n->slot, out, ev->fault);
    }
    if (s->change && changed(s->change, &n->path, out)) {
        out->kind = n->type->kind;
        return OK;
    }
    enum err e = read_json(ev, n, follow(s->names, &n->path, 0), out);
    if (e == OK && out->missing && s->change && holds_change(s->change, &n->path)) out->missing = false;
    return e;
}

static enum err present_value(struct eval *ev, const struct node *n, struct value *out) {
    enum err e = node_eval(ev, n, out);
    if (e != OK) return e;
    return out->missing ? eval_fault(ev, n, "is missing") : OK;
}

static enum err eval_today(struct eval *ev, struct value *out) {
    const struct scope *s = ev->scope;
    int64_t day = s->zone ? zone_day(s->zone, s->now_ms) : s->now_ms / 86400000 - (s->now_ms % 86400000 < 0);
    *out = (struct value){.kind = TYPE_DATE, .n = day};
    return OK;
}

/* ---- truths ---- */

enum err node_holds(struct eval *ev, const struct node *n, bool *out) {
    struct value v;
    enum err e = present_value(ev, n, &v);
    if (e == OK) *out = v.n != 0;
    return e;
}

static enum err holds_chain(struct eval *ev, const struct node *n, bool *out) {
    bool stop = n->op == NODE_OR;
    for (int i = 0; i < n->n_kids; i++) {
        enum err e = node_holds(ev, n->kids[i], out);
        if (e != OK || *out == stop) return e;
    }
    return OK;
}

static bool ordered(enum node_op op, int c) {
    switch (op) {
    case NODE_EQ: return c == 0;
    case NODE_NE: return c != 0;
    case NODE_LT: return c < 0;
    case NODE_LE: return c <= 0;
    case NODE_GT: return c > 0;
    default: return c >= 0;
    }
}

static enum err compare(struct eval *ev, const struct node *n, bool *out) {
    struct value a, b;
    enum err e = present_value(ev, n->kids[0], &a);
    if (e == OK) e = present_value(ev, n->kids[1], &b);
    if (e == OK) *out = ordered(n->op, value_compare(&a, &b));
    return e;
}

static enum err between(struct eval *ev, const struct node *n, bool *out) {
    struct value v, low, high;
    enum err e = present_value(ev, n->kids[0], &v);
    if (e == OK) e = present_value(ev, n->kids[1], &low);
    if (e == OK) e = present_value(ev, n->kids[2], &high);
    if (e == OK) *out = value_compare(&v, &low) >= 0 && value_compare(&v, &high) <= 0;
    return e;
}

static enum err within(struct eval *ev, const struct node *n, bool *out) {
    struct value v;
    enum err e = present_value(ev, n->kids[0], &v);
    *out = false;
    for (int i = 1; e == OK && !*out && i < n->n_kids; i++) *out = value_compare(&v, &n->kids[i]->value) == 0;
    return e;
}

static enum err has(struct eval *ev, const struct node *n, bool *out) {
    struct value v;
    enum err e = node_eval(ev, n->kids[0], &v);
    if (e == OK) *out = !v.missing;
    return e;
}

static enum err truth(struct eval *ev, const struct node *n, struct value *out) {
    bool yes = false;
    enum err e;
    switch (n->op) {
    case NODE_AND:
    case NODE_OR: e = holds_chain(ev, n, &yes); break;
    case NODE_NOT:
        e = node_holds(ev, n->kids[0], &yes);
        yes = !yes;
        break;
    case NODE_IN: e = within(ev, n, &yes); break;
    case NODE_BETWEEN: e = between(ev, n, &yes); break;
    case NODE_HAS: e = has(ev, n, &yes); break;
    default: e = compare(ev, n, &yes); break;
    }
    *out = (struct value){.kind = TYPE_TRUTH, .n = yes};
    return e;
}

/* ---- values ---- */

static void typed(const struct node *n, struct value *v) {
    v->kind = n->type->kind;
    if (v->kind == TYPE_MONEY) memcpy(v->currency, n->type->currency, sizeof v->currency);
}

static enum err eval_default(struct eval *ev, const struct node *n, struct value *out) {
    enum err e = node_eval(ev, n->kids[0], out);
    if (e == OK && out->missing) e = node_eval(ev, n->kids[1], out);
    if (e == OK) out->kind = n->type->kind;
    return e;
}

static enum err extreme(struct eval *ev, const struct node *n, struct value *out) {
    enum err e = present_value(ev, n->kids[0], out);
    for (int i = 1; e == OK && i < n->n_kids; i++) {
        struct value v;
        if ((e = present_value(ev, n->kids[i], &v)) != OK) break;
        if (n->op == NODE_MIN ? v.n < out->n : v.n > out->n) *out = v;
    }
    typed(n, out);
    return e;
}

static enum err operate(struct eval *ev, const struct node *n, struct value *out) {
    struct value a, b;
    enum err e = present_value(ev, n->kids[0], &a);
    if (e == OK && n->op != NODE_NEG) e = present_value(ev, n->kids[1], &b);
    if (e != OK) return e;
    *out = (struct value){.kind = n->type->kind};
    typed(n, out);
    if (n->op == NODE_NEG) return fixed_sub(0, a.n, &out->n) ? OK : eval_fault(ev, n, "is too big");
    return eval_arithmetic(ev, n, &a, &b, out);
}

static enum err paragraph(struct eval *ev, const struct node *n, struct value *out) {
    const struct scope *s = ev->scope;
    *out = (struct value){.kind = n->type->kind};
    if (n->op == NODE_VISITS) {
        if (!s->visits) return eval_fault(ev, n, "cannot be asked here");
        out->n = (int64_t)s->visits(s->who, n->path.dotted) * FIXED_ONE;
        return OK;
    }
    if (!s->ended) return eval_fault(ev, n, "cannot be asked here");
    out->n = s->ended(s->who, n->path.dotted);
    return OK;
}

static enum err eval_formula(struct eval *ev, const struct node *n, struct value *out) {
    struct value args[FORMULA_ARGS];
    struct fault why = {0};
    enum err e = OK;
    for (int i = 0; e == OK && i < n->n_kids; i++) e = present_value(ev, n->kids[i], &args[i]);
    if (e != OK) return e;
    return formula_call(n->formula, args, ev->scope->steps_left, out, &why) == OK ? OK : fault_set(ev->fault, ERR_INVALID, "", "%s", why.text);
}

/* `it` as a whole, or a field of it. */
static enum err eval_it(struct eval *ev, const struct node *n, struct value *out) {
    return read_json(ev, n, follow(ev->it, &n->path, 1), out);
}

enum err node_eval(struct eval *ev, const struct node *n, struct value *out) {
    switch (n->op) {
    case NODE_CONST: *out = n->value; return OK;
    case NODE_NAME: return eval_name(ev, n, out);
    case NODE_IT: return eval_it(ev, n, out);
    case NODE_TODAY: return eval_today(ev, out);
    case NODE_AND: case NODE_OR: case NODE_NOT: case NODE_EQ: case NODE_NE: case NODE_LT: case NODE_LE:
    case NODE_GT: case NODE_GE: case NODE_IN: case NODE_BETWEEN: case NODE_HAS: return truth(ev, n, out);
    case NODE_ADD: case NODE_SUB: case NODE_MUL: case NODE_DIV: case NODE_NEG: return operate(ev, n, out);
    case NODE_DEFAULT: return eval_default(ev, n, out);
    case NODE_MIN:
    case NODE_MAX: return extreme(ev, n, out);
    case NODE_COUNT: case NODE_ANY: case NODE_ALL: case NODE_SUM: case NODE_LEAST: case NODE_MOST: return eval_list(ev, n, out);
    case NODE_VISITS:
    case NODE_ENDED: return paragraph(ev, n, out);
    case NODE_FORMULA: return eval_formula(ev, n, out);
    case NODE_POISON: break;
    }
    return eval_fault(ev, n, "was never checked");
}

/* ---- the front ---- */

enum err expr_eval(const struct expr *e, const struct scope *s, struct value *out, struct trace *t, struct fault *f) {
    struct eval ev = {.scope = s, .fault = f, .source = e->source};
    enum err err = node_eval(&ev, e->root, out);
    if (err != OK || !t) return err;
    return node_trace(&ev, e->root, out->n != 0, t);
}

enum err expr_holds(const struct expr *e, const struct scope *s, bool *out, struct trace *t, struct fault *f) {
    struct eval ev = {.scope = s, .fault = f, .source = e->source};
    enum err err = node_holds(&ev, e->root, out);
    if (err != OK || !t) return err;
    return node_trace(&ev, e->root, *out, t);
}
