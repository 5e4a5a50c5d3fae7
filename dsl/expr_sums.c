/* expr_sums.c - which types + - * / and -x take, and what they give. */
#include <string.h>

#include "dsl/expr_node.h"

static bool is(const struct node *n, enum type_kind k) { return n->type->kind == k; }
static bool plain(const struct node *n) { return is(n, TYPE_NUMBER) || is(n, TYPE_SHARE); }
static bool length(const struct node *n) { return is(n, TYPE_ELAPSED) || is(n, TYPE_CALENDAR_LENGTH); }

static void cannot(struct reading *r, struct node *n, const char *advice) {
    char a[64], b[64];
    said(r, n->kids[0], a, sizeof a);
    said(r, n->kids[1], b, sizeof b);
    reading_fault(r, n->at, n->length, "type-mismatch", "%s is %s, %s is %s; %s", a, type_words(n->kids[0]->type, r->arena),
                  b, type_words(n->kids[1]->type, r->arena), advice);
    poison(n);
}

/* Without the bounds and the x-better of the fact it came from: a computed value has neither. */
static void gives(struct reading *r, struct node *n, const struct type *like) {
    struct type *t;
    if (like->kind != TYPE_MONEY) {
        n->type = type_basic(like->kind);
        return;
    }
    if (!(t = arena_alloc(r->arena, sizeof *t))) {
        r->nomem = true;
        poison(n);
        return;
    }
    t->kind = TYPE_MONEY;
    memcpy(t->currency, like->currency, sizeof t->currency);
    n->type = t;
}

/* date + days, instant + hours, instant + days. */
static bool moment_and_length(const struct node *moment, const struct node *len) {
    if (is(moment, TYPE_DATE)) return is(len, TYPE_CALENDAR_LENGTH);
    return is(moment, TYPE_INSTANT) && length(len);
}
static bool moment(const struct node *n) { return is(n, TYPE_DATE) || is(n, TYPE_INSTANT); }

static void plus(struct reading *r, struct node *n) {
    struct node *a = n->kids[0], *b = n->kids[1];
    if (moment_and_length(a, b)) gives(r, n, a->type);
    else if (moment_and_length(b, a)) gives(r, n, b->type);
    else if (moment(a) || moment(b)) cannot(r, n, "to a date add days(...), to an instant days(...) or hours(...)");
    else if (!unify(r, a, b)) poison(n);
    else if (!type_counts(a->type)) cannot(r, n, "only numbers, shares, money and lengths can be added");
    else gives(r, n, a->type), n->flex = a->flex && b->flex;
}

static void minus(struct reading *r, struct node *n) {
    struct node *a = n->kids[0], *b = n->kids[1];
    if (moment_and_length(a, b)) gives(r, n, a->type);
    else if (moment(a) && length(b)) cannot(r, n, "from a date take days(...), from an instant days(...) or hours(...)");
    else if (!unify(r, a, b)) poison(n);
    else if (is(a, TYPE_DATE)) n->type = type_basic(TYPE_CALENDAR_LENGTH);
    else if (is(a, TYPE_INSTANT)) n->type = type_basic(TYPE_ELAPSED);
    else if (!type_counts(a->type)) cannot(r, n, "only numbers, shares, money, lengths and dates can be subtracted");
    else gives(r, n, a->type), n->flex = a->flex && b->flex;
}

static void plain_product(struct node *n) {
    struct node *a = n->kids[0], *b = n->kids[1];
    bool share = (is(a, TYPE_SHARE) || a->flex) && (is(b, TYPE_SHARE) || b->flex) && !(a->flex && b->flex);
    n->type = type_basic(share ? TYPE_SHARE : TYPE_NUMBER);
    n->flex = !share && ((a->flex && b->flex) || is(a, TYPE_SHARE) || is(b, TYPE_SHARE));
}

static void times(struct reading *r, struct node *n) {
    struct node *a = n->kids[0], *b = n->kids[1];
    if (plain(a) && plain(b)) plain_product(n);
    else if ((is(a, TYPE_MONEY) || length(a)) && plain(b)) gives(r, n, a->type);
    else if (plain(a) && (is(b, TYPE_MONEY) || length(b))) gives(r, n, b->type);
    else if (is(a, TYPE_MONEY) && is(b, TYPE_MONEY)) cannot(r, n, "money times money means nothing; multiply it by a number or a share");
    else cannot(r, n, "these cannot be multiplied");
}

static bool never_zero(const struct node *n) {
    return (n->op == NODE_CONST && n->value.n != 0) || (n->constant && !n->constant->missing && n->constant->n != 0);
}

static void divided(struct reading *r, struct node *n) {
    struct node *a = n->kids[0], *b = n->kids[1];
    if (b->op == NODE_CONST && b->value.n == 0 && type_counts(b->type)) {
        reading_fault(r, b->at, b->length, "division-by-zero", "nothing can be divided by 0");
        poison(n);
        return;
    }
    if (plain(a) && plain(b)) {
        bool share = is(a, TYPE_SHARE) && !a->flex && b->flex;
        n->type = type_basic(share ? TYPE_SHARE : TYPE_NUMBER);
        n->flex = !share;
    } else if ((is(a, TYPE_MONEY) || length(a)) && plain(b)) {
        gives(r, n, a->type);
    } else if ((is(a, TYPE_MONEY) || length(a)) && (is(b, TYPE_MONEY) || length(b))) {
        if (!unify(r, a, b)) {
            poison(n);
            return;
        }
        n->type = type_basic(TYPE_NUMBER);
        n->flex = true;
    } else {
        cannot(r, n, "these cannot be divided");
        return;
    }
    if (never_zero(b)) return;
    if (!(n->type = type_maybe(n->type, true, r->arena))) r->nomem = true, poison(n);
}

static void negated(struct reading *r, struct node *n) {
    struct node *a = n->kids[0];
    if (type_counts(a->type)) {
        gives(r, n, a->type);
        n->flex = a->flex;
        return;
    }
    reading_fault(r, n->at, n->length, "type-mismatch", "a minus goes before a number, a share, money or a length, not before %s",
                  type_words(a->type, r->arena));
    poison(n);
}

void check_arithmetic(struct reading *r, struct node *n) {
    bool ready = true;
    for (int i = 0; i < n->n_kids; i++) ready &= present(r, n->kids[i]);
    if (!ready) {
        poison(n);
        return;
    }
    switch (n->op) {
    case NODE_ADD: plus(r, n); break;
    case NODE_SUB: minus(r, n); break;
    case NODE_MUL: times(r, n); break;
    case NODE_DIV: divided(r, n); break;
    default: negated(r, n); break;
    }
}
