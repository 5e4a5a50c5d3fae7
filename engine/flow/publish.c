/* publish.c - see publish.h. The store decides first; only what it took is served. */
#include "flow/publish.h"

#include <string.h>

#include "dsl/dsl.h"
#include "flow/definitions.h"

struct publishing {
    struct definitions *definitions;
    engine_done_fn *done;
    void *who;
    char *text;
    char kind[16], name[128];
    int version;
};

static void publishing_free(struct publishing *p) {
    free(p->text);
    free(p);
}

static void stored(void *who, enum err err, const struct fault *f) {
    struct publishing *p = who;
    struct fault own = {0};
    if (err == OK) {
        err = definitions_add(p->definitions, p->kind, p->name, p->version, p->text, strlen(p->text), &own);
        f = &own;
    }
    p->done(p->who, err, f);
    publishing_free(p);
}

static void name_it(struct publishing *p, const struct dsl_file *file) {
    const struct plan *plan = dsl_plan(file);
    const struct policy *policy = dsl_policy(file);
    p->version = plan ? plan->version : policy_version(policy);
    snprintf(p->kind, sizeof p->kind, "%s", plan ? plan->kind : "policy");
    snprintf(p->name, sizeof p->name, "%s", plan ? plan->name : policy_name(policy));
}

static enum err first_fault(const struct dsl_file *file, struct fault *f) {
    const struct dsl_fault *faults = NULL;
    int n = dsl_faults(file, &faults);
    for (int i = 0; i < n; i++)
        if (faults[i].severity == DSL_FAULT) {
            char where[40];
            snprintf(where, sizeof where, "%d:%d", faults[i].line, faults[i].col);
            return fault_set(f, ERR_INVALID, where, "%s", faults[i].text);
        }
    return fault_set(f, ERR_INVALID, "", "only workflows and policies are published");
}

enum err publish_text(struct store *s, struct definitions *d, const char *text, const char *by, int64_t now_ms,
                      engine_done_fn *done, void *who, struct fault *f) {
    struct dsl_file *file = dsl_read("published.lua", text, strlen(text), definitions_catalog(d));
    if (!file) return ERR_NOMEM;
    enum err e = OK;
    struct publishing *p = NULL;
    if (!dsl_ok(file) || (!dsl_plan(file) && !dsl_policy(file))) {
        e = first_fault(file, f);
    } else if (!(p = calloc(1, sizeof *p)) || !(p->text = strdup(text))) {
        e = ERR_NOMEM;
    } else {
        p->definitions = d;
        p->done = done;
        p->who = who;
        name_it(p, file);
        struct definition row = {.kind = p->kind, .name = p->name, .hash = dsl_hash(file), .text = text, .by = by,
                                 .version = p->version, .at_ms = now_ms};
        e = s->ops->publish(s, &row, stored, p);
    }
    if (e != OK && p) publishing_free(p);
    dsl_free(file);
    return e;
}
