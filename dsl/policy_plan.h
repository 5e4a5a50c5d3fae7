/* policy_plan.h - what a checked policy file is: thresholds, named facts, tables, limits and ordered
 * rules, every expression read and typed. Built from the file by policy_build.c, evaluated by
 * policy_decide.c; nobody else looks inside.
 *
 * Names an expression here may read: `case`, the needs, thresholds, facts, tables and limits, all
 * flat. The last four are read with expr_name.slot = policy_slot(kind, index), and policy_decide
 * answers scope->slot: each fact, table and limit is evaluated once, when a rule first reads it.
 * `named` lists facts, tables and limits so that no entry reads a later one (no rounds). Everything
 * lives in the arena of the dsl_file. */
#ifndef DSL_POLICY_PLAN_H
#define DSL_POLICY_PLAN_H

#include "dsl/expr.h"
#include "dsl/plan.h"
#include "dsl/policy.h"

struct policy_threshold {
    const char *name;
    const struct type *type;
    struct value value;
    int line;
};

struct policy_fact { /* fact "thin_but_steady" { is = "..." } */
    const char *name;
    const struct expr *is;
    int better; /* -1 a lower value is better, +1 a higher one, 0 unsaid */
    int line;
};

struct policy_row {
    /* One truth per column of `by`, the column's comparison spelt out ("flow.months >= 3");
     * NULL is "-": any value, also a missing one. */
    const struct expr *const *cells;
    struct value result;
    int line;
};
struct policy_table { /* first row whose cells all hold; none: the value is missing */
    const char *name;
    const char *const *by; /* the facts, as written */
    int n_by;
    const struct type *gives;
    const char *result; /* the `gives` field it answers; NULL: only a fact for the rules */
    const struct policy_row *rows;
    int n_rows;
    int line;
};

struct policy_limit { /* min(base, cap), rounded down to a multiple; below `floor` the rule is passed over */
    const char *name;
    const struct expr *base, *cap, *floor, *round_down; /* money; all but base may be NULL */
    int line;
};

enum policy_named_kind { NAMED_FACT, NAMED_TABLE, NAMED_LIMIT, NAMED_THRESHOLD };
/* The slot of a name in expressions; never 0. */
static inline int policy_slot(enum policy_named_kind kind, int index) {
    return 1 + index * 4 + (int)kind;
}
struct policy_named {
    enum policy_named_kind kind;
    int index; /* into the array of its kind */
};

struct policy_result { /* path = "help": a constant result of a rule, beyond outcome and amount */
    const char *name;
    struct value value;
};
struct policy_rule {
    const char *name;        /* "otherwise" for the last one */
    const struct expr *when; /* NULL: otherwise */
    const char *outcome;     /* approve, refer, decline; NULL in a policy that gives other results only */
    const char *reason;      /* of refer, decline or because; NULL: none */
    int limit;               /* index into limits; -1: none, the amount asked */
    const struct policy_result *results;
    int n_results;
    int line, col;
};

struct policy {
    const char *name, *case_type, *about;
    int version;
    char hash[65];
    const struct need *needs; /* ended by a NULL name */
    int n_needs;
    const struct type *gives; /* record: outcome, amount, reasons and the declared results */
    bool decides;             /* outcome is approve / refer / decline */
    const struct expr *asked; /* case.amount, where the case surely has one; then every decision has an
                               * amount: an approval its limit, else what was asked. NULL otherwise */
    struct length good_for;
    const struct policy_threshold *thresholds;
    int n_thresholds;
    const struct policy_fact *facts;
    int n_facts;
    const struct policy_table *tables;
    int n_tables;
    const struct policy_limit *limits;
    int n_limits;
    const struct policy_named *named;
    int n_named;
    const struct policy_rule *rules; /* in file order; otherwise stands last */
    int n_rules;
    const char *currency;
    const json_t *canonical;
};

/* Every expression of a policy, in file order of its kind. */
typedef void policy_expr_fn(void *who, const struct expr *e);
void policy_exprs(const struct policy *p, policy_expr_fn *each, void *who);

#endif
