/* expr_trace.c - why an expression came out as it did.
 *
 * One part is {"text", "value", "says", "left", "right", "facts"}: the words of the file, the truth,
 * a sentence with the values in it, both sides of a comparison, and each fact it read. A part that
 * reads a personal fact keeps neither sides nor values: they stay sealed in the case. */
#include <string.h>

#include "base/buf.h"
#include "dsl/expr_node.h"

enum { SAYS_BYTES = 600, WORDS_BYTES = 4096, NAMED_DEPTH = 2 };

static json_t *text_of(const struct eval *ev, const struct node *n) {
    return json_stringn(ev->source + n->at, n->length);
}

static bool personal(const struct node *n) {
    if ((n->op == NODE_NAME || n->op == NODE_IT) && n->type->personal) return true;
    for (int i = 0; i < n->n_kids; i++)
        if (n->kids[i] && personal(n->kids[i])) return true;
    return false;
}

/* ---- facts ---- */

static json_t *fact_json(struct eval *ev, const struct node *n) {
    struct value v;
    if (node_eval(ev, n, &v) != OK) return json_null();
    if (v.kind == TYPE_LIST && !v.missing) return json_pack("{s:I}", "items", (json_int_t)json_array_size(v.json));
    if (v.kind == TYPE_RECORD || v.kind == TYPE_OPAQUE) return v.missing ? json_null() : json_true();
    return value_shown_new(&v, n->type);
}

static enum err collect_facts(struct eval *ev, const struct node *n, json_t *facts) {
    if (n->op == NODE_NAME && !json_object_get(facts, n->path.dotted) &&
        json_put_take(facts, n->path.dotted, fact_json(ev, n)) != OK)
        return ERR_NOMEM;
    for (int i = 0; i < n->n_kids; i++)
        if (n->kids[i] && collect_facts(ev, n->kids[i], facts) != OK) return ERR_NOMEM;
    return OK;
}

static enum err put_facts(struct eval *ev, const struct node *n, json_t *part) {
    json_t *facts = json_object();
    if (!facts || collect_facts(ev, n, facts) != OK) return json_decref(facts), ERR_NOMEM;
    if (json_object_size(facts) == 0) return json_decref(facts), OK;
    return json_put_take(part, "facts", facts);
}

/* ---- sides ---- */

static json_t *side_json(struct eval *ev, const struct node *n) {
    struct value v;
    return node_eval(ev, n, &v) == OK ? value_json_new(&v) : json_null();
}

static json_t *right_json(struct eval *ev, const struct node *n) {
    if (n->n_kids == 2 && n->op != NODE_IN) return side_json(ev, n->kids[1]);
    json_t *all = json_array();
    for (int i = 1; all && i < n->n_kids; i++)
        if (json_array_append_new(all, side_json(ev, n->kids[i])) != 0) return json_decref(all), NULL;
    return all;
}

static void add_source(const struct eval *ev, struct buf *b, size_t from, size_t to) {
    if (to > from) buf_add(b, ev->source + from, to - from);
}

/* The text of the comparison with the value behind each side that is not written out:
 * "risk.pd (12 %) > pd_refer (9 %)". */
static enum err says(struct eval *ev, const struct node *n, json_t *part) {
    char text[SAYS_BYTES];
    struct arena *words = arena_new(WORDS_BYTES);
    struct buf b;
    size_t from = n->at;
    enum err e = ERR_NOMEM;
    if (!words) return ERR_NOMEM;
    buf_init(&b, sizeof text);
    for (int i = 0; i < n->n_kids; i++) {
        const struct node *side = n->kids[i];
        struct value v;
        if (side->op == NODE_CONST || node_eval(ev, side, &v) != OK) continue;
        const char *w = value_words(&v, words);
        add_source(ev, &b, from, side->at + side->length);
        from = side->at + side->length;
        if (w) buf_addf(&b, " (%s)", w);
    }
    add_source(ev, &b, from, n->at + n->length);
    if (buf_ok(&b)) e = json_put_take(part, "says", json_stringn(buf_text(&b), b.len));
    else e = OK; /* longer than people read: the sides say it */
    buf_reset(&b);
    arena_free(words);
    return e;
}

static bool sided(const struct node *n) { return n->op >= NODE_EQ && n->op <= NODE_BETWEEN; }

static enum err put_sides(struct eval *ev, const struct node *n, json_t *part) {
    if (!sided(n) || personal(n)) return OK;
    if (says(ev, n, part) != OK || json_put_take(part, "left", side_json(ev, n->kids[0])) != OK) return ERR_NOMEM;
    return json_put_take(part, "right", right_json(ev, n));
}

/* ---- parts ---- */

/* A named condition says what is behind it; two deep, so that facts made of facts stay readable. */
static enum err put_because(struct eval *ev, const struct node *n, bool holds, json_t *part) {
    if (!n->is || n->type->kind != TYPE_TRUTH || ev->named >= NAMED_DEPTH) return OK;
    struct trace inner = {.parts = json_array()};
    struct eval named = {.scope = ev->scope, .source = n->is->source, .named = ev->named + 1};
    if (!inner.parts || node_trace(&named, n->is->root, holds, &inner) != OK) return json_decref(inner.parts), ERR_NOMEM;
    return json_put_take(part, "because", inner.parts);
}

static enum err one_part(struct eval *ev, const struct node *n, bool holds, struct trace *t) {
    json_t *part = json_object(), *value = n->type->kind == TYPE_TRUTH ? json_boolean(holds) : side_json(ev, n);
    enum err e = ERR_NOMEM;
    if (n->type->kind != TYPE_TRUTH && personal(n)) json_decref(value), value = json_string("<personal>");
    if (part && json_put_take(part, "text", text_of(ev, n)) == OK) e = json_put_take(part, "value", value);
    else json_decref(value);
    if (e == OK) e = put_sides(ev, n, part);
    if (e == OK) e = put_facts(ev, n, part);
    if (e == OK) e = put_because(ev, n, holds, part);
    if (e == OK && json_array_append(t->parts, part) != 0) e = ERR_NOMEM;
    json_decref(part);
    return e;
}

/* `and` false, `or` true: the first part that decided; else every part. */
static enum err chain(struct eval *ev, const struct node *n, bool holds, struct trace *t) {
    bool deciding = holds == (n->op == NODE_OR);
    for (int i = 0; i < n->n_kids; i++) {
        bool part = false;
        enum err e = node_holds(ev, n->kids[i], &part);
        if (e != OK) return e;
        if (deciding && part != holds) continue;
        if ((e = node_trace(ev, n->kids[i], part, t)) != OK || deciding) return e;
    }
    return OK;
}

enum err node_trace(struct eval *ev, const struct node *n, bool holds, struct trace *t) {
    if (n->op == NODE_AND || n->op == NODE_OR) return chain(ev, n, holds, t);
    if (n->op == NODE_NOT) return node_trace(ev, n->kids[0], !holds, t);
    return one_part(ev, n, holds, t);
}
