/* walk.c - the way from one paragraph to the next. */
#include "flow/walk.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"

static const struct para *para_of(const struct turn *t, int i) { return &t->run->plan->paras[i]; }

const char *walk_target_name(const struct plan *plan, const struct target *to) {
    if (to->kind == TARGET_GO) return plan->paras[to->index].name;
    return to->kind == TARGET_FINISH ? plan->outcomes[to->index] : "";
}

void walk_target(struct turn *t, const struct target *to) { t->run->go = *to; }

bool walk_value(struct turn *t, int para, const struct expr *e, struct value *out) {
    struct scope s = run_scope(t->run, t->now_ms);
    struct fault f = {0};
    if (expr_eval(e, &s, out, NULL, &f) == OK) return true;
    walk_stuck(t, para, f.text[0] ? f.text : "an expression could not be read", false, false);
    return false;
}

bool walk_holds(struct turn *t, int para, const struct expr *e, bool *out) {
    struct scope s = run_scope(t->run, t->now_ms);
    struct fault f = {0};
    if (expr_holds(e, &s, out, NULL, &f) == OK) return true;
    walk_stuck(t, para, f.text[0] ? f.text : "a condition could not be read", false, false);
    return false;
}

void walk_leave(struct turn *t, int para, enum para_end end, const char *why) {
    struct para_state *ps = &t->run->paras[para];
    struct fact f = fact_of(FACT_LEFT, para, ps->visits);
    f.end = end, f.why = why;
    turn_fact(t, &f);
}

void walk_stuck(struct turn *t, int para, const char *why, bool undo, bool unsure) {
    const struct plan *plan = t->run->plan;
    struct para_state *ps = &t->run->paras[para];
    unsigned visit = t->entering == para ? t->entering_visit : ps->visits;
    struct fact f = fact_of(FACT_STUCK, para, visit ? visit : 1);
    f.why = why, f.undo = undo, f.n = unsure, f.name = plan->stuck.queue;
    f.at_ms = case_after(t->run->case_type, &plan->stuck.within, t->now_ms);
    for (int i = 0; !undo && i < ps->n_asks; i++) {
        flight_orphan(ps->asks[i].flight);
        ps->asks[i].flight = NULL;
    }
    turn_fact(t, &f);
    turn_task(t, para, true, "open", NULL);
    count(t->e->m_stuck);
    log_info("run_stuck", "run=%s paragraph=%s", t->run->text, para_of(t, para)->name);
}

/* A cancel that the pivot has overtaken: only forward from here. */
static bool is_void(const struct run *r) {
    return (r->interrupt == INTERRUPT_CANCEL || r->interrupt == INTERRUPT_ABANDON) && r->pivoted;
}

bool walk_unwinding(const struct turn *t, int para) {
    const struct run *r = t->run;
    const struct plan *plan = r->plan;
    bool shielded = plan->paras[para].kind == PARA_SAGA && run_active(r, para) && run_saga_pivoted(r, para);
    for (int at = plan->paras[para].parent; at >= 0; at = plan->paras[at].parent) {
        const struct para_state *ps = &r->paras[at];
        if (ps->failing && !shielded) return true;
        if (ps->phase == PHASE_UNDO) return true;
        if (plan->paras[at].kind == PARA_SAGA && run_saga_pivoted(r, at)) shielded = true;
    }
    return r->interrupt != INTERRUPT_NONE && !is_void(r) && !shielded;
}

static bool children_active(const struct run *r, int outer) {
    for (int i = r->plan->paras[outer].first_child; i >= 0; i = r->plan->paras[i].next_sibling)
        if (run_active(r, i)) return true;
    return false;
}

static void close_outer(struct turn *t, int outer) {
    walk_leave(t, outer, END_DONE, NULL);
    walk_left(t, outer);
}

void walk_left(struct turn *t, int para) {
    const struct para *p = para_of(t, para);
    if (t->failed != OK || walk_unwinding(t, para)) return;
    if (p->parent >= 0 && para_of(t, p->parent)->kind == PARA_PARALLEL) {
        if (!t->run->paras[p->parent].opening && !children_active(t->run, p->parent)) close_outer(t, p->parent);
        return;
    }
    struct target to = plan_after(t->run->plan, p);
    if (p->parent >= 0 && to.kind == TARGET_GO) walk_enter(t, to.index);
    else if (p->parent >= 0) close_outer(t, p->parent);
    else if (to.kind == TARGET_NONE) walk_stuck(t, para, "nothing follows this paragraph", false, false);
    else walk_target(t, &to);
}

static struct target target_for(const struct para *p, enum para_end end) {
    struct target to = end == END_LATE ? p->late : end == END_REFUSED ? p->refused
                       : end == END_NOT_SENT ? p->not_sent : p->failed;
    return to.kind == TARGET_NONE && end != END_NOT_SENT ? p->failed : to;
}

static void fail_outer(struct turn *t, int para, enum para_end end, const char *why) {
    int outer = para_of(t, para)->parent;
    bool saga = para_of(t, outer)->kind == PARA_SAGA;
    if (saga && run_saga_pivoted(t->run, outer)) {
        walk_stuck(t, para, why, false, false);
        return;
    }
    struct fact f = fact_of(saga ? FACT_UNDOING : FACT_FAILING, outer, t->run->paras[outer].visits);
    f.end = end, f.why = why;
    turn_fact(t, &f);
}

void walk_failed(struct turn *t, int para, enum para_end end, const char *why) {
    const struct para *p = para_of(t, para);
    if (t->failed != OK || walk_unwinding(t, para)) return;
    if (p->parent >= 0) {
        fail_outer(t, para, end, why);
        return;
    }
    struct target to = target_for(p, end);
    if (to.kind == TARGET_NONE) walk_stuck(t, para, why ? why : para_end_word(end), false, false);
    else walk_target(t, &to);
}

static void enter_outer(struct turn *t, int para, unsigned visit) {
    const struct para *p = para_of(t, para);
    struct para_state *ps = &t->run->paras[para];
    struct fact f = fact_of(FACT_ENTERED, para, visit);
    turn_fact(t, &f);
    if (p->kind == PARA_SAGA) {
        if (p->first_child >= 0) walk_enter(t, p->first_child);
        else close_outer(t, para);
        return;
    }
    ps->opening = true;
    for (int i = p->first_child; i >= 0 && !ps->failing && t->failed == OK; i = para_of(t, i)->next_sibling)
        walk_enter(t, i);
    ps->opening = false;
    if (!ps->failing && !children_active(t->run, para)) close_outer(t, para);
}

static bool skipped(struct turn *t, int para, unsigned visit) {
    const struct para *p = para_of(t, para);
    bool holds = true;
    if (p->kind == PARA_SEND || !p->when) return false;
    if (!walk_holds(t, para, p->when, &holds)) return true;
    if (holds) return false;
    struct fact f = fact_of(FACT_SKIPPED, para, visit);
    f.end = END_SKIPPED;
    turn_fact(t, &f);
    walk_left(t, para);
    return true;
}

static void enter_visit(struct turn *t, int para, unsigned visit) {
    t->entering = para, t->entering_visit = visit;
    if (skipped(t, para, visit)) return;
    switch (para_of(t, para)->kind) {
    case PARA_STEP: step_enter(t, para, visit); break;
    case PARA_PARALLEL: case PARA_SAGA: enter_outer(t, para, visit); break;
    case PARA_DECIDE: decide_enter(t, para, visit); break;
    case PARA_ROUTE: route_enter(t, para, visit); break;
    case PARA_TASK: task_enter(t, para, visit); break;
    case PARA_SEND: send_enter(t, para, visit); break;
    case PARA_WAIT: wait_enter(t, para, visit); break;
    case PARA_NEGOTIATE: case PARA_EACH:
        walk_stuck(t, para, "this engine does not run such a paragraph yet", false, false);
        break;
    }
}

void walk_enter(struct turn *t, int para) {
    const struct para *p = para_of(t, para);
    struct para_state *ps = &t->run->paras[para];
    if (t->failed != OK) return;
    if (!p->most || ps->visits < (unsigned)p->most) {
        enter_visit(t, para, ps->visits + 1);
        return;
    }
    struct fact f = fact_of(FACT_SPENT, para, ps->visits);
    f.to = walk_target_name(t->run->plan, &p->spent);
    turn_fact(t, &f);
    if (p->spent.kind != TARGET_NONE) walk_target(t, &p->spent);
    else walk_stuck(t, para, "all its visits are used up", false, false);
}

void walk_again(struct turn *t, int para) {
    const struct para *p = para_of(t, para);
    struct para_state *ps = &t->run->paras[para];
    if (p->kind == PARA_STEP && ps->n_asks && ps->asks[0].attempt) step_again(t, para, false);
    else enter_visit(t, para, ps->visits);
}

bool walk_drop_children(struct turn *t, int outer) {
    bool gone = true;
    for (int i = para_of(t, outer)->first_child; i >= 0; i = para_of(t, i)->next_sibling)
        gone &= walk_drop(t, i);
    return gone;
}

static bool drop_stuck(struct turn *t, int para) {
    const struct para_state *ps = &t->run->paras[para];
    if (ps->stuck_unsure || ps->stuck_undo) return false;
    turn_task(t, para, true, "withdrawn", NULL);
    walk_leave(t, para, END_DROPPED, NULL);
    return true;
}

static bool drop_outer(struct turn *t, int para) {
    if (para_of(t, para)->kind == PARA_SAGA) {
        if (run_saga_pivoted(t->run, para)) return false; /* only forward: it is waited for */
        struct fact f = fact_of(FACT_UNDOING, para, t->run->paras[para].visits);
        f.end = END_DROPPED;
        turn_fact(t, &f);
        return false;
    }
    if (!walk_drop_children(t, para)) return false;
    walk_leave(t, para, END_DROPPED, NULL);
    return true;
}

bool walk_drop(struct turn *t, int para) {
    switch (t->run->paras[para].phase) {
    case PHASE_IDLE: return true;
    case PHASE_CALL: return step_drop(t, para);
    case PHASE_STUCK: return drop_stuck(t, para);
    case PHASE_INSIDE: return drop_outer(t, para);
    case PHASE_UNDO: return false;
    case PHASE_TASK: turn_task(t, para, false, "withdrawn", NULL); break;
    case PHASE_WAIT: case PHASE_PAUSE: break;
    }
    walk_leave(t, para, END_DROPPED, NULL);
    return true;
}

static void finish(struct turn *t, const char *outcome) {
    struct fact f = fact_of(FACT_ENDED, -1, 0);
    f.to = outcome;
    turn_fact(t, &f);
    count(t->e->m_ended);
}

static void take_interrupt(struct turn *t) {
    struct run *r = t->run;
    enum interrupt kind = r->interrupt;
    struct target to = {TARGET_NONE, -1};
    if (kind == INTERRUPT_ON) to = r->plan->ons[r->interrupt_on].to;
    struct fact f = fact_of(FACT_TURNED, -1, 0);
    f.to = kind == INTERRUPT_ON ? walk_target_name(r->plan, &to)
           : kind == INTERRUPT_CANCEL ? "cancelled" : "abandoned";
    turn_fact(t, &f);
    t->turned = true;
    if (kind == INTERRUPT_ON) walk_target(t, &to);
    else finish(t, kind == INTERRUPT_CANCEL ? "cancelled" : "abandoned");
}

/* The pivot was passed while the call was being given up: a cancel comes too late. */
static void cancel_is_void(struct turn *t) {
    struct fact f = fact_of(FACT_TURNED, -1, 0);
    f.n = 1, f.why = "the point of no return was passed first";
    turn_fact(t, &f);
    t->turned = true;
}

static void unwind_interrupt(struct turn *t) {
    struct run *r = t->run;
    bool gone = true;
    for (int i = 0; i < r->plan->n_paras; i++)
        if (r->plan->paras[i].parent < 0 && run_active(r, i)) gone &= walk_drop(t, i);
    if (gone && t->failed == OK) take_interrupt(t);
}

static void unwind_failing(struct turn *t, int para) {
    struct para_state *ps = &t->run->paras[para];
    enum para_end end = ps->failed_as;
    if (!walk_drop_children(t, para)) return;
    walk_leave(t, para, end, "a branch failed");
    walk_failed(t, para, end, "a branch failed");
}

/* One pass over whatever is being taken away. True: something moved. */
static bool unwind(struct turn *t) {
    struct run *r = t->run;
    unsigned facts = t->n_facts;
    for (int i = r->plan->n_paras - 1; i >= 0; i--) { /* the innermost first */
        if (r->paras[i].phase == PHASE_INSIDE && r->paras[i].failing) unwind_failing(t, i);
        else if (r->paras[i].phase == PHASE_UNDO) undo_go_on(t, i);
        if (t->failed != OK || r->go.kind) return true;
    }
    if (r->interrupt != INTERRUPT_NONE) unwind_interrupt(t);
    return t->n_facts != facts || r->go.kind;
}

static bool too_far(struct turn *t) {
    if (++t->moves < TURN_MOVES_MAX) return false;
    if (t->failed == OK) t->failed = ERR_LIMIT; /* the checker promises that every round waits */
    return true;
}

static bool can_stop(const struct turn *t, int para) {
    enum phase p = t->run->paras[para].phase;
    return (p == PHASE_WAIT || p == PHASE_TASK || p == PHASE_PAUSE) && !walk_unwinding(t, para);
}

/* A listener's condition could not be read: a person looks before anything new is begun. What is under way
 * comes to its end first. False: there is nothing yet to stop. */
static bool stop_for_fault(struct turn *t, const struct target *go) {
    struct run *r = t->run;
    char why[480];
    int para = go->kind == TARGET_GO ? go->index : -1;
    for (int i = 0; i < r->plan->n_paras && go->kind == TARGET_NONE && para < 0; i++)
        if (can_stop(t, i)) para = i;
    if (para < 0) return false;
    (void)text_copy(why, sizeof why, r->faulted);
    if (r->paras[para].phase == PHASE_TASK) turn_task(t, para, false, "withdrawn", NULL);
    if (go->kind == TARGET_GO) t->entering = para, t->entering_visit = r->paras[para].visits + 1;
    walk_stuck(t, para, why, false, false);
    return true;
}

void walk(struct turn *t) {
    struct run *r = t->run;
    while (t->failed == OK && !r->ended && !too_far(t)) {
        if (is_void(r)) cancel_is_void(t);
        struct target go = r->go;
        r->go.kind = TARGET_NONE;
        if (go.kind != TARGET_NONE && r->interrupt != INTERRUPT_NONE) go.kind = TARGET_NONE;
        if (r->faulted && r->interrupt == INTERRUPT_NONE && stop_for_fault(t, &go)) continue;
        if (go.kind == TARGET_GO) walk_enter(t, go.index);
        else if (go.kind == TARGET_FINISH) finish(t, r->plan->outcomes[go.index]);
        else if (!unwind(t) && !ons_catch_up(t)) break;
    }
}

void walk_start(struct turn *t) {
    ons_arm(t);
    t->run->go = (struct target){TARGET_GO, t->run->plan->first};
    walk(t);
}

void walk_expire(struct turn *t) {
    for (int i = 0; i < t->run->plan->n_paras; i++) {
        struct para_state *ps = &t->run->paras[i];
        if (!ps->fresh_till_ms || ps->fresh_till_ms > t->now_ms) continue;
        struct fact f = fact_of(FACT_EXPIRED, i, ps->visits);
        turn_fact(t, &f);
    }
}

static void para_due(struct turn *t, int para) {
    undo_due(t, para);
    switch (t->run->paras[para].phase) {
    case PHASE_CALL: step_due(t, para); break;
    case PHASE_PAUSE:
        if (t->run->paras[para].at_ms <= t->now_ms) send_go(t, para, t->run->paras[para].visits);
        break;
    case PHASE_WAIT: wait_due(t, para); break;
    case PHASE_TASK: task_due(t, para); break;
    case PHASE_STUCK: stuck_due(t, para); break;
    case PHASE_IDLE: case PHASE_INSIDE: case PHASE_UNDO: break;
    }
}

void walk_due(struct turn *t) {
    walk_expire(t);
    ons_due(t);
    for (int i = 0; i < t->run->plan->n_paras && t->failed == OK && !t->run->go.kind; i++) para_due(t, i);
    walk(t);
}
