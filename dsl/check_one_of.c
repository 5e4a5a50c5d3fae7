/* check_one_of.c - stage 7 for flows: rows of a route that can never be taken. */
#include <string.h>

#include "dsl/cover.h"
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

static const struct type *type_of(void *who, const char *fact) {
    struct flow *f = who;
    struct expr_name names[FLOW_NAMES + 2] = {{.name = "case", .type = f->case_type}};
    struct expr_scope scope = {.names = names};
    for (int i = 0, n = 1; i < f->n_names; i++)
        if (f->names[i].type) names[n++] = (struct expr_name){.name = f->names[i].name, .type = f->names[i].type};
    return expr_name_type(&scope, fact, f->c->arena, NULL);
}

/* Rows that only all those above together leave nothing for. */
static void behind_all(struct flow *f, const struct para *p, int k, const struct box *box, const struct cover *cover) {
    struct node *v = row_node(f, p, k);
    if (!v || v->bad || cover_meets(cover, box)) return;
    if (p->route.rows[k].when)
        faults_warn(f->c->faults, &node_name(v)->span, "dead-row",
                    "this row is never taken: the rows above it take every case in which it holds");
    else
        faults_warn(f->c->faults, &v->word_span, "dead-otherwise",
                    "no case comes to this otherwise: the rows above it take them all; make the last of them the otherwise, or mend its condition");
}

/* True after a fault. */
static bool row(struct flow *f, const struct para *p, int k, const struct box *boxes) {
    const struct box_side *side;
    struct node *v = row_node(f, p, k);
    if (!v || !p->route.rows[k].when) return false;
    if (box_empty(&boxes[k], &side)) {
        faults_node(f->c->faults, node_name(v), "never-true", "this never holds: what it asks of %s excludes itself",
                    side->fact);
        return true;
    }
    for (int j = 0; j < k; j++)
        if (p->route.rows[j].when && box_contains(&boxes[j], &boxes[k])) {
            faults_node(
                f->c->faults, node_name(v), "dead-row",
                "this row is never taken: the row on line %d holds whenever this one does; put this one above it, or take it out",
                p->route.rows[j].line);
            return true;
        }
    return false;
}

static void rows(struct flow *f, const struct para *p, struct box *boxes, struct cover *cover) {
    cover_init(cover, type_of, f);
    for (int k = 0; k < p->route.n_rows; k++) {
        box_of(p->route.rows[k].when, &boxes[k]);
        if (!row(f, p, k, boxes)) behind_all(f, p, k, &boxes[k], cover);
        if (p->route.rows[k].when) cover_take(cover, &boxes[k]);
    }
}

void check_one_of(struct flow *f) {
    struct box *boxes = arena_alloc(f->c->arena, sizeof *boxes * ROWS_JUDGED);
    struct cover *cover = arena_alloc(f->c->arena, sizeof *cover);
    if (!boxes || !cover) return;
    for (int i = 0; i < f->n; i++) {
        const struct para *p = &f->paras[i];
        if (p->kind == PARA_ROUTE && p->route.n_rows <= ROWS_JUDGED) rows(f, p, boxes, cover);
    }
}
