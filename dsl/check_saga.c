/* check_saga.c - stage 6: what changes the world can be taken back or says why not; the pivot; look. */
#include <string.h>

#include "dsl/flow.h"

static bool changes(const struct op_decl *op) { return op->kind == OP_EFFECT || op->kind == OP_MONEY; }

static struct node *field(const struct flow *f, int i, const char *name) {
    return node_field(node_body(f->nodes[i]), name);
}

/* Input and answer of the step, as the undo's expressions may read them. */
static void undo_scope(struct flow *f, const struct para *p, struct expr_scope *s) {
    struct check *c = f->c;
    struct expr_name *names = arena_alloc(c->arena, 3 * sizeof *names);
    struct type *input = arena_alloc(c->arena, sizeof *input);
    struct type_field *fields = arena_alloc(c->arena, sizeof *fields * (size_t)(p->step.n_with + 1));
    *s = (struct expr_scope){.names = names};
    if (!names || !input || !fields) {
        c->faults->no_memory = true;
        return;
    }
    for (int i = 0; i < p->step.n_with; i++)
        fields[i] = (struct type_field){p->step.with[i].name, *expr_type(p->step.with[i].value)};
    *input = (struct type){.kind = TYPE_RECORD, .fields = fields};
    const struct type *answer = type_from_schema(p->step.calls[0]->output, c->arena);
    names[0] = (struct expr_name){.name = "input", .type = input};
    names[1] = (struct expr_name){.name = "answer", .type = answer};
}

/* The answer wins; the input stands in where the answer may lack it. */
static const char *covering(struct check *c, const struct expr_scope *s, const char *name) {
    const struct type *answer = flow_type_field(s->names[1].type, name),
                      *input = flow_type_field(s->names[0].type, name);
    if (answer && !answer->maybe) return arena_printf(c->arena, "answer.%s", name);
    if (answer && input) return arena_printf(c->arena, "default(answer.%s, input.%s)", name, name);
    if (answer) return arena_printf(c->arena, "answer.%s", name);
    return input ? arena_printf(c->arena, "input.%s", name) : NULL;
}

static void undo_input(struct flow *f, struct para *p, struct node *undo) {
    struct check *c = f->c;
    const struct type *wanted = p->step.undo->input ? type_from_schema(p->step.undo->input, c->arena) : NULL;
    struct expr_scope s;
    int n = 0;
    if (!wanted || wanted->kind != TYPE_RECORD || !p->step.n_calls) return;
    undo_scope(f, p, &s);
    for (const struct type_field *t = wanted->fields; t && t->name; t++) n++;
    struct binding *all = arena_alloc(c->arena, sizeof *all * (size_t)(n + 1));
    for (const struct type_field *t = wanted->fields; all && s.names && t && t->name; t++) {
        const char *text = covering(c, &s, t->name);
        const struct expr *e = text ? read_text(c, undo, text, &s, &t->type) : NULL;
        if (e) all[p->step.n_undo_with++] = (struct binding){t->name, e};
        else if (!text && !t->type.maybe)
            faults_node(
                c->faults, undo, "uncovered-undo",
                "%s needs ‹%s›, which is neither in the answer of %s nor in its input; choose another undo or add it to with",
                p->step.undo->name, t->name, p->step.calls[0]->name);
    }
    p->step.undo_with = all;
}

static void undo(struct flow *f, struct para *p) {
    struct node *v = field(f, p->index, "undo");
    if (!p->step.undo || v->bad) return;
    if (!p->step.undo->undoes)
        faults_node(f->c->faults, v, "no-undo-operation",
                    "%s is not made to take something back; name an operation that is, or say no_undo = \"why\"",
                    p->step.undo->name);
    else undo_input(f, p, v);
}

static void money(struct flow *f, const struct para *p, const struct op_decl *op) {
    struct node *call = field(f, p->index, "call");
    if (op->kind != OP_MONEY || call->bad) return;
    if (!field(f, p->index, "once_per"))
        faults_add(f->c->faults, &f->nodes[p->index]->word_span, "no-once-per",
                   "step \"%s\" moves money; say what it happens once for: once_per = \"case.loan_id\"", p->name);
    if (!op->can_look)
        faults_node(f->c->faults, call, "no-look",
                    "%s moves money but cannot be asked whether it happened; it needs a look before a flow may use it",
                    op->name);
}

/* A step outside every saga. */
static void lone_step(struct flow *f, const struct para *p, const struct op_decl *op) {
    struct node *undo_field = field(f, p->index, "undo"), *pivot = field(f, p->index, "pivot");
    if (undo_field)
        faults_node(f->c->faults, undo_field, "undo-outside",
                    "‹undo› stands only inside a saga; put step \"%s\" into one, or say no_undo = \"why\"", p->name);
    if (pivot) faults_node(f->c->faults, pivot, "pivot-outside", "‹pivot› stands only inside a saga");
    if (changes(op) && !field(f, p->index, "no_undo") && !undo_field)
        faults_add(
            f->c->faults, &f->nodes[p->index]->word_span, "no-undo",
            "step \"%s\": %s changes something outside; put it into a saga with an undo, or say no_undo = \"why not\"",
            p->name, op->name);
}

static void saga_step(struct flow *f, struct para *p, const struct op_decl *op, const struct para *pivot) {
    struct node *undo_field = field(f, p->index, "undo");
    bool after = pivot && p->index > pivot->index, before = !pivot || p->index < pivot->index;
    if (undo_field && after)
        faults_node(f->c->faults, undo_field, "undo-after-pivot",
                    "after the pivot (step \"%s\") nothing is undone; take this out, or move the step above it",
                    pivot->name);
    else if (undo_field && !before)
        faults_node(f->c->faults, undo_field, "undo-of-pivot",
                    "the pivot is the point of no return and is never undone; take undo out");
    else if (undo_field) undo(f, p);
    else if (before && op->kind != OP_READ && !field(f, p->index, "no_undo"))
        faults_add(f->c->faults, &f->nodes[p->index]->word_span, "no-undo",
                   "step \"%s\" %s but has no undo; name one, or say no_undo = \"why not\"", p->name,
                   op->kind == OP_MONEY   ? "moves money"
                   : op->kind == OP_LOCAL ? "changes our books"
                                          : "changes something outside");
}

static void saga(struct flow *f, const struct para *s) {
    const struct para *pivot = NULL;
    for (int i = s->first_child; i >= 0; i = f->paras[i].next_sibling) {
        struct para *p = &f->paras[i];
        if (p->kind != PARA_STEP || !p->step.pivot) continue;
        if (pivot)
            faults_node(f->c->faults, field(f, i, "pivot"), "two-pivots",
                        "step \"%s\" (line %d) is the pivot already; a saga has one point of no return", pivot->name,
                        pivot->line);
        else pivot = p;
    }
    for (int i = s->first_child; i >= 0; i = f->paras[i].next_sibling)
        if (f->paras[i].kind == PARA_STEP && f->paras[i].step.n_calls && !f->nodes[i]->bad)
            saga_step(f, &f->paras[i], f->paras[i].step.calls[0], pivot);
}

void check_saga(struct flow *f) {
    for (int i = 0; i < f->n; i++) {
        struct para *p = &f->paras[i];
        bool in_saga = p->parent >= 0 && f->paras[p->parent].kind == PARA_SAGA;
        if (p->kind == PARA_SAGA) saga(f, p);
        if (p->kind != PARA_STEP || !p->step.n_calls || f->nodes[i]->bad) continue;
        money(f, p, p->step.calls[0]);
        if (!in_saga) lone_step(f, p, p->step.calls[0]);
    }
}
