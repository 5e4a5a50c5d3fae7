/* catalog.c - the shelves as the language sees them. */
#include <stdlib.h>
#include <string.h>

#include "flow/shelf.h"

/* `who` is a ground: forms, templates, policies and reasons are those of now, the rest its own. */
static struct definitions *shelves(void *who) { return ((struct ground *)who)->of; }

static const struct op_decl *operation(void *who, const char *name) { return registry_decl(shelves(who)->registry, name); }
static const char *const *operation_names(void *who) { return registry_names(shelves(who)->registry); }

static const json_t *case_type(void *who, const char *name) {
    const struct case_type *c = ground_case(who, name);
    return c ? c->definition : NULL;
}

static const json_t *find_json(const struct named_json *list, const char *name) {
    for (; list; list = list->next)
        if (!strcmp(list->name, name)) return list->value;
    return NULL;
}

static const json_t *form(void *who, const char *name) { return find_json(shelves(who)->forms, name); }
static const json_t *template_(void *who, const char *name) { return find_json(shelves(who)->templates, name); }
static const char *const *case_names(void *who) { return ((struct ground *)who)->case_names; }
static const char *const *formula_names(void *who) { return ((struct ground *)who)->formula_names; }
static const char *const *form_names(void *who) { return shelves(who)->form_names; }
static const char *const *policy_names(void *who) { return shelves(who)->policy_names; }
static const char *const *template_names(void *who) { return shelves(who)->template_names; }
static const char *const *reason_names(void *who) { return shelves(who)->reason_names; }
static const struct policy *policy(void *who, const char *name, int version) {
    const struct def *def = shelf_find(shelves(who), "policy", name, version, false);
    return def ? def->policy : NULL;
}
static const struct plan *flow(void *who, const char *name, int version) {
    const struct def *def = shelf_find(shelves(who), "workflow", name, version, false);
    return def ? def->plan : NULL;
}

static const struct retry *retry(void *who, const char *name) {
    const struct ground *g = who;
    return g->retries ? dsl_retry(g->retries, name) : NULL;
}

static const struct formula *formula(void *who, const char *name) {
    const struct ground *g = who;
    return g->functions ? dsl_formula(g->functions, name) : NULL;
}

void ground_open_catalog(struct ground *g) {
    g->catalog = (struct catalog){.who = g, .operation = operation, .operation_names = operation_names,
                                  .case_type = case_type, .case_names = case_names, .form = form,
                                  .form_names = form_names, .template_ = template_, .template_names = template_names,
                                  .policy = policy, .policy_names = policy_names, .flow = flow, .retry = retry,
                                  .formula = formula, .formula_names = formula_names, .currency = "INR",
                                  .reason_names = reason_names};
}

struct list {
    const char **names;
    size_t n;
};

static bool add(struct list *l, const char *name) {
    for (size_t i = 0; i < l->n; i++)
        if (!strcmp(l->names[i], name)) return true;
    const char **more = realloc(l->names, (l->n + 2) * sizeof *more);
    if (!more) return false;
    l->names = more, l->names[l->n++] = name, l->names[l->n] = NULL;
    return true;
}

static bool keep(const char ***at, struct list *l) {
    if (!l->names) l->names = calloc(1, sizeof *l->names);
    free(*at);
    *at = l->names;
    return l->names != NULL;
}

enum err shelf_names(struct definitions *d) {
    struct list forms = {0}, policies = {0}, templates = {0};
    bool ok = true;
    for (const struct named_json *j = d->forms; j; j = j->next) ok &= add(&forms, j->name);
    for (const struct named_json *j = d->templates; j; j = j->next) ok &= add(&templates, j->name);
    for (const struct def *def = d->defs; def; def = def->next)
        if (def->policy) ok &= add(&policies, def->name);
    ok &= keep(&d->form_names, &forms) & keep(&d->policy_names, &policies) &
          keep(&d->template_names, &templates);
    return ok ? OK : ERR_NOMEM;
}

void shelf_close_catalog(struct definitions *d) {
    free(d->form_names), free(d->policy_names), free(d->template_names);
}

/* A run is pinned to text and ground: both must be in the store first. */
static bool may_run(const struct definitions *d, const struct def *def) {
    if (!def->file) return true;
    if (d->drafts_are_kept && !def->ground->kept) return false;
    if (def->published) return true;
    return !d->published_only && (def->kept || !d->drafts_are_kept);
}

/* version 0: the newest published one, else the newest at all. */
const struct def *shelf_find(const struct definitions *d, const char *kind, const char *name, int version, bool to_run) {
    const struct def *best = NULL;
    for (const struct def *def = d->defs; def; def = def->next) {
        if (to_run && !may_run(d, def)) continue;
        if (strcmp(def->name, name) || strcmp(def->kind, kind) || (version && def->version != version)) continue;
        bool better = !best || (def->published && !best->published) ||
                      (def->published == best->published && def->version > best->version);
        if (better) best = def;
    }
    return best;
}
