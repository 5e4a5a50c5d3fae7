/* graph.c - nodes and edges of a flow or policy, and the graph as JSON. */
#include "dsl/graph.h"

#include <string.h>

#include "dsl/plan_edges.h"
#include "dsl/policy_plan.h"

static const char *const kind_words[] = {
    [PARA_STEP] = "step",           [PARA_PARALLEL] = "parallel", [PARA_SAGA] = "saga", [PARA_DECIDE] = "decide",
    [PARA_ROUTE] = "route",         [PARA_TASK] = "task",         [PARA_SEND] = "send", [PARA_WAIT] = "wait",
    [PARA_NEGOTIATE] = "negotiate", [PARA_EACH] = "each"};

static void *grow(struct graph *g, void *old, int n, int *room, size_t size) {
    if (n < *room) return old;
    void *p = arena_alloc(g->arena, size * (size_t)(*room ? *room * 2 : 64));
    if (!p) {
        g->no_memory = true;
        return NULL;
    }
    if (n) memcpy(p, old, size * (size_t)n);
    *room = *room ? *room * 2 : 64;
    return p;
}

int graph_node_add(struct graph *g, struct graph_node node) {
    struct graph_node *all = grow(g, g->nodes, g->n_nodes, &g->room, sizeof *all);
    if (!all) return 0;
    g->nodes = all;
    g->nodes[g->n_nodes] = node;
    return g->n_nodes++;
}

static void edge(struct graph *g, int from, int to, const char *label) {
    for (int i = 0; i < g->n_edges; i++) /* two ways between the same boxes are one line with both words */
        if (g->edges[i].from == from && g->edges[i].to == to) {
            const char *both = *g->edges[i].label && *label ? arena_printf(g->arena, "%s, %s", g->edges[i].label, label)
                               : *label                     ? label
                                                            : g->edges[i].label;
            if (both) g->edges[i].label = both;
            return;
        }
    struct graph_edge *all = grow(g, g->edges, g->n_edges, &g->edge_room, sizeof *all);
    if (!all) return;
    g->edges = all;
    g->edges[g->n_edges++] = (struct graph_edge){.from = from, .to = to, .label = label, .first_bend = -1};
}

struct drawing {
    struct graph *g;
    const struct plan *plan;
    int outcomes; /* node of the first outcome */
    int from;
};

static int target_node(const struct drawing *d, struct target to) {
    return to.kind == TARGET_GO ? to.index : d->outcomes + to.index;
}

static void draw_edge(void *who, const struct edge *e) {
    struct drawing *d = who;
    if (e->to.kind != TARGET_NONE) edge(d->g, d->from, target_node(d, e->to), e->label);
}

static const char *text(struct graph *g, const char *s) {
    if (!s) g->no_memory = true;
    return s ? s : "";
}

static const char *para_label(struct graph *g, const struct para *p) {
    if (p->kind == PARA_STEP && p->step.n_calls)
        return text(g, arena_printf(g->arena, "%s: %s", p->name, p->step.calls[0]->name));
    if (p->kind == PARA_DECIDE) return text(g, arena_printf(g->arena, "%s: %s", p->name, p->decide.policy));
    return p->name;
}

static void flow_graph(struct graph *g, const struct plan *plan) {
    struct drawing d = {g, plan, plan->n_paras, 0};
    for (int i = 0; i < plan->n_paras; i++) {
        const struct para *p = &plan->paras[i];
        graph_node_add(g, (struct graph_node){.id = p->name,
                                              .kind = kind_words[p->kind],
                                              .label = para_label(g, p),
                                              .line = p->line,
                                              .parent = p->parent});
    }
    for (int i = 0; i < plan->n_outcomes; i++)
        graph_node_add(g, (struct graph_node){.id = text(g, arena_printf(g->arena, "finish:%s", plan->outcomes[i])),
                                              .kind = "outcome",
                                              .label = plan->outcomes[i],
                                              .line = 0,
                                              .parent = -1});
    for (int i = 0; i < plan->n_ons && !g->no_memory; i++) {
        const struct listener *l = &plan->ons[i];
        int at = graph_node_add(
            g, (struct graph_node){.id = text(g, arena_printf(g->arena, "on:%s", l->name)),
                                   .kind = "on",
                                   .label = text(g, arena_printf(g->arena, "on %s", l->event ? l->event : l->name)),
                                   .line = l->line,
                                   .parent = -1});
        if (l->to.kind != TARGET_NONE) edge(g, at, target_node(&d, l->to), "");
    }
    for (int i = 0; i < plan->n_paras && !g->no_memory; i++) {
        d.from = i;
        plan_edges(plan, &plan->paras[i], draw_edge, &d);
    }
}

static void policy_graph(struct graph *g, const struct policy *p) {
    static const char *const outcomes[] = {"approve", "refer", "decline"};
    for (int i = 0; i < p->n_rules; i++) {
        const struct policy_rule *r = &p->rules[i];
        const char *label =
            r->when ? text(g, arena_printf(g->arena, "%s: %s", r->name, expr_source(r->when))) : "otherwise";
        graph_node_add(g, (struct graph_node){.id = text(g, arena_printf(g->arena, "rule:%s", r->name)),
                                              .kind = r->when ? "rule" : "otherwise",
                                              .label = label,
                                              .line = r->line,
                                              .parent = -1});
    }
    for (size_t i = 0; i < ARRAY_LEN(outcomes) && p->decides; i++)
        graph_node_add(g,
                       (struct graph_node){.id = outcomes[i], .kind = "outcome", .label = outcomes[i], .parent = -1});
    for (int i = 0; i < p->n_rules && !g->no_memory; i++) {
        if (i + 1 < p->n_rules) edge(g, i, i + 1, "else");
        for (size_t k = 0; k < ARRAY_LEN(outcomes) && p->rules[i].outcome; k++)
            if (!strcmp(outcomes[k], p->rules[i].outcome))
                edge(g, i, p->n_rules + (int)k, p->rules[i].reason ? p->rules[i].reason : "");
    }
}

struct graph *graph_new(const struct dsl_file *f, struct arena *a) {
    struct graph *g = arena_alloc(a, sizeof *g);
    if (!g) return NULL;
    g->arena = a;
    if (dsl_plan(f)) flow_graph(g, dsl_plan(f));
    else if (dsl_policy(f)) policy_graph(g, dsl_policy(f));
    g->n_real = g->n_nodes;
    return g->no_memory || !g->n_nodes ? NULL : g;
}

json_t *dsl_graph_new(const struct dsl_file *f) {
    struct arena *a = arena_new((size_t)16 << 20);
    struct graph *g = a ? graph_new(f, a) : NULL;
    json_t *nodes = g ? json_array() : NULL, *edges = json_array();
    for (int i = 0; nodes && i < g->n_nodes; i++) {
        const struct graph_node *n = &g->nodes[i];
        json_t *one =
            json_pack("{s:s, s:s, s:i, s:s}", "id", n->id, "kind", n->kind, "line", n->line, "label", n->label);
        if (one && n->parent >= 0) json_object_set_new(one, "in", json_string(g->nodes[n->parent].id));
        json_array_append_new(nodes, one);
    }
    for (int i = 0; nodes && i < g->n_edges; i++)
        json_array_append_new(edges, json_pack("{s:s, s:s, s:s}", "from", g->nodes[g->edges[i].from].id, "to",
                                               g->nodes[g->edges[i].to].id, "label", g->edges[i].label));
    arena_free(a);
    if (nodes) return json_pack("{s:o, s:o}", "nodes", nodes, "edges", edges);
    json_decref(edges);
    return NULL;
}
