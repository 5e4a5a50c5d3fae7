/* check_needs.c - a decide: its policy must find, on every way, the answers that it reads. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "dsl/flow.h"
#include "dsl/policy_plan.h"

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
        faults_node(c->faults, v, "missing-need",
                    "policy \"%s\" needs ‹%s›; add above it: step \"%s\" { call = \"%s\", ... }", p->decide.policy,
                    n->name, n->name, n->op->name);
    else if (f->nodes[from->index]->bad || (t && t->kind == TYPE_UNKNOWN)) return;
    else if (!t)
        faults_node(c->faults, v, "missing-need",
                    "policy \"%s\" needs ‹%s› (line %d), which cannot have run before this; move it above",
                    p->decide.policy, n->name, from->line);
    else if (from->kind == PARA_STEP && !answers_for(from, n->op))
        faults_node(c->faults, v, "other-need",
                    "policy \"%s\" needs ‹%s› to be the answer of %s, but the step on line %d calls %s",
                    p->decide.policy, n->name, n->op->name, from->line,
                    from->step.n_calls ? from->step.calls[0]->name : "something else");
    else if (t->maybe)
        faults_node(c->faults, v, "maybe-need",
                    "policy \"%s\" needs ‹%s›, which may be missing here: not every way leads through line %d",
                    p->decide.policy, n->name, from->line);
}

/* --- a fallback may leave out what the policy takes for granted --- */

struct granted {
    struct flow *f;
    struct para *p;
    struct node *v;
    const struct expr_scope *s;
    const struct policy *policy;
};

/* The type of "bureau.score" by the operation's own schema. */
static const struct type *by_operation(struct flow *f, const struct need *n, const char *rest) {
    const struct type *t = n->op && n->op->output ? type_from_schema(n->op->output, f->c->arena) : NULL;
    while (t && *rest == '.') {
        char part[80];
        size_t len = strcspn(rest + 1, ".");
        if (len >= sizeof part) return NULL;
        snprintf(part, sizeof part, "%.*s", (int)len, rest + 1);
        t = flow_type_field(t, part);
        rest += 1 + len;
    }
    return t;
}

static void name_read(void *who, const char *dotted) {
    struct granted *g = who;
    size_t n = strcspn(dotted, ".");
    if (!dotted[n]) return;
    for (const struct need *need = policy_needs(g->policy); need && need->name; need++) {
        if (strlen(need->name) != n || strncmp(need->name, dotted, n) != 0) continue;
        const struct para *from = plan_find(g->f->plan, need->name);
        const struct type *here = expr_name_type(g->s, dotted, g->f->c->arena, NULL),
                          *there = by_operation(g->f, need, dotted + n);
        if (!here || !there || !here->maybe || there->maybe || !from) continue;
        faults_node(
            g->f->c->faults, g->v, "maybe-need",
            "policy \"%s\" reads %s, which may be missing here: the fallback of step \"%s\" (line %d) leaves it out; give it there, or let the policy use default(%s, ...)",
            g->p->decide.policy, dotted, from->name, from->line, dotted);
    }
}

static void expression_read(void *who, const struct expr *e) { expr_names(e, name_read, who); }

void read_decide(struct flow *f, struct para *p, struct node *node, const struct expr_scope *s) {
    const struct catalog *k = f->c->catalog;
    struct node *v = node_field(node_body(node), "policy");
    const struct policy *policy =
        p->decide.policy && k->policy ? k->policy(k->who, p->decide.policy, p->decide.version) : NULL;
    if (!policy || !v || v->bad) return;
    if (!text_eq(policy_case(policy), f->plan->case_type))
        faults_node(f->c->faults, v, "other-case", "policy \"%s\" decides on a %s, but this flow runs for a %s",
                    p->decide.policy, policy_case(policy), f->plan->case_type);
    for (const struct need *n = policy_needs(policy); n && n->name; n++)
        if (n->op) need(f, p, v, s, n);
    struct granted g = {f, p, v, s, policy};
    policy_exprs(policy, expression_read, &g);
}
