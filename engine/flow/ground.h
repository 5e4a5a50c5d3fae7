/* ground.h - what definitions stand on: case types, named functions and retries, as one hashed whole.
 *
 * A run is pinned to the ground it started on, as to its plan (SEMANTICS 12): a changed functions file or case type
 * does not change a running run. Each ground is kept in the store by its hash before a run may start on it, and every
 * definition is read anew on a new one; where that fails, the reading on the old ground stays in force.
 * A ground lives as long as the definitions. */
#ifndef FLOW_GROUND_H
#define FLOW_GROUND_H

#include "dsl/dsl.h"
#include "flow/cases.h"
#include "flow/definitions.h"

struct ground_case {
    struct ground_case *next;
    struct case_type *type;
};
struct ground {
    struct ground *next;
    struct definitions *of;
    char hash[65];
    json_t *texts;            /* {"cases": {name: definition}, "functions": text, "retries": text}: what is hashed and kept */
    struct ground_case *cases;
    struct dsl_file *functions, *retries; /* NULL: none */
    const char **case_names, **formula_names;
    struct catalog catalog;   /* the shelves as the language sees them from here */
    bool kept, keeping;       /* in the store; on its way there */
};

/* `texts` is borrowed. ERR_INVALID: something in it is not sound; the fault names it. */
MUST_CHECK enum err ground_new(struct definitions *of, const json_t *texts, struct ground **out, struct fault *f);
void ground_free(struct ground *g);
const struct case_type *ground_case(const struct ground *g, const char *name);
/* catalog.c: fills g->catalog. */
void ground_open_catalog(struct ground *g);

#endif
