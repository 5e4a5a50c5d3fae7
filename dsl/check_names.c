/* check_names.c - stages 4 and 5: a forward meet over all ways. What is set on every way is there, what
 * is set on some may be missing, and every expression is read with exactly that knowledge. */
#include <stdio.h>
#include <string.h>

#include "dsl/flow.h"
#include "dsl/flow_ways.h"

#define WORDS_OF_BITS (FLOW_NAMES / 64)

struct way {
    bool reached;
    uint64_t set[WORDS_OF_BITS], may[WORDS_OF_BITS];
    const struct expr_known *known;
};
struct meet {
    struct flow *f;
    struct way *in; /* of each paragraph */
    bool changed;
    const struct reading *reading; /* of the paragraph being left */
    int at;
};

static void put(uint64_t *bits, int i) { bits[i / 64] |= UINT64_C(1) << (i % 64); }
static void take_out(uint64_t *bits, int i) { bits[i / 64] &= ~(UINT64_C(1) << (i % 64)); }
static bool has(const uint64_t *bits, int i) { return bits[i / 64] >> (i % 64) & 1; }

static int length(const struct expr_known *k) {
    int n = 0;
    for (; k; k = k->next) n++;
    return n;
}

/* What was known of `name` counts for its last visit only. */
static const struct expr_known *forget(struct flow *f, const struct expr_known *k, const char *name) {
    const struct expr_known *kept = NULL;
    size_t n = strlen(name);
    for (; k; k = k->next) {
        if (!strncmp(k->name, name, n) && (k->name[n] == '.' || !k->name[n])) continue;
        struct expr_known *one = arena_alloc(f->c->arena, sizeof *one);
        if (!one) return kept;
        *one = (struct expr_known){k->name, kept};
        kept = one;
    }
    return kept;
}

static void set(struct flow *f, struct way *w, int i) {
    put(w->set, i);
    put(w->may, i);
    w->known = forget(f, w->known, f->names[i].name);
}

static void merge(struct meet *m, const struct way *from, int to) {
    struct way *into = &m->in[to];
    if (!into->reached) {
        *into = *from;
        into->reached = m->changed = true;
        return;
    }
    for (int i = 0; i < WORDS_OF_BITS; i++) {
        uint64_t s = into->set[i] & from->set[i], may = into->may[i] | from->may[i];
        m->changed |= s != into->set[i] || may != into->may[i];
        into->set[i] = s;
        into->may[i] = may;
    }
    const struct expr_known *both = NULL;
    if (expr_known_meet(into->known, from->known, m->f->c->arena, &both) != OK) m->f->c->faults->no_memory = true;
    m->changed |= length(both) < length(into->known);
    into->known = both;
}

/* Whether the paragraph's answer is there whenever it went on by its plain way. */
static bool always_sets(const struct flow *f, int i) {
    const struct node *body = node_body(f->nodes[i]);
    return !node_field(body, "when") && !node_field(body, "unless");
}

static void done(struct flow *f, struct way *w, int i) {
    const struct para *p = &f->paras[i];
    for (int k = p->first_child; k >= 0; k = f->paras[k].next_sibling) done(f, w, k);
    set(f, w, i);
    if (!always_sets(f, i)) take_out(w->set, i);
}

static void leave(void *who, const struct edge *e) {
    struct meet *m = who;
    struct flow *f = m->f;
    struct way out = m->in[m->at];
    if (e->to.kind != TARGET_GO) return;
    if (e->kind == EDGE_NEXT || e->kind == EDGE_ANSWER) done(f, &out, m->at);
    else if (e->kind == EDGE_ON) set(f, &out, f->on_names[m->at] + e->index);
    else if (e->kind == EDGE_ROW && m->reading->rows) out.known = m->reading->rows[e->index];
    merge(m, &out, e->to.index);
}

/* --- the scope of a way --- */

static void scope(struct flow *f, const struct way *w, struct expr_scope *s) {
    struct expr_name *names = arena_alloc(f->c->arena, sizeof *names * (size_t)(f->n_names + 2));
    const char **paras = arena_alloc(f->c->arena, sizeof *paras * (size_t)(f->n + 1));
    int n = 0;
    *s = (struct expr_scope){0};
    if (!names || !paras) {
        f->c->faults->no_memory = true;
        return;
    }
    names[n++] = (struct expr_name){.name = "case", .type = f->case_type};
    for (int i = 0; i < f->n_names; i++) {
        const struct flow_name *name = &f->names[i];
        if (!name->type || !has(w->may, i)) continue;
        names[n++] = (struct expr_name){.name = name->name,
                                        .type = has(w->set, i) ? name->type : name->maybe,
                                        .why_maybe = has(w->set, i) ? NULL : "not every way leads through it"};
    }
    for (int i = 0; i < f->n; i++) paras[i] = f->names[i].name;
    *s = (struct expr_scope){.names = names, .known = w->known, .paragraphs = paras};
}

static const char *not_before(void *who, const char *name) {
    struct flow *f = who;
    if (f->names_lost || f->targets_bad) return "";
    for (int i = 0; i < f->n_names; i++) {
        if (strcmp(f->names[i].name, name) != 0) continue;
        if (!f->names[i].type) return arena_printf(f->c->arena, "‹%s› leaves no answer to read", name);
        return arena_printf(f->c->arena,
                            "‹%s› (line %d) cannot have run before this; read it after it, or move this below it", name,
                            f->names[i].node->span.line);
    }
    return NULL;
}

static void read_at(struct flow *f, int i, const struct way *w, struct reading *r) {
    struct expr_scope s;
    struct way inside = *w;
    scope(f, &inside, &s);
    read_paragraph(f, i, &s, r);
    for (int k = f->paras[i].first_child; k >= 0; k = f->paras[k].next_sibling) {
        struct reading ignored = {0};
        read_at(f, k, &inside, &ignored);
        if (f->paras[i].kind == PARA_SAGA) done(f, &inside, k);
    }
}

static void start(struct meet *m) {
    struct flow *f = m->f;
    struct way nothing = {.reached = true};
    merge(m, &nothing, f->plan->first);
    for (int i = 0; i < f->plan->n_ons; i++) {
        struct way heard = {.reached = true};
        memset(heard.may, 0xFF, sizeof heard.may);
        if (f->top_ons[i].event) set(f, &heard, f->top_on_names + i);
        if (f->top_ons[i].to.kind == TARGET_GO) merge(m, &heard, f->top_ons[i].to.index);
    }
}

/* Trial readings say nothing; they learn what rows teach and what sends give. */
static void settle(struct meet *m) {
    struct flow *f = m->f;
    bool was = f->c->faults->silent;
    f->c->faults->silent = true;
    m->changed = true;
    for (int pass = 0; m->changed && pass < 4 * FLOW_NAMES; pass++) {
        m->changed = false;
        for (int i = 0; i < f->n; i++) {
            struct reading r = {0};
            if (f->paras[i].parent >= 0 || !m->in[i].reached) continue;
            if (f->paras[i].kind == PARA_ROUTE || f->paras[i].kind == PARA_SEND) read_at(f, i, &m->in[i], &r);
            m->reading = &r;
            m->at = i;
            plan_edges(f->plan, &f->paras[i], leave, m);
        }
    }
    f->c->faults->silent = was;
}

/* After a fault a paragraph may stand unreached only because of it: read it as if all had run. */
static const struct way *lenient(void) {
    static struct way all;
    memset(all.set, 0xFF, sizeof all.set);
    memset(all.may, 0xFF, sizeof all.may);
    all.reached = true;
    return &all;
}

void check_names(struct flow *f) {
    struct meet m = {.f = f, .in = arena_alloc(f->c->arena, sizeof *m.in * (size_t)(f->n + 1))};
    if (!m.in || !f->n) return;
    f->c->absent = not_before;
    f->c->absent_who = f;
    start(&m);
    settle(&m);
    struct way any = {.reached = true};
    memset(any.may, 0xFF, sizeof any.may);
    struct expr_scope s;
    scope(f, &any, &s);
    read_listeners(f, f->top_ons, f->plan->n_ons, f->top_on_names, &s);
    for (int i = 0; i < f->n; i++) {
        struct reading r = {0};
        if (f->paras[i].parent < 0) read_at(f, i, m.in[i].reached ? &m.in[i] : lenient(), &r);
    }
    f->c->absent = NULL;
}
