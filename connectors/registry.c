/* registry.c - connectors by name, operations by "connector.operation", declarations parsed once. */
#include <string.h>

#include "base/log.h"
#include "base/map.h"
#include "base/schema.h"
#include "base/text.h"
#include "connectors/connector.h"

struct entry {
    struct connector *connector;
    const struct operation *op;
    struct op_decl decl;
    char name[80];
};
struct registry {
    struct map *by_name;
    struct connector **opened;
    const char **names; /* sorted, NULL-terminated */
    size_t n_opened, n_names;
};

struct registry *registry_new(void) {
    struct registry *r = calloc(1, sizeof *r);
    if (r) r->by_name = map_new();
    if (r) r->names = calloc(1, sizeof *r->names);
    if (r && r->by_name && r->names) return r;
    registry_free(r);
    return NULL;
}

static void entry_free(void *p) {
    struct entry *e = p;
    if (!e) return;
    json_decref((json_t *)e->decl.input);
    json_decref((json_t *)e->decl.output);
    json_decref((json_t *)e->decl.sample);
    free(e);
}

void registry_free(struct registry *r) {
    if (!r) return;
    while (r->n_opened) {
        struct connector *c = r->opened[--r->n_opened];
        c->ops->close(c);
    }
    if (r->by_name) map_free(r->by_name, entry_free);
    free(r->opened);
    free(r->names);
    free(r);
}

static enum err parse_part(const char *text, const json_t **out, struct fault *f) {
    json_t *v = NULL;
    enum err e = json_parse(text, strlen(text), &JSON_LIMITS_BODY, &v, f);
    *out = v;
    return e;
}

/* An operation whose sample does not fit its own schema would break every example that leaves it
 * unanswered, so it is refused here, at start. */
static enum err check_parts(const struct op_decl *d, struct fault *f) {
    struct schema *in = NULL, *out = NULL;
    enum err e = schema_new(d->input, &in, f);
    if (e == OK) e = schema_new(d->output, &out, f);
    if (e == OK) e = schema_check(out, d->sample, NULL, NULL, f);
    schema_free(in);
    schema_free(out);
    return e;
}

static enum err entry_new(struct connector *c, const struct operation *op, struct entry **out,
                          struct fault *f) {
    struct entry *e = calloc(1, sizeof *e);
    if (!e) return ERR_NOMEM;
    e->connector = c;
    e->op = op;
    snprintf(e->name, sizeof e->name, "%s.%s", c->ops->name, op->name);
    e->decl = (struct op_decl){.name = e->name, .contract = op->contract, .kind = op->kind,
                               .can_look = op->can_look, .undoes = op->undoes,
                               .timeout_ms = op->timeout_ms};
    enum err err = parse_part(op->input, &e->decl.input, f);
    if (err == OK) err = parse_part(op->output, &e->decl.output, f);
    if (err == OK) err = parse_part(op->sample, &e->decl.sample, f);
    if (err == OK) err = check_parts(&e->decl, f);
    if (err != OK) {
        log_error("operation_refused", "operation=%s where=%s why=%s", e->name, log_quote(f->where),
                  log_quote(f->text));
        entry_free(e);
        return err;
    }
    *out = e;
    return OK;
}

static enum err insert_name(struct registry *r, const char *name) {
    const char **grown = realloc(r->names, (r->n_names + 2) * sizeof *grown);
    if (!grown) return ERR_NOMEM;
    r->names = grown;
    size_t k = r->n_names++;
    for (; k > 0 && strcmp(grown[k - 1], name) > 0; k--) grown[k] = grown[k - 1];
    grown[k] = name;
    grown[r->n_names] = NULL;
    return OK;
}

static enum err add_operation(struct registry *r, struct connector *c, const struct operation *op) {
    struct entry *e = NULL;
    struct fault f = {0};
    enum err err = entry_new(c, op, &e, &f);
    if (err != OK) return err;
    if (map_get(r->by_name, e->name, strlen(e->name))) err = ERR_CONFLICT;
    else if ((err = map_put(r->by_name, e->name, strlen(e->name), e, NULL)) == OK)
        return insert_name(r, e->name);
    entry_free(e);
    return err;
}

enum err registry_add_take(struct registry *r, struct connector *c) {
    struct connector **grown = realloc(r->opened, (r->n_opened + 1) * sizeof *grown);
    if (!grown) {
        c->ops->close(c);
        return ERR_NOMEM;
    }
    r->opened = grown;
    grown[r->n_opened++] = c;
    for (const struct operation *op = c->ops->operations; op->name; op++) {
        enum err e = add_operation(r, c, op);
        if (e != OK) return e;
    }
    return OK;
}

static const struct entry *find(const struct registry *r, const char *dotted) {
    return dotted ? map_get(r->by_name, dotted, strlen(dotted)) : NULL;
}

struct connector *registry_find(const struct registry *r, const char *dotted,
                                const struct operation **op) {
    const struct entry *e = find(r, dotted);
    if (e && op) *op = e->op;
    return e ? e->connector : NULL;
}

struct connector *registry_connector(const struct registry *r, const char *name) {
    for (size_t i = 0; name && i < r->n_opened; i++)
        if (text_eq(r->opened[i]->ops->name, name)) return r->opened[i];
    return NULL;
}

const struct op_decl *registry_decl(const struct registry *r, const char *dotted) {
    const struct entry *e = find(r, dotted);
    return e ? &e->decl : NULL;
}

const char *const *registry_names(const struct registry *r) { return r->names; }

void registry_forget(const struct registry *r, const char *customer, const char *event) {
    for (size_t i = 0; customer && *customer && i < r->n_opened; i++)
        if (r->opened[i]->ops->forget) r->opened[i]->ops->forget(r->opened[i], customer, event);
}
