/* connector_plan.h - a declared connector under construction and when asked; private to the connector_*.c files. */
#ifndef DSL_CONNECTOR_PLAN_H
#define DSL_CONNECTOR_PLAN_H

#include "dsl/check.h"
#include "dsl/connector.h"

enum said_kind {
    SAID_EXPR,   /* an expression over input and key */
    SAID_CONST,  /* a constant */
    SAID_OBJECT, /* fields */
    SAID_LIST    /* items: fields without names */
};
struct said_field;
struct said { /* a value of a request */
    enum said_kind kind;
    const struct expr *expr;
    const json_t *constant;
    const struct said_field *fields;
    int n_fields;
    const char *form;  /* of a date; NULL: 2026-12-31 */
    int major_digits;  /* of money that is said in major units; -1: minor units */
};
struct said_field {
    const char *name; /* NULL in a list */
    struct said value;
};
struct path_part { /* of "/v2/numbers/{input.phone}": a text, or an expression */
    const char *text;
    const struct expr *expr;
};
struct way { /* one request */
    const struct path_part *path;
    int n_path;
    const struct said_field *query, *headers;
    int n_query, n_headers;
    struct said body;
    bool has_body;
};
struct connector_op {
    const char *name;
    const struct type *input; /* a record */
    struct way ask, look;
    bool has_look;
};
struct connector_plan {
    const json_t *description;
    const struct connector_op *ops;
    int n_ops;
};

/* Takes v. Without a value, and nothing told yet, it is memory that lacks: a description must never be half there. */
void connector_put(struct check *c, json_t *o, const char *key, json_t *v);
void connector_add(struct check *c, json_t *list, json_t *v);
json_t *connector_part(struct check *c, json_t *o, const char *key, json_t *v); /* the same; gives back what stands there */
/* connector_build.c; NULL after a fault */
const struct connector_plan *connector_build(struct check *c);
/* connector_types.c: { phone = text { ... } } as a JSON Schema; closed: no other fields. NULL after a fault. */
json_t *connector_schema_new(struct check *c, struct node *table, bool closed);
/* connector_request.c: reads the request in `table`; puts method, form and key_header on `about`. False after a fault. */
bool connector_way(struct check *c, struct node *call, struct node *table, const struct expr_scope *s, struct way *out, json_t *about);
/* connector_answer.c: "answer" and "ends" of a way; the sample's types from `output`. */
bool connector_answer(struct check *c, struct node *table, struct node *fallback, const json_t *output, json_t *about);
/* Date forms that providers use: "YYYY-MM-DD", "DD/MM/YYYY" ...; NULL-ended. */
extern const char *const CONNECTOR_DATE_FORMS[];
/* The text after "field =" of a table of pairs and fields; used for "did you mean". */
bool connector_known(struct check *c, struct node *table, const char *const *known, const char *what);

#endif
