/* flow_fields.c - stage 3, second half: fields that name things of the catalog, and constants. */
#include <string.h>

#include "base/text.h"
#include "dsl/flow.h"

static const char *const *listed(const struct check *c, const char *const *(*names)(void *)) {
    return names ? names(c->catalog->who) : NULL;
}

/* "there is no operation ‹x›; did you mean ‹y›?" */
static void unknown(struct check *c, struct node *v, const char *what, const char *const *names) {
    faults_node(c->faults, v, "unknown-name", "there is no %s \"%s\"%s", what, v->text,
                faults_nearest(c->faults, v->text, names));
}

static void length_field(struct check *c, struct node *body, const char *name, struct length *out) {
    const char *why;
    struct node *v = node_field(body, name);
    if (v && !v->bad && !value_length(c, v, out, &why)) out->unit = LENGTH_NONE;
}

static const struct op_decl *operation(struct check *c, struct node *v) {
    if (!v || v->bad || v->kind != NODE_TEXT) return NULL;
    const struct op_decl *op = c->catalog->operation ? c->catalog->operation(c->catalog->who, v->text) : NULL;
    if (!op) unknown(c, v, "operation", listed(c, c->catalog->operation_names));
    return op;
}

static void calls(struct flow *f, struct para *p, struct node *body) {
    struct check *c = f->c;
    struct node *v = node_field(body, "call");
    int n = !v || v->bad ? 0 : v->kind == NODE_TABLE ? v->n_items : 1;
    const struct op_decl **all = arena_alloc(c->arena, sizeof *all * (size_t)(n + 1));
    if (!all) return;
    for (int i = 0; i < n; i++) {
        struct node *one = v->kind == NODE_TABLE ? v->items[i].value : v;
        const struct op_decl *op = operation(c, one);
        if (!op) v->bad = true;
        else all[p->step.n_calls++] = op;
        if (op && p->step.n_calls > 1 && (!op->contract || !text_eq(op->contract, all[0]->contract)))
            faults_node(c->faults, one, "other-contract",
                        "\"%s\" and \"%s\" have different contracts; one call lists operations of one contract",
                        all[0]->name, op->name);
    }
    p->step.calls = all;
    struct node *hedge = node_field(body, "hedge");
    if (hedge && n < 2 && v && !v->bad)
        faults_node(c->faults, hedge, "hedge-alone",
                    "‹hedge› asks the next operation, but call names only one; list several or take hedge out");
}

static void step(struct flow *f, struct para *p, struct node *body) {
    struct check *c = f->c;
    struct node *retry = node_field(body, "retry"), *fallback = node_field(body, "fallback"),
                *pivot = node_field(body, "pivot");
    calls(f, p, body);
    p->step.retry = retry_named(c->catalog, retry && !retry->bad ? retry->text : DEFAULT_RETRY);
    if (!p->step.retry) {
        unknown(c, retry, "retry", retry_known_names(c->catalog));
        p->step.retry = retry_named(NULL, DEFAULT_RETRY);
    }
    length_field(c, body, "hedge", &p->step.hedge);
    length_field(c, body, "good_for", &p->step.good_for);
    if (node_field(body, "undo")) p->step.undo = operation(c, node_field(body, "undo"));
    p->step.pivot = pivot && pivot->truth;
    if (fallback && !fallback->bad && p->step.n_calls) {
        const struct type *out = type_from_schema(p->step.calls[0]->output, c->arena);
        p->step.fallback = check_fallback(f, fallback, out, p->step.calls[0]->name);
    }
}

/* "personal_loan_policy@7" into name and version; 0 when unsaid. */
static const char *versioned(struct check *c, struct node *v, int *version) {
    const char *at = strchr(v->text, '@');
    int64_t n = 0;
    *version = 0;
    if (!at) return v->text;
    if (text_i64(at + 1, strlen(at + 1), &n) != OK || n < 1 || n > 1000000) {
        faults_node(c->faults, v, "bad-version", "after the @ stands a version number, as in \"%.*s@7\"",
                    (int)(at - v->text), v->text);
        return v->text;
    }
    *version = (int)n;
    return arena_strndup(c->arena, v->text, (size_t)(at - v->text));
}

static void decide(struct flow *f, struct para *p, struct node *body) {
    struct check *c = f->c;
    struct node *v = node_field(body, "policy");
    if (!v || v->bad) return;
    p->decide.policy = versioned(c, v, &p->decide.version);
    if (v->bad || !p->decide.policy) return;
    if (c->catalog->policy && c->catalog->policy(c->catalog->who, p->decide.policy, p->decide.version)) return;
    if (p->decide.version && c->catalog->policy && c->catalog->policy(c->catalog->who, p->decide.policy, 0))
        faults_node(c->faults, v, "unknown-version", "policy \"%s\" has no version %d", p->decide.policy,
                    p->decide.version);
    else
        faults_node(c->faults, v, "unknown-name", "there is no policy \"%s\"%s", p->decide.policy,
                    faults_nearest(c->faults, p->decide.policy, listed(c, c->catalog->policy_names)));
}

static void escalations(struct flow *f, struct para *p, struct node *v) {
    if (!v || v->bad) return;
    int n = v->items[0].key ? 1 : v->n_items;
    struct escalation *all = arena_alloc(f->c->arena, sizeof *all * (size_t)n);
    const char *why;
    for (int i = 0; all && i < n; i++) {
        struct node *one = v->items[0].key ? v : v->items[i].value;
        all[i].to = node_field(one, "to")->text;
        if (!value_length(f->c, node_field(one, "after"), &all[i].after, &why)) all[i].after.unit = LENGTH_NONE;
    }
    p->task.escalate = all;
    p->task.n_escalate = all ? n : 0;
}

static void task(struct flow *f, struct para *p, struct node *body) {
    struct check *c = f->c;
    struct node *queue = node_field(body, "queue"), *form = node_field(body, "form"), *show = node_field(body, "show");
    p->task.queue = queue && !queue->bad ? queue->text : "";
    if (form && !form->bad) {
        p->task.form = form->text;
        if (!c->catalog->form || !c->catalog->form(c->catalog->who, form->text))
            unknown(c, form, "form", listed(c, c->catalog->form_names));
    }
    if (show && !show->bad) p->task.show = names_new(c, show, NULL);
    escalations(f, p, node_field(body, "escalate"));
}

static bool has_channel(const json_t *template_, const char *channel) {
    size_t i;
    json_t *one;
    const json_t *all = json_object_get(template_, "channels");
    if (!json_is_array(all)) return true;
    json_array_foreach(all, i, one) if (json_is_string(one) && !strcmp(json_string_value(one), channel)) return true;
    return false;
}

static void send(struct flow *f, struct para *p, struct node *body) {
    struct check *c = f->c;
    struct node *v = node_field(body, "template"), *by = node_field(body, "by");
    const json_t *template_ = NULL;
    if (v && !v->bad) {
        p->send.template_ = v->text;
        template_ = c->catalog->template_ ? c->catalog->template_(c->catalog->who, v->text) : NULL;
        if (!template_) unknown(c, v, "template", listed(c, c->catalog->template_names));
    }
    if (!by || by->bad) return;
    p->send.all = node_is_call(by, "all");
    if (p->send.all) by = by->args[0];
    p->send.by = names_new(c, by, NULL);
    for (int i = 0; template_ && i < by->n_items; i++)
        if (!has_channel(template_, by->items[i].value->text))
            faults_node(c->faults, by->items[i].value, "no-channel",
                        "template \"%s\" has no text for \"%s\"; write one or take the channel out", v->text,
                        by->items[i].value->text);
}

static void event(struct flow *f, struct node *v) {
    if (!v || v->bad || !f->case_json) return;
    const json_t *events = json_object_get(f->case_json, "events");
    if (json_object_get(events, v->text)) return;
    const char *names[128], *key;
    json_t *schema;
    int n = 0;
    json_object_foreach((json_t *)events, key, schema) if (n < 127) names[n++] = key;
    names[n] = NULL;
    faults_node(f->c->faults, v, "unknown-name", "a case of type %s has no event \"%s\"%s", f->plan->case_type, v->text,
                faults_nearest(f->c->faults, v->text, names));
}

static void ons(struct flow *f, const struct listener *list, int n, int first_name) {
    for (int i = 0; i < n; i++) {
        struct node *on = f->names[first_name + i].node, *body = node_body(on);
        struct node *e = node_field(body, "event"), *at = node_field(body, "at"), *again = node_field(body, "again");
        struct listener *l = (struct listener *)&list[i];
        if (!body || on->bad) continue;
        if (!e == !at)
            faults_node(f->c->faults, on, "on-what",
                        e ? "on \"%s\" has both event and at; keep one of the two"
                          : "on \"%s\" needs event = \"...\" or at = \"...\"",
                        l->name);
        l->again = again && again->truth;
        l->event = e && !e->bad ? e->text : NULL;
        event(f, e);
    }
}

static void wait(struct flow *f, struct para *p, struct node *node) {
    struct node *body = node_body(node), *e = node_field(body, "event");
    bool bounded = node_field(body, "within") || node_field(body, "till");
    p->wait.event = e && !e->bad ? e->text : NULL;
    event(f, e);
    for (int i = 0; i < p->wait.n_ons; i++)
        bounded |= node_field(node_body(f->names[f->on_names[p->index] + i].node), "at") != NULL;
    if (!bounded && !node->bad)
        faults_add(
            f->c->faults, &node->word_span, "unbounded-wait",
            "wait \"%s\" could last for ever; add within = days(7) or till = \"a date\", and late = go \"paragraph\"",
            p->name);
    if (node_field(body, "within") && node_field(body, "till"))
        faults_node(f->c->faults, node_field(body, "till"), "two-bounds",
                    "wait \"%s\" has both within and till; keep one of the two", p->name);
}

static void each(struct flow *f, struct para *p, struct node *body) {
    struct check *c = f->c;
    struct node *v = node_field(body, "run");
    if (!v || v->bad) return;
    p->each.run = versioned(c, v, &p->each.version);
    if (v->bad || !p->each.run) return;
    if (!c->catalog->flow || !c->catalog->flow(c->catalog->who, p->each.run, p->each.version))
        unknown(c, v, "flow", NULL);
}

void flow_fields(struct flow *f) {
    ons(f, f->top_ons, f->plan->n_ons, f->top_on_names);
    for (int i = 0; i < f->n; i++) {
        struct para *p = &f->paras[i];
        struct node *body = node_body(f->nodes[i]);
        if (!body) continue;
        length_field(f->c, body, "within", &p->within);
        switch (p->kind) {
        case PARA_STEP: step(f, p, body); break;
        case PARA_DECIDE: decide(f, p, body); break;
        case PARA_TASK:
            task(f, p, body);
            ons(f, p->task.ons, p->task.n_ons, f->on_names[i]);
            break;
        case PARA_SEND: send(f, p, body); break;
        case PARA_WAIT:
            wait(f, p, f->nodes[i]);
            ons(f, p->wait.ons, p->wait.n_ons, f->on_names[i]);
            break;
        case PARA_EACH: each(f, p, body); break;
        case PARA_PARALLEL:
        case PARA_SAGA:
            if (p->first_child < 0 && !f->nodes[i]->bad)
                faults_node(f->c->faults, f->nodes[i], "empty-group", "%s \"%s\" holds no step", f->nodes[i]->text,
                            p->name);
            break;
        default: break;
        }
    }
}
