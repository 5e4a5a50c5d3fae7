/* graph_svg.c - the laid-out graph as one SVG picture that needs nothing else. */
#include <string.h>

#include "dsl/graph.h"

static void escaped(struct buf *out, const char *s, int most) {
    int n = 0;
    for (; *s && n < most; s++) {
        if (((unsigned char)*s & 0xC0) != 0x80) n++;
        if (*s == '<') buf_adds(out, "&lt;");
        else if (*s == '>') buf_adds(out, "&gt;");
        else if (*s == '&') buf_adds(out, "&amp;");
        else if (*s == '"') buf_adds(out, "&quot;");
        else if ((unsigned char)*s >= 32) buf_addc(out, *s);
    }
    while (((unsigned char)*s & 0xC0) == 0x80) buf_addc(out, *s++);
    if (*s) buf_adds(out, "…");
}

static void box(struct buf *out, const struct graph *g, int i) {
    const struct graph_node *n = &g->nodes[i];
    int row = 0, round = !strcmp(n->kind, "outcome") || !strcmp(n->kind, "on") ? 18 : 6;
    buf_addf(out, "<g class=\"%s\" id=\"", n->kind);
    escaped(out, n->id, 200);
    buf_addf(out, "\"><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\"/>", n->x, n->y, n->width, n->height,
             round);
    buf_addf(out, "<text class=\"kind\" x=\"%d\" y=\"%d\">%s</text>", n->x + 12, n->y + 15, n->kind);
    buf_addf(out, "<text x=\"%d\" y=\"%d\">", n->x + 12, n->y + 31);
    escaped(out, n->label, 46);
    buf_adds(out, "</text>");
    for (int k = 0; k < g->n_real; k++) {
        if (g->nodes[k].parent != i) continue;
        buf_addf(out, "<text class=\"inner\" x=\"%d\" y=\"%d\">· ", n->x + 14, n->y + 49 + 18 * row++);
        escaped(out, g->nodes[k].label, 46);
        buf_adds(out, "</text>");
    }
    buf_adds(out, "</g>\n");
}

static int middle(const struct graph_node *n) { return n->x + n->width / 2; }

/* From the foot of one box through its bends to the head of the other. */
static void path_down(struct buf *out, const struct graph *g, const struct graph_edge *e) {
    const struct graph_node *a = &g->nodes[e->from], *b = &g->nodes[e->to];
    int x = middle(a), y = a->y + a->height, hops = e->first_bend < 0 ? 1 : b->rank - a->rank;
    buf_addf(out, "M%d %d", x, y);
    for (int h = 1; h <= hops; h++) {
        const struct graph_node *n = h == hops ? b : &g->nodes[e->first_bend + h - 1];
        int nx = middle(n), ny = n->y;
        buf_addf(out, " C%d %d %d %d %d %d", x, y + 24, nx, ny - 24, nx, ny);
        x = nx;
        y = ny;
        if (h < hops) {
            y += n->height;
            buf_addf(out, " L%d %d", x, y);
        }
    }
}

static void path_back(struct buf *out, const struct graph_node *a, const struct graph_node *b) {
    int ax = a->x + a->width, ay = a->y + a->height / 2, bx = b->x + b->width, by = b->y + b->height / 2;
    int far = (ax > bx ? ax : bx) + 50;
    if (a == b) ay += 8, by -= 8;
    buf_addf(out, "M%d %d C%d %d %d %d %d %d", ax, ay, far, ay, far, by, bx, by);
}

/* How many ways out of the same box come before this one: their words are set below each other. */
static int earlier(const struct graph *g, const struct graph_edge *e) {
    int n = 0;
    for (const struct graph_edge *o = g->edges; o < e; o++) n += o->from == e->from && *o->label && !o->back;
    return n;
}

static void edge(struct buf *out, const struct graph *g, const struct graph_edge *e) {
    const struct graph_node *a = &g->nodes[e->from], *b = &g->nodes[e->to];
    bool up = e->back || b->rank <= a->rank;
    buf_addf(out, "<path class=\"%s\" marker-end=\"url(#tip)\" d=\"", up ? "back" : "way");
    if (up) path_back(out, a, b);
    else path_down(out, g, e);
    buf_adds(out, "\"/>");
    if (!*e->label) return;
    const struct graph_node *next = !up && e->first_bend >= 0 ? &g->nodes[e->first_bend] : b;
    int x = up ? a->x + a->width + 8 : middle(a) + (middle(next) - middle(a)) * 2 / 5 + 6;
    int y = up ? a->y + a->height / 2 - 8 : a->y + a->height + 14 + 12 * (earlier(g, e) % 3);
    buf_addf(out, "<text class=\"label\" x=\"%d\" y=\"%d\">", x, y);
    escaped(out, e->label, 34);
    buf_adds(out, "</text>\n");
}

static const char style[] =
    "<style>svg{background:#fff}text{font:13px system-ui,sans-serif;fill:#1d2733}.kind{font-size:10px;fill:#5b6b7d}.inner{font-size:12px}"
    ".label{font-size:11px;fill:#34506b;paint-order:stroke;stroke:#fff;stroke-width:4px}rect{fill:#f4f7fa;stroke:#7b8fa3}"
    ".saga rect{fill:#fdf3e3;stroke:#c58a2c}.parallel rect{fill:#eaf3fb;stroke:#4a86b8}.task rect{fill:#f3ecfa;stroke:#8a63b0}.route rect,.decide rect,.rule rect{fill:#eef7ee;stroke:#5a9a5a}"
    ".outcome rect{fill:#1d2733;stroke:#1d2733}.outcome text{fill:#fff}.on rect{fill:#fff;stroke-dasharray:4 3}path{fill:none;stroke:#7b8fa3;stroke-width:1.4}.back{stroke-dasharray:5 4}</style>"
    "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" style=\"fill:#7b8fa3;stroke:none\"/></marker></defs>\n";

enum err dsl_graph_svg(const struct dsl_file *f, struct buf *out) {
    struct arena *a = arena_new((size_t)64 << 20);
    struct graph *g = a ? graph_new(f, a) : NULL;
    if (g) graph_layout(g);
    if (!g || g->no_memory) {
        arena_free(a);
        return dsl_plan(f) || dsl_policy(f) ? ERR_NOMEM : ERR_INVALID;
    }
    buf_addf(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">%s",
        g->width + 140, g->height, g->width + 140, g->height, style);
    for (int i = 0; i < g->n_edges; i++) edge(out, g, &g->edges[i]);
    for (int i = 0; i < g->n_real; i++)
        if (g->nodes[i].parent < 0) box(out, g, i);
    buf_adds(out, "</svg>\n");
    arena_free(a);
    return buf_ok(out) ? OK : ERR_NOMEM;
}
