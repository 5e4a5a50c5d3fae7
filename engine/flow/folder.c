/* folder.c - what is in a folder: entries one by one, columns with texts of their own. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "flow/cabinet_inner.h"

const struct loan_file *folder_file(const struct folder *f) { return &f->file; }

struct folder *folder_new(struct cabinet *c, const char *id) {
    size_t n = strlen(id);
    struct folder *f = calloc(1, sizeof *f + n);
    if (!f) return NULL;
    memcpy(f->id, id, n + 1);
    f->cabinet = c, f->last = &f->first;
    f->file.id = f->id, f->file.customer = f->customer;
    f->bytes = sizeof *f + n;
    folder_empty(f);
    if (map_put(c->folders, id, n, f, NULL) == OK) return f;
    free(f);
    return NULL;
}

/* Kind and body of an entry are one block, at `kind`. */
static size_t entry_bytes(const struct loan_entry *e) { return strlen(e->kind) + 1 + e->body_len + 1; }

static void cut(struct folder *f, uint32_t n) {
    while (f->file.n > n) {
        struct loan_entry *e = &f->entries[--f->file.n];
        f->bytes -= entry_bytes(e);
        free((void *)e->kind);
    }
}

void folder_empty(struct folder *f) {
    static const struct loan_columns nothing = {.product = "", .currency = "", .state = "", .bucket = ""};
    cut(f, 0);
    f->bytes -= f->cap * sizeof *f->entries;
    free(f->entries);
    f->entries = NULL, f->file.entries = NULL;
    f->cap = f->settled_n = 0;
    f->read = f->broken = f->written = false;
    f->customer[0] = 0;
    INVARIANT(columns_copy(&f->settled, &nothing) == OK);
    folder_back(f);
}

void folder_free(struct folder *f) {
    folder_empty(f);
    while (f->first) {
        struct waiting *w = f->first;
        f->first = w->next;
        free(w);
    }
    (void)map_remove(f->cabinet->folders, f->id, strlen(f->id));
    free(f);
}

static enum err room_for_one(struct folder *f) {
    if (f->file.n < f->cap) return OK;
    if (f->file.n >= FOLDER_ENTRIES_MAX) return ERR_LIMIT;
    uint32_t cap = f->cap ? 2 * f->cap : 8;
    struct loan_entry *more = realloc(f->entries, cap * sizeof *more);
    if (!more) return ERR_NOMEM;
    f->bytes += (cap - f->cap) * sizeof *more;
    f->entries = more, f->file.entries = more, f->cap = cap;
    return OK;
}

enum err folder_add(struct folder *f, const struct loan_entry *e) {
    size_t kind = strlen(e->kind) + 1;
    enum err err = room_for_one(f);
    char *text = err == OK ? malloc(kind + e->body_len + 1) : NULL;
    if (!text) return err != OK ? err : ERR_NOMEM;
    memcpy(text, e->kind, kind);
    if (e->body_len) memcpy(text + kind, e->body, e->body_len);
    text[kind + e->body_len] = 0;
    struct loan_entry *to = &f->entries[f->file.n];
    *to = *e;
    to->n = ++f->file.n, to->kind = text, to->body = text + kind;
    f->bytes += entry_bytes(to);
    return OK;
}

enum err columns_copy(struct own_columns *to, const struct loan_columns *from) {
    struct own_columns c = {.c = *from};
    if (!text_copy(c.product, sizeof c.product, from->product ? from->product : "") ||
        !text_copy(c.currency, sizeof c.currency, from->currency ? from->currency : "") ||
        !text_copy(c.state, sizeof c.state, from->state ? from->state : "") ||
        !text_copy(c.bucket, sizeof c.bucket, from->bucket ? from->bucket : ""))
        return ERR_LIMIT;
    *to = c;
    to->c.product = to->product, to->c.currency = to->currency, to->c.state = to->state, to->c.bucket = to->bucket;
    return OK;
}

static void show_columns(struct folder *f) { f->file.columns = f->columns.c; }

enum err folder_write(struct folder *f, const struct loan_write *w, int64_t now_ms) {
    uint32_t before = f->file.n;
    struct own_columns columns;
    enum err err = columns_copy(&columns, &w->columns);
    for (size_t i = 0; i < w->n_entries && err == OK; i++) {
        struct loan_entry e = w->entries[i];
        if (!e.known_ms) e.known_ms = now_ms;
        err = folder_add(f, &e);
    }
    if (err == OK) err = columns_copy(&f->columns, &columns.c);
    if (err != OK) {
        cut(f, before);
        return err;
    }
    show_columns(f);
    f->written = true;
    return OK;
}

void folder_settle(struct folder *f) {
    INVARIANT(columns_copy(&f->settled, &f->columns.c) == OK);
    f->settled_n = f->file.n;
    f->written = false;
}

void folder_back(struct folder *f) {
    cut(f, f->settled_n);
    INVARIANT(columns_copy(&f->columns, &f->settled.c) == OK);
    show_columns(f);
    f->written = false;
}
