/* tree.c - questions to a node, and when two trees are the same. */
#include "dsl/tree.h"

#include <stdlib.h>
#include <string.h>

struct node *node_name(const struct node *call) {
    if (!call || call->kind != NODE_CALL) return NULL;
    if (call->n_args && call->args[0]->kind == NODE_TEXT) return call->args[0];
    return NULL;
}

const char *node_name_text(const struct node *call) {
    const struct node *n = node_name(call);
    return n ? n->text : "";
}

struct node *node_body(const struct node *call) {
    if (!call || call->kind != NODE_CALL) return NULL;
    for (int i = 0; i < call->n_args; i++)
        if (call->args[i]->kind == NODE_TABLE) return call->args[i];
    return NULL;
}

struct item *node_item(const struct node *table, const char *key) {
    if (!table || table->kind != NODE_TABLE) return NULL;
    for (int i = 0; i < table->n_items; i++)
        if (table->items[i].key && !strcmp(table->items[i].key, key)) return &table->items[i];
    return NULL;
}

struct node *node_field(const struct node *table, const char *key) {
    struct item *i = node_item(table, key);
    return i ? i->value : NULL;
}

bool node_is_call(const struct node *n, const char *word) {
    return n && n->kind == NODE_CALL && !strcmp(n->text, word);
}

static bool differ(const struct node *a, const struct node **where) {
    if (where && !*where) *where = a;
    return false;
}

static const struct item *by_place(const struct node *table, int place) {
    for (int i = 0; i < table->n_items; i++)
        if (!table->items[i].key && place-- == 0) return &table->items[i];
    return NULL;
}

static bool same_table(const struct node *a, const struct node *b, const struct node **where) {
    int place = 0;
    if (a->n_items != b->n_items) return differ(a, where);
    for (int i = 0; i < a->n_items; i++) {
        const char *key = a->items[i].key;
        const struct item *other = key ? node_item(b, key) : by_place(b, place++);
        if (!other) return differ(a->items[i].value, where);
        if (!node_same(a->items[i].value, other->value, where)) return false;
    }
    return true;
}

static bool same_call(const struct node *a, const struct node *b, const struct node **where) {
    if (strcmp(a->text, b->text) != 0 || a->n_args != b->n_args) return differ(a, where);
    for (int i = 0; i < a->n_args; i++)
        if (!node_same(a->args[i], b->args[i], where)) return false;
    return true;
}

bool node_same(const struct node *a, const struct node *b, const struct node **where) {
    if (a->kind != b->kind) return differ(a, where);
    switch (a->kind) {
    case NODE_TEXT:
        if (a->text_len == b->text_len && !memcmp(a->text, b->text, a->text_len)) return true;
        return differ(a, where);
    case NODE_NUMBER: /* 4 and 4.0 are one value; the text of both readings goes through strtod */
        return strtod(a->text, NULL) == strtod(b->text, NULL) || differ(a, where);
    case NODE_TRUTH: return a->truth == b->truth || differ(a, where);
    case NODE_WORD: return !strcmp(a->text, b->text) || differ(a, where);
    case NODE_TABLE: return same_table(a, b, where);
    case NODE_CALL: return same_call(a, b, where);
    }
    return differ(a, where);
}
