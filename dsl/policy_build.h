/* policy_build.h - a policy under construction; private. */
#ifndef DSL_POLICY_BUILD_H
#define DSL_POLICY_BUILD_H

#include "dsl/check.h"
#include "dsl/policy_plan.h"

#define POLICY_NAMES 300 /* needs, thresholds, facts, tables and limits */

struct policy_build {
    struct check *c;
    struct policy *p;
    const struct type *case_type;
    struct expr_name names[POLICY_NAMES + 2]; /* case, needs, thresholds, then facts, tables, limits as they are read */
    int n_names;
    struct expr_scope scope;
    struct node **rule_nodes;
};

void *policy_room(struct policy_build *b, size_t n);
const struct type *type_constant(struct policy_build *b, enum type_kind kind);
bool policy_constant(struct policy_build *b, struct node *v, struct value *out);
/* Reports at `v` when it is no value of `want`. */
bool policy_fits(struct policy_build *b, struct node *v, const struct type *want, struct value *got);
void policy_names(struct policy_build *b);  /* policy_named.c: facts, tables, limits in an order without rounds */
void policy_rules(struct policy_build *b);  /* policy_rules.c */
void check_policy_rules(struct policy_build *b); /* check_rules.c: dead rules, direction */

#endif
