/* keep.c - see keep.h. Drafts lie beside the published ones as kind "draft", named by their hash. */
#include "flow/keep.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "flow/shelf.h"

#define DRAFT "draft"

struct fetching {
    struct definitions *definitions;
    store_done_fn *done;
    void *who;
};

static void fetched_one(void *who, const struct definition *row) {
    struct fetching *x = who;
    struct fault f = {0};
    bool draft = text_eq(row->kind, DRAFT);
    if (definitions_has(x->definitions, row->hash, !draft)) return; /* most of the time: nothing to read again */
    enum err e = draft ? definitions_add_draft(x->definitions, row->name, row->text, strlen(row->text), &f)
                       : definitions_add(x->definitions, row->kind, row->name, row->version, row->text, strlen(row->text), &f);
    if (e != OK) log_warn("definition_not_taken", "kind=%s name=%s why=%s", row->kind, log_quote(row->name), log_quote(f.text));
}

static void fetched(void *who, enum err err, const struct fault *f) {
    struct fetching *x = who;
    x->done(x->who, err, f);
    free(x);
}

enum err keep_fetch(struct store *s, struct definitions *d, store_done_fn *done, void *who) {
    struct fetching *x = malloc(sizeof *x);
    if (!x) return ERR_NOMEM;
    *x = (struct fetching){d, done, who};
    enum err e = s->ops->definitions(s, fetched_one, fetched, x);
    if (e != OK) free(x);
    return e;
}

static void kept(void *who, enum err err, const struct fault *f) {
    struct def *def = who;
    def->keeping = false;
    def->kept = err == OK;
    if (err != OK) log_warn("draft_not_kept", "name=%s why=%s", def->name, log_quote(f ? f->text : err_word(err)));
}

static enum err keep_one(struct store *s, struct def *def, int64_t now_ms) {
    char name[180];
    snprintf(name, sizeof name, "%s/%s+%.12s", def->kind, def->name, def->hash);
    struct definition row = {.kind = DRAFT, .name = name, .hash = def->hash, .text = dsl_text(def->file, NULL), .by = DRAFT,
                             .version = def->version, .at_ms = now_ms};
    def->keeping = true;
    enum err e = s->ops->publish(s, &row, kept, def);
    if (e != OK) def->keeping = false;
    return e;
}

enum err keep_drafts(struct store *s, struct definitions *d, int64_t now_ms) {
    enum err e = OK;
    d->drafts_are_kept = true;
    for (struct def *def = d->defs; def && e == OK; def = def->next)
        if (def->file && !def->published && !def->kept && !def->keeping) e = keep_one(s, def, now_ms);
    return e;
}
