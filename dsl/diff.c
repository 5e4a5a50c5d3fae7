/* diff.c - what changed in meaning between two files: paragraphs renamed, moved, added, taken out;
 * fields and thresholds with both values. */
#include <stdio.h>
#include <string.h>

#include "dsl/spot.h"

#define PARAGRAPHS 1000

struct half { /* one of the two files */
    const struct dsl_file *f;
    const struct node *paras[PARAGRAPHS]; /* in file order, also inside groups */
    int n;
    int other[PARAGRAPHS]; /* index of the same paragraph in the other half; -1 */
};
struct diff {
    struct half a, b;
    json_t *all;
    struct arena *arena;
    bool no_memory;
};

static const char *shown(const struct diff *d, const struct dsl_file *f, const struct node *n) {
    char text[200];
    size_t len = 0;
    for (size_t i = n->span.from; i < n->span.to && len < sizeof text - 1; i++) {
        char c = f->check.text[i];
        bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (blank && (!len || text[len - 1] == ' ')) continue;
        text[len++] = blank ? ' ' : c;
    }
    while (len && ((unsigned char)text[len - 1] & 0xC0) == 0x80 && n->span.to - n->span.from >= sizeof text - 1) len--;
    if (len == sizeof text - 1 && (unsigned char)text[len - 1] >= 0xC0) len--;
    text[len] = 0;
    const char *s = arena_strdup(d->arena, text);
    return s ? s : "";
}

static void told(struct diff *d, const char *kind, const char *path, const char *from, const char *to,
                 const char *text) {
    json_t *one = json_pack("{s:s, s:s, s:s?, s:s?, s:s}", "kind", kind, "path", path, "from", from, "to", to, "text",
                            text ? text : "");
    if (!one || json_array_append_new(d->all, one)) d->no_memory = true;
}

static void collect(struct half *h, const struct node *table) {
    for (int i = 0; table && i < table->n_items && h->n < PARAGRAPHS; i++) {
        const struct node *v = table->items[i].value;
        if (table->items[i].key || v->kind != NODE_CALL || !node_body(v)) continue;
        bool plain = node_is_call(v, "when") || (node_is_call(v, "otherwise") && table != h->f->check.root) ||
                     node_is_call(v, "row");
        if (plain) continue;
        h->other[h->n] = -1;
        h->paras[h->n++] = v;
        collect(h, node_body(v));
    }
}

static bool same_paragraph(const struct node *a, const struct node *b) {
    return !strcmp(a->text, b->text) && !strcmp(node_name_text(a), node_name_text(b));
}

static void pair_up(struct diff *d) {
    d->a.other[0] = d->b.other[0] = 0; /* the heads, whatever they are called */
    for (int i = 1; i < d->a.n; i++)
        for (int k = 1; k < d->b.n && d->a.other[i] < 0; k++)
            if (d->b.other[k] < 0 && same_paragraph(d->a.paras[i], d->b.paras[k])) d->a.other[i] = k, d->b.other[k] = i;
    for (int i = 1; i < d->a.n; i++) /* the same body under another name */
        for (int k = 1; k < d->b.n && d->a.other[i] < 0; k++) {
            const struct node *x = d->a.paras[i], *y = d->b.paras[k];
            if (d->b.other[k] >= 0 || strcmp(x->text, y->text) != 0 || !node_same(node_body(x), node_body(y), NULL))
                continue;
            d->a.other[i] = k;
            d->b.other[k] = i;
            told(d, "renamed", node_name_text(x), node_name_text(x), node_name_text(y),
                 arena_printf(d->arena, "%s \"%s\" is now called \"%s\"", x->text, node_name_text(x),
                              node_name_text(y)));
        }
}

static const char *title(const struct diff *d, const struct node *p) {
    const char *s = node_name(p) ? arena_printf(d->arena, "%s \"%s\"", p->text, node_name_text(p)) : p->text;
    return s ? s : "";
}

static void values(struct diff *d, const char *path, const char *what, const struct node *a, const struct node *b);

static bool keyed(const struct node *n) {
    for (int i = 0; n->kind == NODE_TABLE && i < n->n_items; i++)
        if (!n->items[i].key) return false;
    return n->kind == NODE_TABLE && n->n_items;
}

static void fields(struct diff *d, const char *path, const char *what, const struct node *a, const struct node *b) {
    const char *slash = *path ? "/" : "";
    for (int i = 0; a && i < a->n_items; i++) {
        const struct item *x = &a->items[i];
        if (!x->key) continue;
        const struct node *y = node_field(b, x->key);
        const char *at = arena_printf(d->arena, "%s%s%s", path, slash, x->key);
        if (!at) d->no_memory = true;
        else if (y) values(d, at, what, x->value, y);
        else
            told(d, "field_removed", at, shown(d, d->a.f, x->value), NULL,
                 arena_printf(d->arena, "%s: ‹%s› is taken out (it was %s)", what, x->key, shown(d, d->a.f, x->value)));
    }
    for (int i = 0; b && i < b->n_items; i++) {
        const struct item *y = &b->items[i];
        if (!y->key || node_field(a, y->key)) continue;
        const char *at = arena_printf(d->arena, "%s%s%s", path, slash, y->key);
        if (at)
            told(d, "field_added", at, NULL, shown(d, d->b.f, y->value),
                 arena_printf(d->arena, "%s: ‹%s› is new: %s", what, y->key, shown(d, d->b.f, y->value)));
    }
}

static void values(struct diff *d, const char *path, const char *what, const struct node *a, const struct node *b) {
    if (node_same(a, b, NULL)) return;
    if (keyed(a) && keyed(b)) {
        fields(d, path, what, a, b);
        return;
    }
    const char *from = shown(d, d->a.f, a), *to = shown(d, d->b.f, b), *last = strrchr(path, '/');
    bool threshold = !strncmp(path, "thresholds/", 11);
    const char *kind = threshold ? "threshold" : !strcmp(path, "version") ? "version" : "field";
    told(d, kind, path, from, to,
         arena_printf(d->arena, "%s: %s changes from %s to %s", threshold ? "threshold" : what, last ? last + 1 : path,
                      from, to));
}

/* Rows, cells and plain targets: what stands by its place. */
static void places(struct diff *d, const struct node *a, const struct node *b) {
    const struct node *x[PARAGRAPHS], *y[PARAGRAPHS];
    int n = 0, m = 0;
    const char *const plain[] = {"when", "otherwise", "row", "go", "finish"};
    for (int i = 0; i < node_body(a)->n_items && n < PARAGRAPHS; i++)
        for (size_t k = 0; k < ARRAY_LEN(plain); k++)
            if (!node_body(a)->items[i].key && node_is_call(node_body(a)->items[i].value, plain[k]))
                x[n++] = node_body(a)->items[i].value;
    for (int i = 0; i < node_body(b)->n_items && m < PARAGRAPHS; i++)
        for (size_t k = 0; k < ARRAY_LEN(plain); k++)
            if (!node_body(b)->items[i].key && node_is_call(node_body(b)->items[i].value, plain[k]))
                y[m++] = node_body(b)->items[i].value;
    for (int i = 0; i < n || i < m; i++) {
        if (i < n && i < m && node_same(x[i], y[i], NULL)) continue;
        const char *from = i < n ? shown(d, d->a.f, x[i]) : NULL, *to = i < m ? shown(d, d->b.f, y[i]) : NULL;
        const char *path = arena_printf(d->arena, "%s/%d", node_name_text(a), i + 1);
        if (path)
            told(
                d, "row", path, from, to,
                arena_printf(d->arena, "%s: %s becomes %s", title(d, a), from ? from : "nothing", to ? to : "nothing"));
    }
}

/* Paragraphs whose order changed: those outside the longest run that kept it. */
static void moved(struct diff *d) {
    int best[PARAGRAPHS] = {0}, before[PARAGRAPHS], last = -1;
    bool kept[PARAGRAPHS] = {false};
    for (int i = 0; i < d->a.n; i++) {
        before[i] = -1;
        if (d->a.other[i] < 0) continue;
        best[i] = 1;
        for (int k = 0; k < i; k++)
            if (d->a.other[k] >= 0 && d->a.other[k] < d->a.other[i] && best[k] + 1 > best[i])
                best[i] = best[k] + 1, before[i] = k;
        if (last < 0 || best[i] > best[last]) last = i;
    }
    for (int i = last; i >= 0; i = before[i]) kept[i] = true;
    for (int i = 0; i < d->a.n; i++)
        if (d->a.other[i] >= 0 && !kept[i])
            told(d, "moved", node_name_text(d->a.paras[i]), NULL, NULL,
                 arena_printf(d->arena, "%s stands elsewhere in the order", title(d, d->a.paras[i])));
}

static void compare(struct diff *d) {
    collect(&d->a, d->a.f->check.root);
    collect(&d->b, d->b.f->check.root);
    if (!d->a.n || !d->b.n) return;
    pair_up(d);
    for (int i = 0; i < d->a.n; i++) {
        const struct node *p = d->a.paras[i];
        if (d->a.other[i] < 0) {
            told(d, "removed", node_name_text(p), NULL, NULL, arena_printf(d->arena, "%s is taken out", title(d, p)));
            continue;
        }
        const struct node *q = d->b.paras[d->a.other[i]];
        const char *path = i == 0 ? "" : node_name(p) ? node_name_text(p) : p->text;
        fields(d, path, title(d, p), node_body(p), node_body(q));
        if (i) places(d, p, q);
    }
    for (int k = 0; k < d->b.n; k++)
        if (d->b.other[k] < 0)
            told(d, "added", node_name_text(d->b.paras[k]), NULL, NULL,
                 arena_printf(d->arena, "%s is new", title(d, d->b.paras[k])));
    moved(d);
}

json_t *dsl_diff_new(const struct dsl_file *from, const struct dsl_file *to) {
    struct diff *d = calloc(1, sizeof *d);
    if (!d) return NULL;
    *d = (struct diff){.a.f = from, .b.f = to, .all = json_array(), .arena = arena_new((size_t)64 << 20)};
    json_t *all = d->all;
    if (d->all && d->arena && from->tree_ok && to->tree_ok) compare(d);
    else d->no_memory = true;
    if (d->no_memory) {
        json_decref(all);
        all = NULL;
    }
    arena_free(d->arena);
    free(d);
    return all;
}
