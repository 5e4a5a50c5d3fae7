/* task.c - work for people: one item in a queue, ended by an answer, an `on`, or late. */
#include "flow/walk.h"

static const struct para *para_of(const struct turn *t, int i) { return &t->run->plan->paras[i]; }

static int64_t escalation_at(const struct turn *t, int para, unsigned done, int64_t from_ms) {
    const struct task_para *task = &para_of(t, para)->task;
    if (done >= (unsigned)task->n_escalate) return 0;
    return case_after(t->run->case_type, &task->escalate[done].after, from_ms);
}

void task_enter(struct turn *t, int para, unsigned visit) {
    const struct para *p = para_of(t, para);
    struct fact f = fact_of(FACT_ENTERED, para, visit);
    f.name = p->task.queue;
    f.due_ms = case_after(t->run->case_type, &p->within, t->now_ms);
    f.at_ms = escalation_at(t, para, 0, t->now_ms);
    turn_fact(t, &f);
    if (t->failed != OK) return;
    turn_task(t, para, false, "open", NULL);
    (void)ons_listen(t, para);
}

void task_due(struct turn *t, int para) {
    const struct para *p = para_of(t, para);
    struct para_state *ps = &t->run->paras[para];
    if (task_ons_due(t, para)) return;
    if (ps->due_ms && ps->due_ms <= t->now_ms) {
        turn_task(t, para, false, "withdrawn", NULL);
        walk_leave(t, para, END_LATE, NULL);
        walk_failed(t, para, END_LATE, "nobody answered in time");
        return;
    }
    if (!ps->at_ms || ps->at_ms > t->now_ms) return;
    struct fact f = fact_of(FACT_ESCALATED, para, ps->visits);
    f.n = (int64_t)ps->escalated + 1;
    f.to = p->task.escalate[ps->escalated].to;
    f.at_ms = escalation_at(t, para, ps->escalated + 1, ps->entered_ms);
    turn_fact(t, &f);
    turn_task(t, para, false, ps->task == TASK_CLAIMED ? "claimed" : "open", NULL);
}

void stuck_due(struct turn *t, int para) {
    struct para_state *ps = &t->run->paras[para];
    if (!ps->at_ms || ps->at_ms > t->now_ms || ps->stuck_escalated) return;
    struct fact f = fact_of(FACT_ESCALATED, para, ps->visits);
    f.undo = true, f.to = t->run->plan->stuck.to, f.at_ms = ps->at_ms;
    turn_fact(t, &f);
    turn_task(t, para, true, ps->task == TASK_CLAIMED ? "claimed" : "open", NULL);
}
