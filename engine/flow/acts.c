/* acts.c - what people do to runs: cancel, work on tasks, help stuck ones on. */
#include <stdlib.h>
#include <string.h>

#include "base/schema.h"
#include "base/text.h"
#include "flow/request.h"
#include "flow/walk.h"

static char *copy(const char *s) { return s ? strdup(s) : NULL; }

/* --- cancel ------------------------------------------------------------------------------------ */

static enum err interrupt(struct turn *t, struct request *q, bool abandon, struct fault *f) {
    if (t->run->pivoted)
        return fault_set(f, ERR_REFUSED, t->run->text,
                         "the point of no return is passed: nothing is undone any more; correct it with a new entry");
    if (t->run->interrupt == INTERRUPT_CANCEL || t->run->interrupt == INTERRUPT_ABANDON) return OK;
    struct fact fact = fact_of(FACT_CANCEL, -1, 0);
    json_auto_t *why = q->answer && !abandon ? json_pack("{s:s}", "why", q->answer) : NULL; /* free text: sealed */
    if (q->answer && !abandon && !why) return ERR_NOMEM;
    fact.data = why, fact.by = q->by, fact.n = abandon;
    turn_fact(t, &fact);
    return OK;
}

static enum err cancel(struct turn *t, struct request *q, struct fault *f) { return interrupt(t, q, false, f); }

enum err engine_cancel(struct engine *e, struct id run, const char *why, const char *by, engine_done_fn *done, void *who) {
    struct request *q = request_new(e, run, cancel, done, who);
    if (q) q->answer = copy(why), q->by = copy(by);
    return request_post_take(q);
}

/* --- stuck ------------------------------------------------------------------------------------- */

static int stuck_para(const struct run *r, const char *name) {
    for (int i = 0; i < r->plan->n_paras; i++)
        if (r->paras[i].phase == PHASE_STUCK && (!name || !strcmp(name, r->plan->paras[i].name))) return i;
    return -1;
}

static void unstick(struct turn *t, int para, const char *act, const char *by) {
    turn_task(t, para, true, "done", act);
    struct fact f = fact_of(FACT_UNSTUCK, para, t->run->paras[para].visits);
    f.why = act, f.by = by;
    turn_fact(t, &f);
}

/* What was refused or undone is over, and so is its key, under which the other side would say the same for ever:
 * a new visit. What has failed or may have happened keeps its visit and its key. */
static void again(struct turn *t, int para, const char *by) {
    struct para_state *ps = &t->run->paras[para];
    bool undo = ps->stuck_undo, unsure = ps->stuck_unsure;
    unstick(t, para, "retry", by);
    if (undo) undo_again(t, para);
    else if (unsure && t->run->plan->paras[para].kind == PARA_STEP) step_again(t, para, true);
    else if (ps->end == END_UNDONE || ps->end == END_REFUSED || (t->run->plan->paras[para].first_child >= 0)) walk_enter(t, para);
    else walk_again(t, para);
}

void stuck_look(struct turn *t, int para, const char *by) {
    if (t->run->paras[para].stuck_undo) {
        unstick(t, para, "retry", by);
        undo_look(t, para);
    } else {
        again(t, para, by);
    }
}

static enum err check_against(const json_t *definition, const json_t *data, struct fault *f) {
    struct schema *s = NULL;
    if (!definition) return OK;
    enum err e = schema_new(definition, &s, f);
    json_auto_t *empty = json_object();
    if (e == OK) e = schema_check(s, data ? data : empty, NULL, NULL, f);
    schema_free(s);
    return e;
}

/* What a person says in a connector's place has the form of the connector's answer: later expressions read it. */
static enum err by_hand(struct turn *t, int para, json_t *form, const char *by, struct fault *f) {
    bool undo = t->run->paras[para].stuck_undo;
    const struct op_decl *op = undo ? NULL : step_op(t->e, t->run->plan, para, 0, false);
    enum err e = op ? check_against(op->output, form, f) : OK;
    if (e != OK) return e;
    unstick(t, para, "answer", by);
    if (undo) undo_by_hand(t, para, by);
    else step_by_hand(t, para, form, by);
    return OK;
}

static enum err help_on(struct turn *t, struct request *q, struct fault *f) {
    int para = stuck_para(t->run, q->id);
    if (para < 0) return fault_set(f, ERR_CONFLICT, t->run->text, "this run is not stuck");
    if (text_eq(q->name, "retry")) again(t, para, q->by);
    else if (text_eq(q->name, "answer")) return by_hand(t, para, q->data, q->by, f);
    else if (text_eq(q->name, "abandon")) return interrupt(t, q, true, f);
    else return fault_set(f, ERR_INVALID, "act", "one of: retry, answer, abandon");
    return OK;
}

enum err engine_unstick(struct engine *e, struct id run, const char *act, const json_t *form, const char *by,
                        engine_done_fn *done, void *who) {
    struct request *q = request_new(e, run, help_on, done, who);
    if (q) q->name = copy(act), q->by = copy(by), q->data = json_incref((json_t *)form);
    return request_post_take(q);
}

/* --- tasks ------------------------------------------------------------------------------------- */

static enum err claim(struct turn *t, int para, struct request *q, struct fault *f) {
    struct para_state *ps = &t->run->paras[para];
    if (ps->task == TASK_CLAIMED && text_eq(ps->assignee, q->by)) return OK;
    if (ps->task == TASK_CLAIMED) return fault_set(f, ERR_CONFLICT, "task", "somebody else has claimed this task");
    struct fact fact = fact_of(FACT_CLAIMED, para, ps->visits);
    fact.by = q->by;
    turn_fact(t, &fact);
    turn_task(t, para, q->stuck, "claimed", NULL);
    return OK;
}

static enum err release(struct turn *t, int para, struct request *q, struct fault *f) {
    struct para_state *ps = &t->run->paras[para];
    if (ps->task != TASK_CLAIMED) return OK;
    if (!text_eq(ps->assignee, q->by)) return fault_set(f, ERR_CONFLICT, "task", "somebody else has claimed this task");
    struct fact fact = fact_of(FACT_RELEASED, para, ps->visits);
    fact.by = q->by;
    turn_fact(t, &fact);
    turn_task(t, para, q->stuck, "open", NULL);
    return OK;
}

static const struct answer_way *way_of(const struct para *p, const char *answer) {
    for (int i = 0; i < p->task.n_answers; i++)
        if (text_eq(p->task.answers[i].answer, answer)) return &p->task.answers[i];
    return NULL;
}

static enum err check_form(const struct turn *t, const struct para *p, const json_t *form, struct fault *f) {
    const struct catalog *c = definitions_catalog(t->e->c.definitions);
    const json_t *definition = p->task.form && c->form ? c->form(c->who, p->task.form) : NULL;
    return check_against(definition, form, f);
}

static json_t *task_answer_new(const struct request *q) {
    json_t *data = json_is_object(q->data) ? json_copy(q->data) : json_object();
    if (!data || json_object_set_new(data, "answer", json_string(q->answer)) ||
        (q->by && json_object_set_new(data, "by", json_string(q->by)))) {
        json_decref(data);
        return NULL;
    }
    return data;
}

static enum err answer(struct turn *t, int para, struct request *q, struct fault *f) {
    const struct para *p = &t->run->plan->paras[para];
    struct para_state *ps = &t->run->paras[para];
    if (ps->task == TASK_CLAIMED && !text_eq(ps->assignee, q->by))
        return fault_set(f, ERR_CONFLICT, "task", "somebody else has claimed this task");
    const struct answer_way *way = q->answer ? way_of(p, q->answer) : NULL;
    if (!way) return fault_set(f, ERR_INVALID, "answer", "this task has no answer '%s'", q->answer ? q->answer : "");
    enum err e = check_form(t, p, q->data, f);
    if (e != OK) return e;
    json_t *data = task_answer_new(q);
    if (!data) return ERR_NOMEM;
    struct fact fact = fact_of(FACT_ANSWERED, para, ps->visits);
    fact.end = END_DONE, fact.data = data, fact.by = q->by;
    turn_fact(t, &fact);
    turn_task(t, para, false, "done", way->answer);
    json_decref(data);
    char event[120];
    (void)snprintf(event, sizeof event, "task.%s", way->answer);
    registry_forget(t->e->c.registry, t->run->customer, event);
    if (way->to.kind == TARGET_NONE) walk_left(t, para);
    else if (!walk_unwinding(t, para)) walk_target(t, &way->to);
    return OK;
}

static enum err task_act(struct turn *t, struct request *q, struct fault *f) {
    const struct para *p = plan_find(t->run->plan, q->id);
    struct para_state *ps = p ? &t->run->paras[p->index] : NULL;
    if (!ps) return fault_set(f, ERR_NOT_FOUND, "task", "there is no such task");
    bool open = ps->phase == (q->stuck ? PHASE_STUCK : PHASE_TASK) && ps->visits == q->visit;
    if (!open) return fault_set(f, ERR_CONFLICT, "task", "this task is no longer open");
    if (text_eq(q->name, "claim")) return claim(t, p->index, q, f);
    if (text_eq(q->name, "release")) return release(t, p->index, q, f);
    if (!text_eq(q->name, "answer")) return fault_set(f, ERR_INVALID, "act", "one of: claim, release, answer");
    if (!q->stuck) return answer(t, p->index, q, f);
    char *act = q->answer;
    free(q->name);
    q->name = act, q->answer = NULL;
    return help_on(t, q, f);
}

/* "r_....review.2" or "r_....transfer.1.stuck" */
static enum err read_task_id(const char *task, struct id *run, char para[100], unsigned *visit, bool *stuck) {
    char text[200], *dot, *end;
    if (!task || !text_copy(text, sizeof text, task)) return ERR_INVALID;
    *stuck = text_ends(text, ".stuck");
    if (*stuck) text[strlen(text) - 6] = 0;
    if (!(dot = strrchr(text, '.'))) return ERR_INVALID;
    *visit = (unsigned)strtoul(dot + 1, &end, 10);
    if (*end || end == dot + 1) return ERR_INVALID;
    *dot = 0;
    if (!(dot = strchr(text, '.')) || !text_copy(para, 100, dot + 1)) return ERR_INVALID;
    *dot = 0;
    return id_parse(text, run);
}

enum err engine_task(struct engine *e, const struct task_act *a, engine_done_fn *done, void *who) {
    struct id run = {0};
    char para[100];
    unsigned visit = 0;
    bool stuck = false;
    if (read_task_id(a->task, &run, para, &visit, &stuck) != OK) return ERR_NOT_FOUND;
    struct request *q = request_new(e, run, task_act, done, who);
    if (!q) return ERR_NOMEM;
    q->id = copy(para), q->name = copy(a->act), q->by = copy(a->by), q->answer = copy(a->answer);
    q->data = json_incref((json_t *)a->form), q->visit = visit, q->stuck = stuck;
    return request_post_take(q);
}
