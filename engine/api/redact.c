/* redact.c - see redact.h. What has no schema is hidden whole: unknown is not harmless. */
#include "api/redact.h"

#include "dsl/dsl.h"
#include "flow/definitions.h"

static json_t *hidden(void) { return json_string("<personal>"); }

static json_t *redact_object(const json_t *value, const json_t *schema) {
    const json_t *properties = json_object_get(schema, "properties");
    json_t *out = json_object(), *field;
    const char *name;
    json_object_foreach((json_t *)value, name, field) {
        const json_t *s = json_object_get(properties, name);
        json_object_set_new(out, name, s ? redact_new(field, s) : hidden());
    }
    return out;
}

json_t *redact_new(const json_t *value, const json_t *schema) {
    if (json_bool(schema, "x-personal", false)) return json_is_null(value) ? json_null() : hidden();
    if (json_is_object(value)) return redact_object(value, schema);
    if (!json_is_array(value)) return json_deep_copy(value);
    json_t *out = json_array(), *item;
    size_t i;
    json_array_foreach((json_t *)value, i, item)
        json_array_append_new(out, redact_new(item, json_object_get(schema, "items")));
    return out;
}

static const json_t *output_schema(const struct plan *plan, const char *name) {
    const struct para *p = plan ? plan_find(plan, name) : NULL;
    return p && p->kind == PARA_STEP && p->step.n_calls ? p->step.calls[0]->output : NULL;
}

static void redact_answers(json_t *state, const struct plan *plan) {
    json_t *answers = json_object_get(state, "answers"), *answer;
    const char *name;
    void *next;
    json_object_foreach_safe(answers, next, name, answer) {
        const json_t *data = json_object_get(answer, "data"), *schema = output_schema(plan, name);
        const struct para *p = plan ? plan_find(plan, name) : NULL;
        if (!data || (p && (p->kind == PARA_DECIDE || p->kind == PARA_ROUTE))) continue;
        json_object_set_new(answer, "data", schema ? redact_new(data, schema) : hidden());
    }
}

json_t *redact_state_new(const json_t *state, const struct definitions *d) {
    json_t *out = json_deep_copy(state);
    const struct plan *plan = definitions_by_hash(d, json_text(state, "plan", ""));
    const struct catalog *c = definitions_catalog(d);
    const json_t *type = plan && c->case_type ? c->case_type(c->who, plan->case_type) : NULL;
    const json_t *case_ = json_object_get(state, "case");
    if (case_) json_object_set_new(out, "case", type ? redact_new(case_, json_object_get(type, "case")) : hidden());
    redact_answers(out, plan);
    return out;
}
