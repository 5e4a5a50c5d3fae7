/* expr_resolve.c - what a dotted name means: its type, and whether it may be missing here. */
#include <string.h>

#include "base/text.h"
#include "dsl/expr_node.h"

enum { NAME_BYTES = 200 };

uint64_t path_hash(const char *dotted) {
    uint64_t h = UINT64_C(1469598103934665603);
    for (; *dotted; dotted++) h = (h ^ (unsigned char)*dotted) * UINT64_C(1099511628211);
    return h;
}

bool path_split(struct path *p, const char *dotted, struct arena *a) {
    int n = 1, k = 0;
    for (const char *c = dotted; *c; c++) n += *c == '.';
    const char **parts = arena_alloc(a, (size_t)n * sizeof *parts);
    if (!parts) return false;
    for (const char *c = dotted;; c += strcspn(c, ".") + 1) {
        size_t len = strcspn(c, ".");
        if (!(parts[k++] = arena_strndup(a, c, len))) return false;
        if (!c[len]) break;
    }
    *p = (struct path){.dotted = dotted, .parts = parts, .n_parts = n, .hash = path_hash(dotted)};
    return true;
}

bool path_cut(const struct path *p, int from, int n, struct path *out, struct arena *a) {
    char text[EXPR_MAX_BYTES + 1];
    size_t len = 0;
    for (int i = from; i < from + n; i++) {
        size_t part = strlen(p->parts[i]);
        if (len + part + 2 > sizeof text) return false;
        if (len) text[len++] = '.';
        memcpy(text + len, p->parts[i], part);
        len += part;
    }
    text[len] = '\0';
    *out = (struct path){.dotted = arena_strndup(a, text, len), .parts = p->parts + from, .n_parts = n, .hash = path_hash(text)};
    return out->dotted != NULL;
}

static const struct expr_name *find_name(const struct expr_scope *s, const char *first) {
    for (; s; s = s->outer)
        for (const struct expr_name *n = s->names; n && n->name; n++)
            if (!strcmp(n->name, first)) return n;
    return NULL;
}

static const struct type_field *find_field(const struct type *t, const char *name) {
    for (const struct type_field *f = t->fields; f && f->name; f++)
        if (!strcmp(f->name, name)) return f;
    return NULL;
}

static bool known_prefix(const struct expr_known *k, const char *dotted, size_t n) {
    for (; k; k = k->next)
        if (!strncmp(k->name, dotted, n) && !k->name[n]) return true;
    return false;
}

static bool is_known(const struct expr_scope *s, const struct expr_known *here, const char *dotted, size_t n) {
    if (known_prefix(here, dotted, n)) return true;
    for (; s; s = s->outer)
        if (known_prefix(s->known, dotted, n)) return true;
    return false;
}

/* ---- suggestions ---- */

struct nearest {
    const char *word, *best;
    unsigned distance;
};
static void consider(struct nearest *n, const char *candidate) {
    const char *one[] = {candidate, NULL};
    if (!text_nearest(n->word, one)) return;
    unsigned d = text_distance(n->word, candidate);
    if (!n->best || d < n->distance) n->best = candidate, n->distance = d;
}

static const char *nearest_name(const struct expr_scope *s, const char *word) {
    struct nearest n = {.word = word};
    for (; s; s = s->outer)
        for (const struct expr_name *e = s->names; e && e->name; e++) consider(&n, e->name);
    return n.best;
}

static const char *nearest_field(const struct type *t, const char *word) {
    struct nearest n = {.word = word};
    for (const struct type_field *f = t->fields; f && f->name; f++) consider(&n, f->name);
    return n.best;
}

/* ---- walking ---- */

struct walk {
    const struct type *type; /* at `stop` */
    bool maybe;
    int stop; /* parts used; fewer than all where a list stands in the way or a field is unknown */
};

/* From `type`, which is what parts[0 .. from-1] name, as far as fields go. */
static struct walk walk_fields(const struct expr_scope *s, const struct expr_known *here, const struct path *p,
                               const struct type *type, int from) {
    size_t len = 0;
    for (int i = 0; i < from; i++) len += strlen(p->parts[i]) + (i > 0);
    struct walk w = {.type = type, .stop = from};
    w.maybe = type->maybe && !(from && is_known(s, here, p->dotted, len));
    while (w.stop < p->n_parts && w.type->kind == TYPE_RECORD) {
        const struct type_field *f = find_field(w.type, p->parts[w.stop]);
        if (!f) break;
        w.type = &f->type;
        len += strlen(p->parts[w.stop++]) + (len > 0);
        w.maybe |= f->type.maybe && !is_known(s, here, p->dotted, len);
    }
    return w;
}

static void no_field(struct reading *r, const struct node *n, const struct path *p, const struct walk *w) {
    const char *part = p->parts[w->stop], *near;
    if (w->type->kind == TYPE_UNKNOWN) return;
    if (w->type->kind == TYPE_LIST) {
        reading_fault(r, n->at, n->length, "list", "‹%.60s› is a list in ‹%.80s›; use count(... where it.%.40s ...), any, all, sum, min or max",
                      p->parts[w->stop - 1], p->dotted, part);
        return;
    }
    if (w->type->kind == TYPE_OPAQUE) {
        reading_fault(r, n->at, n->length, "opaque", "nothing is declared about what is inside ‹%.60s›, so ‹%.60s› cannot be read; it can only be passed on whole",
                      p->parts[w->stop - 1], part);
        return;
    }
    if (w->type->kind != TYPE_RECORD) {
        reading_fault(r, n->at, n->length, "no-fields", "‹%.60s› is %s and has no field ‹%.60s›", p->parts[w->stop - 1],
                      type_words(w->type, r->arena), part);
        return;
    }
    near = nearest_field(w->type, part);
    if (near) reading_fault(r, n->at, n->length, "unknown-name", "‹%.60s› has no field ‹%.60s›; did you mean ‹%.60s›?", p->parts[w->stop - 1], part, near);
    else reading_fault(r, n->at, n->length, "unknown-name", "‹%.60s› has no field ‹%.60s›", p->parts[w->stop - 1], part);
}

static void no_name(struct reading *r, const struct node *n, const char *first) {
    const char *near = nearest_name(r->scope, first);
    const char *where = r->scope && r->scope->paragraphs ? "has run before this" : "is known here";
    if (near)
        reading_fault(r, n->at, n->length, "unknown-name", "nothing called ‹%.60s› %s; did you mean ‹%.60s›?", first, where, near);
    else if (n->path.n_parts == 1)
        reading_fault(r, n->at, n->length, "unknown-name", "nothing called ‹%.60s› %s; if it is a text, write '%.60s'", first, where, first);
    else
        reading_fault(r, n->at, n->length, "unknown-name", "nothing called ‹%.60s› %s", first, where);
}

static void settle(struct reading *r, struct node *n, const struct walk *w) {
    n->type = type_maybe(w->type, w->maybe, r->arena);
    if (!n->type) r->nomem = true, poison(n);
}

/* The type of the first part; NULL after a fault. */
static const struct type *first_type(struct reading *r, struct node *n) {
    bool named = n->op == NODE_IT && !r->it && find_name(r->scope, "it"); /* the item of an `each` */
    if (named) n->op = NODE_NAME;
    if (n->op == NODE_IT) {
        if (!r->it) reading_fault(r, n->at, n->length, "no-item", "‹it› is the item of a list and stands only after ‹where› in count, any, all, sum, min or max");
        return r->it;
    }
    const struct expr_name *e = find_name(r->scope, n->path.parts[0]);
    if (!e) return no_name(r, n, n->path.parts[0]), NULL;
    n->slot = e->slot;
    n->why_maybe = e->why_maybe;
    n->constant = n->path.n_parts == 1 ? e->constant : NULL;
    n->is = n->path.n_parts == 1 ? e->is : NULL;
    return e->type;
}

void resolve_name(struct reading *r, struct node *n) {
    const struct type *t = first_type(r, n);
    if (!t || t->kind == TYPE_UNKNOWN) {
        poison(n);
        return;
    }
    struct walk w = walk_fields(r->scope, r->known, &n->path, t, 1);
    if (w.stop == n->path.n_parts) {
        settle(r, n, &w);
        return;
    }
    no_field(r, n, &n->path, &w);
    poison(n);
}

void resolve_list(struct reading *r, struct node *fn, struct node *list, const struct type **item) {
    const struct type *t = first_type(r, list);
    *item = NULL;
    poison(list);
    if (!t || t->kind == TYPE_UNKNOWN) return;
    struct walk w = walk_fields(r->scope, r->known, &list->path, t, 1);
    if (w.type->kind == TYPE_UNKNOWN) return;
    if (w.type->kind != TYPE_LIST) {
        if (w.stop < list->path.n_parts) no_field(r, list, &list->path, &w);
        else reading_fault(r, list->at, list->length, "no-list", "‹%.100s› is %s, not a list", list->path.dotted, type_words(w.type, r->arena));
        return;
    }
    int rest = list->path.n_parts - w.stop;
    if (!path_cut(&list->path, w.stop, rest, &fn->path, r->arena) ||
        !path_cut(&list->path, 0, w.stop, &list->path, r->arena)) {
        r->nomem = true;
        return;
    }
    settle(r, list, &w);
    *item = w.type->item ? w.type->item : type_basic(TYPE_OPAQUE);
}

/* "it." in front, so that a guard in `where` (has(it.amount)) is seen. */
const struct type *resolve_below(struct reading *r, const struct node *at, const struct type *item,
                                 const struct path *below) {
    struct path p;
    const char *dotted = below->n_parts ? arena_printf(r->arena, "it.%s", below->dotted) : "it";
    if (!dotted || !path_split(&p, dotted, r->arena)) return r->nomem = true, NULL;
    struct walk w = walk_fields(r->scope, r->known, &p, item, 1);
    if (w.stop < p.n_parts) return no_field(r, at, &p, &w), NULL;
    if (w.maybe) {
        reading_fault(r, at->at, at->length, "maybe-missing", "‹%.80s› may be missing in an item; guard it with  where has(%.80s)", below->dotted, dotted);
        return NULL;
    }
    return w.type->kind == TYPE_UNKNOWN ? NULL : w.type;
}

bool present(struct reading *r, const struct node *n) {
    char what[64];
    if (n->type->kind == TYPE_UNKNOWN) return false;
    if (!n->type->maybe) return true;
    said(r, n, what, sizeof what);
    const char *why = n->why_maybe;
    if (n->op == NODE_NAME || n->op == NODE_IT)
        reading_fault(r, n->at, n->length, "maybe-missing", "‹%s› may be missing%s%s%s; guard it with has(%s) or default(%s, ...)", what,
                      why ? " (" : "", why ? why : "", why ? ")" : "", what, what);
    else if (n->op == NODE_DIV)
        reading_fault(r, n->at, n->length, "maybe-missing", "‹%s› is missing when the divisor is 0; say what then: default(%s, ...)", what, what);
    else
        reading_fault(r, n->at, n->length, "maybe-missing", "‹%s› may be missing; say what then: default(%s, ...)", what, what);
    return false;
}

const struct type *expr_name_type(const struct expr_scope *s, const char *dotted, struct arena *a, const char **nearest) {
    struct path p;
    if (nearest) *nearest = NULL;
    if (strlen(dotted) > NAME_BYTES || !path_split(&p, dotted, a) || p.n_parts > PATH_PARTS) return NULL;
    const struct expr_name *e = find_name(s, p.parts[0]);
    if (!e) {
        if (nearest) *nearest = nearest_name(s, p.parts[0]);
        return NULL;
    }
    if (e->type->kind == TYPE_UNKNOWN) return e->type;
    struct walk w = walk_fields(s, NULL, &p, e->type, 1);
    if (w.stop == p.n_parts) return type_maybe(w.type, w.maybe, a);
    if (nearest && w.type->kind == TYPE_RECORD) *nearest = nearest_field(w.type, p.parts[w.stop]);
    return NULL;
}
