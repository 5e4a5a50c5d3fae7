/* plan_edges.c - the ways out of each kind of paragraph. */
#include "dsl/plan_edges.h"

struct teller {
    void (*each)(void *who, const struct edge *e);
    void *who;
};

static void tell(const struct teller *t, enum edge_kind kind, int index, struct target to, const char *label) {
    const struct edge e = {kind, index, to, label};
    t->each(t->who, &e);
}

static void tell_if(const struct teller *t, enum edge_kind kind, struct target to, const char *label) {
    if (to.kind != TARGET_NONE) tell(t, kind, 0, to, label);
}

static void route(const struct teller *t, const struct para *p) {
    for (int i = 0; i < p->route.n_rows; i++)
        tell(t, EDGE_ROW, i, p->route.rows[i].to,
             p->route.rows[i].when ? expr_source(p->route.rows[i].when) : "otherwise");
}

static void listeners(const struct teller *t, const struct listener *ons, int n) {
    for (int i = 0; i < n; i++) tell(t, EDGE_ON, i, ons[i].to, ons[i].name);
}

static void task(const struct teller *t, const struct plan *plan, const struct para *p) {
    for (int i = 0; i < p->task.n_answers; i++) {
        struct target to = p->task.answers[i].to;
        tell(t, EDGE_ANSWER, i, to.kind == TARGET_NONE ? plan_after(plan, p) : to, p->task.answers[i].answer);
    }
    listeners(t, p->task.ons, p->task.n_ons);
    tell(t, EDGE_LATE, 0, p->late.kind == TARGET_NONE ? plan_after(plan, p) : p->late, "late");
}

static void wait(const struct teller *t, const struct plan *plan, const struct para *p) {
    bool passes = p->within.unit != LENGTH_NONE || p->wait.till;
    if (p->wait.event || p->next.kind != TARGET_NONE)
        tell(t, EDGE_NEXT, 0, plan_after(plan, p), p->wait.event ? p->wait.event : "");
    listeners(t, p->wait.ons, p->wait.n_ons);
    if (p->late.kind != TARGET_NONE) tell(t, EDGE_LATE, 0, p->late, "late");
    else if (passes) tell(t, EDGE_LATE, 0, plan_after(plan, p), p->wait.event ? "late" : "");
}

void plan_edges(const struct plan *plan, const struct para *p, void (*each)(void *who, const struct edge *e),
                void *who) {
    const struct teller t = {each, who};
    if (p->parent >= 0) return;
    if (p->kind == PARA_ROUTE) route(&t, p);
    else if (p->kind == PARA_TASK) task(&t, plan, p);
    else if (p->kind == PARA_WAIT) wait(&t, plan, p);
    else tell(&t, EDGE_NEXT, 0, plan_after(plan, p), "");
    if (p->kind != PARA_TASK && p->kind != PARA_WAIT) tell_if(&t, EDGE_LATE, p->late, "late");
    tell_if(&t, EDGE_FAILED, p->failed, "failed");
    tell_if(&t, EDGE_REFUSED, p->refused, "refused");
    tell_if(&t, EDGE_NOT_SENT, p->not_sent, "not sent");
    tell_if(&t, EDGE_SPENT, p->spent, "spent");
}
