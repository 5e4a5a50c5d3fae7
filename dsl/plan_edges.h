/* plan_edges.h - every way out of a paragraph, said once: reach, rounds, names, graph and explanation
 * all walk these. */
#ifndef DSL_PLAN_EDGES_H
#define DSL_PLAN_EDGES_H

#include "dsl/plan.h"

enum edge_kind {
    EDGE_NEXT,   /* it did what it is for */
    EDGE_ROW,    /* route: row `index` */
    EDGE_ANSWER, /* task: answer `index` */
    EDGE_ON,     /* listener `index` of a task or wait */
    EDGE_LATE, EDGE_FAILED, EDGE_REFUSED, EDGE_NOT_SENT, /* it did not: its answer is not set */
    EDGE_SPENT   /* `most` is used up: it was not even entered */
};
struct edge {
    enum edge_kind kind;
    int index;
    struct target to; /* TARGET_NONE: off the end of the file */
    const char *label; /* "decline", "late"; "" for the plain way */
};
/* Only paragraphs at top level have ways out; what stands inside a parallel or saga has none. */
void plan_edges(const struct plan *plan, const struct para *p, void (*each)(void *who, const struct edge *e), void *who);

#endif
