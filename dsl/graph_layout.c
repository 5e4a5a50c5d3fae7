/* graph_layout.c - layers from the top, few crossings, long edges bent round boxes (Sugiyama's way:
 * rank by longest path, one bend per layer passed, order by the mean place of neighbours). */
#include <stdlib.h>
#include <string.h>

#include "dsl/graph.h"

#define LETTER 7
#define ROW 18
#define GAP_X 28
#define GAP_Y 56
#define PASSES 6

static bool drawn(const struct graph *g, int i) { return g->nodes[i].parent < 0; }

static int letters(const char *s) {
    int n = 0;
    for (; *s; s++) n += ((unsigned char)*s & 0xC0) != 0x80;
    return n;
}

static void size_boxes(struct graph *g) {
    for (int i = 0; i < g->n_real; i++) {
        struct graph_node *n = &g->nodes[i];
        int most = letters(n->label) > letters(n->kind) ? letters(n->label) : letters(n->kind);
        int rows = 0;
        for (int k = 0; k < g->n_real; k++)
            if (g->nodes[k].parent == i) {
                rows++;
                if (letters(g->nodes[k].label) + 2 > most) most = letters(g->nodes[k].label) + 2;
            }
        n->width = (most > 46 ? 46 : most) * LETTER + 24;
        n->height = 40 + rows * ROW;
    }
}

/* Marks edges that close a round; depth first from the top, in file order. */
static void mark_back(struct graph *g, int i, unsigned char *colour) {
    colour[i] = 1;
    for (int k = 0; k < g->n_edges; k++) {
        struct graph_edge *e = &g->edges[k];
        if (e->from != i) continue;
        if (colour[e->to] == 1) e->back = true;
        else if (!colour[e->to]) mark_back(g, e->to, colour);
    }
    colour[i] = 2;
}

static void rank(struct graph *g) {
    bool changed = true;
    for (int pass = 0; changed && pass <= g->n_real; pass++) {
        changed = false;
        for (int k = 0; k < g->n_edges; k++) {
            const struct graph_edge *e = &g->edges[k];
            if (e->back || g->nodes[e->to].rank > g->nodes[e->from].rank) continue;
            g->nodes[e->to].rank = g->nodes[e->from].rank + 1;
            changed = true;
        }
    }
    for (int i = 0; i < g->n_real; i++)
        if (drawn(g, i) && g->nodes[i].rank >= g->ranks) g->ranks = g->nodes[i].rank + 1;
    for (int i = 0; i < g->n_real; i++) /* endings stand together at the foot */
        if (!strcmp(g->nodes[i].kind, "outcome")) g->nodes[i].rank = g->ranks > 1 ? g->ranks - 1 : 0;
}

/* A picture with more bends than this is unreadable anyway; its long edges go straight. */
#define BENDS 3000

static void bend(struct graph *g) {
    int all = 0;
    for (int k = 0; k < g->n_edges; k++)
        all += g->nodes[g->edges[k].to].rank - g->nodes[g->edges[k].from].rank > 1
                   ? g->nodes[g->edges[k].to].rank - g->nodes[g->edges[k].from].rank
                   : 0;
    if (all > BENDS) return;
    for (int k = 0; k < g->n_edges && !g->no_memory; k++) {
        struct graph_edge *e = &g->edges[k];
        int from = g->nodes[e->from].rank, to = g->nodes[e->to].rank;
        for (int r = from + 1; !e->back && r < to; r++) {
            int at = graph_node_add(g, (struct graph_node){.id = "",
                                                           .kind = "",
                                                           .label = "",
                                                           .parent = -1,
                                                           .rank = r,
                                                           .bend = true,
                                                           .width = 10,
                                                           .height = 40});
            if (r == from + 1) e->first_bend = at;
        }
    }
}

/* Mean place of the neighbours one layer up (or down); the own place where there is none. */
static double pull(const struct graph *g, int i, bool up) {
    double sum = 0;
    int n = 0;
    for (int k = 0; k < g->n_edges; k++) {
        const struct graph_edge *e = &g->edges[k];
        int hops = e->back ? 0 : e->first_bend < 0 ? 1 : g->nodes[e->to].rank - g->nodes[e->from].rank;
        for (int h = 0; h < hops; h++) {
            int a = h == 0 ? e->from : e->first_bend + h - 1, b = h + 1 == hops ? e->to : e->first_bend + h;
            if (up && b == i) sum += g->nodes[a].x + g->nodes[a].width / 2.0, n++;
            if (!up && a == i) sum += g->nodes[b].x + g->nodes[b].width / 2.0, n++;
        }
    }
    return n ? sum / n : g->nodes[i].x + g->nodes[i].width / 2.0;
}

struct place {
    int node;
    double want;
};

static int by_want(const void *a, const void *b) {
    const struct place *x = a, *y = b;
    if (x->want != y->want) return x->want < y->want ? -1 : 1;
    return x->node - y->node;
}

/* Sets the boxes of a layer side by side, each as near to where it is pulled as its left neighbour
 * allows, then moves the whole layer so that the pulls balance. */
static void place_layer(struct graph *g, int r, bool up, struct place *row) {
    int n = 0, right = 0;
    double drift = 0;
    for (int i = 0; i < g->n_nodes; i++)
        if (drawn(g, i) && g->nodes[i].rank == r) row[n++] = (struct place){i, pull(g, i, up)};
    qsort(row, (size_t)n, sizeof *row, by_want);
    for (int i = 0; i < n; i++) {
        struct graph_node *b = &g->nodes[row[i].node];
        int want = (int)row[i].want - b->width / 2;
        b->order = i;
        b->x = i && want < right ? right : want;
        right = b->x + b->width + GAP_X;
        drift += row[i].want - (b->x + b->width / 2.0);
    }
    for (int i = 0; i < n; i++) g->nodes[row[i].node].x += (int)(drift / n);
}

static void order(struct graph *g, struct place *row) {
    for (int pass = 0; pass < PASSES; pass++)
        for (int k = 0; k < g->ranks; k++) place_layer(g, pass % 2 ? g->ranks - 1 - k : k, pass % 2 == 0, row);
}

static void finish(struct graph *g) {
    int left = 0, y = 20;
    for (int i = 0; i < g->n_nodes; i++)
        if (drawn(g, i) && g->nodes[i].x < left) left = g->nodes[i].x;
    for (int r = 0; r < g->ranks; r++) {
        int tallest = 0;
        for (int i = 0; i < g->n_nodes; i++) {
            struct graph_node *n = &g->nodes[i];
            if (!drawn(g, i) || n->rank != r) continue;
            n->x += 20 - left;
            n->y = y;
            if (n->height > tallest) tallest = n->height;
            if (n->x + n->width > g->width) g->width = n->x + n->width;
        }
        for (int i = 0; i < g->n_nodes; i++) /* a bend passes the whole layer before it turns */
            if (g->nodes[i].bend && g->nodes[i].rank == r) g->nodes[i].height = tallest;
        y += tallest + GAP_Y;
    }
    g->height = y;
}

void graph_layout(struct graph *g) {
    unsigned char *colour = arena_alloc(g->arena, (size_t)g->n_real + 1);
    size_boxes(g);
    for (int i = 0; colour && i < g->n_real; i++)
        if (drawn(g, i) && !colour[i]) mark_back(g, i, colour);
    rank(g);
    bend(g);
    struct place *row = arena_alloc(g->arena, sizeof *row * (size_t)(g->n_nodes + 1));
    if (!row || !colour || g->no_memory) {
        g->no_memory = true;
        return;
    }
    order(g, row);
    finish(g);
}
