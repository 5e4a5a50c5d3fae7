/* catalog_json.c - operations, cases, forms and templates out of a JSON document. */
#include "dsl/catalog_json.h"

#include <string.h>

#include "base/text.h"

#define FILES_MOST 256

struct catalog_json {
    struct catalog catalog;
    json_t *definition;
    struct op_decl *ops;
    int n_ops;
    const char **op_names, **case_names, **form_names, **template_names;
    const char *policy_names[FILES_MOST + 1], *retry_names[FILES_MOST + 1];
    const char *formula_names[FILES_MOST + 1];
    int n_policies, n_retries, n_formulas, n_files;
    struct dsl_file *files[FILES_MOST];
};

static const json_t *entry(const struct catalog_json *k, const char *part, const char *name) {
    return json_object_get(json_object_get(k->definition, part), name);
}

static const struct op_decl *operation(void *who, const char *name) {
    const struct catalog_json *k = who;
    for (int i = 0; i < k->n_ops; i++)
        if (!strcmp(k->ops[i].name, name)) return &k->ops[i];
    return NULL;
}

static const json_t *case_type(void *who, const char *name) { return entry(who, "cases", name); }
static const json_t *form(void *who, const char *name) { return entry(who, "forms", name); }
static const json_t *template_(void *who, const char *name) { return entry(who, "templates", name); }
static const char *const *operation_names(void *who) { return ((struct catalog_json *)who)->op_names; }
static const char *const *case_names(void *who) { return ((struct catalog_json *)who)->case_names; }
static const char *const *form_names(void *who) { return ((struct catalog_json *)who)->form_names; }
static const char *const *template_names(void *who) { return ((struct catalog_json *)who)->template_names; }
static const char *const *policy_names(void *who) { return ((struct catalog_json *)who)->policy_names; }
static const char *const *retry_names(void *who) { return ((struct catalog_json *)who)->retry_names; }

static const struct policy *policy(void *who, const char *name, int version) {
    const struct catalog_json *k = who;
    const struct policy *best = NULL;
    for (int i = 0; i < k->n_files; i++) {
        const struct policy *p = dsl_policy(k->files[i]);
        if (!p || strcmp(policy_name(p), name) != 0 || (version && policy_version(p) != version)) continue;
        if (!best || policy_version(p) > policy_version(best)) best = p;
    }
    return best;
}

static const struct plan *flow(void *who, const char *name, int version) {
    const struct catalog_json *k = who;
    const struct plan *best = NULL;
    for (int i = 0; i < k->n_files; i++) {
        const struct plan *p = dsl_plan(k->files[i]);
        if (p && !strcmp(p->name, name) && (!version || p->version == version) && (!best || p->version > best->version))
            best = p;
    }
    return best;
}

static const struct retry *retry(void *who, const char *name) {
    const struct catalog_json *k = who;
    for (int i = 0; i < k->n_files; i++) {
        const struct retry *r = dsl_kind(k->files[i]) == DSL_RETRIES ? dsl_retry(k->files[i], name) : NULL;
        if (r) return r;
    }
    return NULL;
}

static const char *const *formula_names(void *who) { return ((struct catalog_json *)who)->formula_names; }
static const struct formula *formula(void *who, const char *name) {
    const struct catalog_json *k = who;
    for (int i = 0; i < k->n_files; i++) {
        const struct formula *f = dsl_kind(k->files[i]) == DSL_FUNCTIONS ? dsl_formula(k->files[i], name) : NULL;
        if (f) return f;
    }
    return NULL;
}

static const char **keys(const json_t *object) {
    const char **all = calloc(json_object_size(object) + 1, sizeof *all), *key;
    json_t *v;
    size_t n = 0;
    if (all) json_object_foreach((json_t *)object, key, v) all[n++] = key;
    return all;
}

static enum op_kind kind_of(const char *word) {
    if (!strcmp(word, "effect")) return OP_EFFECT;
    if (!strcmp(word, "money")) return OP_MONEY;
    return !strcmp(word, "local") ? OP_LOCAL : OP_READ;
}

static enum err operations(struct catalog_json *k) {
    const json_t *all = json_object_get(k->definition, "operations");
    const char *name;
    json_t *v;
    k->ops = calloc(json_object_size(all) + 1, sizeof *k->ops);
    if (!k->ops) return ERR_NOMEM;
    json_object_foreach((json_t *)all, name, v) {
        k->ops[k->n_ops++] = (struct op_decl){.name = name,
                                              .contract = json_text(v, "contract", NULL),
                                              .kind = kind_of(json_text(v, "kind", "read")),
                                              .can_look = json_bool(v, "look", false),
                                              .undoes = json_bool(v, "undoes", false),
                                              .input = json_object_get(v, "input"),
                                              .output = json_object_get(v, "output"),
                                              .sample = json_object_get(v, "sample"),
                                              .timeout_ms = (unsigned)json_int(v, "timeout_ms", 5000)};
    }
    return OK;
}

enum err catalog_json_new(const json_t *definition, struct catalog_json **out, struct fault *f) {
    if (!json_is_object(json_object_get(definition, "operations")) ||
        !json_is_object(json_object_get(definition, "cases")))
        return fault_set(f, ERR_INVALID, "", "a catalog is an object with \"operations\" and \"cases\"");
    struct catalog_json *k = calloc(1, sizeof *k);
    if (!k) return fault_set(f, ERR_NOMEM, "", "no memory for the catalog");
    k->definition = json_incref((json_t *)definition);
    k->op_names = keys(json_object_get(definition, "operations"));
    k->case_names = keys(json_object_get(definition, "cases"));
    k->form_names = keys(json_object_get(definition, "forms"));
    k->template_names = keys(json_object_get(definition, "templates"));
    k->catalog = (struct catalog){.who = k, .operation = operation, .operation_names = operation_names, .case_type = case_type,
                                  .case_names = case_names, .form = form, .form_names = form_names, .template_ = template_,
                                  .template_names = template_names, .policy = policy, .policy_names = policy_names, .flow = flow,
                                  .retry = retry, .retry_names = retry_names, .formula = formula, .formula_names = formula_names,
                                  .currency = json_text(definition, "currency", "INR")};
    if (operations(k) != OK || !k->op_names || !k->case_names || !k->form_names || !k->template_names) {
        catalog_json_free(k);
        return fault_set(f, ERR_NOMEM, "", "no memory for the catalog");
    }
    *out = k;
    return OK;
}

void catalog_json_free(struct catalog_json *k) {
    if (!k) return;
    for (int i = 0; i < k->n_files; i++) dsl_free(k->files[i]);
    free(k->op_names);
    free(k->case_names);
    free(k->form_names);
    free(k->template_names);
    free(k->ops);
    json_decref(k->definition);
    free(k);
}

const struct catalog *catalog_json_catalog(const struct catalog_json *k) { return k ? &k->catalog : NULL; }

enum err catalog_json_add_take(struct catalog_json *k, struct dsl_file *f) {
    if (k->n_files == FILES_MOST) {
        dsl_free(f);
        return ERR_LIMIT;
    }
    k->files[k->n_files++] = f;
    if (dsl_policy(f)) k->policy_names[k->n_policies++] = policy_name(dsl_policy(f));
    int n = 0;
    const struct formula *all = dsl_formulas(f, &n);
    for (int i = 0; i < n && k->n_formulas < FILES_MOST; i++) k->formula_names[k->n_formulas++] = all[i].name;
    return OK;
}
