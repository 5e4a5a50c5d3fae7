/* flow_build.c - a workflow from its tree: the stages in order. */
#include "dsl/flow.h"

const struct plan *flow_build(struct check *c) {
    struct flow *f = arena_alloc(c->arena, sizeof *f);
    struct plan *plan = arena_alloc(c->arena, sizeof *plan);
    if (!f || !plan) {
        c->faults->no_memory = true;
        return NULL;
    }
    f->c = c;
    f->plan = plan;
    plan->first = -1;
    flow_collect(f);
    if (!f->n || c->faults->no_memory) return NULL;
    flow_types(f);
    flow_targets(f);
    flow_fields(f);
    check_reach(f);
    flow_name_types(f);
    check_names(f);
    check_saga(f);
    check_one_of(f);
    return c->faults->n_faults ? NULL : plan;
}
