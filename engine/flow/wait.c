/* wait.c - events, listeners and dates. An event is kept on arrival and consumed once. */
#include <string.h>

#include "base/log.h"
#include "flow/walk.h"

static const struct para *para_of(const struct turn *t, int i) { return &t->run->plan->paras[i]; }

/* Whether an expectation (name, condition) meets a kept event. A condition that cannot be read meets
 * nothing; `bad` has its reason then. */
static bool meets(struct turn *t, const struct run_event *ev, const char *name, const struct expr *when,
                  struct fault *bad) {
    if (ev->consumed || !name || strcmp(ev->name, name)) return false;
    if (!when) return true;
    bool holds = false;
    if (json_object_set(t->run->names, "event", ev->data ? ev->data : json_null())) {
        t->failed = ERR_NOMEM;
        return false;
    }
    struct scope s = run_scope(t->run, t->now_ms);
    enum err e = expr_holds(when, &s, &holds, NULL, bad);
    (void)json_object_del(t->run->names, "event");
    if (e == OK) return holds;
    if (!bad->text[0]) (void)fault_set(bad, ERR_INVALID, "", "its condition could not be read");
    return false;
}

static void consume(struct turn *t, int para, const struct run_event *ev, const char *on) {
    struct fact f = fact_of(FACT_CONSUMED, para, para >= 0 ? t->run->paras[para].visits : 0);
    f.n = ev->n, f.name = on;
    bool task = para >= 0 && t->run->paras[para].phase == PHASE_TASK;
    if (task) turn_task(t, para, false, "withdrawn", NULL);
    turn_fact(t, &f);
}

static bool on_takes(struct turn *t, int para, const struct listener *on, const struct run_event *ev, struct fault *bad) {
    if (!on->event || !meets(t, ev, on->event, on->when, bad)) return false;
    consume(t, para, ev, on->name);
    if (on->to.kind == TARGET_NONE) walk_left(t, para);
    else walk_target(t, &on->to);
    return true;
}

/* One event offered to one waiting paragraph. */
static bool offer(struct turn *t, int para, const struct run_event *ev) {
    const struct para *p = para_of(t, para);
    bool task = p->kind == PARA_TASK;
    struct fault bad = {0};
    const struct listener *ons = task ? p->task.ons : p->wait.ons;
    int n = task ? p->task.n_ons : p->wait.n_ons;
    for (int i = 0; i < n; i++)
        if (on_takes(t, para, &ons[i], ev, &bad)) return true;
    if (!task && meets(t, ev, p->wait.event, p->wait.when, &bad)) {
        consume(t, para, ev, NULL);
        walk_left(t, para);
        return true;
    }
    if (!bad.text[0]) return false;
    if (task) turn_task(t, para, false, "withdrawn", NULL);
    walk_stuck(t, para, bad.text, false, false);
    return true;
}

static bool backlog(struct turn *t, int para) {
    for (uint32_t i = 0; i < t->run->n_events; i++) {
        if (t->run->events[i].consumed) continue;
        if (offer(t, para, &t->run->events[i])) return true;
    }
    return false;
}

/* `at` listeners have slots in run.armed_ms: first the top-level ones, then those inside. */
static int slot_of(const struct plan *plan, int para) {
    int slot = plan->n_ons;
    for (int i = 0; i < para; i++) {
        if (plan->paras[i].kind == PARA_TASK) slot += plan->paras[i].task.n_ons;
        if (plan->paras[i].kind == PARA_WAIT) slot += plan->paras[i].wait.n_ons;
    }
    return slot;
}

static void disarm(struct turn *t, int slot, const char *name) {
    struct fact f = fact_of(FACT_ARMED, -1, 0);
    f.n = slot, f.name = name;
    turn_fact(t, &f);
}

static void arm(struct turn *t, const struct listener *on, int slot) {
    struct value v = {0};
    struct fault f = {0};
    if (!on->at || slot >= RUN_ARMED_MAX) return;
    struct scope s = run_scope(t->run, t->now_ms);
    if (expr_eval(on->at, &s, &v, NULL, &f) != OK || v.missing) { /* no date yet: it does not listen */
        if (t->run->armed_ms[slot]) disarm(t, slot, on->name); /* nor at the date of an earlier visit */
        return;
    }
    struct fact armed = fact_of(FACT_ARMED, -1, 0);
    armed.n = slot, armed.name = on->name, armed.at_ms = case_instant(t->run->case_type, &v, false);
    turn_fact(t, &armed);
}

static void arm_inner(struct turn *t, int para) {
    const struct para *p = para_of(t, para);
    bool task = p->kind == PARA_TASK;
    const struct listener *ons = task ? p->task.ons : p->wait.ons;
    int n = task ? p->task.n_ons : p->wait.n_ons, slot = slot_of(t->run->plan, para);
    for (int i = 0; i < n; i++) arm(t, &ons[i], slot + i);
}

void ons_arm(struct turn *t) {
    for (int i = 0; i < t->run->plan->n_ons; i++) arm(t, &t->run->plan->ons[i], i);
}

bool ons_listen(struct turn *t, int para) { /* a task or wait has begun */
    arm_inner(t, para);
    return backlog(t, para);
}

static bool inner_due(struct turn *t, int para) {
    const struct para *p = para_of(t, para);
    bool task = p->kind == PARA_TASK;
    const struct listener *ons = task ? p->task.ons : p->wait.ons;
    int n = task ? p->task.n_ons : p->wait.n_ons, slot = slot_of(t->run->plan, para);
    for (int i = 0; i < n && slot + i < RUN_ARMED_MAX; i++) {
        if (!t->run->armed_ms[slot + i] || t->run->armed_ms[slot + i] > t->now_ms) continue;
        disarm(t, slot + i, ons[i].name);
        if (task) turn_task(t, para, false, "withdrawn", NULL);
        walk_leave(t, para, END_DONE, ons[i].name);
        if (ons[i].to.kind == TARGET_NONE) walk_left(t, para);
        else walk_target(t, &ons[i].to);
        return true;
    }
    return false;
}

static void caught(struct turn *t, int on, const char *why) {
    struct fact f = fact_of(FACT_CAUGHT, -1, 0);
    f.n = on, f.name = t->run->plan->ons[on].name, f.why = why;
    turn_fact(t, &f);
}

/* Never silently on: the run stops for a person where it next can (walk.c). */
static void faulted(struct turn *t, int on, uint32_t event, const struct fault *why) {
    const char *name = t->run->plan->ons[on].name;
    char text[480];
    (void)snprintf(text, sizeof text, "on \"%s\": %s", name, why->text[0] ? why->text : "its condition could not be read");
    struct fact f = fact_of(FACT_FAULTED, -1, 0);
    f.name = name, f.why = text, f.n = event;
    turn_fact(t, &f);
}

void ons_due(struct turn *t) {
    struct run *r = t->run;
    for (int i = 0; i < r->plan->n_ons && i < RUN_ARMED_MAX; i++) {
        const struct listener *on = &r->plan->ons[i];
        if (r->interrupt != INTERRUPT_NONE || !r->armed_ms[i] || r->armed_ms[i] > t->now_ms) continue;
        bool holds = true;
        struct fault f = {0};
        struct scope s = run_scope(r, t->now_ms);
        if (on->when && expr_holds(on->when, &s, &holds, NULL, &f) != OK) {
            faulted(t, i, 0, &f);
            holds = false;
        }
        if (holds) caught(t, i, "its time has come");
        else disarm(t, i, on->name);
    }
}

static bool top_takes(struct turn *t, const struct run_event *ev) {
    struct run *r = t->run;
    if (r->interrupt != INTERRUPT_NONE) return false;
    for (int i = 0; i < r->plan->n_ons && i < RUN_ARMED_MAX; i++) {
        const struct listener *on = &r->plan->ons[i];
        struct fault bad = {0};
        if (r->fired[i] || !on->event) continue;
        if (!meets(t, ev, on->event, on->when, &bad)) {
            if (bad.text[0]) faulted(t, i, ev->n, &bad);
            continue;
        }
        consume(t, -1, ev, on->name);
        caught(t, i, NULL);
        return true;
    }
    return false;
}

bool ons_catch_up(struct turn *t) {
    struct run *r = t->run;
    if (!t->turned || r->interrupt != INTERRUPT_NONE) return false;
    for (uint32_t i = 0; i < r->n_events && t->failed == OK; i++) {
        const struct run_event kept = r->events[i];
        if (kept.unseen && !kept.consumed && top_takes(t, &kept)) return true;
    }
    return t->turned = false;
}

void event_arrives(struct turn *t, const struct event *ev) {
    struct run *r = t->run;
    if (r->ended || (ev->event_id && json_object_get(r->event_ids, ev->event_id))) return;
    if (r->n_events >= RUN_EVENTS_MAX) {
        log_warn("event_ignored", "run=%s event=%s why=too_many", r->text, ev->name);
        return;
    }
    struct fact f = fact_of(FACT_EVENT, -1, 0);
    f.n = (int64_t)r->n_events + 1, f.name = ev->name, f.id = ev->event_id, f.by = ev->by;
    f.data = (json_t *)ev->data, f.key = ev->subject, f.sequence = ev->sequence;
    turn_fact(t, &f);
    if (t->failed != OK) return;
    hint_take(t, ev->by);
    registry_forget(t->e->c.registry, r->customer, ev->name);
    const struct run_event kept = r->events[r->n_events - 1];
    if (kept.consumed) return; /* of its subject something newer was heard before */
    if (top_takes(t, &kept)) return;
    for (int i = 0; i < r->plan->n_paras; i++) {
        enum phase p = r->paras[i].phase;
        if ((p == PHASE_WAIT || p == PHASE_TASK) && !walk_unwinding(t, i) && offer(t, i, &kept)) return;
    }
}

void wait_enter(struct turn *t, int para, unsigned visit) {
    const struct para *p = para_of(t, para);
    struct value till = {.missing = true};
    if (p->wait.till && !walk_value(t, para, p->wait.till, &till)) return;
    struct fact f = fact_of(FACT_ENTERED, para, visit);
    f.due_ms = case_after(t->run->case_type, &p->within, t->now_ms);
    f.at_ms = till.missing ? 0 : case_instant(t->run->case_type, &till, true);
    turn_fact(t, &f);
    if (t->failed == OK && !ons_listen(t, para)) wait_due(t, para);
}

void wait_due(struct turn *t, int para) {
    const struct para *p = para_of(t, para);
    struct para_state *ps = &t->run->paras[para];
    if (inner_due(t, para)) return;
    bool date = ps->at_ms && ps->at_ms <= t->now_ms, late = ps->due_ms && ps->due_ms <= t->now_ms;
    if (date && !p->wait.event && !p->wait.n_ons) {
        walk_leave(t, para, END_DONE, NULL);
        walk_left(t, para);
    } else if (date && p->late.kind == TARGET_NONE) {
        walk_leave(t, para, END_DONE, "its date has come");
        walk_left(t, para);
    } else if (date || late) {
        walk_leave(t, para, END_LATE, NULL);
        walk_failed(t, para, END_LATE, "nothing came in its time");
    }
}

bool task_ons_due(struct turn *t, int para) { return inner_due(t, para); }
