/* flow_collect.c - stage 3, first half: the paragraphs of a flow by index, and where each go leads. */
#include <string.h>

#include "base/text.h"
#include "dsl/flow.h"

static const struct {
    const char *word;
    enum para_kind kind;
} kinds[] = {{"step", PARA_STEP},           {"parallel", PARA_PARALLEL}, {"saga", PARA_SAGA}, {"decide", PARA_DECIDE},
             {"route", PARA_ROUTE},         {"task", PARA_TASK},         {"send", PARA_SEND}, {"wait", PARA_WAIT},
             {"negotiate", PARA_NEGOTIATE}, {"each", PARA_EACH}};

static bool kind_of(const struct node *n, enum para_kind *out) {
    if (n->kind != NODE_CALL || !node_name(n)) return false;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (!strcmp(kinds[i].word, n->text)) {
            *out = kinds[i].kind;
            return true;
        }
    return false;
}

static int count(const struct node *table, const char *word, bool deep) {
    int n = 0;
    enum para_kind kind;
    for (int i = 0; table && i < table->n_items; i++) {
        const struct node *v = table->items[i].value;
        if (table->items[i].key || v->kind != NODE_CALL) continue;
        n += word ? node_is_call(v, word) && node_name(v) : kind_of(v, &kind);
        if (deep) n += count(node_body(v), word, true);
    }
    return n;
}

static void *room(struct flow *f, size_t n) {
    void *p = arena_alloc(f->c->arena, n ? n : 1);
    if (!p) f->c->faults->no_memory = true;
    return p;
}

static int name_add(struct flow *f, struct node *node) {
    f->names[f->n_names] = (struct flow_name){.name = node_name_text(node), .node = node};
    return f->n_names++;
}

static int collect(struct flow *f, const struct node *table, int parent) {
    int first = -1, last = -1;
    enum para_kind kind;
    for (int i = 0; table && i < table->n_items; i++) {
        struct node *v = table->items[i].value;
        if (table->items[i].key || !kind_of(v, &kind)) continue;
        int at = f->n++;
        const struct target none = {TARGET_NONE, -1};
        f->paras[at] = (struct para){.kind = kind,
                                     .name = node_name_text(v),
                                     .line = v->span.line,
                                     .col = v->span.col,
                                     .index = at,
                                     .parent = parent,
                                     .first_child = -1,
                                     .next_sibling = -1,
                                     .next = none,
                                     .late = none,
                                     .failed = none,
                                     .refused = none,
                                     .spent = none,
                                     .not_sent = none};
        f->nodes[at] = v;
        name_add(f, v);
        if (last >= 0) f->paras[last].next_sibling = at;
        else first = at;
        last = at;
        if (kind == PARA_PARALLEL || kind == PARA_SAGA) f->paras[at].first_child = collect(f, node_body(v), at);
    }
    return first;
}

static struct listener *collect_ons(struct flow *f, const struct node *table, int *n, struct node **nodes) {
    int at = 0, all = count(table, "on", false);
    struct listener *ons = room(f, sizeof *ons * (size_t)all);
    for (int i = 0; ons && table && i < table->n_items && at < all; i++) {
        struct node *v = table->items[i].value;
        if (table->items[i].key || !node_is_call(v, "on") || !node_name(v)) continue;
        ons[at] = (struct listener){.name = node_name_text(v), .line = v->span.line, .to = {TARGET_NONE, -1}};
        if (nodes) nodes[at] = v;
        name_add(f, v);
        at++;
    }
    *n = at;
    return ons;
}

static void head(struct flow *f) {
    struct plan *p = f->plan;
    struct check *c = f->c;
    const struct node *body = node_body(c->head), *stuck = node_field(body, "stuck"), *v;
    p->kind = c->head->text;
    p->name = node_name_text(c->head);
    p->version = (int)value_int(node_field(body, "version"), 0);
    p->case_type = (v = node_field(body, "case")) && v->kind == NODE_TEXT ? v->text : "";
    p->about = (v = node_field(body, "about")) && v->kind == NODE_TEXT ? v->text : "";
    p->outcomes = names_new(c, node_field(body, "outcomes"), &p->n_outcomes);
    f->outcome_used = room(f, sizeof *f->outcome_used * (size_t)(p->n_outcomes + 1));
    const char *why;
    if (!stuck || stuck->bad) return;
    p->stuck.queue = (v = node_field(stuck, "queue")) ? v->text : "";
    p->stuck.to = (v = node_field(stuck, "to")) ? v->text : NULL;
    if ((v = node_field(stuck, "within")) && !value_length(c, v, &p->stuck.within, &why))
        p->stuck.within.unit = LENGTH_NONE;
}

void flow_collect(struct flow *f) {
    int n = count(f->c->root, NULL, true), ons = count(f->c->root, "on", true);
    head(f);
    if (n + ons > FLOW_NAMES) {
        faults_add(f->c->faults, &f->c->head->word_span, "too-many",
                   "a flow holds at most %d paragraphs; this one has %d", FLOW_NAMES, n + ons);
        return;
    }
    f->paras = room(f, sizeof *f->paras * (size_t)n);
    f->nodes = room(f, sizeof *f->nodes * (size_t)n);
    f->on_names = room(f, sizeof *f->on_names * (size_t)n);
    f->top_on_nodes = room(f, sizeof *f->top_on_nodes * (size_t)(ons + 1));
    if (f->c->faults->no_memory) return;
    if (!f->outcome_used) return;
    f->plan->first = collect(f, f->c->root, -1);
    f->plan->paras = f->paras;
    f->plan->n_paras = f->n;
    f->top_on_names = f->n_names;
    f->top_ons = collect_ons(f, f->c->root, &f->plan->n_ons, f->top_on_nodes);
    f->plan->ons = f->top_ons;
    for (int i = 0; i < f->n; i++) {
        struct para *p = &f->paras[i];
        f->on_names[i] = f->n_names;
        if (p->kind == PARA_TASK) p->task.ons = collect_ons(f, node_body(f->nodes[i]), &p->task.n_ons, NULL);
        if (p->kind == PARA_WAIT) p->wait.ons = collect_ons(f, node_body(f->nodes[i]), &p->wait.n_ons, NULL);
    }
    for (int i = 0; i < f->c->root->n_items; i++) {
        const struct node *v = f->c->root->items[i].value;
        enum para_kind kind;
        f->names_lost |= v->bad && (!kind_of(v, &kind) || node_name(v)->bad);
    }
    for (int i = 0; i < f->n; i++) f->names_lost |= node_name(f->nodes[i])->bad;
    if (!f->n)
        faults_add(f->c->faults, &f->c->head->word_span, "no-paragraph",
                   "%s does nothing; add a paragraph such as step, task or wait", owner(f->c, f->c->head));
}

/* --- targets --- */

static const char *const *para_names(struct flow *f) {
    const char **all = room(f, sizeof *all * (size_t)(f->n + 1));
    int n = 0;
    for (int i = 0; all && i < f->n; i++)
        if (f->paras[i].parent < 0) all[n++] = f->paras[i].name;
    return all;
}

/* A paragraph of this name stands there under a word that was faulted. */
static bool misplaced(const struct node *table, const char *name) {
    for (int i = 0; i < table->n_items; i++)
        if (table->items[i].value->bad && !strcmp(node_name_text(table->items[i].value), name)) return true;
    return false;
}

static struct target go(struct flow *f, struct node *v, const char *name) {
    struct target to = {TARGET_NONE, -1};
    const struct para *p = f->n ? plan_find(f->plan, name) : NULL;
    if (!p) {
        const char *near = text_nearest(name, para_names(f));
        const struct para *meant = near ? plan_find(f->plan, near) : NULL;
        bool listens = false;
        f->targets_bad = true;
        if (meant && node_name(f->nodes[meant->index])->bad)
            return (struct target){TARGET_GO, meant->index}; /* its name is at fault, not this */
        if (misplaced(f->c->root, name)) {
            v->bad = true;
            return to;
        }
        for (int i = f->n; i < f->n_names; i++) listens |= !strcmp(f->names[i].name, name);
        if (listens)
            faults_node(f->c->faults, v, "unknown-target",
                        "go \"%s\": that is an on, which acts by itself; go leads to a paragraph such as step or task",
                        name);
        else if (near)
            faults_node(f->c->faults, v, "unknown-target",
                        "go \"%s\": there is no such paragraph; did you mean \"%s\"?", name, near);
        else
            faults_node(f->c->faults, v, "unknown-target", "go \"%s\": there is no such paragraph%s", name,
                        faults_known(f->c->faults, para_names(f)));
    } else if (p->parent >= 0) {
        const struct para *outer = &f->paras[p->parent];
        faults_node(f->c->faults, v, "target-inside", "go \"%s\": it stands inside %s \"%s\"; go \"%s\" instead", name,
                    f->nodes[outer->index]->text, outer->name, outer->name);
        f->targets_bad = true;
    } else to = (struct target){TARGET_GO, p->index};
    return to;
}

static struct target finish(struct flow *f, struct node *v, const char *name) {
    for (int i = 0; i < f->plan->n_outcomes; i++)
        if (!strcmp(f->plan->outcomes[i], name)) {
            f->outcome_used[i] = true;
            return (struct target){TARGET_FINISH, i};
        }
    const char *near = f->plan->outcomes ? text_nearest(name, f->plan->outcomes) : NULL;
    f->targets_bad = true;
    if (near)
        faults_node(f->c->faults, v, "unknown-outcome",
                    "finish \"%s\": not one of the outcomes at the top; did you mean \"%s\"?", name, near);
    else
        faults_node(f->c->faults, v, "unknown-outcome",
                    "finish \"%s\": not one of the outcomes at the top; add it there or name one of them", name);
    return (struct target){TARGET_NONE, -1};
}

static struct target target(struct flow *f, int para, struct node *v) {
    if (!v || v->bad || v->kind != NODE_CALL || !node_name(v)) {
        f->targets_bad |= v != NULL;
        return (struct target){TARGET_NONE, -1};
    }
    const struct para *outer = para >= 0 && f->paras[para].parent >= 0 ? &f->paras[f->paras[para].parent] : NULL;
    if (outer) {
        faults_node(f->c->faults, v, "target-in-branch",
                    "%s \"%s\" stands inside %s \"%s\" and cannot go or finish by itself; let the %s do it",
                    f->nodes[para]->text, f->paras[para].name, f->nodes[outer->index]->text, outer->name,
                    f->nodes[outer->index]->text);
        return (struct target){TARGET_NONE, -1};
    }
    return !strcmp(v->text, "go") ? go(f, v, node_name_text(v)) : finish(f, v, node_name_text(v));
}

/* The go or finish that stands without a field name: the paragraph's next. */
static struct node *plain_target(const struct node *body) {
    for (int i = 0; body && i < body->n_items; i++) {
        const struct item *it = &body->items[i];
        if (!it->key && (node_is_call(it->value, "go") || node_is_call(it->value, "finish"))) return it->value;
    }
    return node_field(body, "next");
}

static void ons_targets(struct flow *f, int para, const struct listener *ons, int n, int first_name) {
    for (int i = 0; i < n; i++) {
        struct node *on = f->names[first_name + i].node, *v = plain_target(node_body(on));
        ((struct listener *)ons)[i].to = target(f, para, v);
        f->targets_bad |= !v;
        if (!v && !on->bad)
            faults_node(f->c->faults, on, "no-target",
                        "on \"%s\" leads nowhere; add go \"paragraph\" or finish \"outcome\"", ons[i].name);
    }
}

static void route_rows(struct flow *f, struct para *p, struct node *node) {
    struct node *body = node_body(node);
    struct row *rows = room(f, sizeof *rows * (size_t)(body ? body->n_items : 0));
    int n = 0;
    bool otherwise = false;
    for (int i = 0; rows && body && i < body->n_items; i++) {
        struct node *v = body->items[i].value;
        if (body->items[i].key || v->kind != NODE_CALL ||
            (strcmp(v->text, "when") != 0 && strcmp(v->text, "otherwise") != 0))
            continue;
        if (otherwise)
            faults_node(f->c->faults, v, "after-otherwise",
                        "this row comes after otherwise and is never reached; move it above");
        otherwise |= !strcmp(v->text, "otherwise");
        struct node *to = plain_target(node_body(v));
        if (!to && !v->bad)
            faults_node(f->c->faults, v, "no-target",
                        "this row leads nowhere; add go \"paragraph\" or finish \"outcome\" in its { }");
        f->targets_bad |= !to && v->bad;
        rows[n++] = (struct row){.to = target(f, p->index, to), .line = v->span.line};
    }
    p->route.rows = rows;
    p->route.n_rows = n;
    if (!otherwise && !node->bad)
        faults_node(f->c->faults, node, "no-otherwise",
                    "route \"%s\" has no otherwise; say what happens when no row holds", p->name);
}

static void task_answers(struct flow *f, struct para *p, const struct node *body) {
    struct node *table = node_field(body, "answers");
    int n = table && !table->bad && table->kind == NODE_TABLE ? table->n_items : 0;
    struct answer_way *ways = room(f, sizeof *ways * (size_t)n);
    for (int i = 0; ways && i < n; i++)
        ways[i] = (struct answer_way){table->items[i].key, target(f, p->index, table->items[i].value)};
    p->task.answers = ways;
    p->task.n_answers = ways ? n : 0;
}

static void most_and_spent(struct flow *f, struct para *p, struct node *node) {
    struct node *most = node_field(node_body(node), "most"), *spent = node_field(node_body(node), "spent");
    p->most = (int)value_int(most, 0);
    if (most && !most->bad && !p->most)
        faults_node(f->c->faults, most, "bad-value", "‹most› should be at least 1, or be left out for no bound");
    if (p->kind == PARA_EACH || node->bad) return;
    if (most && !spent)
        faults_node(f->c->faults, most, "no-spent",
                    "%s says most but not where to go then; add spent = go \"paragraph\"", owner(f->c, node));
    if (spent && !most)
        faults_node(f->c->faults, spent, "no-most", "%s says spent but no most; add most = 3", owner(f->c, node));
}

void flow_targets(struct flow *f) {
    ons_targets(f, -1, f->top_ons, f->plan->n_ons, f->top_on_names);
    for (int i = 0; i < f->n; i++) {
        struct para *p = &f->paras[i];
        struct node *body = node_body(f->nodes[i]);
        if (!body) continue;
        if (p->kind != PARA_ROUTE) p->next = target(f, i, plain_target(body));
        p->finishes = p->next.kind == TARGET_FINISH;
        p->late = target(f, i, node_field(body, "late"));
        p->failed = target(f, i, node_field(body, "failed"));
        p->refused = target(f, i, node_field(body, "refused"));
        p->spent = target(f, i, node_field(body, "spent"));
        p->not_sent = target(f, i, node_field(body, "not_sent"));
        most_and_spent(f, p, f->nodes[i]);
        if (p->kind == PARA_ROUTE) route_rows(f, p, f->nodes[i]);
        if (p->kind == PARA_TASK) {
            task_answers(f, p, body);
            ons_targets(f, i, p->task.ons, p->task.n_ons, f->on_names[i]);
        }
        if (p->kind == PARA_WAIT) ons_targets(f, i, p->wait.ons, p->wait.n_ons, f->on_names[i]);
    }
}
