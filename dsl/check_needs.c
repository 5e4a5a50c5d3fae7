/* check_needs.c - a decide: its policy must find, on every way, the answers that it reads. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "dsl/flow.h"

static bool answers_for(const struct para *p, const struct op_decl *op) {
    for (int i = 0; i < p->step.n_calls; i++) {
        const struct op_decl *call = p->step.calls[i];
        if (!strcmp(call->name, op->name) || (call->contract && text_eq(call->contract, op->contract))) return true;
    }
    return false;
}

static void need(struct flow *f, struct para *p, struct node *v, const struct expr_scope *s, const struct need *n) {
    struct check *c = f->c;
    const struct para *from = plan_find(f->plan, n->name);
    const struct type *t = expr_name_type(s, n->name, c->arena, NULL);
    if (f->names_lost || (f->targets_bad && !t)) return;
    if (!from)
        faults_node(c->faults, v, "missing-need", "policy \"%s\" needs ‹%s›; add above it: step \"%s\" { call = \"%s\", ... }", p->decide.policy, n->name, n->name, n->op->name);
    else if (f->nodes[from->index]->bad || (t && t->kind == TYPE_UNKNOWN)) return;
    else if (!t) faults_node(c->faults, v, "missing-need", "policy \"%s\" needs ‹%s› (line %d), which cannot have run before this; move it above", p->decide.policy, n->name, from->line);
    else if (from->kind == PARA_STEP && !answers_for(from, n->op))
        faults_node(c->faults, v, "other-need", "policy \"%s\" needs ‹%s› to be the answer of %s, but the step on line %d calls %s", p->decide.policy, n->name, n->op->name, from->line,
                    from->step.n_calls ? from->step.calls[0]->name : "something else");
    else if (t->maybe) faults_node(c->faults, v, "maybe-need", "policy \"%s\" needs ‹%s›, which may be missing here: not every way leads through line %d", p->decide.policy, n->name, from->line);
}

void read_decide(struct flow *f, struct para *p, struct node *node, const struct expr_scope *s) {
    const struct catalog *k = f->c->catalog;
    struct node *v = node_field(node_body(node), "policy");
    const struct policy *policy = p->decide.policy && k->policy ? k->policy(k->who, p->decide.policy, p->decide.version) : NULL;
    if (!policy || !v || v->bad) return;
    if (!text_eq(policy_case(policy), f->plan->case_type))
        faults_node(f->c->faults, v, "other-case", "policy \"%s\" decides on a %s, but this flow runs for a %s", p->decide.policy, policy_case(policy), f->plan->case_type);
    for (const struct need *n = policy_needs(policy); n && n->name; n++)
        if (n->op) need(f, p, v, s, n);
}
