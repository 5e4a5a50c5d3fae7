/* check_reach.c - stage 3: every paragraph can be reached, every way finishes, every round waits and is
 * bounded. */
#include <string.h>

#include "dsl/flow.h"

struct walk {
    struct flow *f;
    bool *reached;
    bool falls; /* the paragraph looked at leads off the end of the file */
    bool (*skip)(const struct flow *f, const struct para *p);
    unsigned char *colour; /* 0 new, 1 on the way, 2 done */
    int on_round;          /* a paragraph on a round found; -1 none */
};

static void reach(struct walk *w, struct target to);

static void reach_edge(void *who, const struct edge *e) {
    struct walk *w = who;
    w->falls |= e->to.kind == TARGET_NONE;
    reach(w, e->to);
}

/* Depth is bounded by FLOW_NAMES. */
static void reach(struct walk *w, struct target to) {
    if (to.kind != TARGET_GO || w->reached[to.index]) return;
    w->reached[to.index] = true;
    plan_edges(w->f->plan, &w->f->paras[to.index], reach_edge, w);
}

static void ends(struct walk *w) {
    struct flow *f = w->f;
    for (int i = 0; i < f->n; i++) {
        const struct para *p = &f->paras[i];
        if (p->parent >= 0 || !w->reached[i] || f->nodes[i]->bad) continue;
        bool reached[FLOW_NAMES];
        memset(reached, 1, sizeof reached);
        struct walk one = {.f = f, .reached = reached};
        plan_edges(f->plan, p, reach_edge, &one);
        if (one.falls)
            faults_node(
                f->c->faults, f->nodes[i], "no-end",
                "%s \"%s\" is the last paragraph and does not say how it ends; add finish \"outcome\" or go \"paragraph\"",
                f->nodes[i]->text, p->name);
    }
}

static bool waits(const struct flow *f, const struct para *p) {
    (void)f;
    return p->kind == PARA_TASK || p->kind == PARA_WAIT || p->kind == PARA_NEGOTIATE ||
           (p->kind == PARA_SEND && p->send.at);
}

static bool bounded(const struct flow *f, const struct para *p) {
    (void)f;
    return p->most > 0;
}

static void round_edge(void *who, const struct edge *e);

static void visit(struct walk *w, int i) {
    if (w->on_round >= 0 || w->skip(w->f, &w->f->paras[i]) || w->colour[i] == 2) return;
    if (w->colour[i] == 1) {
        w->on_round = i;
        return;
    }
    w->colour[i] = 1;
    plan_edges(w->f->plan, &w->f->paras[i], round_edge, w);
    w->colour[i] = 2;
}

static void round_edge(void *who, const struct edge *e) {
    if (e->to.kind == TARGET_GO) visit(who, e->to.index);
}

/* A round that avoids every paragraph for which `skip` holds. */
static int round_without(struct flow *f, bool (*skip)(const struct flow *f, const struct para *p)) {
    unsigned char colour[FLOW_NAMES] = {0};
    struct walk w = {.f = f, .skip = skip, .colour = colour, .on_round = -1};
    for (int i = 0; i < f->n && w.on_round < 0; i++)
        if (f->paras[i].parent < 0) visit(&w, i);
    return w.on_round;
}

static bool clock_ends_it(const struct flow *f) {
    for (int i = 0; i < f->plan->n_ons; i++)
        if (node_field(node_body(f->top_on_nodes[i]), "at")) return true;
    return false;
}

static void rounds(struct flow *f) {
    int i = round_without(f, waits);
    if (i >= 0) {
        faults_node(f->c->faults, f->nodes[i], "busy-round",
                    "a round of go leads from \"%s\" back to it without ever waiting; put a wait or a task on it",
                    f->paras[i].name);
        return;
    }
    i = clock_ends_it(f) ? -1 : round_without(f, bounded);
    if (i >= 0)
        faults_node(
            f->c->faults, f->nodes[i], "endless-round",
            "a round of go leads from \"%s\" back to it without bound; add most = 3, spent = go \"paragraph\" to a paragraph on it",
            f->paras[i].name);
}

static void outcomes(struct flow *f) {
    struct node *list = node_field(node_body(f->c->head), "outcomes");
    if (!list || list->bad || list->kind != NODE_TABLE) return;
    for (int i = 0; i < list->n_items; i++) {
        struct node *one = list->items[i].value;
        const char *needle = one->text;
        bool twice = false;
        for (int k = 0; k < i; k++) twice |= !strcmp(list->items[k].value->text, needle);
        if (twice)
            faults_node(f->c->faults, one, "duplicate-outcome", "the outcome \"%s\" is listed twice; keep one", needle);
        else if (i < f->plan->n_outcomes && !f->outcome_used[i])
            faults_warn(f->c->faults, &one->span, "unused-outcome",
                        "no finish leads to the outcome \"%s\"; use it or take it out", needle);
    }
}

void check_reach(struct flow *f) {
    bool reached[FLOW_NAMES] = {false};
    struct walk w = {.f = f, .reached = reached};
    if (f->targets_bad || !f->n) return;
    reach(&w, (struct target){TARGET_GO, f->plan->first});
    for (int i = 0; i < f->plan->n_ons; i++) reach(&w, f->top_ons[i].to);
    for (int i = 0; i < f->n; i++)
        if (f->paras[i].parent < 0 && !reached[i] && !f->nodes[i]->bad)
            faults_add(f->c->faults, &f->nodes[i]->word_span, "unreachable",
                       "%s \"%s\" is never reached; let a go lead to it or take it out", f->nodes[i]->text,
                       f->paras[i].name);
    ends(&w);
    rounds(f);
    outcomes(f);
}
