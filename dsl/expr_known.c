/* expr_known.c - narrowing: what is known to be there once a condition came out true or false. */
#include <string.h>

#include "dsl/expr_node.h"

enum { KNOWN_MOST = 64 }; /* names one condition teaches; knowing fewer only asks for one more guard */

bool expr_known_has(const struct expr_known *k, const char *dotted) {
    for (; k; k = k->next)
        if (!strcmp(k->name, dotted)) return true;
    return false;
}

static enum err add(const char *name, const struct expr_known **list, struct arena *a) {
    if (expr_known_has(*list, name)) return OK;
    struct expr_known *k = arena_alloc(a, sizeof *k);
    if (!k) return ERR_NOMEM;
    *k = (struct expr_known){.name = name, .next = *list};
    *list = k;
    return OK;
}

/* has(a.b.c) teaches a, a.b and a.b.c. */
static enum err add_with_above(const struct path *p, const struct expr_known **list, struct arena *a) {
    for (int n = 1; n < p->n_parts; n++) {
        struct path above;
        if (!path_cut(p, 0, n, &above, a) || add(above.dotted, list, a) != OK) return ERR_NOMEM;
    }
    return add(p->dotted, list, a);
}

enum err expr_known_meet(const struct expr_known *x, const struct expr_known *y, struct arena *a,
                         const struct expr_known **out) {
    const struct expr_known *both = NULL;
    for (; x; x = x->next)
        if (expr_known_has(y, x->name) && add(x->name, &both, a) != OK) return ERR_NOMEM;
    *out = both;
    return OK;
}

/* Everything in `more` that is not in `base`, in front of it. */
static enum err joined(const struct expr_known *base, const struct expr_known *more, struct arena *a,
                       const struct expr_known **out) {
    int n = 0;
    for (; more && n < KNOWN_MOST; more = more->next, n++)
        if (add(more->name, &base, a) != OK) return ERR_NOMEM;
    *out = base;
    return OK;
}

/* All of the chain came out alike (and true, or false): what each teaches. */
static enum err all_of(const struct node *n, bool outcome, struct arena *a, const struct expr_known **out) {
    *out = NULL;
    for (int i = 0; i < n->n_kids; i++)
        if (joined(*out, n->kids[i]->learns[outcome], a, out) != OK) return ERR_NOMEM;
    return OK;
}

/* One of the chain decided (and false, or true) after those before it did not: what all such ways
 * teach alike. */
static enum err one_of(const struct node *n, bool outcome, struct arena *a, const struct expr_known **out) {
    const struct expr_known *before = NULL, *way;
    for (int i = 0; i < n->n_kids; i++) {
        if (joined(before, n->kids[i]->learns[outcome], a, &way) != OK) return ERR_NOMEM;
        if (i == 0) *out = way;
        else if (expr_known_meet(*out, way, a, out) != OK) return ERR_NOMEM;
        if (joined(before, n->kids[i]->learns[!outcome], a, &before) != OK) return ERR_NOMEM;
    }
    return OK;
}

/* Bottom-up and once per node, so that deep alternations of and and or cost no more than their size. */
enum err known_fill(struct node *n, struct arena *a) {
    switch (n->op) {
    case NODE_AND:
        if (all_of(n, true, a, &n->learns[true]) != OK) return ERR_NOMEM;
        return one_of(n, false, a, &n->learns[false]);
    case NODE_OR:
        if (all_of(n, false, a, &n->learns[false]) != OK) return ERR_NOMEM;
        return one_of(n, true, a, &n->learns[true]);
    case NODE_NOT:
        n->learns[true] = n->kids[0]->learns[false];
        n->learns[false] = n->kids[0]->learns[true];
        return OK;
    case NODE_HAS: return add_with_above(&n->kids[0]->path, &n->learns[true], a);
    case NODE_NAME:
        if (!n->is) return OK;
        n->learns[true] = n->is->root->learns[true];
        n->learns[false] = n->is->root->learns[false];
        return OK;
    default: return OK;
    }
}

enum err known_when(const struct node *n, bool outcome, const struct expr_known *already, struct arena *a,
                    const struct expr_known **out) {
    return joined(already, n->learns[outcome], a, out);
}

enum err expr_known_when(const struct expr *e, bool outcome, const struct expr_known *already, struct arena *a,
                         const struct expr_known **out) {
    return known_when(e->root, outcome, already, a, out);
}
