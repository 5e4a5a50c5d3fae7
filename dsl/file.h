/* file.h - what a dsl_file holds; private to dsl/. */
#ifndef DSL_FILE_H
#define DSL_FILE_H

#include "dsl/check.h"
#include "dsl/dsl.h"

struct dsl_file {
    struct arena *arena;
    struct faults faults;
    struct check check;
    bool tree_ok; /* both readings agree: explain, diff and edit may use the tree */
    const struct plan *plan;
    const struct policy *policy;
    const struct example *examples;
    int n_examples;
    const struct retry *retries;
    int n_retries;
    const struct formula *formulas;
    int n_formulas;
    struct formula_state *formula_state; /* they run in it */
    const struct connector_plan *connector;
    char hash[65];
};

const struct policy *policy_build(struct check *c);
void policy_seal(struct policy *p, const json_t *canonical, const char *hash);
const struct example *examples_build(struct check *c, int *n);
struct formula_state;
struct connector_plan;
const struct formula *formulas_build(struct check *c, struct formula_state *s, int *n);
const struct retry *retries_build(struct check *c, int *n);

#endif
