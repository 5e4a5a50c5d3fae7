/* flow_read.c - the expressions of one paragraph, each with the type that is wanted there. */
#include <string.h>

#include "base/text.h"
#include "dsl/flow_ways.h"

/* --- bindings: with = { input = "expression" } --- */

static const char *const *field_names(struct check *c, const struct type *t) {
    int n = 0;
    for (const struct type_field *f = t->fields; f && f->name; f++) n++;
    const char **all = arena_alloc(c->arena, sizeof *all * (size_t)(n + 1));
    for (int i = 0; all && i < n; i++) all[i] = t->fields[i].name;
    return all;
}

static const struct type *input_type(struct check *c, const struct type *input, struct item *it, const char *op) {
    const struct type *t = input && input->kind == TYPE_RECORD ? flow_type_field(input, it->key) : NULL;
    if (!input || input->kind != TYPE_RECORD || t) return t;
    faults_add(c->faults, &it->key_span, "unknown-input", "%s takes no input ‹%s›%s", op, it->key,
               faults_nearest(c->faults, it->key, field_names(c, input)));
    return NULL;
}

/* An unknown input was reported that probably means this one. */
static bool misspelt(struct check *c, const struct type *input, const struct node *with, const char *name) {
    for (int i = 0; with && with->kind == NODE_TABLE && i < with->n_items; i++) {
        const char *key = with->items[i].key;
        if (key && !flow_type_field(input, key) && text_eq(text_nearest(key, field_names(c, input)), name)) return true;
    }
    return false;
}

static void uncovered(struct check *c, const struct type *input, const struct node *with, struct node *call,
                      const char *op) {
    if (!input || input->kind != TYPE_RECORD || call->bad) return;
    for (const struct type_field *t = input->fields; t && t->name; t++) {
        if (t->type.maybe || node_item(with, t->name) || misspelt(c, input, with, t->name)) continue;
        faults_add(c->faults, &call->word_span, "missing-input",
                   "%s: %s needs ‹%s› (%s); add it to with = { %s = \"...\" }", owner(c, call), op, t->name,
                   type_words(&t->type, c->arena), t->name);
        return;
    }
}

static int bindings(struct flow *f, struct node *call, const struct type *input, const char *op,
                    const struct expr_scope *s, const struct binding **out) {
    struct check *c = f->c;
    struct node *with = node_field(node_body(call), "with");
    int n = with && !with->bad ? with->n_items : 0, at = 0;
    struct binding *all = arena_alloc(c->arena, sizeof *all * (size_t)(n + 1));
    for (int i = 0; all && i < n; i++) {
        struct item *it = &with->items[i];
        const struct type *want = input_type(c, input, it, op);
        const struct expr *e = read_expression(c, it->value, s, want);
        if (e) all[at++] = (struct binding){it->key, e};
    }
    if (!with || !with->bad) uncovered(c, input, with, call, op);
    *out = all;
    return all ? at : 0;
}

/* --- by kind --- */

/* What a paragraph's own `when` teaches holds for its other fields. */
static const struct expr *own_condition(struct flow *f, struct node *body, const struct expr_scope *s,
                                        struct expr_scope *inside) {
    *inside = *s;
    struct node *v = node_field(body, "when");
    const struct expr *e = v ? read_expression(f->c, v, s, &TYPE_A_TRUTH) : NULL;
    if (e && expr_known_when(e, true, s->known, f->c->arena, &inside->known) != OK) f->c->faults->no_memory = true;
    return e;
}

static void step(struct flow *f, struct para *p, struct node *node, const struct expr_scope *s) {
    struct expr_scope inside;
    p->when = own_condition(f, node_body(node), s, &inside);
    const struct op_decl *op = p->step.n_calls ? p->step.calls[0] : NULL;
    const struct type *input = op && op->input ? type_from_schema(op->input, f->c->arena) : NULL;
    p->step.n_with = bindings(f, node, input, op ? op->name : "", &inside, &p->step.with);
    p->step.once_per = read_expression(f->c, node_field(node_body(node), "once_per"), &inside, NULL);
}

static void listener_scope(struct flow *f, const struct listener *l, const struct expr_scope *s,
                           struct expr_scope *inside, struct expr_name names[2]) {
    names[0] = (struct expr_name){.name = "event", .type = flow_event_type(f, l->event)};
    names[1] = (struct expr_name){0};
    *inside = (struct expr_scope){.outer = s, .names = names, .paragraphs = s->paragraphs};
}

static struct expr_name *event_name(struct flow *f) {
    struct expr_name *names = arena_alloc(f->c->arena, sizeof *names * 2);
    static struct expr_name none[2];
    return names ? names : none;
}

static const struct expr *moment(struct flow *f, struct node *v, const struct expr_scope *s) {
    const struct expr *e = read_expression(f->c, v, s, NULL);
    const struct type *t = e ? expr_type(e) : NULL;
    if (!t || t->kind == TYPE_DATE || t->kind == TYPE_INSTANT || t->kind == TYPE_UNKNOWN) {
        if (t && t->maybe)
            faults_node(f->c->faults, v, "maybe-missing",
                        "this date may be missing; say what holds then: default(..., today + days(7))");
        return e;
    }
    faults_node(f->c->faults, v, "wrong-type", "a date or an instant should stand here, but this is %s",
                type_words(t, f->c->arena));
    return NULL;
}

void read_listeners(struct flow *f, const struct listener *ons, int n, int first_name, const struct expr_scope *s) {
    for (int i = 0; i < n; i++) {
        struct listener *l = (struct listener *)&ons[i];
        struct node *body = node_body(f->names[first_name + i].node);
        struct expr_scope inside;
        listener_scope(f, l, s, &inside, event_name(f));
        l->when = read_expression(f->c, node_field(body, "when"), l->event ? &inside : s, &TYPE_A_TRUTH);
        l->at = moment(f, node_field(body, "at"), s);
    }
}

static void route(struct flow *f, struct para *p, struct node *node, const struct expr_scope *s, struct reading *r) {
    struct node *body = node_body(node);
    struct expr_scope below = *s; /* later rows know that earlier ones failed */
    struct row *rows = (struct row *)p->route.rows;
    int at = 0;
    r->rows = arena_alloc(f->c->arena, sizeof *r->rows * (size_t)(p->route.n_rows + 1));
    for (int i = 0; r->rows && body && i < body->n_items && at < p->route.n_rows; i++) {
        struct node *v = body->items[i].value;
        if (body->items[i].key || v->kind != NODE_CALL ||
            (strcmp(v->text, "when") != 0 && strcmp(v->text, "otherwise") != 0))
            continue;
        r->rows[at] = below.known;
        struct node *text = !strcmp(v->text, "when") ? node_name(v) : NULL;
        const struct expr *e = text ? read_expression(f->c, text, &below, &TYPE_A_TRUTH) : NULL;
        rows[at].when = e;
        if (e && (expr_known_when(e, true, below.known, f->c->arena, &r->rows[at]) != OK ||
                  expr_known_when(e, false, below.known, f->c->arena, &below.known) != OK))
            f->c->faults->no_memory = true;
        at++;
    }
}

static void task(struct flow *f, struct para *p, struct node *node, const struct expr_scope *s) {
    struct node *show = node_field(node_body(node), "show");
    for (int i = 0; show && !show->bad && show->kind == NODE_TABLE && i < show->n_items; i++)
        read_expression(f->c, show->items[i].value, s, NULL);
    read_listeners(f, p->task.ons, p->task.n_ons, f->on_names[p->index], s);
}

static void wait(struct flow *f, struct para *p, struct node *node, const struct expr_scope *s) {
    struct node *body = node_body(node);
    struct expr_scope inside;
    const struct listener own = {.event = p->wait.event};
    listener_scope(f, &own, s, &inside, event_name(f));
    p->wait.when = read_expression(f->c, node_field(body, "when"), p->wait.event ? &inside : s, &TYPE_A_TRUTH);
    p->wait.till = moment(f, node_field(body, "till"), s);
    read_listeners(f, p->wait.ons, p->wait.n_ons, f->on_names[p->index], s);
}

static void send(struct flow *f, struct para *p, struct node *node, const struct expr_scope *s) {
    struct node *body = node_body(node);
    struct expr_scope inside;
    p->when = own_condition(f, body, s, &inside);
    p->send.n_with = bindings(f, node, NULL, "", &inside, &p->send.with);
    p->send.at = moment(f, node_field(body, "at"), s);
    p->send.unless = read_expression(f->c, node_field(body, "unless"), s, &TYPE_A_TRUTH);
    flow_type_set(f, p->index, flow_para_type(f, p->index));
}

static void each(struct flow *f, struct para *p, struct node *node, const struct expr_scope *s) {
    struct node *v = node_field(node_body(node), "over");
    p->each.over = read_expression(f->c, v, s, NULL);
    const struct type *t = p->each.over ? expr_type(p->each.over) : NULL;
    if (t && t->kind != TYPE_LIST && t->kind != TYPE_UNKNOWN)
        faults_node(f->c->faults, v, "wrong-type", "a list should stand here, but this is %s",
                    type_words(t, f->c->arena));
    struct expr_name *names = event_name(f);
    static const struct type unknown = {.kind = TYPE_UNKNOWN};
    names[0] = (struct expr_name){.name = "it", .type = t && t->kind == TYPE_LIST && t->item ? t->item : &unknown};
    const struct expr_scope inside = {.outer = s, .names = names, .paragraphs = s->paragraphs};
    p->each.n_with = bindings(f, node, NULL, "", &inside, &p->each.with);
}

void read_paragraph(struct flow *f, int i, const struct expr_scope *s, struct reading *r) {
    struct para *p = &f->paras[i];
    struct node *node = f->nodes[i];
    if (!node_body(node)) return;
    switch (p->kind) {
    case PARA_STEP: step(f, p, node, s); break;
    case PARA_ROUTE: route(f, p, node, s, r); break;
    case PARA_TASK: task(f, p, node, s); break;
    case PARA_WAIT: wait(f, p, node, s); break;
    case PARA_SEND: send(f, p, node, s); break;
    case PARA_EACH: each(f, p, node, s); break;
    case PARA_DECIDE: read_decide(f, p, node, s); break;
    case PARA_PARALLEL:
    case PARA_SAGA:
    case PARA_NEGOTIATE: break;
    }
}
