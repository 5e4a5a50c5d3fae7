/* policy_run.h - one pass over a policy's rules, without JSON: what policy_decide records, and what
 * the search for flips runs again and again. Private to the policy_*.c files. */
#ifndef DSL_POLICY_RUN_H
#define DSL_POLICY_RUN_H

#include "dsl/expr_node.h"
#include "dsl/policy_plan.h"

struct memo { /* a fact, table or limit evaluated in this pass */
    unsigned pass;
    bool running;
    struct value value;
};

struct policy_run {
    const struct policy *p;
    struct scope scope; /* the caller's, with our slots and the change that is tried */
    struct memo *memos; /* facts, then tables, then limits */
    unsigned pass;
    int depth;
    struct fault fault;
};

/* Why a rule that held did not decide. */
struct passed_over {
    int rule;
    struct value value, floor; /* floor missing: nothing was left at all */
};
enum { PASSED_MOST = 16 };

struct verdict {
    int rule;            /* that decided; -1: none or a fault */
    bool faulted;
    int fault_rule;      /* being evaluated when the fault came; -1: none in particular */
    const char *outcome; /* never NULL in a policy that decides */
    struct value amount; /* of approve; missing otherwise */
    struct passed_over passed[PASSED_MOST];
    int n_passed;
};

MUST_CHECK enum err policy_run_init(struct policy_run *r, const struct policy *p, const struct scope *s);
void policy_run_reset(struct policy_run *r);
/* Forgets what was evaluated: the next pass sees `change` (NULL: the facts as they are). */
void policy_run_again(struct policy_run *r, const struct fact_change *change);
/* Total: a fault while evaluating is part of the verdict, its text in r->fault. */
void policy_run(struct policy_run *r, struct verdict *v);
/* Whether a rule's condition holds; ERR_INVALID with r->fault. */
MUST_CHECK enum err policy_rule_holds(struct policy_run *r, int rule, bool *out);
/* The limit's value: min(base, cap), rounded down. */
MUST_CHECK enum err policy_limit_value(struct policy_run *r, int limit, struct value *out);
MUST_CHECK enum err policy_limit_floor(struct policy_run *r, int limit, struct value *out);
struct memo *policy_memo(struct policy_run *r, enum policy_named_kind kind, int index);
/* What is compared to see whether the outcome is another one: "decline", or "path=help". */
const char *verdict_label(const struct policy *p, const struct verdict *v);


/* The facts a policy reads from outside (case and needs), each once, in order of appearance. */
struct fact_list {
    const struct node *all[128];
    int n;
};
void policy_facts(const struct policy *p, struct fact_list *out);
/* Puts "flips" (nearest per fact) and "flips_notes" (what was not tried, or why there is none) on
 * the decision. */
MUST_CHECK enum err policy_flips(struct policy_run *r, const struct fact_list *facts, const struct verdict *now,
                                 json_t *decision);

/* policy_break.c: where one fact turns a comparison. */
struct breaks {
    struct policy_run *run;
    const char *fact;
    uint64_t hash;
    const struct type *type;
    struct value now; /* missing: it is not known */
    int64_t unit, least, most;
    int64_t *points; /* where something turns; sorted and without repeats after breaks_find */
    int n, cap;
    const char **texts; /* for texts: what it is compared with */
    int n_texts;
    bool not_monotone, nomem;
    bool reads[256];    /* named entries that read the fact, by memo index */
    unsigned char ways[256]; /* whether they rise or fall with it */
    int evaluations;
};
enum { NAMED_MOST = 256, TEXTS_MOST = 32 };
MUST_CHECK enum err breaks_find(struct breaks *b);
void breaks_reset(struct breaks *b);

#endif
