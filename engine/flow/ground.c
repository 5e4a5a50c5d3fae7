/* ground.c - see ground.h. */
#include "flow/ground.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

const struct case_type *ground_case(const struct ground *g, const char *name) {
    for (const struct ground_case *c = g->cases; c && name; c = c->next)
        if (!strcmp(c->type->name, name)) return c->type;
    return NULL;
}

static enum err add_cases(struct ground *g, struct fault *f) {
    const char *name;
    json_t *definition;
    json_object_foreach(json_object_get(g->texts, "cases"), name, definition) {
        struct ground_case *c = calloc(1, sizeof *c);
        enum err e = c ? case_type_new(name, definition, &c->type, f) : ERR_NOMEM;
        if (e != OK) {
            free(c);
            return e;
        }
        c->next = g->cases;
        g->cases = c;
    }
    return OK;
}

/* NULL stays where the text is not there. */
static enum err read_file(struct ground *g, const char *part, const char *path, struct dsl_file **out, struct fault *f) {
    const char *text = json_text(g->texts, part, NULL);
    if (!text) return OK;
    *out = dsl_read(path, text, strlen(text), &g->catalog);
    if (!*out) return ERR_NOMEM;
    return dsl_ok(*out) ? OK : fault_set(f, ERR_INVALID, path, "the %s are not sound", part);
}

static enum err name_all(struct ground *g) {
    size_t n = 0;
    int n_formulas = 0;
    const struct formula *formulas = g->functions ? dsl_formulas(g->functions, &n_formulas) : NULL;
    for (const struct ground_case *c = g->cases; c; c = c->next) n++;
    g->case_names = calloc(n + 1, sizeof *g->case_names);
    g->formula_names = calloc((size_t)n_formulas + 1, sizeof *g->formula_names);
    if (!g->case_names || !g->formula_names) return ERR_NOMEM;
    n = 0;
    for (const struct ground_case *c = g->cases; c; c = c->next) g->case_names[n++] = c->type->name;
    for (int i = 0; i < n_formulas; i++) g->formula_names[i] = formulas[i].name;
    return OK;
}

static enum err build(struct ground *g, struct fault *f) {
    enum err e = json_hash(g->texts, g->hash);
    if (e == OK) e = add_cases(g, f);
    if (e == OK) e = read_file(g, "retries", "strategies/retries.lua", &g->retries, f);
    if (e == OK) e = read_file(g, "functions", "strategies/functions.lua", &g->functions, f);
    return e == OK ? name_all(g) : e;
}

enum err ground_new(struct definitions *of, const json_t *texts, struct ground **out, struct fault *f) {
    struct ground *g = calloc(1, sizeof *g);
    if (!g) return fault_set(f, ERR_NOMEM, "", "no memory");
    g->of = of;
    g->texts = json_deep_copy(texts);
    ground_open_catalog(g);
    enum err e = g->texts ? build(g, f) : ERR_NOMEM;
    if (e == OK) *out = g;
    else ground_free(g);
    return e;
}

void ground_free(struct ground *g) {
    if (!g) return;
    for (struct ground_case *c = g->cases, *next; c; c = next) next = c->next, case_type_free(c->type), free(c);
    dsl_free(g->functions), dsl_free(g->retries);
    json_decref(g->texts);
    free(g->case_names), free(g->formula_names);
    free(g);
}
