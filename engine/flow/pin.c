/* pin.c - what a run is pinned to, found again: a text by its hash, read on the ground the run started on. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "flow/shelf.h"

struct def *shelf_def(struct definitions *d, struct dsl_file *file, const struct ground *g, const char *path, bool published) {
    struct def *def = calloc(1, sizeof *def);
    (void)d;
    if (!def) return NULL;
    def->plan = dsl_plan(file), def->policy = dsl_policy(file), def->file = file, def->published = published, def->ground = g;
    (void)text_copy(def->kind, sizeof def->kind, def->plan ? def->plan->kind : "policy");
    (void)text_copy(def->name, sizeof def->name, def->plan ? def->plan->name : policy_name(def->policy));
    def->version = def->plan ? def->plan->version : policy_version(def->policy);
    (void)text_copy(def->hash, sizeof def->hash, dsl_hash(file));
    def->path = path ? strdup(path) : NULL;
    return def;
}

struct source { /* a text, wherever it lies */
    const char *text, *name;
    size_t n;
    int version;
    bool published;
};

static bool find_source(const struct definitions *d, const char *kind, const char *hash, struct source *out) {
    for (const struct def *def = d->defs; def; def = def->next) {
        if (!def->file || strcmp(def->hash, hash) || strcmp(def->kind, kind)) continue;
        *out = (struct source){.name = def->name, .version = def->version, .published = def->published};
        out->text = dsl_text(def->file, &out->n);
        return true;
    }
    for (const struct spare *s = d->spares; s; s = s->next) {
        if (strcmp(s->hash, hash)) continue;
        *out = (struct source){s->text, s->name, strlen(s->text), s->version, s->published};
        return true;
    }
    return false;
}

/* Behind all others: what is newly started never stands on it. */
static const struct def *read_source(struct definitions *d, const struct source *s, const char *hash, const struct ground *g) {
    char path[300];
    (void)snprintf(path, sizeof path, "pinned/%s/%d.lua", s->name, s->version);
    struct dsl_file *file = dsl_read(path, s->text, s->n, &g->catalog);
    bool sound = file && dsl_ok(file) && (dsl_plan(file) || dsl_policy(file)) && !strcmp(dsl_hash(file), hash);
    struct def *def = sound ? shelf_def(d, file, g, NULL, s->published) : NULL, **end = &d->defs;
    if (!def) {
        log_warn("pinned_text_unsound", "name=%s ground=%.12s", log_quote(s->name), g->hash);
        dsl_free(file);
        return NULL;
    }
    def->kept = true;
    while (*end) end = &(*end)->next;
    return *end = def;
}

const struct def *shelf_pinned(struct definitions *d, const char *kind, const char *hash, const struct ground *g) {
    struct source s;
    for (const struct def *def = d->defs; def; def = def->next)
        if (!strcmp(def->hash, hash) && !strcmp(def->kind, kind) && (def->ground == g || !def->file)) return def;
    return g && find_source(d, kind, hash, &s) ? read_source(d, &s, hash, g) : NULL;
}

const struct ground *definitions_ground(const struct definitions *d, const char *hash) {
    if (!hash) return d->ground;
    for (const struct ground *g = d->grounds; g; g = g->next)
        if (!strcmp(g->hash, hash)) return g;
    return NULL;
}

const struct ground *definitions_ground_of(const struct definitions *d, const struct plan *p) {
    for (const struct def *def = d->defs; def; def = def->next)
        if (def->plan == p) return def->ground;
    return d->ground;
}

const struct plan *definitions_pinned(struct definitions *d, const char *hash, const struct ground *g) {
    const struct def *def = shelf_pinned(d, "workflow", hash, g);
    return def ? def->plan : NULL;
}

const struct policy *definitions_policy_on(struct definitions *d, const struct ground *g, const char *name, int version) {
    const struct def *def = shelf_find(d, "policy", name, version, true);
    if (def && def->ground != g && def->file) def = shelf_pinned(d, "policy", def->hash, g);
    return def ? def->policy : NULL;
}

enum err definitions_spare(struct definitions *d, const char *kind, const char *name, int version, const char *hash, const char *text,
                           bool published) {
    for (const struct spare *s = d->spares; s; s = s->next)
        if (!strcmp(s->hash, hash)) return OK;
    struct spare *s = calloc(1, sizeof *s);
    if (!s || !(s->text = strdup(text))) {
        free(s);
        return ERR_NOMEM;
    }
    (void)text_copy(s->kind, sizeof s->kind, kind), (void)text_copy(s->name, sizeof s->name, name);
    (void)text_copy(s->hash, sizeof s->hash, hash);
    s->version = version, s->published = published, s->next = d->spares;
    d->spares = s;
    return OK;
}
