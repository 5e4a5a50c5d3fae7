/* flow_ways.h - between the meet over ways (check_names.c) and the reading of one paragraph
 * (flow_read.c). */
#ifndef DSL_FLOW_WAYS_H
#define DSL_FLOW_WAYS_H

#include "dsl/flow.h"

struct reading {
    const struct expr_known **rows; /* of a route: what is known when row i was taken */
};
/* Reads every expression of paragraph i in this scope and writes them into it. */
void read_paragraph(struct flow *f, int i, const struct expr_scope *s, struct reading *r);
void read_listeners(struct flow *f, const struct listener *ons, int n, int first_name, const struct expr_scope *s);

#endif
