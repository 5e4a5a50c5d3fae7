/* examples.c - files of examples: a case, the answers it meets, and what must come of it. */
#include <string.h>

#include "base/text.h"
#include "dsl/file.h"
#include "dsl/flow.h"
#include "dsl/samples.h"

struct builder {
    struct check *c;
    struct example *all;
    int n;
    const struct plan *flow; /* of the example being read; NULL: a policy, or unknown */
    const struct policy *policy;
};

static const struct type *case_type(struct builder *b) {
    const struct catalog *k = b->c->catalog;
    const char *name = b->flow ? b->flow->case_type : b->policy ? policy_case(b->policy) : NULL;
    const json_t *schema = name && k->case_type ? k->case_type(k->who, name) : NULL;
    return schema ? type_from_schema(json_object_get(schema, "case"), b->c->arena) : NULL;
}

/* "loan_approval@4" */
static void of(struct builder *b, struct node *v) {
    const struct catalog *k = b->c->catalog;
    const char *at = strchr(v->text, '@');
    int64_t version = 0;
    b->flow = NULL;
    b->policy = NULL;
    if (v->bad) return;
    if (at && (text_i64(at + 1, strlen(at + 1), &version) != OK || version < 1 || version > 1000000)) {
        faults_node(b->c->faults, v, "bad-version", "after the @ stands a version number, as in \"loan_approval@4\"");
        return;
    }
    const char *name = at ? arena_strndup(b->c->arena, v->text, (size_t)(at - v->text)) : v->text;
    if (name && k->flow) b->flow = k->flow(k->who, name, (int)version);
    if (name && !b->flow && k->policy) b->policy = k->policy(k->who, name, (int)version);
    if (!b->flow && !b->policy)
        faults_node(b->c->faults, v, "unknown-name", "there is no workflow or policy \"%s\"%s", v->text,
                    faults_nearest(b->c->faults, v->text, k->policy_names ? k->policy_names(k->who) : NULL));
}

static const struct example *like(struct builder *b, struct node *v) {
    for (int i = 0; i < b->n; i++)
        if (!strcmp(b->all[i].title, v->text)) return &b->all[i];
    const char **titles = arena_alloc(b->c->arena, sizeof *titles * (size_t)(b->n + 1));
    for (int i = 0; titles && i < b->n; i++) titles[i] = b->all[i].title;
    faults_node(b->c->faults, v, "unknown-name", "no example above has the title \"%s\"%s", v->text,
                faults_nearest(b->c->faults, v->text, titles));
    return NULL;
}

/* --- answers --- */

static const struct type *answer_type(struct builder *b, const char *name) {
    struct check *c = b->c;
    const struct para *p = b->flow ? plan_find(b->flow, name) : NULL;
    if (p && p->kind == PARA_STEP && p->step.n_calls) return type_from_schema(p->step.calls[0]->output, c->arena);
    for (const struct need *n = b->policy ? policy_needs(b->policy) : NULL; n && n->name; n++)
        if (!strcmp(n->name, name)) return n->op ? type_from_schema(n->op->output, c->arena) : NULL;
    return NULL;
}

static bool answerable(struct builder *b, struct item *it) {
    const char *names[FLOW_NAMES + 1];
    int n = 0;
    for (int i = 0; b->flow && i < b->flow->n_paras && n < FLOW_NAMES; i++) {
        enum para_kind kind = b->flow->paras[i].kind;
        if (kind != PARA_ROUTE && kind != PARA_PARALLEL && kind != PARA_SAGA) names[n++] = b->flow->paras[i].name;
    }
    /* An `on` of the whole flow: answering it means that its event comes. */
    for (int i = 0; b->flow && i < b->flow->n_ons && n < FLOW_NAMES; i++)
        if (b->flow->ons[i].event) names[n++] = b->flow->ons[i].name;
    for (const struct need *d = b->policy ? policy_needs(b->policy) : NULL; d && d->name && n < FLOW_NAMES; d++)
        names[n++] = d->name;
    names[n] = NULL;
    for (int i = 0; i < n; i++)
        if (!strcmp(names[i], it->key)) return true;
    if (b->flow || b->policy)
        faults_add(b->c->faults, &it->key_span, "unknown-name", "nothing called ‹%s› is answered there%s", it->key,
                   faults_nearest(b->c->faults, it->key, names));
    return false;
}

static void known_fields(struct builder *b, struct node *v, const struct type *t, const char *what) {
    for (int i = 0; t && t->kind == TYPE_RECORD && v->kind == NODE_TABLE && i < v->n_items; i++) {
        const char *names[80];
        int n = 0;
        struct item *it = &v->items[i];
        if (!it->key || flow_type_field(t, it->key)) continue;
        for (const struct type_field *f = t->fields; f->name && n < 79; f++) names[n++] = f->name;
        names[n] = NULL;
        faults_add(b->c->faults, &it->key_span, "unknown-field", "%s has no field ‹%s›%s", what, it->key,
                   faults_nearest(b->c->faults, it->key, names));
    }
}

static json_t *end_new(const char *end, json_t *data_taken, int64_t after_ms) {
    json_t *all = json_pack("{s:s}", "end", end);
    if (all && data_taken && json_object_set(all, "data", data_taken)) goto bad;
    if (all && after_ms && json_object_set_new(all, "after_ms", json_integer(after_ms))) goto bad;
    json_decref(data_taken);
    return all;
bad:
    json_decref(all);
    json_decref(data_taken);
    return NULL;
}

/* refused "account closed", late, days(2), "approve", { score = 690 } */
static json_t *answer_new(struct builder *b, struct item *it) {
    static const char *const ends[] = {"refused", "failed", "uncertain", "late"};
    struct node *v = it->value;
    struct length l;
    const char *why = NULL;
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        if (v->kind == NODE_WORD && !strcmp(v->text, ends[i])) return end_new(ends[i], NULL, 0);
        if (node_is_call(v, ends[i]) && v->n_args == 1 && v->args[0]->kind == NODE_TEXT)
            return end_new(ends[i], json_string(v->args[0]->text), 0);
    }
    if (value_length(b->c, v, &l, &why))
        return end_new("done", NULL, l.unit == LENGTH_ELAPSED_MS || l.unit == LENGTH_WORKING_MS ? l.n : l.n * 86400000);
    if (why) {
        faults_node(b->c->faults, v, "bad-value", "%s", why);
        return NULL;
    }
    const struct type *t = answer_type(b, it->key);
    known_fields(b, v, t, it->key);
    json_t *data = value_data_new(b->c, v, t);
    return data ? end_new("done", data, 0) : NULL;
}

static const json_t *answers(struct builder *b, struct node *v, const json_t *base) {
    json_t *all = base ? json_copy((json_t *)base) : json_object();
    for (int i = 0; all && v && v->kind == NODE_TABLE && i < v->n_items; i++) {
        struct item *it = &v->items[i];
        if (!it->key)
            faults_node(b->c->faults, it->value, "stray-value", "%s belongs to no paragraph; write paragraph = ...",
                        value_shown(b->c, it->value));
        else if (answerable(b, it)) {
            json_t *one = answer_new(b, it);
            if (one && json_object_set_new(all, it->key, one)) b->c->faults->no_memory = true;
        }
    }
    return keep_json(b->c, all);
}

static const json_t *the_case(struct builder *b, struct node *v, const json_t *base) {
    json_t *all = base ? json_copy((json_t *)base) : json_object();
    const struct type *t = case_type(b);
    if (v && !v->bad) {
        known_fields(b, v, t, "the case");
        json_t *own = value_data_new(b->c, v, t);
        if (own && json_object_update(all, own)) b->c->faults->no_memory = true;
        json_decref(own);
    }
    return keep_json(b->c, all);
}

/* --- what must come of it --- */

static void paragraphs(struct builder *b, struct node *list) {
    const char *names[FLOW_NAMES + 1];
    int n = 0;
    for (; b->flow && n < b->flow->n_paras && n < FLOW_NAMES; n++) names[n] = b->flow->paras[n].name;
    names[n] = NULL;
    for (int i = 0; b->flow && list && !list->bad && i < (list->kind == NODE_TABLE ? list->n_items : 1); i++) {
        struct node *one = list->kind == NODE_TABLE ? list->items[i].value : list;
        if (!plan_find(b->flow, one->text))
            faults_node(b->c->faults, one, "unknown-name", "%s has no paragraph \"%s\"%s", b->flow->name, one->text,
                        faults_nearest(b->c->faults, one->text, names));
    }
}

static void outcome(struct builder *b, struct node *v) {
    static const char *const decided[] = {"approve", "refer", "decline", NULL};
    const char *const *known = b->flow ? b->flow->outcomes : b->policy ? decided : NULL;
    if (!v || v->bad || !known) return;
    for (int i = 0; known[i]; i++)
        if (!strcmp(known[i], v->text)) return;
    faults_node(b->c->faults, v, "unknown-outcome", "\"%s\" is none of the outcomes%s", v->text,
                faults_nearest(b->c->faults, v->text, known));
}

static int64_t amount(struct builder *b, struct node *v) {
    struct value got;
    const char *why;
    if (!v || v->bad) return -1;
    if (value_unit(b->c, v, &got, &why) && got.kind == TYPE_MONEY) return got.n;
    faults_node(b->c->faults, v, "bad-value", "the amount should be a constant such as rupees \"25,000\"");
    return -1;
}

static void one(struct builder *b, struct node *p) {
    struct node *body = node_body(p), *v;
    struct example *e = &b->all[b->n];
    const struct example *base = (v = node_field(body, "like")) && !v->bad ? like(b, v) : NULL;
    of(b, node_field(body, "of"));
    *e = (struct example){.title = node_name_text(p), .of = node_field(body, "of")->text, .line = p->span.line};
    e->case_ = the_case(b, node_field(body, "case"), base ? base->case_ : NULL);
    e->answers = answers(b, node_field(body, "answers"), base ? base->answers : NULL);
    paragraphs(b, node_field(body, "path"));
    paragraphs(b, node_field(body, "undone"));
    paragraphs(b, node_field(body, "stops_at"));
    outcome(b, node_field(body, "outcome"));
    if ((v = node_field(body, "path")) && !v->bad) e->path = names_new(b->c, v, NULL);
    if ((v = node_field(body, "undone")) && !v->bad) e->undone = names_new(b->c, v, NULL);
    if ((v = node_field(body, "reasons")) && !v->bad) e->reasons = names_new(b->c, v, NULL);
    if ((v = node_field(body, "outcome")) && !v->bad) e->outcome = v->text;
    if ((v = node_field(body, "stops_at")) && !v->bad) e->stops_at = v->text;
    e->amount_minor = amount(b, node_field(body, "amount"));
    b->n++;
}

const struct example *examples_build(struct check *c, int *n) {
    struct builder b = {.c = c, .all = arena_alloc(c->arena, sizeof *b.all * (size_t)(c->root->n_items + 1))};
    for (int i = 0; b.all && i < c->root->n_items; i++) {
        struct node *p = c->root->items[i].value;
        for (int k = 0; k < b.n; k++)
            if (!strcmp(b.all[k].title, node_name_text(p)))
                faults_node(c->faults, node_name(p), "duplicate-name",
                            "an example of this title stands on line %d; give this one another", b.all[k].line);
        if (!p->bad && node_body(p) && node_field(node_body(p), "of")) one(&b, p);
    }
    *n = b.n;
    return b.all;
}
