/* check.h - what every stage of the checker shares; private to dsl/.
 *
 * Stages run in the order of DSL.md: outline, shape, then for a flow targets, reach, names (types and
 * set on every way), saga, exhaustiveness. A stage reports through `faults` and leaves nodes it
 * faulted marked bad; later stages pass over bad nodes. */
#ifndef DSL_CHECK_H
#define DSL_CHECK_H

#include "dsl/catalog.h"
#include "dsl/expr_read.h"
#include "dsl/faults.h"
#include "dsl/plan.h"
#include "dsl/tree.h"
#include "dsl/words.h"

struct check {
    const char *path, *text;
    size_t n;
    const struct catalog *catalog;
    struct arena *arena;
    struct faults *faults;
    struct node *root;    /* paragraphs are its items */
    unsigned file;        /* IN_WORKFLOW ...; 0 unknown */
    struct node *head;    /* the first paragraph */
    json_t *kept;         /* an array that owns every JSON value of the plan */
    /* A better sentence for a name that an expression cannot find; "": it follows from another fault
     * and is not told; NULL: none. */
    const char *(*absent)(void *who, const char *name);
    void *absent_who;
    /* Where a threshold that does not fit its use is defined; NULL: at its use. */
    struct node *(*defined)(void *who, const char *name);
};

/* --- check_shape.c: words, names, fields and the form of their values, against the table --- */
void check_shape(struct check *c);
/* step "bureau" */
const char *owner(const struct check *c, const struct node *call);

/* --- check_value.c: constants; each returns false after reporting --- */
bool value_form(struct check *c, const struct node *call, const struct field *f, struct node *v);
bool value_length(struct check *c, const struct node *v, struct length *out, const char **why);
bool value_unit(struct check *c, const struct node *v, struct value *out, const char **why);
/* A constant of a file as JSON: rupees "2,50,000" -> 25000000, percent(4) -> 0.04. NULL after a fault. */
json_t *value_data_new(struct check *c, struct node *v, const struct type *want);
int64_t value_int(const struct node *v, int64_t otherwise);
const char *value_shown(struct check *c, const struct node *v);

/* --- check_expr.c: reading expressions of the file, with faults at their place --- */
/* NULL after a fault or when the node is bad. Text nodes are expressions; text "x", numbers, truths
 * and units are constants. */
const struct expr *read_expression(struct check *c, struct node *v, const struct expr_scope *s, const struct type *want);
/* The same for a text made from the file, with faults at `v`. */
const struct expr *read_text(struct check *c, struct node *v, const char *text, const struct expr_scope *s, const struct type *want);
extern const struct type TYPE_A_TRUTH, TYPE_A_DATE;
struct span place_in(const struct check *c, size_t from, size_t to);

/* Takes a reference that lives as long as the file; returns it. */
json_t *keep_json(struct check *c, json_t *taken);
const char *const *names_new(struct check *c, const struct node *table, int *n);

#endif
