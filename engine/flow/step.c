/* step.c - one operation, one answer: intent, tries, looks, stand-in. */
#include <string.h>

#include "base/text.h"
#include "flow/walk.h"

const struct op_decl *step_op(const struct engine *e, const struct plan *plan, int para, int op, bool undo) {
    const struct para *p = &plan->paras[para];
    if (p->kind == PARA_SEND) return registry_decl(e->c.registry, "messages.send");
    if (p->kind != PARA_STEP) return NULL;
    return undo ? p->step.undo : p->step.calls[op];
}

static const struct para *para_of(const struct turn *t, int para) { return &t->run->plan->paras[para]; }
static struct para_state *state_of(const struct turn *t, int para) { return &t->run->paras[para]; }

static bool past_pivot(const struct turn *t, int para) {
    int saga = run_saga_of(t->run, para);
    return saga >= 0 && run_saga_pivoted(t->run, saga);
}

static const struct retry *retry_of(const struct turn *t, int para) {
    const struct para *p = para_of(t, para);
    const struct retry *r = p->kind == PARA_STEP && p->step.retry ? p->step.retry : walk_retry(t, "gentle");
    const struct retry *stubborn = past_pivot(t, para) ? walk_retry(t, "stubborn") : r;
    return r->tries && (!stubborn->tries || r->tries < stubborn->tries) ? stubborn : r;
}

static void end_step(struct turn *t, int para, int op, enum para_end end, const struct outcome *o,
                     const json_t *local_input) {
    const struct para *p = para_of(t, para);
    struct para_state *ps = state_of(t, para);
    struct fact f = fact_of(FACT_ANSWERED, para, ps->visits ? ps->visits : 1);
    f.op = op, f.end = end, f.data = o->answer, f.post = o->post;
    f.input = (json_t *)local_input;
    if (end != END_DONE) f.why = o->why, f.code = o->code, f.data = NULL;
    if (p->kind == PARA_STEP && end == END_DONE)
        f.due_ms = case_after(t->run->case_type, &p->step.good_for, t->now_ms - o->age_ms);
    if (end == END_DONE && o->age_ms) f.at_ms = t->now_ms - o->age_ms;
    bool stand_in = end != END_DONE && p->kind == PARA_STEP && p->step.fallback && !walk_unwinding(t, para);
    if (stand_in) f.data = (json_t *)p->step.fallback, f.fallback = true;
    for (int i = 0; i < ps->n_asks; i++) {
        flight_orphan(ps->asks[i].flight);
        ps->asks[i].flight = NULL;
    }
    char why[200];
    (void)text_copy(why, sizeof why, o->why ? o->why : para_end_word(end));
    turn_fact(t, &f);
    if (p->kind == PARA_SEND && end != END_DONE && send_ended(t, para, end, why)) return;
    if (end == END_DONE || stand_in) walk_left(t, para);
    else walk_failed(t, para, end, why);
}

static bool is_late(const struct turn *t, int para) {
    const struct para_state *ps = state_of(t, para);
    return ps->due_ms && t->now_ms >= ps->due_ms;
}

/* Begins a try: a local operation is over at once, others leave their intent. */
static void begin(struct turn *t, int para, int op, unsigned visit, bool first, const struct step_key *key);

static bool others_run(const struct para_state *ps, int op) {
    for (int i = 0; i < ps->n_asks; i++)
        if (i != op && (ps->asks[i].state == ASK_OUT || ps->asks[i].state == ASK_UNSURE)) return true;
    return false;
}

static int not_yet_asked(const struct para_state *ps) {
    for (int i = 0; i < ps->n_asks; i++)
        if (ps->asks[i].state == ASK_IDLE) return i;
    return -1;
}

static void fact_about_ask(struct turn *t, enum fact_kind kind, int para, int op, const struct outcome *o,
                           int64_t at_ms, int64_t n) {
    struct fact f = fact_of(kind, para, state_of(t, para)->visits);
    f.op = op, f.why = o->why, f.code = o->code, f.at_ms = at_ms, f.n = n;
    if (kind == FACT_OVER) f.end = END_FAILED;
    turn_fact(t, &f);
}

/* The tries of a list make rounds: when each has failed, the first is asked again. */
static void new_round(struct turn *t, int para, const struct outcome *o) {
    struct para_state *ps = state_of(t, para);
    const struct retry *r = retry_of(t, para);
    unsigned tries = 0;
    for (int i = 0; i < ps->n_asks; i++)
        if (ps->asks[i].attempt > tries) tries = ps->asks[i].attempt;
    int64_t wait = retry_wait_ms(r, tries, t->e->c.rng);
    if (o->retry_after_ms > wait) wait = o->retry_after_ms;
    if (retry_spent(r, tries)) {
        end_step(t, para, 0, END_FAILED, o, NULL);
        return;
    }
    fact_about_ask(t, FACT_RETRY, para, 0, o, t->now_ms + wait, 0);
}

static void failed(struct turn *t, int para, int op, const struct outcome *o) {
    struct para_state *ps = state_of(t, para);
    if (others_run(ps, op)) {
        fact_about_ask(t, FACT_OVER, para, op, o, 0, 0);
        return;
    }
    if (walk_unwinding(t, para) || is_late(t, para)) {
        end_step(t, para, op, is_late(t, para) ? END_LATE : END_FAILED, o, NULL);
        return;
    }
    int next = not_yet_asked(ps);
    if (next >= 0) {
        fact_about_ask(t, FACT_OVER, para, op, o, 0, 0);
        begin(t, para, next, ps->visits, false, NULL);
        return;
    }
    new_round(t, para, o);
}

static void unsure(struct turn *t, int para, int op, const struct outcome *o) {
    struct para_state *ps = state_of(t, para);
    const struct op_decl *decl = step_op(t->e, t->run->plan, para, op, false);
    const struct retry *look = walk_retry(t, "look");
    unsigned looks = ps->asks[op].looks;
    if (!decl || !decl->can_look || retry_spent(look, looks)) {
        walk_stuck(t, para, decl && decl->can_look
                       ? "it may have happened, and asking has not settled it"
                       : "it may have happened, and its connector cannot be asked", false, true);
        return;
    }
    int64_t wait = looks ? retry_wait_ms(look, looks, t->e->c.rng) : o->settle_ms;
    if (looks && o->retry_after_ms > wait) wait = o->retry_after_ms; /* a look that was turned away */
    if (ps->asks[op].hinted) wait = 0;
    ps->asks[op].hinted = false;
    fact_about_ask(t, FACT_UNSURE, para, op, o, t->now_ms + wait, looks + 1);
    if (!wait) turn_effect(t, para, op, false, true);
}

void step_result(struct turn *t, int para, int op, bool look, const struct outcome *o) {
    const struct op_decl *decl = step_op(t->e, t->run->plan, para, op, false);
    switch (o->end) {
    case CALL_DONE: end_step(t, para, op, END_DONE, o, NULL); break;
    case CALL_REFUSED: end_step(t, para, op, END_REFUSED, o, NULL); break;
    case CALL_FAILED: failed(t, para, op, o); break;
    case CALL_UNCERTAIN:
        if (!look && decl && decl->kind == OP_READ) failed(t, para, op, o);
        else unsure(t, para, op, o);
        break;
    }
}

static void compute(struct turn *t, int para, int op, const struct op_decl *decl, const struct step_key *key) {
    struct local_result r;
    json_t *input = json_incref(state_of(t, para)->input);
    if (flight_local(t, para, op, decl, false, key && key->text[0] ? key->text : NULL, input, &r)) {
        struct outcome o = {r.end, r.answer, r.post, r.why, r.code[0] ? r.code : NULL, 0, 0, 0};
        if (r.end == CALL_UNCERTAIN) o.end = CALL_FAILED; /* nothing outside: it cannot have happened */
        if (o.end == CALL_FAILED) failed(t, para, op, &o);
        else end_step(t, para, op, para_end_of(o.end), &o, para_of(t, para)->step.undo ? input : NULL);
    }
    json_decref(input);
    local_result_reset(&r);
}

static void local(struct turn *t, int para, int op, const struct op_decl *decl, const struct step_key *key,
                  unsigned visit) {
    struct para_state *ps = state_of(t, para);
    json_t *input = json_incref(ps->input);
    struct fact f = fact_of(FACT_ENTERED, para, visit);
    f.op = op, f.attempt = (visit == ps->visits ? ps->asks[op].attempt : 0) + 1;
    f.due_ms = visit == ps->visits ? ps->due_ms : case_after(t->run->case_type, &para_of(t, para)->within, t->now_ms);
    turn_fact(t, &f);
    if (!ps->input) ps->input = json_incref(input);
    json_decref(input);
    compute(t, para, op, decl, key);
}

static int64_t hedge_at(const struct turn *t, int para, int op) {
    const struct para *p = para_of(t, para);
    if (p->kind != PARA_STEP || op + 1 >= p->step.n_calls || !p->step.hedge.unit) return 0;
    return case_after(t->run->case_type, &p->step.hedge, t->now_ms);
}

static void begin(struct turn *t, int para, int op, unsigned visit, bool first, const struct step_key *key) {
    const struct para *p = para_of(t, para);
    struct para_state *ps = state_of(t, para);
    const struct op_decl *decl = step_op(t->e, t->run->plan, para, op, false);
    if (decl->kind == OP_LOCAL) {
        local(t, para, op, decl, key, visit);
        return;
    }
    struct fact f = fact_of(FACT_INTENT, para, visit);
    f.op = op, f.name = decl->name;
    f.attempt = (visit == ps->visits ? ps->asks[op].attempt : 0) + 1;
    f.key = key && key->text[0] ? key->text : p->kind == PARA_STEP && p->step.once_per ? ps->key : NULL;
    bool waited = visit == ps->visits && ps->phase == PHASE_CALL; /* for its business key: its time has begun */
    if (first && !waited) f.due_ms = case_after(t->run->case_type, &p->within, t->now_ms);
    f.at_ms = hedge_at(t, para, op);
    /* A read is asked again with what the names then say; an effect with exactly this. */
    json_t *input = json_incref(ps->input);
    if (decl->kind != OP_READ && first) f.input = input;
    turn_fact(t, &f);
    if (!ps->input) ps->input = json_incref(input);
    json_decref(input);
    if (!key || !key->look_first) {
        turn_effect(t, para, op, false, false);
        return;
    }
    struct outcome o = {.end = CALL_UNCERTAIN, .why = "an earlier attempt under this key may have happened"};
    unsure(t, para, op, &o);
}

static bool make_input(struct turn *t, int para, json_t **out) {
    const struct para *p = para_of(t, para);
    struct scope s = run_scope(t->run, t->now_ms);
    struct fault f = {0};
    if (plan_input(p->step.with, p->step.n_with, &s, out, &f) == OK) return true;
    walk_stuck(t, para, f.text[0] ? f.text : "its input could not be made", false, false);
    return false;
}

void step_begin(struct turn *t, int para, unsigned visit) {
    begin(t, para, 0, visit, true, NULL);
}

void step_enter(struct turn *t, int para, unsigned visit) {
    struct para_state *ps = state_of(t, para);
    const struct para *p = para_of(t, para);
    struct step_key key = {0};
    json_t *input = NULL;
    if (p->step.once_per && p->step.calls[0]->kind != OP_LOCAL) {
        (void)!money_enter(t, para, visit);
        return;
    }
    if (p->step.once_per && !money_own_key(t, para, &key)) return;
    if (!make_input(t, para, &input)) return;
    json_decref(ps->input);
    ps->input = input;
    begin(t, para, 0, visit, true, &key);
}

void step_money(struct turn *t, int para, const struct step_key *key) {
    struct para_state *ps = state_of(t, para);
    json_t *input = NULL;
    if (!make_input(t, para, &input)) return;
    json_decref(ps->input);
    ps->input = input;
    begin(t, para, 0, ps->visits, true, key);
}

/* After a restart, or by hand: the input of a read is made again from the names. */
static bool has_input(struct turn *t, int para) {
    struct para_state *ps = state_of(t, para);
    if (ps->input || para_of(t, para)->kind != PARA_STEP) return true;
    return make_input(t, para, &ps->input);
}

/* A local operation that was begun: what it reads may have changed meanwhile, so its key and input are what they now are. */
void step_go_on_with(struct turn *t, int para, int op) {
    const struct para *p = para_of(t, para);
    const struct op_decl *decl = step_op(t->e, t->run->plan, para, op, false);
    struct step_key key = {0};
    if (!has_input(t, para) || (p->step.once_per && !money_own_key(t, para, &key))) return;
    key.look_first = p->step.once_per && decl->kind != OP_LOCAL; /* it was local when it was begun */
    if (decl->kind == OP_LOCAL) compute(t, para, op, decl, &key);
    else begin(t, para, op, state_of(t, para)->visits, true, &key);
}

static void try_again(struct turn *t, int para, int op) {
    struct para_state *ps = state_of(t, para);
    if (!has_input(t, para)) return;
    begin(t, para, op, ps->visits, false, NULL);
}

void step_again(struct turn *t, int para, bool was_unsure) {
    struct para_state *ps = state_of(t, para);
    if (!has_input(t, para)) return;
    const struct op_decl *decl = step_op(t->e, t->run->plan, para, 0, false);
    if (was_unsure && decl && decl->can_look) {
        struct outcome o = {.end = CALL_UNCERTAIN, .why = "a person asks to look again"};
        ps->asks[0].looks = 0;
        unsure(t, para, 0, &o);
        return;
    }
    begin(t, para, 0, ps->visits, true, NULL);
}

void step_by_hand(struct turn *t, int para, json_t *answer, const char *by) {
    struct fact f = fact_of(FACT_ANSWERED, para, state_of(t, para)->visits);
    f.end = END_DONE, f.data = answer, f.by = by, f.why = "answered by hand";
    turn_fact(t, &f);
    walk_left(t, para);
}

/* `within` has passed: nothing new is begun; what may have happened is settled first. */
static void late(struct turn *t, int para) {
    struct para_state *ps = state_of(t, para);
    bool pending = false;
    ps->cancel_asked = true;
    for (int i = 0; i < ps->n_asks; i++) {
        const struct op_decl *decl = step_op(t->e, t->run->plan, para, i, false);
        bool open = ps->asks[i].state == ASK_OUT || ps->asks[i].state == ASK_UNSURE;
        if (!open || (decl && decl->kind == OP_READ)) continue;
        pending = true;
        if (ps->asks[i].state == ASK_OUT && ps->asks[i].flight) turn_cancel(t, para, i);
    }
    if (pending) return;
    struct outcome o = {.end = CALL_FAILED, .why = "not answered within its time"};
    end_step(t, para, 0, END_LATE, &o, NULL);
}

static void hedge(struct turn *t, int para) {
    struct para_state *ps = state_of(t, para);
    int next = not_yet_asked(ps);
    ps->hedge_ms = 0;
    if (next >= 0 && has_input(t, para)) begin(t, para, next, ps->visits, false, NULL);
}

void step_due(struct turn *t, int para) {
    struct para_state *ps = state_of(t, para);
    if (ps->phase == PHASE_CALL && is_late(t, para) && !ps->cancel_asked) late(t, para);
    if (ps->phase == PHASE_CALL) flight_timeouts(t, para);
    if (ps->phase == PHASE_CALL && ps->hedge_ms && ps->hedge_ms <= t->now_ms) hedge(t, para);
    unsigned visit = ps->visits;
    for (int i = 0; i < ps->n_asks && ps->phase == PHASE_CALL && ps->visits == visit; i++) {
        struct ask *a = &ps->asks[i];
        if (a->flight || !a->due_ms || a->due_ms > t->now_ms) continue;
        if (a->state == ASK_RETRY) try_again(t, para, i);
        else if (a->state == ASK_UNSURE) {
            a->due_ms = t->now_ms + 1000; /* should the look not start for want of memory */
            turn_effect(t, para, i, false, true);
        }
    }
}

/* Takes a step away. What may have happened stays until its true end is known. */
bool step_drop(struct turn *t, int para) {
    struct para_state *ps = state_of(t, para);
    bool pending = false;
    for (int i = 0; i < ps->n_asks; i++) {
        struct ask *a = &ps->asks[i];
        const struct op_decl *decl = step_op(t->e, t->run->plan, para, i, false);
        if (a->state != ASK_OUT && a->state != ASK_UNSURE) continue;
        if (decl && decl->kind == OP_READ) {
            flight_orphan(a->flight);
            a->flight = NULL;
            continue;
        }
        pending = true;
        if (a->state == ASK_OUT && a->flight) turn_cancel(t, para, i);
        ps->cancel_asked = true;
    }
    if (!pending) walk_leave(t, para, END_DROPPED, NULL);
    return !pending;
}

/* After a replay: an intent whose end we never learnt. */
void step_resume(struct turn *t, int para) {
    struct para_state *ps = state_of(t, para);
    if (money_sought(t->run, para)) money_seek(t->e, t->run, para);
    for (int i = 0; i < ps->n_asks && ps->phase == PHASE_CALL; i++) {
        const struct op_decl *decl = step_op(t->e, t->run->plan, para, i, false);
        if (ps->asks[i].state == ASK_HERE && !ps->asks[i].queued) {
            step_go_on_with(t, para, i);
            return;
        }
        if (ps->asks[i].state != ASK_OUT || ps->asks[i].flight) continue;
        if (decl && decl->kind == OP_READ) {
            if (has_input(t, para)) turn_effect(t, para, i, false, false);
            continue;
        }
        struct outcome o = {.end = CALL_UNCERTAIN, .why = "the engine was restarted while the call was under way",
                            .settle_ms = SETTLE_MS};
        unsure(t, para, i, &o);
    }
}
