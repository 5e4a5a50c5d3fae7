/* expr_query.c - what others ask about a checked expression without evaluating it. */
#include "dsl/expr_node.h"

const struct type *expr_type(const struct expr *e) { return e->root->type; }
const char *expr_source(const struct expr *e) { return e->source; }

void expr_names(const struct expr *e, void (*each)(void *who, const char *dotted), void *who) {
    for (int i = 0; i < e->n_names; i++) each(who, e->names[i]->dotted);
}

static bool depends(const struct node *n) {
    if (n->op == NODE_TODAY || n->op == NODE_VISITS || n->op == NODE_ENDED || n->op == NODE_FORMULA) return true;
    for (int i = 0; i < n->n_kids; i++)
        if (n->kids[i] && depends(n->kids[i])) return true;
    return false;
}

bool expr_constant(const struct expr *e, struct value *out) {
    struct scope nothing = {0};
    if (e->n_names || depends(e->root)) return false;
    return expr_eval(e, &nothing, out, NULL, NULL) == OK && !out->missing;
}

/* ---- atoms ---- */

struct atoms {
    void (*each)(void *who, const struct expr_atom *atom);
    void *who;
};

static const struct value *constant_of(const struct node *n) {
    if (n->op == NODE_CONST) return &n->value;
    return n->op == NODE_NAME ? n->constant : NULL;
}
static bool fact(const struct node *n) { return n->op == NODE_NAME && !n->constant; }

static const char *const OPS[] = {[NODE_EQ] = "==", [NODE_NE] = "~=", [NODE_LT] = "<", [NODE_LE] = "<=",
                                  [NODE_GT] = ">", [NODE_GE] = ">="};

static const char *mirrored(enum node_op op) {
    switch (op) {
    case NODE_LT: return ">";
    case NODE_LE: return ">=";
    case NODE_GT: return "<";
    case NODE_GE: return "<=";
    default: return OPS[op];
    }
}

static void tell_values(const struct atoms *a, const struct node *n, const char *op, bool negated) {
    struct value values[64];
    struct expr_atom atom = {.op = op, .values = values, .negated = negated};
    if (!fact(n->kids[0])) {
        a->each(a->who, &atom);
        return;
    }
    for (int i = 1; i < n->n_kids && i <= 64; i++) {
        const struct value *v = constant_of(n->kids[i]);
        if (!v) {
            a->each(a->who, &(struct expr_atom){.op = op, .negated = negated});
            return;
        }
        values[atom.n++] = *v;
    }
    atom.fact = n->kids[0]->path.dotted;
    a->each(a->who, &atom);
}

static void tell_comparison(const struct atoms *a, const struct node *n, bool negated) {
    const struct node *x = n->kids[0], *y = n->kids[1];
    bool straight = fact(x) && constant_of(y), turned = fact(y) && constant_of(x);
    struct expr_atom atom = {.op = turned ? mirrored(n->op) : OPS[n->op], .negated = negated};
    if (straight || turned) {
        atom.fact = (straight ? x : y)->path.dotted;
        atom.values = constant_of(straight ? y : x);
        atom.n = 1;
    }
    a->each(a->who, &atom);
}

static void tell(const struct atoms *a, const struct node *n, bool negated) {
    switch (n->op) {
    case NODE_NOT: tell(a, n->kids[0], !negated); break;
    case NODE_IN: tell_values(a, n, "in", negated); break;
    case NODE_BETWEEN: tell_values(a, n, "between", negated); break;
    case NODE_EQ: case NODE_NE: case NODE_LT: case NODE_LE: case NODE_GT: case NODE_GE: tell_comparison(a, n, negated); break;
    case NODE_HAS: a->each(a->who, &(struct expr_atom){.fact = n->kids[0]->path.dotted, .op = "has", .negated = negated}); break;
    case NODE_NAME: a->each(a->who, &(struct expr_atom){.fact = n->path.dotted, .op = "truth", .negated = negated}); break;
    default: a->each(a->who, &(struct expr_atom){.op = "truth", .negated = negated});
    }
}

void expr_atoms(const struct expr *e, void (*each)(void *who, const struct expr_atom *atom), void *who) {
    struct atoms a = {each, who};
    if (e->root->op != NODE_AND) {
        tell(&a, e->root, false);
        return;
    }
    for (int i = 0; i < e->root->n_kids; i++) tell(&a, e->root->kids[i], false);
}
