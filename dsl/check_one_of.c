/* check_one_of.c - stage 7 for flows: rows of a route that can never be taken. */
#include <string.h>

#include "dsl/boxes.h"
#include "dsl/flow.h"

#define ROWS_JUDGED 100

static struct node *row_node(const struct flow *f, const struct para *p, int row) {
    struct node *body = node_body(f->nodes[p->index]);
    for (int i = 0, at = 0; body && i < body->n_items; i++) {
        struct node *v = body->items[i].value;
        if (body->items[i].key || (!node_is_call(v, "when") && !node_is_call(v, "otherwise"))) continue;
        if (at++ == row) return v;
    }
    return NULL;
}

static void row(struct flow *f, const struct para *p, int k, const struct box *boxes) {
    const struct box_side *side;
    struct node *v = row_node(f, p, k);
    if (!v || !p->route.rows[k].when) return;
    if (box_empty(&boxes[k], &side)) {
        faults_node(f->c->faults, node_name(v), "never-true", "this never holds: what it asks of %s excludes itself",
                    side->fact);
        return;
    }
    for (int j = 0; j < k; j++)
        if (p->route.rows[j].when && box_contains(&boxes[j], &boxes[k])) {
            faults_node(
                f->c->faults, node_name(v), "dead-row",
                "this row is never taken: the row on line %d holds whenever this one does; put this one above it, or take it out",
                p->route.rows[j].line);
            return;
        }
}

void check_one_of(struct flow *f) {
    for (int i = 0; i < f->n; i++) {
        const struct para *p = &f->paras[i];
        int n = p->kind == PARA_ROUTE ? p->route.n_rows : 0;
        if (!n || n > ROWS_JUDGED) continue;
        struct box *boxes = arena_alloc(f->c->arena, sizeof *boxes * (size_t)n);
        if (!boxes) return;
        for (int k = 0; k < n; k++) box_of(p->route.rows[k].when, &boxes[k]);
        for (int k = 0; k < n; k++) row(f, p, k, boxes);
    }
}
