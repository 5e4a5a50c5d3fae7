/* send.c - messages. Until there is messaging, a send is a call of "messages.send" where the registry
 * has one; else it is recorded as not sent and goes its way. */
#include "flow/walk.h"

static const struct para *para_of(const struct turn *t, int i) { return &t->run->plan->paras[i]; }

static void skip(struct turn *t, int para, unsigned visit, const char *why) {
    struct fact f = fact_of(FACT_SKIPPED, para, visit);
    f.end = END_SKIPPED, f.why = why;
    turn_fact(t, &f);
    walk_left(t, para);
}

static json_t *input_new(struct turn *t, int para) {
    const struct send_para *s = &para_of(t, para)->send;
    struct scope scope = run_scope(t->run, t->now_ms);
    struct fault f = {0};
    json_t *with = NULL, *by = json_array(), *in = json_object();
    if (plan_input(s->with, s->n_with, &scope, &with, &f) != OK) {
        walk_stuck(t, para, f.text[0] ? f.text : "what the message needs could not be made", false, false);
        json_decref(by), json_decref(in);
        return NULL;
    }
    for (int i = 0; s->by && s->by[i]; i++) (void)json_array_append_new(by, json_string(s->by[i]));
    if (json_object_set_new(in, "template", json_string(s->template_)) || json_object_set_new(in, "by", by) ||
        json_object_set_new(in, "all", json_boolean(s->all)) || json_object_set_new(in, "with", with))
        t->failed = ERR_NOMEM;
    return in;
}

bool send_ended(struct turn *t, int para, enum para_end end, const char *why) {
    (void)end, (void)why;
    const struct para *p = para_of(t, para);
    if (walk_unwinding(t, para)) return false;
    if (p->not_sent.kind != TARGET_NONE) walk_target(t, &p->not_sent);
    else walk_left(t, para);
    return true;
}

void send_go(struct turn *t, int para, unsigned visit) {
    const struct para *p = para_of(t, para);
    bool when = true, unless = false;
    if (p->when && !walk_holds(t, para, p->when, &when)) return;
    if (p->send.unless && !walk_holds(t, para, p->send.unless, &unless)) return;
    if (!when || unless) {
        skip(t, para, visit, unless ? "unless holds" : "when does not hold");
        return;
    }
    if (!step_op(t->e, t->run->plan, para, 0, false)) {
        struct fact f = fact_of(FACT_LEFT, para, visit);
        f.end = END_NOT_SENT, f.why = "no messages are sent here";
        turn_fact(t, &f);
        (void)send_ended(t, para, END_NOT_SENT, f.why);
        return;
    }
    struct para_state *ps = &t->run->paras[para];
    json_t *in = input_new(t, para);
    if (!in) return;
    json_decref(ps->input);
    ps->input = in;
    step_begin(t, para, visit);
}

void send_enter(struct turn *t, int para, unsigned visit) {
    const struct para *p = para_of(t, para);
    struct value at = {.missing = true};
    if (p->send.at && !walk_value(t, para, p->send.at, &at)) return;
    int64_t at_ms = at.missing ? 0 : case_instant(t->run->case_type, &at, false);
    if (at_ms <= t->now_ms) {
        send_go(t, para, visit);
        return;
    }
    struct fact f = fact_of(FACT_ENTERED, para, visit);
    f.at_ms = at_ms;
    turn_fact(t, &f);
}
