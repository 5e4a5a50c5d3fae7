/* expr_read.h - from the text of an expression to a checked `struct expr`: names, types, narrowing.
 *
 * Private to dsl/: used by whoever builds plans and policies. Everything read lives in the arena it
 * was read into and borrows the names and types of its scope, which must live as long. */
#ifndef DSL_EXPR_READ_H
#define DSL_EXPR_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "dsl/expr.h"

enum { EXPR_MAX_BYTES = 4096, EXPR_MAX_NODES = 512, EXPR_MAX_DEPTH = 48 };

/* One first part of a dotted name: "case", "bureau", "pd_refer", "event". */
struct catalog;
struct expr_name {
    const char *name;
    const struct type *type; /* kind TYPE_UNKNOWN: already faulted elsewhere, every use is let pass */
    /* slot > 0: the value comes from scope->slot (thresholds, facts, tables and limits of a policy);
     * 0: it is read from scope->names. */
    int slot;
    /* A named condition (fact "x" { is = "..." }): what it teaches when true or false. May be NULL. */
    const struct expr *is;
    /* Said when the name may be missing: "nobody may have answered". May be NULL. */
    const char *why_maybe;
    /* A threshold: its value, for expr_atoms and for dividing by it. May be NULL. */
    const struct value *constant;
};

/* Dotted names that are known to be there although their type says maybe. */
struct expr_known {
    const char *name;
    const struct expr_known *next;
};

/* A chain, innermost first: a name is looked for in `names`, then in `outer`. `known` of every link
 * counts. Names of an inner link hide those of an outer one. */
struct expr_scope {
    const struct expr_scope *outer;
    const struct expr_name *names;         /* ended by a NULL name; may be NULL */
    const struct expr_known *known;        /* may be NULL */
    const char *const *paragraphs;         /* what visits() and ended() may name; NULL: neither exists */
    const struct catalog *catalog;         /* whose formulas may be called; NULL: none. Of the innermost link */
};

/* `at` and `length` are bytes into the text; `code` a stable word such as "unknown-name"; `sentence`
 * is valid during the call only. */
typedef void expr_fault_fn(void *who, size_t at, size_t length, const char *code,
                           const char *sentence);

/* Reads and checks. `want` NULL: any type. want->maybe lets a maybe value pass. A condition wants
 * TYPE_TRUTH. ERR_INVALID when at least one fault was told (all that do not follow from another);
 * ERR_NOMEM. *out only on OK. The text is copied. */
MUST_CHECK enum err expr_read(const char *text, size_t n, const struct expr_scope *names,
                              const struct type *want, struct arena *a, expr_fault_fn *tell,
                              void *who, const struct expr **out);

/* What is known to be there once `e` came out true or false (names not yet in `already`), put in
 * front of `already`: B of `A and B` is read with expr_known_when(A, true, ...), later rows of a
 * route with expr_known_when(row, false, ...). has(x) teaches x and the names above it; a named
 * condition teaches what it says. *out only on OK; ERR_NOMEM. */
MUST_CHECK enum err expr_known_when(const struct expr *e, bool outcome,
                                    const struct expr_known *already, struct arena *a,
                                    const struct expr_known **out);
bool expr_known_has(const struct expr_known *k, const char *dotted);
/* Names in both: what is known where two ways meet. */
MUST_CHECK enum err expr_known_meet(const struct expr_known *x, const struct expr_known *y,
                                    struct arena *a, const struct expr_known **out);

/* Type of a dotted name in a scope, with `maybe` as narrowing leaves it. NULL: no such name, and
 * *nearest (may be NULL) is a suggestion or NULL. */
const struct type *expr_name_type(const struct expr_scope *s, const char *dotted, struct arena *a,
                                  const char **nearest);

/* Whether a value of type `got` may stand where `want` is wanted. Where not, *why is a sentence part
 * such as "is a share (0 to 1), but money in INR is wanted". */
bool type_fits(const struct type *got, const struct type *want, struct arena *a, const char **why);

/* A constant expression ("5000" read as money): its value without a scope. false if it reads names. */
bool expr_constant(const struct expr *e, struct value *out);

/* For dead rules and exhaustiveness: when the whole of `e` is one comparison of one fact against
 * constants. `op` is one of "==", "~=", "<", "<=", ">", ">=", "in", "between", "has", "truth". */
struct expr_atom {
    const char *fact; /* dotted */
    const char *op;
    const struct value *values; /* the constants: 1, for between 2, for in n */
    int n;
    bool negated; /* under `not` */
};
/* The parts of an `and` (or e itself), each told once; an atom with a NULL fact cannot be judged. */
void expr_atoms(const struct expr *e, void (*each)(void *who, const struct expr_atom *atom), void *who);

#endif
