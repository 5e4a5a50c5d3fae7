/* redact.c - see redact.h. What has no schema is hidden whole: unknown is not harmless. */
#include "api/redact.h"

#include "dsl/dsl.h"
#include "flow/definitions.h"

static const json_t *output_schema(const struct plan *plan, const char *name) {
    const struct para *p = plan ? plan_find(plan, name) : NULL;
    return p && p->kind == PARA_STEP && p->step.n_calls ? p->step.calls[0]->output : NULL;
}

static enum err redact_answers(json_t *state, const struct plan *plan) {
    json_t *answers = json_object_get(state, "answers"), *answer;
    const char *name;
    void *next;
    enum err e = OK;
    json_object_foreach_safe(answers, next, name, answer) {
        const json_t *data = json_object_get(answer, "data"), *schema = output_schema(plan, name);
        const struct para *p = plan ? plan_find(plan, name) : NULL;
        if (!data || (p && (p->kind == PARA_DECIDE || p->kind == PARA_ROUTE))) continue;
        if (e == OK) e = json_put_take(answer, "data", schema ? redact_new(data, schema) : json_string(REDACTED));
    }
    return e;
}

json_t *redact_state_new(const json_t *state, const struct definitions *d) {
    json_t *out = json_deep_copy(state);
    const struct plan *plan = definitions_by_hash(d, json_text(state, "plan", ""));
    const struct catalog *c = definitions_catalog(d);
    const json_t *type = plan && c->case_type ? c->case_type(c->who, plan->case_type) : NULL;
    const json_t *case_ = json_object_get(state, "case");
    enum err e = out ? redact_answers(out, plan) : ERR_NOMEM;
    if (e == OK && case_) e = json_put_take(out, "case", type ? redact_new(case_, json_object_get(type, "case")) : json_string(REDACTED));
    json_t *task;
    size_t i;
    json_array_foreach(json_object_get(out, "tasks"), i, task) (void)json_object_del(task, "show"); /* parts of the case */
    if (e == OK) return out;
    json_decref(out); /* half done it would still tell */
    return NULL;
}
