/* dsl.c - the front door: two readings, then the checker by kind of file. */
#include "dsl/dsl.h"

#include <string.h>

#include "base/text.h"
#include "dsl/canonical.h"
#include "dsl/connector_plan.h"
#include "dsl/flow.h"
#include "dsl/file.h"
#include "dsl/formula_lua.h"
#include "dsl/outline.h"
#include "dsl/sandbox.h"

#define FILE_MEMORY ((size_t)256 << 20) /* a file of 1 MB stays far below */

json_t *keep_json(struct check *c, json_t *taken) {
    if (!taken) return NULL;
    if (!json_array_append_new(c->kept, taken)) return taken;
    c->faults->no_memory = true;
    return NULL;
}

/* The second reading; true when it gives the same tree. */
static bool agree(struct dsl_file *f) {
    struct sandbox_result lua;
    const struct node *where = NULL;
    struct span start = {0, 0, 1, 1};
    enum err e = sandbox_read(f->arena, f->check.text, f->check.n, &lua);
    if (e == ERR_NOMEM) f->faults.no_memory = true;
    if (e != OK) {
        start.line = lua.line ? lua.line : 1;
        faults_add(&f->faults, &start, "computes", "%s", lua.text);
        return false;
    }
    if (node_same(f->check.root, lua.root, &where)) return true;
    faults_add(&f->faults, where ? &where->span : &start, "computes",
               "this means something else to a program than it says; write it as plain words, names and fields");
    return false;
}

/* .../<name>/<n>.lua must agree with what the file says of itself. */
static void path_agrees(struct check *c) {
    const char *file = strrchr(c->path, '/'), *dot = file ? strrchr(file, '.') : NULL;
    int64_t version = 0;
    struct node *v = node_field(node_body(c->head), "version"), *name = node_name(c->head);
    if (!dot || strcmp(dot, ".lua") != 0 || text_i64(file + 1, (size_t)(dot - file - 1), &version) != OK) return;
    const char *dir = file;
    while (dir > c->path && dir[-1] != '/') dir--;
    size_t n = (size_t)(file - dir);
    if (v && !v->bad && value_int(v, -1) != version)
        faults_node(c->faults, v, "version-path", "the file is named %lld.lua but says version = %s; make them agree",
                    (long long)version, v->text);
    if (name && !name->bad && n && (strlen(name->text) != n || strncmp(name->text, dir, n) != 0))
        faults_node(c->faults, name, "name-path", "the file stands in %.*s/ but says \"%s\"; make them agree", (int)n,
                    dir, name->text);
}

static void formulas(struct dsl_file *f) {
    if ((f->formula_state = formula_state_new())) f->formulas = formulas_build(&f->check, f->formula_state, &f->n_formulas);
    else f->faults.no_memory = true;
}

static void by_kind(struct dsl_file *f) {
    struct check *c = &f->check;
    if (!c->head || c->head->bad) return;
    if (c->file & (IN_FLOW | IN_POLICY)) path_agrees(c);
    switch (c->file) {
    case IN_WORKFLOW: f->plan = flow_build(c); break;
    case IN_POLICY: f->policy = policy_build(c); break;
    case IN_EXAMPLES: f->examples = examples_build(c, &f->n_examples); break;
    case IN_RETRIES: f->retries = retries_build(c, &f->n_retries); break;
    case IN_FUNCTIONS: formulas(f); break;
    case IN_CONNECTOR: f->connector = connector_build(c); break;
    default: break;
    }
}

static void seal(struct dsl_file *f) {
    json_t *canonical = keep_json(&f->check, canonical_new(f->check.root));
    if (!canonical || json_hash(canonical, f->hash) != OK) f->faults.no_memory = true;
    if (f->plan) {
        struct plan *p = (struct plan *)f->plan;
        p->canonical = canonical;
        text_copy(p->hash, sizeof p->hash, f->hash);
    }
    if (f->policy) policy_seal((struct policy *)f->policy, canonical, f->hash);
}

static void read_file(struct dsl_file *f) {
    struct check *c = &f->check;
    c->root = outline_read(f->arena, c->text, c->n, &f->faults);
    if (!c->root) return;
    bool whole = !f->faults.n_faults;
    if (whole && c->root->n_items) f->tree_ok = agree(f);
    check_shape(c);
    if (f->tree_ok) by_kind(f);
    if (!f->faults.n_faults) seal(f);
}

struct dsl_file *dsl_read(const char *path, const char *text, size_t n, const struct catalog *c) {
    static const struct catalog nothing;
    struct dsl_file *f = calloc(1, sizeof *f);
    struct arena *a = arena_new(FILE_MEMORY);
    json_t *kept = json_array();
    const char *own_path = a ? arena_strdup(a, path ? path : "") : NULL,
               *own_text = a ? arena_strndup(a, text, n) : NULL;
    if (!f || !kept || !own_path || !own_text) {
        free(f);
        arena_free(a);
        json_decref(kept);
        return NULL;
    }
    f->arena = f->faults.arena = a;
    f->check = (struct check){.path = own_path,
                              .text = own_text,
                              .n = n,
                              .catalog = c ? c : &nothing,
                              .arena = a,
                              .faults = &f->faults,
                              .kept = kept};
    read_file(f);
    faults_settle(&f->faults);
    if (!f->faults.no_memory) return f;
    dsl_free(f);
    return NULL;
}

void dsl_free(struct dsl_file *f) {
    if (!f) return;
    formula_state_free(f->formula_state);
    json_decref(f->check.kept);
    arena_free(f->arena);
    free(f);
}

bool dsl_ok(const struct dsl_file *f) { return !f->faults.n_faults; }

int dsl_faults(const struct dsl_file *f, const struct dsl_fault **out) {
    *out = f->faults.list;
    return f->faults.n;
}

void dsl_faults_text(const struct dsl_file *f, struct buf *out) { faults_text(&f->faults, f->check.path, out); }
json_t *dsl_faults_json_new(const struct dsl_file *f) { return faults_json_new(&f->faults, f->check.path); }

enum dsl_kind dsl_kind(const struct dsl_file *f) {
    switch (f->check.file) {
    case IN_WORKFLOW: return DSL_WORKFLOW;
    case IN_POLICY: return DSL_POLICY;
    case IN_EXAMPLES: return DSL_EXAMPLES;
    case IN_RETRIES: return DSL_RETRIES;
    case IN_FUNCTIONS: return DSL_FUNCTIONS;
    case IN_CONNECTOR: return DSL_CONNECTOR;
    default: return DSL_UNKNOWN;
    }
}

const struct plan *dsl_plan(const struct dsl_file *f) { return dsl_ok(f) ? f->plan : NULL; }
const struct policy *dsl_policy(const struct dsl_file *f) { return dsl_ok(f) ? f->policy : NULL; }
const char *dsl_hash(const struct dsl_file *f) { return dsl_ok(f) && *f->hash ? f->hash : NULL; }

const char *dsl_text(const struct dsl_file *f, size_t *n) {
    if (n) *n = f->check.n;
    return f->check.text;
}

const struct retry *dsl_retry(const struct dsl_file *f, const char *name) {
    for (int i = 0; dsl_ok(f) && i < f->n_retries; i++)
        if (!strcmp(f->retries[i].name, name)) return &f->retries[i];
    return NULL;
}

const struct formula *dsl_formula(const struct dsl_file *f, const char *name) {
    for (int i = 0; dsl_ok(f) && i < f->n_formulas; i++)
        if (!strcmp(f->formulas[i].name, name)) return &f->formulas[i];
    return NULL;
}

const struct formula *dsl_formulas(const struct dsl_file *f, int *n) {
    *n = dsl_ok(f) ? f->n_formulas : 0;
    return f->formulas;
}

int dsl_examples(const struct dsl_file *f, const struct example **out) {
    *out = f->examples;
    return dsl_ok(f) ? f->n_examples : 0;
}
