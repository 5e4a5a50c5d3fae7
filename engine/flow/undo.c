/* undo.c - sagas taken back, last first. An undo is an ordinary durable call: intent, tries, looks;
 * it ends DONE or with a person, never in silence. */
#include <string.h>

#include "flow/walk.h"

static struct para_state *state_of(const struct turn *t, int para) { return &t->run->paras[para]; }

static int last_standing(const struct run *r, int saga) {
    int last = -1;
    for (int i = 0; i < r->plan->n_paras; i++) {
        if (!r->paras[i].stands || !run_inside(r->plan, i, saga)) continue;
        if (last < 0 || r->paras[i].stands > r->paras[last].stands) last = i;
    }
    return last;
}

static void all_undone(struct turn *t, int saga) {
    const struct para *p = &t->run->plan->paras[saga];
    enum para_end end = state_of(t, saga)->failed_as;
    walk_leave(t, saga, END_UNDONE, para_end_word(end));
    if (walk_unwinding(t, saga)) return;
    if (p->parent >= 0) walk_failed(t, saga, END_FAILED, "its steps were taken back");
    else if (p->failed.kind != TARGET_NONE) walk_target(t, &p->failed);
    else walk_stuck(t, saga, "its steps were taken back and the file says no `failed`", false, false);
}

/* What the operation's schema does not name is left out. */
static json_t *known_fields_new(const struct op_decl *op, json_t *from) {
    const json_t *properties = json_object_get(op->input, "properties");
    if (!json_is_object(properties)) return json_incref(from);
    json_t *out = json_object();
    const char *key;
    json_t *v;
    json_object_foreach(from, key, v) {
        if (out && json_object_get(properties, key) && json_object_set(out, key, v)) return out;
    }
    return out;
}

/* Input and answer of the step, the answer wins. */
static json_t *merged_new(const struct op_decl *op, const json_t *input, const json_t *answer) {
    json_t *all = json_object();
    if (all && json_is_object(input)) (void)json_object_update(all, (json_t *)input);
    if (all && json_is_object(answer)) (void)json_object_update(all, (json_t *)answer);
    json_t *out = all ? known_fields_new(op, all) : NULL;
    json_decref(all);
    return out;
}

static enum err make_input(struct turn *t, int para, json_t **out, struct fault *f) {
    const struct para *p = &t->run->plan->paras[para];
    const struct para_state *ps = state_of(t, para);
    json_t *answer = json_object_get(t->run->names, p->name);
    if (!p->step.n_undo_with) {
        *out = merged_new(p->step.undo, ps->input, answer);
        return *out ? OK : ERR_NOMEM;
    }
    json_t *names = json_object();
    if (!names || json_object_set(names, "input", ps->input ? ps->input : json_null()) ||
        json_object_set(names, "answer", answer ? answer : json_null())) {
        json_decref(names);
        return ERR_NOMEM;
    }
    struct scope s = run_scope(t->run, t->now_ms);
    s.names = names;
    enum err e = plan_input(p->step.undo_with, p->step.n_undo_with, &s, out, f);
    json_decref(names);
    return e;
}

static void undo_local(struct turn *t, int para, const struct op_decl *op, json_t *input) {
    struct local_result r;
    if (!flight_local(t, para, 0, op, true, NULL, input, &r)) {
        local_result_reset(&r);
        return;
    }
    struct outcome o = {r.end, r.answer, r.post, r.why, r.code[0] ? r.code : NULL, 0, 0, 0};
    state_of(t, para)->undo.attempt++;
    undo_result(t, para, false, &o);
    local_result_reset(&r);
}

static void begin(struct turn *t, int para) {
    const struct para *p = &t->run->plan->paras[para];
    struct para_state *ps = state_of(t, para);
    struct fault fault = {0};
    json_t *input = json_incref(ps->undo_input);
    if (!input && make_input(t, para, &input, &fault) != OK) {
        walk_stuck(t, para, fault.text[0] ? fault.text : "the input of its undo could not be made", true, false);
        return;
    }
    if (p->step.undo->kind == OP_LOCAL) {
        undo_local(t, para, p->step.undo, input);
    } else {
        struct fact f = fact_of(FACT_INTENT, para, ps->visits);
        f.undo = true, f.name = p->step.undo->name, f.attempt = ps->undo.attempt + 1, f.input = input;
        turn_fact(t, &f);
        turn_effect(t, para, 0, true, false);
    }
    json_decref(input);
}

void undo_go_on(struct turn *t, int saga) {
    if (!walk_drop_children(t, saga) || t->failed != OK) return;
    int para = last_standing(t->run, saga);
    if (para < 0) {
        all_undone(t, saga);
        return;
    }
    const struct ask *a = &state_of(t, para)->undo;
    if (a->state == ASK_IDLE && !a->queued) begin(t, para);
}

void undo_go_on_with(struct turn *t, int para) { begin(t, para); }

static void about(struct turn *t, enum fact_kind kind, int para, const struct outcome *o, int64_t wait_ms, int64_t n) {
    struct fact f = fact_of(kind, para, state_of(t, para)->visits);
    f.undo = true, f.why = o->why, f.code = o->code, f.at_ms = t->now_ms + wait_ms, f.n = n;
    f.attempt = state_of(t, para)->undo.attempt;
    turn_fact(t, &f);
}

static void retry(struct turn *t, int para, const struct outcome *o) {
    unsigned tries = state_of(t, para)->undo.attempt;
    const struct retry *stubborn = walk_retry(t, "stubborn");
    if (retry_spent(stubborn, tries)) {
        walk_stuck(t, para, "its undo has failed as often as is sensible", true, false);
        return;
    }
    int64_t wait = retry_wait_ms(stubborn, tries ? tries : 1, t->e->c.rng);
    about(t, FACT_RETRY, para, o, o->retry_after_ms > wait ? o->retry_after_ms : wait, 0);
}

static void unsure(struct turn *t, int para, const struct outcome *o) {
    const struct op_decl *op = t->run->plan->paras[para].step.undo;
    const struct retry *look = walk_retry(t, "look");
    unsigned looks = state_of(t, para)->undo.looks;
    if (op->can_look && !retry_spent(look, looks)) {
        int64_t wait = looks ? retry_wait_ms(look, looks, t->e->c.rng) : o->settle_ms;
        if (looks && o->retry_after_ms > wait) wait = o->retry_after_ms;
        if (state_of(t, para)->undo.hinted) wait = 0;
        state_of(t, para)->undo.hinted = false;
        about(t, FACT_UNSURE, para, o, wait, looks + 1);
        if (!wait) turn_effect(t, para, 0, true, true);
    } else if (op->undoes && !op->can_look) {
        retry(t, para, o); /* undoing twice under one key is undoing once */
    } else {
        walk_stuck(t, para, "its undo may or may not have happened", true, true);
    }
}

static void done(struct turn *t, int para, json_t *post, const char *by) {
    struct fact f = fact_of(FACT_UNDONE, para, state_of(t, para)->visits);
    f.post = post, f.by = by;
    turn_fact(t, &f);
}

void undo_result(struct turn *t, int para, bool look, const struct outcome *o) {
    (void)look;
    switch (o->end) {
    case CALL_DONE: done(t, para, o->post, NULL); break;
    case CALL_FAILED: retry(t, para, o); break;
    case CALL_UNCERTAIN: unsure(t, para, o); break;
    case CALL_REFUSED: walk_stuck(t, para, o->why ? o->why : "its undo was refused", true, false); break;
    }
}

void undo_due(struct turn *t, int para) {
    struct ask *a = &state_of(t, para)->undo;
    if (a->flight) {
        flight_timeouts(t, para);
        return;
    }
    if (!a->due_ms || a->due_ms > t->now_ms || a->queued) return;
    if (a->state == ASK_RETRY) begin(t, para);
    else if (a->state == ASK_UNSURE) {
        a->due_ms = t->now_ms + 1000;
        turn_effect(t, para, 0, true, true);
    }
}

void undo_resume(struct turn *t, int para) {
    struct ask *a = &state_of(t, para)->undo;
    if (a->state != ASK_OUT || a->flight) return;
    struct outcome o = {.end = CALL_UNCERTAIN, .why = "the engine was restarted while the undo was under way",
                        .settle_ms = SETTLE_MS};
    unsure(t, para, &o);
}

void undo_again(struct turn *t, int para) {
    struct ask *a = &state_of(t, para)->undo;
    a->attempt = 0, a->looks = 0;
    begin(t, para);
}

void undo_look(struct turn *t, int para) {
    struct outcome o = {.end = CALL_UNCERTAIN, .why = "a webhook came: it is looked at again"};
    state_of(t, para)->undo.looks = 0;
    unsure(t, para, &o);
}

void undo_by_hand(struct turn *t, int para, const char *by) { done(t, para, NULL, by); }
