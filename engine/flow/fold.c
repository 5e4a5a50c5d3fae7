/* fold.c - fact_apply: the one way a run's state changes. No decision is taken here. */
#include <stdlib.h>
#include <string.h>

#include "flow/fact.h"

static enum err keep_text(char **at, const char *text) {
    char *copy = text ? strdup(text) : NULL;
    if (text && !copy) return ERR_NOMEM;
    free(*at);
    *at = copy;
    return OK;
}

static void keep_json(json_t **at, json_t *v) {
    json_incref(v);
    json_decref(*at);
    *at = v;
}

static enum err name_set(struct run *r, const char *name, json_t *v) {
    if (!v || json_is_null(v)) {
        (void)json_object_del(r->names, name);
        return OK;
    }
    return json_object_set(r->names, name, v) ? ERR_NOMEM : OK;
}

static struct para_state *visit(struct run *r, const struct fact *f, int64_t now_ms) {
    struct para_state *ps = &r->paras[f->para];
    if (f->visit == ps->visits && ps->phase != PHASE_IDLE) return ps;
    if (f->visit == ps->visits && ps->asks && ps->n_asks && ps->asks[0].attempt) return ps; /* again by hand */
    ps->visits = f->visit;
    ps->entered_ms = now_ms;
    ps->due_ms = ps->at_ms = ps->hedge_ms = 0;
    ps->failing = ps->may_stand = ps->cancel_asked = false;
    for (int i = 0; i < ps->n_asks; i++) {
        struct ask *a = &ps->asks[i];
        *a = (struct ask){.flight = a->flight};
    }
    keep_json(&ps->input, NULL);
    return ps;
}

static enum err book(struct run *r, json_t *post) {
    if (!post) return OK;
    if (!r->postings && !(r->postings = json_array())) return ERR_NOMEM;
    return json_array_extend(r->postings, post) ? ERR_NOMEM : OK;
}

static enum err started(struct run *r, const struct fact *f, int64_t now_ms) {
    r->started_ms = now_ms;
    if (f->code && strlen(f->code) < sizeof r->customer) memcpy(r->customer, f->code, strlen(f->code) + 1);
    enum err e = keep_text(&r->case_key, f->key);
    return e != OK ? e : name_set(r, "case", f->data);
}

static enum phase phase_on_entry(const struct para *p) {
    switch (p->kind) {
    case PARA_WAIT: case PARA_NEGOTIATE: return PHASE_WAIT;
    case PARA_TASK: return PHASE_TASK;
    case PARA_SEND: return PHASE_PAUSE;
    case PARA_PARALLEL: case PARA_SAGA: return PHASE_INSIDE;
    default: return PHASE_CALL;
    }
}

/* A new visit of a saga knows nothing of how its steps ended before. */
static void enter_children(struct run *r, int outer) {
    r->paras[outer].failed_as = END_NONE;
    for (int i = 0; i < r->plan->n_paras; i++)
        if (run_inside(r->plan, i, outer)) r->paras[i].end = END_NONE;
}

static enum err entered(struct run *r, const struct fact *f, int64_t now_ms) {
    const struct para *p = &r->plan->paras[f->para];
    struct para_state *ps = visit(r, f, now_ms);
    ps->phase = phase_on_entry(p);
    ps->due_ms = f->due_ms, ps->at_ms = f->at_ms;
    if (f->attempt && f->op < ps->n_asks) { /* a local operation has no intent */
        struct ask *a = &ps->asks[f->op];
        a->state = ASK_HERE, a->attempt = f->attempt, a->due_ms = 0;
    }
    if (ps->phase == PHASE_INSIDE) enter_children(r, f->para);
    if (f->key && keep_text(&ps->base, f->key) != OK) return ERR_NOMEM;
    if (p->kind != PARA_TASK) return OK;
    ps->task = TASK_OPEN, ps->queue = p->task.queue, ps->escalated = 0;
    return keep_text(&ps->assignee, NULL);
}

static enum err intent(struct run *r, const struct fact *f, int64_t now_ms) {
    const struct para *p = &r->plan->paras[f->para];
    struct para_state *ps = &r->paras[f->para];
    if (f->undo) {
        ps->undo.state = ASK_OUT, ps->undo.attempt = f->attempt, ps->undo.due_ms = 0;
        if (f->input) keep_json(&ps->undo_input, f->input);
        return OK;
    }
    ps = visit(r, f, now_ms);
    if (f->op >= ps->n_asks) return ERR_BUG;
    struct ask *a = &ps->asks[f->op];
    a->state = ASK_OUT, a->attempt = f->attempt, a->due_ms = 0;
    ps->phase = PHASE_CALL;
    if (f->due_ms) ps->due_ms = f->due_ms;
    ps->hedge_ms = f->at_ms;
    if (f->input) keep_json(&ps->input, f->input);
    if (p->kind != PARA_STEP) return OK;
    ps->may_stand = p->step.undo != NULL;
    if (!p->step.once_per) return OK;
    ps->key_end = END_NONE;
    return keep_text(&ps->key, f->key);
}

static struct ask *asked(struct run *r, const struct fact *f) {
    struct para_state *ps = &r->paras[f->para];
    if (f->undo) return &ps->undo;
    if (f->op >= ps->n_asks) return NULL;
    ps->phase = PHASE_CALL;
    return &ps->asks[f->op];
}

static enum err ask_is(struct run *r, const struct fact *f, enum ask_state state) {
    struct ask *a = asked(r, f);
    if (!a) return ERR_BUG;
    a->state = state, a->due_ms = f->at_ms;
    if (f->undo && f->attempt) a->attempt = f->attempt;
    a->looks = state == ASK_UNSURE ? (unsigned)f->n : 0;
    for (int i = 0; state == ASK_RETRY && !f->undo && i < r->paras[f->para].n_asks; i++) {
        struct ask *other = &r->paras[f->para].asks[i]; /* a new round may ask all of them again */
        if (other != a) other->state = ASK_IDLE;
    }
    return OK;
}

/* Past the pivot nothing is taken back any more. */
static void pass_pivot(struct run *r, int para) {
    int saga = run_saga_of(r, para);
    r->pivoted = true;
    if (saga >= 0 && r->paras[saga].phase == PHASE_UNDO) { /* it was to be undone, but it had happened: forward */
        r->paras[saga].phase = PHASE_INSIDE;
        r->paras[saga].failed_as = END_NONE;
    }
    for (int i = 0; i < r->plan->n_paras; i++)
        if (run_saga_of(r, i) == saga) r->paras[i].stands = 0;
}

static enum err answered(struct run *r, const struct fact *f, int64_t now_ms) {
    const struct para *p = &r->plan->paras[f->para];
    struct para_state *ps = visit(r, f, now_ms);
    ps->phase = PHASE_IDLE, ps->end = f->end, ps->task = TASK_NONE;
    ps->fresh_till_ms = f->due_ms, ps->hedge_ms = 0;
    for (int i = 0; i < ps->n_asks; i++) ps->asks[i].state = ASK_IDLE;
    if (p->kind == PARA_STEP) {
        ps->stands = f->end == END_DONE && p->step.undo ? ++r->stood : 0;
        ps->may_stand = false, ps->key_end = f->end;
        if (f->input) keep_json(&ps->input, f->input);
        if (f->end == END_DONE && p->step.pivot) pass_pivot(r, f->para);
    }
    enum err e = book(r, f->post);
    return e != OK ? e : name_set(r, p->name, f->data);
}

static const char *decision_word(const json_t *d) {
    static const char *const words[] = {"approve", "refer", "decline"};
    const char *w = json_text(d, "outcome", "");
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (!strcmp(w, words[i])) return words[i];
    return NULL;
}

static enum err decided(struct run *r, const struct fact *f, int64_t now_ms) {
    struct para_state *ps = visit(r, f, now_ms);
    ps->phase = PHASE_IDLE, ps->end = END_DONE;
    r->decision = decision_word(f->data);
    return name_set(r, r->plan->paras[f->para].name, f->data);
}

static enum err left(struct run *r, const struct fact *f, int64_t now_ms) {
    struct para_state *ps = visit(r, f, now_ms);
    ps->phase = PHASE_IDLE, ps->end = f->end, ps->task = TASK_NONE;
    ps->may_stand = ps->stuck_unsure = ps->failing = false, ps->failed_as = END_NONE;
    for (int i = 0; i < ps->n_asks; i++) ps->asks[i].state = ASK_IDLE;
    if (f->end == END_SKIPPED || f->end == END_LATE)
        return name_set(r, r->plan->paras[f->para].name, NULL);
    return OK;
}

static enum err undone(struct run *r, const struct fact *f) {
    struct para_state *ps = &r->paras[f->para];
    ps->stands = 0, ps->undo.state = ASK_IDLE, ps->undo.attempt = 0, ps->undo.due_ms = 0;
    ps->key_end = END_UNDONE, ps->end = END_UNDONE;
    keep_json(&ps->undo_input, NULL);
    return book(r, f->post);
}

/* Of one subject the newest word counts: older ones that nobody has taken are void, and so is this one if it is older. */
static void supersede(struct run *r, struct run_event *e) {
    for (uint32_t i = 0; e->subject && i + 1 < r->n_events; i++) {
        struct run_event *other = &r->events[i];
        if (!other->subject || strcmp(other->subject, e->subject) || other->sequence == e->sequence) continue;
        struct run_event *older = other->sequence < e->sequence ? other : e;
        if (!older->consumed) keep_json(&older->data, NULL);
        older->consumed = true;
    }
}

static enum err heard(struct run *r, const struct fact *f) {
    if (r->n_events == r->cap_events) {
        uint32_t cap = r->cap_events ? 2 * r->cap_events : 4;
        struct run_event *more = realloc(r->events, cap * sizeof *more);
        if (!more) return ERR_NOMEM;
        r->events = more, r->cap_events = cap;
    }
    if (!r->event_ids && !(r->event_ids = json_object())) return ERR_NOMEM;
    struct run_event *e = &r->events[r->n_events];
    *e = (struct run_event){.n = (uint32_t)f->n, .data = json_incref(f->data), .unseen = r->interrupt != INTERRUPT_NONE};
    r->n_events++;
    if (keep_text(&e->name, f->name) != OK || keep_text(&e->id, f->id) != OK || keep_text(&e->subject, f->key) != OK) return ERR_NOMEM;
    e->sequence = f->sequence;
    supersede(r, e);
    return f->id && json_object_set_new(r->event_ids, f->id, json_true()) ? ERR_NOMEM : OK;
}

static enum err consumed(struct run *r, const struct fact *f) {
    if (f->n < 1 || f->n > (int64_t)r->n_events) return ERR_BUG;
    struct run_event *ev = &r->events[f->n - 1];
    json_t *data = ev->data ? ev->data : json_null();
    ev->consumed = true;
    enum err e = f->name ? name_set(r, f->name, data) : OK;
    if (e == OK && f->para >= 0) {
        struct para_state *ps = &r->paras[f->para];
        ps->phase = PHASE_IDLE, ps->end = END_DONE, ps->task = TASK_NONE;
        e = name_set(r, r->plan->paras[f->para].name, data);
    }
    keep_json(&ev->data, NULL);
    return e;
}

static enum err caught(struct run *r, const struct fact *f) {
    if (f->n < 0 || f->n >= r->plan->n_ons || f->n >= RUN_ARMED_MAX) return ERR_BUG;
    r->interrupt = INTERRUPT_ON, r->interrupt_on = (int)f->n;
    r->fired[f->n] = !r->plan->ons[f->n].again;
    r->armed_ms[f->n] = 0;
    return OK;
}

static enum err stuck(struct run *r, const struct fact *f, int64_t now_ms) {
    struct para_state *ps = f->undo ? &r->paras[f->para] : visit(r, f, now_ms);
    ps->phase = PHASE_STUCK, ps->at_ms = f->at_ms;
    ps->stuck_undo = f->undo, ps->stuck_unsure = f->n == 1, ps->stuck_escalated = false;
    if (f->undo) ps->undo.state = ASK_OVER, ps->undo.due_ms = 0;
    for (int i = 0; !f->undo && i < ps->n_asks; i++) ps->asks[i].state = ASK_OVER;
    ps->hedge_ms = 0;
    ps->task = TASK_OPEN;
    if (r->faulted && keep_text(&r->faulted, NULL) != OK) return ERR_NOMEM;
    return keep_text(&ps->why, f->why);
}

static enum err unstuck(struct run *r, const struct fact *f) {
    struct para_state *ps = &r->paras[f->para];
    ps->phase = PHASE_IDLE, ps->task = TASK_NONE, ps->at_ms = 0;
    if (ps->stuck_undo) ps->undo.state = ASK_IDLE;
    ps->stuck_undo = ps->stuck_unsure = ps->stuck_escalated = false;
    return keep_text(&ps->why, NULL);
}

static enum err escalated(struct run *r, const struct fact *f) {
    const struct para *p = &r->plan->paras[f->para];
    struct para_state *ps = &r->paras[f->para];
    ps->at_ms = f->at_ms;
    if (f->undo) {
        ps->stuck_escalated = true;
        return OK;
    }
    if (p->kind != PARA_TASK || f->n < 1 || f->n > p->task.n_escalate) return ERR_BUG;
    ps->escalated = (unsigned)f->n;
    ps->queue = p->task.escalate[f->n - 1].to;
    return OK;
}

static enum err person_fact(struct run *r, const struct fact *f) {
    struct para_state *ps = &r->paras[f->para];
    bool claims = f->kind == FACT_CLAIMED;
    ps->task = claims ? TASK_CLAIMED : TASK_OPEN;
    return keep_text(&ps->assignee, claims ? f->by : NULL);
}

static bool about_paragraph(enum fact_kind k) {
    return k != FACT_STARTED && k != FACT_EVENT && k != FACT_CONSUMED && k != FACT_ARMED &&
           k != FACT_CAUGHT && k != FACT_FAULTED && k != FACT_CANCEL && k != FACT_TURNED && k != FACT_ENDED;
}

static enum err run_fact(struct run *r, const struct fact *f, int64_t now_ms) {
    switch (f->kind) {
    case FACT_STARTED: return started(r, f, now_ms);
    case FACT_EVENT: return heard(r, f);
    case FACT_CONSUMED: return consumed(r, f);
    case FACT_ARMED:
        if (f->n < 0 || f->n >= RUN_ARMED_MAX) return ERR_BUG;
        r->armed_ms[f->n] = f->at_ms;
        return OK;
    case FACT_CAUGHT: return caught(r, f);
    case FACT_FAULTED: return keep_text(&r->faulted, f->why);
    case FACT_CANCEL: r->interrupt = f->n ? INTERRUPT_ABANDON : INTERRUPT_CANCEL; return OK;
    case FACT_TURNED: r->interrupt = INTERRUPT_NONE; return OK;
    case FACT_ENDED:
        r->ended = true, r->ended_ms = now_ms;
        return keep_text(&r->outcome, f->to);
    default: return ERR_BUG;
    }
}

static enum err para_fact(struct run *r, const struct fact *f, int64_t now_ms) {
    struct para_state *ps = &r->paras[f->para];
    switch (f->kind) {
    case FACT_ENTERED: return entered(r, f, now_ms);
    case FACT_INTENT: return intent(r, f, now_ms);
    case FACT_RETRY: return ask_is(r, f, ASK_RETRY);
    case FACT_UNSURE: return ask_is(r, f, ASK_UNSURE);
    case FACT_OVER: return ask_is(r, f, ASK_OVER);
    case FACT_ANSWERED: return answered(r, f, now_ms);
    case FACT_DECIDED: return decided(r, f, now_ms);
    case FACT_ROUTED:
        ps = visit(r, f, now_ms);
        ps->phase = PHASE_IDLE, ps->end = END_DONE;
        return OK;
    case FACT_SKIPPED: case FACT_LEFT: return left(r, f, now_ms);
    case FACT_UNDOING: ps->phase = PHASE_UNDO, ps->failed_as = f->end; return OK;
    case FACT_UNDONE: return undone(r, f);
    case FACT_CLAIMED: case FACT_RELEASED: return person_fact(r, f);
    case FACT_ESCALATED: return escalated(r, f);
    case FACT_STUCK: return stuck(r, f, now_ms);
    case FACT_UNSTUCK: return unstuck(r, f);
    case FACT_FAILING: ps->failing = true, ps->failed_as = f->end; return OK;
    case FACT_EXPIRED: ps->fresh_till_ms = 0; return name_set(r, r->plan->paras[f->para].name, NULL);
    case FACT_SPENT: return OK; /* said for the record: the paragraph was not entered */
    default: return ERR_BUG;
    }
}

enum err fact_apply(struct run *r, const struct fact *f, int64_t now_ms) {
    r->updated_ms = now_ms;
    if (!about_paragraph(f->kind)) return run_fact(r, f, now_ms);
    if (f->para < 0 || f->para >= r->plan->n_paras) return ERR_BUG;
    return para_fact(r, f, now_ms);
}
