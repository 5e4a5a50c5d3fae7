/* plan.c - questions to a finished plan. */
#include "dsl/plan.h"

#include <string.h>

struct target plan_after(const struct plan *plan, const struct para *p) {
    const struct target none = {TARGET_NONE, -1};
    if (p->next.kind != TARGET_NONE) return p->next;
    if (p->kind == PARA_ROUTE || p->next_sibling < 0) return none;
    if (p->parent >= 0 && plan->paras[p->parent].kind == PARA_PARALLEL) return none;
    return (struct target){TARGET_GO, p->next_sibling};
}

const struct para *plan_find(const struct plan *plan, const char *name) {
    for (int i = 0; i < plan->n_paras; i++)
        if (!strcmp(plan->paras[i].name, name)) return &plan->paras[i];
    return NULL;
}

enum err plan_input(const struct binding *with, int n, const struct scope *s, json_t **out_new, struct fault *f) {
    json_t *all = json_object();
    for (int i = 0; all && i < n; i++) {
        struct value v = {0};
        enum err e = expr_eval(with[i].value, s, &v, NULL, f);
        if (e != OK) {
            json_decref(all);
            return e;
        }
        if (v.missing) continue;
        e = json_put_take(all, with[i].name, value_json_new(&v));
        if (e != OK) {
            json_decref(all);
            return fault_set(f, e, with[i].name, "no memory for the input");
        }
    }
    *out_new = all;
    return all ? OK : fault_set(f, ERR_NOMEM, "", "no memory for the input");
}
