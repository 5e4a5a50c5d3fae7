/* expr_read.c - text in, checked expression out: the order of the passes, and what is kept. */
#include "dsl/expr_read.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "dsl/expr_node.h"

enum { FAULTS_MOST = 20 };

void reading_fault(struct reading *r, size_t at, size_t length, const char *code, const char *fmt, ...) {
    char text[512];
    va_list args;
    if (r->faults++ >= FAULTS_MOST || !r->tell) return;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    r->tell(r->who, at, length, code, text);
}

void *reading_alloc(struct reading *r, size_t n) {
    void *p = arena_alloc(r->arena, n);
    if (!p) r->nomem = true;
    return p;
}

struct names {
    struct expr *e;
    int *slots;
    int cap;
};

static void collect_name(struct names *all, const struct node *n) {
    struct expr *e = all->e;
    for (int i = 0; i < e->n_names; i++)
        if (!strcmp(e->names[i]->dotted, n->path.dotted)) return;
    if (e->n_names == all->cap) return; /* cannot be: counted before */
    all->slots[e->n_names] = n->slot;
    e->names[e->n_names++] = &n->path;
}

static void collect(struct names *all, const struct node *n) {
    if (n->op == NODE_NAME) collect_name(all, n);
    if (n->op == NODE_VISITS || n->op == NODE_ENDED) return;
    for (int i = 0; i < n->n_kids; i++)
        if (n->kids[i]) collect(all, n->kids[i]);
}

static struct expr *keep(struct reading *r, struct node *root) {
    struct expr *e = reading_alloc(r, sizeof *e);
    if (!e) return NULL;
    struct names all = {.e = e, .cap = r->nodes};
    e->root = root;
    e->source = r->text;
    e->names = reading_alloc(r, (size_t)r->nodes * sizeof *e->names);
    e->slots = all.slots = reading_alloc(r, (size_t)r->nodes * sizeof *all.slots);
    if (!e->names || !all.slots) return NULL;
    collect(&all, root);
    return e;
}

static enum err ended(const struct reading *r) {
    if (r->nomem) return ERR_NOMEM;
    return r->faults ? ERR_INVALID : OK;
}

enum err expr_read(const char *text, size_t n, const struct expr_scope *names, const struct type *want,
                   struct arena *a, expr_fault_fn *tell, void *who, const struct expr **out) {
    struct reading r = {.text = text, .n = n, .scope = names, .arena = a, .tell = tell, .who = who};
    if (n > EXPR_MAX_BYTES) {
        reading_fault(&r, 0, n, "too-long", "an expression may have at most %d bytes; name parts of it with fact", EXPR_MAX_BYTES);
        return ERR_INVALID;
    }
    if (memchr(text, '\0', n) || !text_is_utf8(text, n)) {
        reading_fault(&r, 0, n, "bad-text", "this is not text in UTF-8; save the file as UTF-8");
        return ERR_INVALID;
    }
    if (!(r.text = arena_strndup(a, text, n))) return ERR_NOMEM;
    struct node *root = expr_parse(&r);
    if (!root || r.faults || r.nomem) return ended(&r) == OK ? ERR_NOMEM : ended(&r);
    expr_check(&r, root, want);
    if (ended(&r) != OK) return ended(&r);
    return (*out = keep(&r, root)) ? OK : ERR_NOMEM;
}
