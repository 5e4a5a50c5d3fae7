/* decide.c - policies and routes: pure, so they cost no commit of their own. */
#include "flow/walk.h"

static const struct para *para_of(const struct turn *t, int i) { return &t->run->plan->paras[i]; }

void decide_enter(struct turn *t, int para, unsigned visit) {
    const struct para *p = para_of(t, para);
    const struct policy *policy = definitions_policy_on(t->e->c.definitions, t->run->ground, p->decide.policy, p->decide.version);
    if (!policy) {
        walk_stuck(t, para, "its policy is not published here, or does not fit the case type and functions this run started with", false, false);
        return;
    }
    struct scope s = run_scope(t->run, t->now_ms);
    struct fault f = {0};
    json_t *decision = NULL;
    if (policy_decide(policy, &s, &decision, &f) != OK) {
        walk_stuck(t, para, f.text[0] ? f.text : "the policy could not decide", false, false);
        return;
    }
    struct fact fact = fact_of(FACT_DECIDED, para, visit);
    fact.id = policy_hash(policy), fact.data = decision;
    turn_fact(t, &fact);
    json_decref(decision);
    walk_left(t, para);
}

static int row_that_holds(struct turn *t, int para, json_t *parts, struct fault *f) {
    const struct para *p = para_of(t, para);
    struct scope s = run_scope(t->run, t->now_ms);
    for (int i = 0; i < p->route.n_rows; i++) {
        const struct row *row = &p->route.rows[i];
        struct trace trace = {parts};
        bool holds = !row->when;
        if (row->when) (void)json_array_clear(parts);
        if (row->when && expr_holds(row->when, &s, &holds, &trace, f) != OK) return -2;
        if (holds) return i;
    }
    return -1;
}

void route_enter(struct turn *t, int para, unsigned visit) {
    const struct para *p = para_of(t, para);
    struct fault f = {0};
    json_auto_t *parts = json_array();
    if (!parts) {
        t->failed = ERR_NOMEM;
        return;
    }
    int row = row_that_holds(t, para, parts, &f);
    if (row < 0) {
        walk_stuck(t, para, row == -2 && f.text[0] ? f.text : "no row of the route holds", false, false);
        return;
    }
    struct fact fact = fact_of(FACT_ROUTED, para, visit);
    fact.n = row + 1;
    fact.to = walk_target_name(t->run->plan, &p->route.rows[row].to);
    if (json_array_size(parts)) fact.parts = parts;
    turn_fact(t, &fact);
    if (p->route.rows[row].to.kind == TARGET_NONE) walk_left(t, para);
    else walk_target(t, &p->route.rows[row].to);
}
