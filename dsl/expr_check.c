/* expr_check.c - types from the leaves up. A part with a fault is poisoned and keeps quiet from
 * then on; everything else is still judged, so that one reading tells all there is to mend. */
#include <string.h>

#include "base/text.h"
#include "dsl/expr_node.h"

static void check(struct reading *r, struct node *n);

static bool is(const struct node *n, enum type_kind k) { return n->type->kind == k; }

static void learn(struct reading *r, const struct node *n, bool outcome) {
    const struct expr_known *k;
    if (known_when(n, outcome, r->known, r->arena, &k) != OK) r->nomem = true;
    else r->known = k;
}

/* A part of and, or, not, where: a truth that is there. */
static bool condition(struct reading *r, struct node *n) {
    char what[64];
    if (!present(r, n)) return false;
    if (is(n, TYPE_TRUTH)) return true;
    said(r, n, what, sizeof what);
    reading_fault(r, n->at, n->length, "no-condition", "%s is %s, where something true or false is wanted; compare it with something", what,
                  type_words(n->type, r->arena));
    return false;
}

/* In `A and B`, B knows A; in `A or B`, B knows not A. What was learned inside ends with it. */
static void check_chain(struct reading *r, struct node *n) {
    const struct expr_known *before = r->known;
    bool sound = true;
    for (int i = 0; i < n->n_kids; i++) {
        check(r, n->kids[i]);
        sound &= condition(r, n->kids[i]);
        learn(r, n->kids[i], n->op == NODE_AND);
    }
    r->known = before;
    n->type = type_basic(sound ? TYPE_TRUTH : TYPE_UNKNOWN);
}

static bool all_present(struct reading *r, const struct node *n) {
    bool sound = true;
    for (int i = 0; i < n->n_kids; i++) sound &= present(r, n->kids[i]);
    return sound;
}

static bool comparable(struct reading *r, const struct node *n) {
    char what[64];
    if (!is(n, TYPE_LIST) && !is(n, TYPE_RECORD) && !is(n, TYPE_OPAQUE)) return true;
    said(r, n, what, sizeof what);
    reading_fault(r, n->at, n->length, "not-comparable", "%s is %s and cannot be compared; name one field of it, or use has() or count()", what,
                  type_words(n->type, r->arena));
    return false;
}

static bool in_order(struct reading *r, const struct node *n) {
    const struct node *a = n->kids[0];
    if (type_ordered(a->type)) return true;
    reading_fault(r, n->at, n->length, "not-ordered", "%s has no order; use ==, ~= or in", type_words(a->type, r->arena));
    return false;
}

/* == ~= < <= > >=, in, between: the first operand against all others. */
static void check_comparison(struct reading *r, struct node *n) {
    bool sound, ordered = n->op != NODE_EQ && n->op != NODE_NE && n->op != NODE_IN;
    for (int i = 0; i < n->n_kids; i++) check(r, n->kids[i]);
    sound = all_present(r, n);
    for (int i = 0; sound && i < n->n_kids; i++) sound = comparable(r, n->kids[i]);
    for (int i = 1; sound && i < n->n_kids; i++) sound = unify(r, n->kids[0], n->kids[i]);
    if (sound && ordered) sound = in_order(r, n);
    n->type = type_basic(sound ? TYPE_TRUTH : TYPE_UNKNOWN);
}

static void check_not(struct reading *r, struct node *n) {
    check(r, n->kids[0]);
    n->type = type_basic(condition(r, n->kids[0]) ? TYPE_TRUTH : TYPE_UNKNOWN);
}

static void check_has(struct reading *r, struct node *n) {
    check(r, n->kids[0]);
    n->type = type_basic(is(n->kids[0], TYPE_UNKNOWN) ? TYPE_UNKNOWN : TYPE_TRUTH);
}

static void check_default(struct reading *r, struct node *n) {
    struct node *a = n->kids[0], *b = n->kids[1];
    check(r, a);
    check(r, b);
    poison(n);
    if (!unify(r, a, b)) return;
    const struct type *t = type_maybe(a->type, b->type->maybe, r->arena);
    if (!t) r->nomem = true;
    else n->type = t, n->flex = a->flex && b->flex;
}

/* min(a, b, ...): the type of the first that is not just a number written out. */
static void check_extreme(struct reading *r, struct node *n) {
    struct node *like = n->kids[0];
    bool sound;
    for (int i = 0; i < n->n_kids; i++) check(r, n->kids[i]);
    sound = all_present(r, n);
    for (int i = 0; i < n->n_kids && like->flex; i++)
        if (!n->kids[i]->flex) like = n->kids[i];
    for (int i = 0; sound && i < n->n_kids; i++)
        if (n->kids[i] != like) sound = unify(r, like, n->kids[i]);
    poison(n);
    if (!sound) return;
    if (!type_ordered(like->type)) {
        reading_fault(r, n->at, n->length, "not-ordered", "%s has no smallest or largest", type_words(like->type, r->arena));
        return;
    }
    n->type = like->type;
    n->flex = like->flex;
}

static void check_paragraph(struct reading *r, struct node *n) {
    const char *const *all = NULL, *name = n->path.dotted, *near;
    for (const struct expr_scope *s = r->scope; s && !all; s = s->outer) all = s->paragraphs;
    n->type = n->op == NODE_VISITS ? type_basic(TYPE_NUMBER) : type_basic(TYPE_TRUTH);
    if (!all) {
        reading_fault(r, n->at, n->length, "no-paragraphs", "visits() and ended() stand only in flows: here there are no paragraphs");
        poison(n);
        return;
    }
    for (int i = 0; all[i]; i++)
        if (!strcmp(all[i], name)) return;
    near = text_nearest(name, all);
    if (near) reading_fault(r, n->at, n->length, "unknown-paragraph", "there is no paragraph ‹%.60s›; did you mean ‹%.60s›?", name, near);
    else reading_fault(r, n->at, n->length, "unknown-paragraph", "there is no paragraph ‹%.60s›", name);
    poison(n);
}

/* Each argument is there and of its type. */
static void check_formula(struct reading *r, struct node *n) {
    const struct formula *f = n->formula;
    bool sound = true;
    for (int i = 0; i < n->n_kids; i++) {
        struct node *kid = n->kids[i];
        const char *why = NULL;
        char what[64], advice[160];
        check(r, kid);
        if (!present(r, kid) || !adapt(r, kid, f->args[i].type)) sound = false;
        else if (!type_fits(kid->type, f->args[i].type, r->arena, &why)) {
            said(r, kid, what, sizeof what);
            advise(r, f->args[i].type, kid, advice, sizeof advice);
            reading_fault(r, kid->at, kid->length, "type-mismatch", "%s %s for ‹%s› of %s%s", what, why ? why : "does not fit", f->args[i].name,
                          f->name, advice);
            sound = false;
        }
    }
    n->type = sound ? f->gives : type_basic(TYPE_UNKNOWN);
}

/* ---- lists ---- */

/* What a sum or an extreme is taken of, below the item; any and all without `where` take a truth. */
static void check_item(struct reading *r, struct node *n, const struct type *item) {
    const struct type *t = resolve_below(r, n, item, &n->path);
    bool truth = n->op == NODE_ANY || n->op == NODE_ALL;
    poison(n);
    if (!t) return;
    if (truth && t->kind == TYPE_TRUTH) n->type = type_basic(TYPE_TRUTH);
    else if (truth)
        reading_fault(r, n->at, n->length, "no-where", "any and all need a condition: any(%.80s where it... )", n->kids[0]->path.dotted);
    else if (n->op == NODE_SUM ? type_counts(t) : type_ordered(t))
        n->type = type_maybe(t, n->op != NODE_SUM, r->arena);
    else
        reading_fault(r, n->at, n->length, "type-mismatch", "%s cannot be %s", type_words(t, r->arena),
                      n->op == NODE_SUM ? "added up" : "put in order");
    if (!n->type) r->nomem = true, poison(n);
}

static void check_whole_item(struct reading *r, struct node *n, bool sound) {
    if (n->path.n_parts) {
        reading_fault(r, n->at, n->length, "whole-list", "name the list itself, and ‹%.60s› in the condition: %.80s where it.%.60s ...",
                      n->path.dotted, n->kids[0]->path.dotted, n->path.dotted);
        sound = false;
    }
    if (!sound) poison(n);
    else n->type = type_basic(n->op == NODE_COUNT ? TYPE_NUMBER : TYPE_TRUTH);
}

static void check_list(struct reading *r, struct node *n) {
    const struct type *item, *outer = r->it;
    const struct expr_known *before = r->known;
    bool sound = true;
    poison(n);
    if (outer) {
        reading_fault(r, n->at, n->length, "nested-list", "a list cannot be looked at inside another; do it in two facts, or ask the connector for the total");
        return;
    }
    resolve_list(r, n, n->kids[0], &item);
    if (!item || !present(r, n->kids[0])) return;
    r->it = item;
    if (n->kids[1]) {
        check(r, n->kids[1]);
        sound = condition(r, n->kids[1]);
        learn(r, n->kids[1], true);
    }
    bool whole = n->op == NODE_COUNT || ((n->op == NODE_ANY || n->op == NODE_ALL) && n->kids[1]);
    if (whole) check_whole_item(r, n, sound);
    else if (sound) check_item(r, n, item);
    r->it = outer;
    r->known = before;
}

static void check(struct reading *r, struct node *n) {
    switch (n->op) {
    case NODE_CONST: break;
    case NODE_NAME:
    case NODE_IT: resolve_name(r, n); break;
    case NODE_TODAY: n->type = type_basic(TYPE_DATE); break;
    case NODE_AND:
    case NODE_OR: check_chain(r, n); break;
    case NODE_NOT: check_not(r, n); break;
    case NODE_EQ: case NODE_NE: case NODE_LT: case NODE_LE: case NODE_GT: case NODE_GE:
    case NODE_IN: case NODE_BETWEEN: check_comparison(r, n); break;
    case NODE_ADD: case NODE_SUB: case NODE_MUL: case NODE_DIV: case NODE_NEG:
        for (int i = 0; i < n->n_kids; i++) check(r, n->kids[i]);
        check_arithmetic(r, n);
        break;
    case NODE_HAS: check_has(r, n); break;
    case NODE_DEFAULT: check_default(r, n); break;
    case NODE_MIN:
    case NODE_MAX: check_extreme(r, n); break;
    case NODE_COUNT: case NODE_ANY: case NODE_ALL: case NODE_SUM: case NODE_LEAST: case NODE_MOST: check_list(r, n); break;
    case NODE_VISITS:
    case NODE_ENDED: check_paragraph(r, n); break;
    case NODE_FORMULA: check_formula(r, n); break;
    case NODE_POISON: poison(n); break;
    }
    if (!is(n, TYPE_UNKNOWN) && known_fill(n, r->arena) != OK) r->nomem = true;
}

void expr_check(struct reading *r, struct node *root, const struct type *want) {
    const char *why = NULL;
    char what[64];
    check(r, root);
    if (is(root, TYPE_UNKNOWN) || !want || want->kind == TYPE_UNKNOWN || r->nomem) return;
    if (want->kind == TYPE_TRUTH) {
        (void)condition(r, root);
        return;
    }
    if (!want->maybe && !present(r, root)) return;
    if (!adapt(r, root, want) || type_fits(root->type, want, r->arena, &why)) return;
    said(r, root, what, sizeof what);
    reading_fault(r, root->at, root->length, "type-mismatch", "%s %s", what, why ? why : "does not fit");
}
