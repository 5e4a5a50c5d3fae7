/* edit.c - a program changes one value of a file by its bytes; comments and layout stay. */
#include <stdio.h>
#include <string.h>

#include "dsl/spot.h"

struct node *spot_paragraph(const struct node *table, const char *name) {
    for (int i = 0; table && i < table->n_items; i++) {
        struct node *v = table->items[i].value;
        if (table->items[i].key || v->kind != NODE_CALL) continue;
        if (node_name(v) && !strcmp(node_name_text(v), name)) return v;
        struct node *inner = spot_paragraph(node_body(v), name);
        if (inner) return inner;
    }
    return NULL;
}

static struct item *below(const struct node *table, const char *path) {
    while (table && *path) {
        char key[80];
        size_t n = strcspn(path, "/");
        if (n >= sizeof key) return NULL;
        snprintf(key, sizeof key, "%.*s", (int)n, path);
        struct item *it = node_item(table, key);
        path += n + (path[n] == '/');
        if (!it || !*path) return it;
        table = it->value;
    }
    return NULL;
}

struct item *spot_find(const struct dsl_file *f, const char *path) {
    char first[80];
    size_t n = strcspn(path, "/");
    struct item *it = below(node_body(f->check.head), path);
    if (it || !path[n] || n >= sizeof first) return it;
    snprintf(first, sizeof first, "%.*s", (int)n, path);
    const struct node *p = spot_paragraph(f->check.root, first);
    return p ? below(node_body(p), path + n + 1) : NULL;
}

/* .../7.lua becomes .../8.lua, so that the new text is checked under its own name. */
static void new_path(const char *old, int version, char out[300]) {
    const char *base = strrchr(old, '/');
    base = base ? base + 1 : old;
    if (base[strspn(base, "0123456789")] == '.') snprintf(out, 300, "%.*s%d.lua", (int)(base - old), old, version);
    else snprintf(out, 300, "%s", old);
}

static void splice(struct buf *out, const struct dsl_file *f, const struct span *a, const char *new_a,
                   const struct span *b, const char *new_b) {
    const char *text = f->check.text;
    if (b->from < a->from) {
        splice(out, f, b, new_b, a, new_a);
        return;
    }
    buf_add(out, text, a->from);
    buf_adds(out, new_a);
    buf_add(out, text + a->to, b->from - a->to);
    buf_adds(out, new_b);
    buf_add(out, text + b->to, f->check.n - b->to);
}

/* Puts the old values into the new tree: then both must be the same. */
static bool differ_only_there(const struct dsl_file *old, const struct dsl_file *new_, const char *path) {
    struct item *spot = spot_find(new_, path), *version = spot_find(new_, "version");
    const struct node *where = NULL;
    if (!spot || !version) return false;
    struct node *kept_spot = spot->value, *kept_version = version->value;
    spot->value = spot_find(old, path)->value;
    version->value = spot_find(old, "version")->value;
    bool same = node_same(old->check.root, new_->check.root, &where);
    spot->value = kept_spot;
    version->value = kept_version;
    return same;
}

static enum err reread(const struct dsl_file *f, const char *path, int version, const struct buf *text,
                       struct fault *why) {
    char name[300];
    new_path(f->check.path, version, name);
    struct dsl_file *again = dsl_read(name, buf_text(text), text->len, f->check.catalog);
    enum err e = OK;
    if (!again) return fault_set(why, ERR_NOMEM, path, "no memory");
    const struct dsl_fault *first = again->faults.list;
    if (!dsl_ok(again)) {
        for (int i = 0; i < again->faults.n && first->severity != DSL_FAULT; i++) first++;
        char where[120];
        snprintf(where, sizeof where, "%d:%d", first->line, first->col);
        e = fault_set(why, ERR_INVALID, where, "%s", first->text);
    } else if (!differ_only_there(f, again, path))
        e = fault_set(why, ERR_INVALID, path, "this text changes more than the one value");
    dsl_free(again);
    return e;
}

enum err dsl_edit(const struct dsl_file *f, const char *path, const char *value, int version, struct buf *out,
                  struct fault *why) {
    char number[16];
    if (!f->tree_ok) return fault_set(why, ERR_INVALID, path, "the file has faults; mend them first");
    struct item *spot = spot_find(f, path), *at = spot_find(f, "version");
    if (!spot || !at || spot == at) return fault_set(why, ERR_NOT_FOUND, path, "the file has no value \"%s\"", path);
    if (version < 1) return fault_set(why, ERR_INVALID, "version", "a version is a number from 1");
    snprintf(number, sizeof number, "%d", version);
    size_t before = out->len;
    struct buf text;
    buf_init(&text, out->ceiling - before);
    splice(&text, f, &spot->value->span, value, &at->value->span, number);
    enum err e = buf_ok(&text) ? reread(f, path, version, &text, why)
                               : fault_set(why, ERR_LIMIT, path, "the changed file is too long");
    if (e == OK) buf_add(out, buf_text(&text), text.len);
    buf_reset(&text);
    return e != OK ? e : buf_ok(out) ? OK : ERR_NOMEM;
}
