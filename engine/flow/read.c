/* read.c - the live state of a run as JSON, and its story. */
#include <stdlib.h>
#include <string.h>

#include "flow/load.h"
#include "flow/walk.h"

struct reader {
    struct reader *next;
    struct engine *engine;
    struct id run;
    engine_state_fn *done;
    void *who;
};

static json_t *answers_new(const struct run *r) {
    json_t *all = json_object();
    for (int i = 0; all && i < r->plan->n_paras; i++) {
        const struct para_state *ps = &r->paras[i];
        const char *name = r->plan->paras[i].name;
        if (ps->end == END_NONE) continue;
        json_t *data = json_object_get(r->names, name);
        json_t *one = json_pack("{s:s, s:i}", "end", para_end_word(ps->end), "visit", (int)ps->visits);
        if (one && data) (void)json_object_set(one, "data", data);
        if (one) (void)json_object_set_new(all, name, one);
    }
    return all;
}

static json_t *decision_of(const struct run *r) {
    json_t *latest = NULL;
    int64_t at = -1;
    for (int i = 0; i < r->plan->n_paras; i++) {
        json_t *d = r->plan->paras[i].kind == PARA_DECIDE ? json_object_get(r->names, r->plan->paras[i].name) : NULL;
        if (d && r->paras[i].entered_ms >= at) latest = d, at = r->paras[i].entered_ms;
    }
    return latest;
}

/* What the file's `show` names, as it is now; what is missing is left out. */
static json_t *shown_new(const struct run *r, const struct para *p) {
    json_t *show = json_object();
    for (const char *const *name = p->task.show; show && name && *name; name++) {
        json_t *v = json_at(r->names, *name);
        if (v) (void)json_object_set(show, *name, v);
    }
    return show;
}

static json_t *task_new(const struct run *r, int i) {
    const struct para *p = &r->plan->paras[i];
    const struct para_state *ps = &r->paras[i];
    bool stuck = ps->phase == PHASE_STUCK;
    char id[200];
    (void)snprintf(id, sizeof id, "%s.%s.%u%s", r->text, p->name, ps->visits, stuck ? ".stuck" : "");
    json_t *t = json_pack("{s:s, s:s, s:s, s:s, s:s*, s:I}", "id", id, "paragraph", p->name, "queue",
                          stuck ? (ps->stuck_escalated && r->plan->stuck.to ? r->plan->stuck.to : r->plan->stuck.queue) : ps->queue,
                          "state", ps->task == TASK_CLAIMED ? "claimed" : "open", "assignee", ps->assignee, "due",
                          (json_int_t)(stuck ? ps->at_ms : ps->due_ms));
    if (t && ps->why) (void)json_object_set_new(t, "why", json_string(ps->why));
    json_t *answers = t ? json_array() : NULL;
    static const char *const help[] = {"retry", "answer", "abandon"};
    for (int k = 0; answers && stuck && k < 3; k++) (void)json_array_append_new(answers, json_string(help[k]));
    for (int k = 0; answers && !stuck && k < p->task.n_answers; k++)
        (void)json_array_append_new(answers, json_string(p->task.answers[k].answer));
    if (answers) (void)json_object_set_new(t, "answers", answers);
    if (t) (void)json_object_set_new(t, "run", json_string(r->text));
    if (t && !stuck && p->kind == PARA_TASK) {
        (void)json_object_set_new(t, "show", shown_new(r, p));
        if (p->task.form) (void)json_object_set_new(t, "form", json_string(p->task.form));
    }
    return t;
}

static json_t *tasks_new(const struct run *r) {
    json_t *all = json_array();
    for (int i = 0; all && i < r->plan->n_paras; i++)
        if (r->paras[i].phase == PHASE_TASK || r->paras[i].phase == PHASE_STUCK) (void)json_array_append_new(all, task_new(r, i));
    return all;
}

static json_t *waiting_new(const struct run *r) {
    for (int i = 0; i < r->plan->n_paras; i++) {
        const struct para *p = &r->plan->paras[i];
        const struct para_state *ps = &r->paras[i];
        if (ps->phase != PHASE_WAIT && ps->phase != PHASE_PAUSE) continue;
        const char *event = p->kind == PARA_WAIT ? p->wait.event : NULL;
        return json_pack("{s:s, s:s*, s:I, s:I}", "for", p->name, "event", event, "due", (json_int_t)ps->due_ms, "till",
                         (json_int_t)ps->at_ms);
    }
    return json_null();
}

json_t *run_json_new(const struct run *r) {
    char workflow[140];
    (void)snprintf(workflow, sizeof workflow, "%s@%d", r->plan->name, r->plan->version);
    json_t *decision = decision_of(r), *case_ = json_object_get(r->names, "case");
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?, s:s?, s:O?, s:o, s:O?, s:o, s:o, s:I, s:I, s:I, s:I}", "id", r->text,
                     "workflow", workflow, "plan", r->plan->hash, "state", run_state_word(r), "at", run_at(r),
                     "outcome", r->outcome, "case_key", r->case_key, "case", case_, "answers", answers_new(r), "decision",
                     decision, "tasks", tasks_new(r), "waiting", waiting_new(r), "seq", (json_int_t)r->seq, "started_ms",
                     (json_int_t)r->started_ms, "updated_ms", (json_int_t)r->updated_ms, "ended_ms",
                     (json_int_t)r->ended_ms);
}

static void tell(struct reader *x, enum err err, const struct run *r, const struct fault *f) {
    json_t *state = err == OK ? run_json_new(r) : NULL;
    if (err == OK && !state) err = ERR_NOMEM;
    x->done(x->who, err, state, f);
    json_decref(state);
    x->engine->pending--;
    engine_maybe_drained(x->engine);
    free(x);
}

void read_tell(struct engine *e, struct run *r) {
    struct reader *x = r->entry ? r->entry->readers : NULL;
    (void)e;
    if (r->entry) r->entry->readers = NULL;
    for (struct reader *next; x; x = next) {
        next = x->next;
        tell(x, OK, r, NULL);
    }
}

void readers_end(struct engine *e, struct entry *en, enum err err, const struct fault *f) {
    struct reader *x = en->readers;
    (void)e;
    en->readers = NULL;
    for (struct reader *next; x; x = next) {
        next = x->next;
        tell(x, err, NULL, f);
    }
}

/* What is not yet durable is not shown: the reader waits for it. */
static void have_run(void *who, enum err err, struct run *r, const struct fault *f) {
    struct reader *x = who;
    if (err != OK || !r->unsettled || !r->entry) {
        tell(x, err, r, f);
        return;
    }
    x->next = r->entry->readers;
    r->entry->readers = x;
}

static void read_go(void *who) {
    struct reader *x = who;
    struct fault f = {0};
    if (engine_owns(x->engine, id_shard(x->run), &f)) with_run(x->engine, x->run, have_run, x);
    else tell(x, ERR_CLOSED, NULL, &f);
}

static void timeline_came(void *who, enum err err, const json_t *facts, const struct fault *f) {
    struct reader *x = who;
    x->done(x->who, err, facts, f);
    x->engine->pending--;
    engine_maybe_drained(x->engine);
    free(x);
}

static void timeline_go(void *who) {
    struct reader *x = who;
    load_timeline(x->engine, x->run, timeline_came, x);
}

static enum err post(struct engine *e, struct id run, engine_state_fn *done, void *who, loop_fn *go) {
    struct reader *x = calloc(1, sizeof *x);
    if (!x) return ERR_NOMEM;
    *x = (struct reader){NULL, e, run, done, who};
    if (loop_post(e->c.loop, go, x) == OK) {
        e->pending++;
        return OK;
    }
    free(x);
    return ERR_NOMEM;
}

enum err engine_read(struct engine *e, struct id run, engine_state_fn *done, void *who) {
    return post(e, run, done, who, read_go);
}

enum err engine_timeline(struct engine *e, struct id run, engine_state_fn *done, void *who) {
    return post(e, run, done, who, timeline_go);
}
