/* tree.h - a strategy file as a tree: what both readings must agree on.
 *
 * Nodes live in the arena of the dsl_file and point into nothing but it. A `call` is a word with its
 * arguments: `step "a" { ... }`, `days(7)`, `go "x"`. */
#ifndef DSL_TREE_H
#define DSL_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"

struct span {
    size_t from, to; /* bytes of the file, half open */
    int line, col;   /* 1-based, of `from`, in characters */
};

enum node_kind { NODE_TEXT, NODE_NUMBER, NODE_TRUTH, NODE_TABLE, NODE_CALL, NODE_WORD };

struct node;
struct item {          /* of a table, in file order */
    const char *key;   /* NULL: stands by its place */
    struct span key_span;
    struct node *value;
};
struct node {
    enum node_kind kind;
    bool bad;          /* a fault was reported here: do not report what it causes */
    bool truth;
    struct span span;
    const char *text;  /* text: contents; number: the token; call, word: the word */
    size_t text_len;
    size_t text_at;    /* byte of the file where a text's contents begin; 0 when it has escapes */
    struct span word_span;
    struct node **args; /* call */
    int n_args;
    struct item *items; /* table */
    int n_items;
};

/* The first text argument: a paragraph's name. NULL: none. */
struct node *node_name(const struct node *call);
const char *node_name_text(const struct node *call); /* "" when there is none */
/* The table argument. NULL: none. */
struct node *node_body(const struct node *call);
/* The value of a field. NULL: not given. `table` may be NULL. */
struct node *node_field(const struct node *table, const char *key);
struct item *node_item(const struct node *table, const char *key);
bool node_is_call(const struct node *n, const char *word);
/* Equal in meaning: positions and layout aside. Fields match by key, the rest by place. `where`
 * (may be NULL) receives the first node of `a` that differs. */
bool node_same(const struct node *a, const struct node *b, const struct node **where);

#endif
