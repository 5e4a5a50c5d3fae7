/* graph.h - a file as nodes and edges, and where they stand on paper; private to dsl/. */
#ifndef DSL_GRAPH_H
#define DSL_GRAPH_H

#include "dsl/file.h"

struct graph_node {
    const char *id, *kind, *label;
    int line, parent;      /* parent: the group it is drawn in; -1 */
    int rank, order;       /* layer from the top, place in it */
    int x, y, width, height; /* of the box, in pixels; x, y its upper left corner */
    bool bend;             /* no node: where a long edge passes a layer */
};
struct graph_edge {
    int from, to;
    const char *label;
    bool back;             /* leads up: drawn aside */
    int first_bend;        /* bends follow each other by rank; -1: none */
};
struct graph {
    struct arena *arena;
    struct graph_node *nodes;
    int n_nodes, n_real, room;
    struct graph_edge *edges;
    int n_edges, edge_room;
    int ranks, width, height;
    bool no_memory;
};

int graph_node_add(struct graph *g, struct graph_node node); /* its index */
struct graph *graph_new(const struct dsl_file *f, struct arena *a); /* NULL: no memory, or nothing to draw */
void graph_layout(struct graph *g);                                 /* graph_layout.c */

#endif
