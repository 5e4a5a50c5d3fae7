/* flow_types.c - what each paragraph leaves under its name, as a type. */
#include <string.h>

#include "dsl/flow.h"

static const struct type UNKNOWN_TYPE = {.kind = TYPE_UNKNOWN};
static const struct type TEXT_TYPE = {.kind = TYPE_TEXT};

const struct type *flow_type_maybe(struct check *c, const struct type *t) {
    if (!t || t->maybe || t->kind == TYPE_UNKNOWN) return t;
    struct type *m = arena_alloc(c->arena, sizeof *m);
    if (!m) {
        c->faults->no_memory = true;
        return t;
    }
    *m = *t;
    m->maybe = true;
    return m;
}

const struct type *flow_type_field(const struct type *t, const char *name) {
    if (!t || t->kind != TYPE_RECORD) return NULL;
    for (const struct type_field *f = t->fields; f && f->name; f++)
        if (!strcmp(f->name, name)) return &f->type;
    return NULL;
}

static int count_fields(const struct type *t) {
    int n = 0;
    for (const struct type_field *f = t && t->kind == TYPE_RECORD ? t->fields : NULL; f && f->name; f++) n++;
    return n;
}

/* A record of the fields of `t` (may be NULL) and room for `more`; *out is where they go. */
static struct type *record_new(struct check *c, const struct type *t, int more, struct type_field **out) {
    int n = count_fields(t);
    struct type *r = arena_alloc(c->arena, sizeof *r);
    struct type_field *fields = arena_alloc(c->arena, sizeof *fields * (size_t)(n + more + 1));
    if (!r || !fields) {
        c->faults->no_memory = true;
        return NULL;
    }
    for (int i = 0; i < n; i++) fields[i] = t->fields[i];
    *r = (struct type){.kind = TYPE_RECORD, .fields = fields};
    *out = fields + n;
    return r;
}

/* `fallback` stands in: what it leaves out may be missing, what it gives must fit. */
json_t *check_fallback(struct flow *f, struct node *v, const struct type *out, const char *op) {
    struct check *c = f->c;
    bool strange = false;
    for (int i = 0; i < v->n_items; i++) {
        struct item *it = &v->items[i];
        if (out->kind != TYPE_RECORD || flow_type_field(out, it->key)) continue;
        const char *names[64];
        int n = 0;
        for (const struct type_field *t = out->fields; t && t->name && n < 63; t++) names[n++] = t->name;
        names[n] = NULL;
        strange = true;
        faults_add(c->faults, &it->key_span, "unknown-field", "the answer of %s has no field ‹%s›%s", op, it->key,
                   faults_nearest(c->faults, it->key, names));
    }
    json_t *data = value_data_new(c, v, out);
    for (int i = 0; data && i < v->n_items; i++) {
        struct value got;
        struct fault why = {0};
        const struct type *t = flow_type_field(out, v->items[i].key);
        if (t && value_from_json(json_object_get(data, v->items[i].key), t, &got, &why) != OK)
            faults_node(c->faults, v->items[i].value, "bad-value", "‹%s› should be %s: %s", v->items[i].key,
                        type_words(t, c->arena), why.text);
    }
    data = keep_json(c, data);
    return strange ? NULL : data; /* what it seems to leave out may be what was misspelt */
}

static const struct type *with_fallback(struct check *c, const struct type *out, const json_t *fallback) {
    struct type_field *end;
    if (out->kind != TYPE_RECORD || !fallback) return out;
    struct type *t = record_new(c, out, 0, &end);
    for (struct type_field *f = t ? (struct type_field *)t->fields : NULL; f && f->name; f++)
        if (!json_object_get(fallback, f->name)) f->type.maybe = true;
    return t ? t : out;
}

static const struct type *step_type(struct flow *f, const struct para *p) {
    if (!p->step.n_calls) return &UNKNOWN_TYPE;
    const struct type *out = type_from_schema(p->step.calls[0]->output, f->c->arena);
    if (!out) return &UNKNOWN_TYPE;
    out = with_fallback(f->c, out, p->step.fallback);
    return p->step.good_for.unit != LENGTH_NONE ? flow_type_maybe(f->c, out) : out;
}

static const struct type *decide_type(struct flow *f, const struct para *p) {
    const struct catalog *k = f->c->catalog;
    const struct policy *policy =
        p->decide.policy && k->policy ? k->policy(k->who, p->decide.policy, p->decide.version) : NULL;
    return policy ? policy_gives(policy) : &UNKNOWN_TYPE;
}

static const struct type *task_type(struct flow *f, const struct para *p) {
    const struct catalog *k = f->c->catalog;
    const json_t *form = p->task.form && k->form ? k->form(k->who, p->task.form) : NULL;
    if (p->task.form && !form) return &UNKNOWN_TYPE;
    struct type_field *end;
    struct type *t = record_new(f->c, form ? type_from_schema(form, f->c->arena) : NULL, 2, &end);
    const char **told = arena_alloc(f->c->arena, sizeof *told * (size_t)(p->task.n_answers + 1));
    if (!t || !told) return &UNKNOWN_TYPE;
    for (int i = 0; i < p->task.n_answers; i++) told[i] = p->task.answers[i].answer;
    end[0] = (struct type_field){"answer", {.kind = TYPE_ONE_OF, .words = told}};
    end[1] = (struct type_field){"by", TEXT_TYPE};
    return t;
}

/* Its record; what `with` gave is added when its expressions have been read. */
static const struct type *send_type(struct flow *f, const struct para *p) {
    static const char *const truths[] = {"sent", "delivered", "read", "replied"};
    struct type_field *end;
    const struct node *with = node_field(node_body(f->nodes[p->index]), "with");
    int n = with && with->kind == NODE_TABLE && !with->bad ? with->n_items : 0;
    struct type *t = record_new(f->c, NULL, 5 + n, &end);
    if (!t) return &UNKNOWN_TYPE;
    *end++ = (struct type_field){"id", TEXT_TYPE};
    for (size_t i = 0; i < ARRAY_LEN(truths); i++) *end++ = (struct type_field){truths[i], {.kind = TYPE_TRUTH}};
    for (int i = 0; i < n; i++) {
        const struct type *given = &UNKNOWN_TYPE; /* an expression with a fault: every use is let pass */
        for (int k = 0; k < p->send.n_with; k++)
            if (!strcmp(p->send.with[k].name, with->items[i].key)) given = expr_type(p->send.with[k].value);
        *end++ = (struct type_field){with->items[i].key, *given};
    }
    return t;
}

const struct type *flow_event_type(struct flow *f, const char *event) {
    const json_t *schema =
        event && f->case_json ? json_object_get(json_object_get(f->case_json, "events"), event) : NULL;
    const struct type *t = schema ? type_from_schema(schema, f->c->arena) : NULL;
    return t ? t : &UNKNOWN_TYPE;
}

const struct type *flow_para_type(struct flow *f, int i) {
    const struct para *p = &f->paras[i];
    if (f->nodes[i]->bad && p->kind != PARA_PARALLEL && p->kind != PARA_SAGA && p->kind != PARA_ROUTE)
        return &UNKNOWN_TYPE;
    switch (p->kind) {
    case PARA_STEP: return step_type(f, p);
    case PARA_DECIDE: return decide_type(f, p);
    case PARA_TASK: return task_type(f, p);
    case PARA_SEND: return send_type(f, p);
    case PARA_WAIT: return p->wait.event ? flow_event_type(f, p->wait.event) : NULL;
    case PARA_NEGOTIATE:
    case PARA_EACH: return &UNKNOWN_TYPE;
    case PARA_PARALLEL:
    case PARA_SAGA:
    case PARA_ROUTE: break;
    }
    return NULL;
}

void flow_type_set(struct flow *f, int i, const struct type *t) {
    f->names[i].type = t;
    f->names[i].maybe = flow_type_maybe(f->c, t);
}

static void ons(struct flow *f, const struct listener *list, int n, int first_name) {
    for (int i = 0; i < n; i++)
        if (list[i].event) flow_type_set(f, first_name + i, flow_event_type(f, list[i].event));
}

void flow_types(struct flow *f) {
    const struct catalog *k = f->c->catalog;
    struct node *v = node_field(node_body(f->c->head), "case");
    f->case_json = k->case_type && f->plan->case_type ? k->case_type(k->who, f->plan->case_type) : NULL;
    f->case_type = &UNKNOWN_TYPE;
    if (f->case_json) f->case_type = type_from_schema(json_object_get(f->case_json, "case"), f->c->arena);
    else if (v && !v->bad)
        faults_node(f->c->faults, v, "unknown-name", "there is no type of case \"%s\"%s", v->text,
                    faults_nearest(f->c->faults, v->text, k->case_names ? k->case_names(k->who) : NULL));
    if (!f->case_type) f->case_type = &UNKNOWN_TYPE;
}

void flow_name_types(struct flow *f) {
    for (int i = 0; i < f->n; i++) flow_type_set(f, i, flow_para_type(f, i));
    ons(f, f->top_ons, f->plan->n_ons, f->top_on_names);
    for (int i = 0; i < f->n; i++) {
        const struct para *p = &f->paras[i];
        if (p->kind == PARA_TASK) ons(f, p->task.ons, p->task.n_ons, f->on_names[i]);
        if (p->kind == PARA_WAIT) ons(f, p->wait.ons, p->wait.n_ons, f->on_names[i]);
    }
}
