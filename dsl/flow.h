/* flow.h - a flow under construction; private to the checker's stages. */
#ifndef DSL_FLOW_H
#define DSL_FLOW_H

#include <stdint.h>

#include "dsl/check.h"
#include "dsl/plan_edges.h"

#define FLOW_NAMES 512 /* paragraphs and listeners of one file */

/* Whatever leaves an answer under a name: paragraphs first, in plan order, then listeners. */
struct flow_name {
    const char *name;
    struct node *node;
    const struct type *type;  /* NULL: leaves nothing (parallel, saga, route) */
    const struct type *maybe; /* the same, where it may be missing */
};
struct flow {
    struct check *c;
    struct plan *plan;
    struct para *paras;  /* plan->paras, still being written */
    struct node **nodes; /* of each */
    int *on_names;       /* of each: index into names of its first listener */
    int n;
    struct flow_name names[FLOW_NAMES];
    int n_names, top_on_names;
    struct listener *top_ons;
    struct node **top_on_nodes;
    const struct type *case_type; /* TYPE_UNKNOWN when the case is not declared */
    const json_t *case_json;
    bool *outcome_used; /* by index */
    bool names_lost;  /* a paragraph has no sound name or word: names that are missing may be its */
    bool targets_bad; /* reach would only repeat it */
};

/* Stages, in order; each may be run after faults of the ones before. */
void flow_collect(struct flow *f);  /* paragraphs, listeners, head */
void flow_targets(struct flow *f);  /* go and finish */
void flow_fields(struct flow *f);   /* operations, lengths, names: all but expressions */
void check_reach(struct flow *f);
void check_names(struct flow *f);   /* types, set on every way; reads every expression */
void check_saga(struct flow *f);
void check_one_of(struct flow *f);
/* flow_types.c */
void flow_types(struct flow *f);      /* the case */
void flow_name_types(struct flow *f); /* every name, after flow_fields */
const struct type *flow_para_type(struct flow *f, int para); /* NULL: it leaves nothing */
void flow_type_set(struct flow *f, int name, const struct type *t);
const struct type *flow_event_type(struct flow *f, const char *event);
json_t *check_fallback(struct flow *f, struct node *v, const struct type *out, const char *op);
const struct type *flow_type_maybe(struct check *c, const struct type *t);
const struct type *flow_type_field(const struct type *t, const char *name);

/* check_needs.c: what the policy of a decide reads must be there. */
void read_decide(struct flow *f, struct para *p, struct node *node, const struct expr_scope *s);

/* NULL after a fault. */
const struct plan *flow_build(struct check *c);

#endif
