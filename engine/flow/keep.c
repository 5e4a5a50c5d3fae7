/* keep.c - see keep.h. Drafts lie beside the published ones as kind "draft", named by their hash. */
#include "flow/keep.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "flow/shelf.h"

#define DRAFT "draft"
#define GROUND "ground"

struct fetching {
    struct definitions *definitions;
    store_done_fn *done;
    void *who;
};

static void fetched_one(void *who, const struct definition *row) {
    struct fetching *x = who;
    struct fault f = {0};
    bool draft = text_eq(row->kind, DRAFT);
    if (text_eq(row->kind, GROUND)) {
        if (definitions_add_ground(x->definitions, row->hash, row->text, &f) != OK)
            log_warn("ground_not_taken", "ground=%.12s where=%s why=%s", row->hash, log_quote(f.where), log_quote(f.text));
        return;
    }
    if (definitions_has(x->definitions, row->hash, !draft)) return; /* most of the time: nothing to read again */
    enum err e = draft ? definitions_add_draft(x->definitions, row->name, row->text, strlen(row->text), &f)
                       : definitions_add(x->definitions, row->kind, row->name, row->version, row->text, strlen(row->text), &f);
    if (e != OK && definitions_spare(x->definitions, row->kind, row->name, row->version, row->hash, row->text, !draft) == OK)
        log_warn("definition_not_taken", "kind=%s name=%s why=%s", row->kind, log_quote(row->name), log_quote(f.text));
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

static void ground_kept(void *who, enum err err, const struct fault *f) {
    struct ground *g = who;
    g->keeping = false;
    g->kept |= err == OK;
    if (err != OK) log_warn("ground_not_kept", "ground=%.12s why=%s", g->hash, log_quote(f ? f->text : err_word(err)));
}

static enum err keep_ground(struct store *s, struct ground *g, int64_t now_ms) {
    AUTO(buf_reset) struct buf text;
    buf_init(&text, 8 << 20);
    if (g->kept || g->keeping) return OK;
    enum err e = json_canonical(g->texts, &text);
    struct definition row = {.kind = GROUND, .name = g->hash, .hash = g->hash, .text = buf_text(&text), .by = GROUND, .version = 1, .at_ms = now_ms};
    g->keeping = true;
    if (e == OK) e = s->ops->publish(s, &row, ground_kept, g);
    if (e != OK) g->keeping = false;
    return e;
}

enum err keep_drafts(struct store *s, struct definitions *d, int64_t now_ms) {
    enum err e = keep_ground(s, d->ground, now_ms);
    d->drafts_are_kept = true;
    if (d->published_only) return e;
    for (struct def *def = d->defs; def && e == OK; def = def->next)
        if (def->file && !def->published && !def->kept && !def->keeping) e = keep_one(s, def, now_ms);
    return e;
}
