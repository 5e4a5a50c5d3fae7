/* expr_node.h - the tree inside a `struct expr`, shared by the reader, the checker and the evaluator.
 *
 * Private to the expr_*.c and policy_*.c files. Nodes live in the arena of their expression and do
 * not change once it is checked. */
#ifndef DSL_EXPR_NODE_H
#define DSL_EXPR_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "dsl/expr.h"
#include "dsl/expr_read.h"
#include "dsl/formula.h"

enum node_op {
    NODE_CONST, NODE_NAME, NODE_IT, NODE_TODAY,
    NODE_AND, NODE_OR, NODE_NOT,
    NODE_EQ, NODE_NE, NODE_LT, NODE_LE, NODE_GT, NODE_GE, NODE_IN, NODE_BETWEEN,
    NODE_ADD, NODE_SUB, NODE_MUL, NODE_DIV, NODE_NEG,
    NODE_HAS, NODE_DEFAULT, NODE_MIN, NODE_MAX,
    NODE_COUNT, NODE_ANY, NODE_ALL, NODE_SUM, NODE_LEAST, NODE_MOST, /* over a list */
    NODE_VISITS, NODE_ENDED,
    NODE_FORMULA, /* a named pure function: kids are its arguments */
    NODE_POISON /* a fault was told; whatever uses it keeps quiet */
};

enum { PATH_PARTS = 12 };
struct path { /* a dotted name taken apart once */
    const char *dotted;
    const char *const *parts;
    int n_parts;
    uint64_t hash;
};

struct node {
    enum node_op op;
    bool flex;     /* a number written out or a ratio: may stand for a number or a share */
    bool literal;  /* a constant as written */
    bool bracketed;
    uint8_t depth;
    unsigned at, length; /* bytes in the source */
    const struct type *type;
    struct value value; /* NODE_CONST */
    struct path path;   /* NODE_NAME, NODE_IT (first part: "it"), list functions (below the list's item) */
    int slot;           /* NODE_NAME */
    const struct expr *is; /* NODE_NAME: the named condition it stands for */
    const char *why_maybe;
    const struct value *constant; /* NODE_NAME of a threshold */
    const struct formula *formula; /* NODE_FORMULA */
    const struct expr_known *learns[2]; /* what is known to be there once it came out false, true */
    struct node **kids; /* list functions: the list, then the `where` or NULL */
    int n_kids;
};

struct expr {
    struct node *root;
    const char *source;
    const struct path **names; /* each dotted name once, in order of appearance */
    const int *slots;          /* of the same names */
    int n_names;
};

/* Reading one text: filled by expr_read, used by lexer, parser and checker. */
struct reading {
    const char *text;
    size_t n;
    const struct expr_scope *scope;
    struct arena *arena;
    expr_fault_fn *tell;
    void *who;
    int faults, nodes, depth;
    bool nomem;
    const struct type *it; /* item type inside `where`; NULL outside */
    const struct expr_known *known; /* learned on the way, besides the scope's */
};

void reading_fault(struct reading *r, size_t at, size_t length, const char *code, const char *fmt, ...)
    PRINTF_LIKE(5, 6);
void *reading_alloc(struct reading *r, size_t n); /* sets nomem */
/* NULL after a fault or without memory: then r->faults or r->nomem says which. */
struct node *expr_parse(struct reading *r);
void expr_check(struct reading *r, struct node *root, const struct type *want);
bool path_split(struct path *p, const char *dotted, struct arena *a);
bool path_cut(const struct path *p, int from, int n, struct path *out, struct arena *a);

/* expr_resolve.c: names to types. Each tells its faults and leaves TYPE_UNKNOWN then. */
void resolve_name(struct reading *r, struct node *n);
/* A list, or a field of each item of one ("case.documents.amount"): *item is what is met per item. */
void resolve_list(struct reading *r, struct node *fn, struct node *list, const struct type **item);
/* Type below an item, for list functions with a path. */
const struct type *resolve_below(struct reading *r, const struct node *at, const struct type *item,
                                 const struct path *below);
/* Tells that a maybe value is not guarded; true when `n` may be used. */
bool present(struct reading *r, const struct node *n);

/* expr_unify.c: makes two operands one type. False after a fault. */
bool unify(struct reading *r, struct node *a, struct node *b);
bool adapt(struct reading *r, struct node *n, const struct type *to);
void said(const struct reading *r, const struct node *n, char *out, size_t cap);
/* "; write rupees(20000)" where there is such an advice, else "". */
void advise(const struct reading *r, const struct type *want, const struct node *got, char *out, size_t cap);
bool type_ordered(const struct type *t);
bool type_counts(const struct type *t); /* can be added up */
/* expr_sums.c: + - * / and -x. */
void check_arithmetic(struct reading *r, struct node *n);
const struct type *poison(struct node *n);
uint64_t path_hash(const char *dotted);

/* Fills n->learns from its kids'. */
enum err known_fill(struct node *n, struct arena *a);
enum err known_when(const struct node *n, bool outcome, const struct expr_known *already, struct arena *a,
                    const struct expr_known **out);

/* Types */
const struct type *type_basic(enum type_kind kind);
const struct type *type_maybe(const struct type *t, bool maybe, struct arena *a);

/* Evaluating */
struct eval {
    const struct scope *scope;
    const json_t *it;
    struct fault *fault;
    const char *source;
    int named; /* how many named conditions deep a trace has gone */
};
MUST_CHECK enum err node_eval(struct eval *ev, const struct node *n, struct value *out);
MUST_CHECK enum err node_holds(struct eval *ev, const struct node *n, bool *out);
MUST_CHECK enum err eval_list(struct eval *ev, const struct node *n, struct value *out);
MUST_CHECK enum err eval_arithmetic(struct eval *ev, const struct node *n, const struct value *a,
                                    const struct value *b, struct value *out);
enum err eval_fault(struct eval *ev, const struct node *n, const char *why);
/* -1, 0, 1; text and one-of: 0 or 1. */
int value_compare(const struct value *a, const struct value *b);
/* Puts the parts that decided on t->parts; `n` came out as `holds`. */
MUST_CHECK enum err node_trace(struct eval *ev, const struct node *n, bool holds, struct trace *t);
/* What a personal fact looks like in a decision that is kept: only that it was there. */
json_t *value_shown_new(const struct value *v, const struct type *t);

#endif
