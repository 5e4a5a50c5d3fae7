/* walk.h - the walker: what happens next in a run. Every function works inside a turn.
 *
 *   step.c  one operation, its tries, looks and stand-ins     undo.c  sagas taken back
 *   wait.c  events, listeners and dates                       task.c  people
 *   decide.c policies and routes                              walk.c  the way from one to the next */
#ifndef FLOW_WALK_H
#define FLOW_WALK_H

#include "flow/inner.h"

/* walk.c */
void walk(struct turn *t);                        /* until the run can only wait */
void walk_start(struct turn *t);
void walk_enter(struct turn *t, int para);        /* a new visit */
void walk_again(struct turn *t, int para);        /* the same visit, by hand */
void walk_left(struct turn *t, int para);         /* it is over (its fact is written): go on */
void walk_failed(struct turn *t, int para, enum para_end end, const char *why);
void walk_target(struct turn *t, const struct target *to);
void walk_stuck(struct turn *t, int para, const char *why, bool undo, bool unsure);
/* An `on`, a cancel, a failing sibling or an undo wants this paragraph gone. */
bool walk_unwinding(const struct turn *t, int para);
/* Takes it away as far as that can be done now; true: it is gone. */
bool walk_drop(struct turn *t, int para);
bool walk_drop_children(struct turn *t, int outer);
bool walk_holds(struct turn *t, int para, const struct expr *e, bool *out);
void walk_leave(struct turn *t, int para, enum para_end end, const char *why);
const char *walk_target_name(const struct plan *plan, const struct target *to);
void walk_expire(struct turn *t); /* good_for */
/* The value of an expression; false: it could not be had and the run is stuck at `para`. */
bool walk_value(struct turn *t, int para, const struct expr *e, struct value *out);
void walk_due(struct turn *t); /* every timer of the run that has come */

/* step.c */
const struct op_decl *step_op(const struct engine *e, const struct plan *plan, int para, int op, bool undo);
void step_enter(struct turn *t, int para, unsigned visit);
struct outcome { /* of a try or a look */
    enum call_end end;
    json_t *answer, *post;
    const char *why, *code;
    int64_t retry_after_ms;
    int64_t settle_ms; /* UNCERTAIN: the request may still be travelling; look no sooner */
    int64_t age_ms;    /* DONE: the answer was kept for so long */
};
enum { SETTLE_MS = 1000 };
void step_result(struct turn *t, int para, int op, bool look, const struct outcome *o);
void step_due(struct turn *t, int para);          /* timers of its tries and its `within` */
void step_again(struct turn *t, int para, bool unsure);
void step_by_hand(struct turn *t, int para, json_t *answer, const char *by);
bool step_drop(struct turn *t, int para);
void step_begin(struct turn *t, int para, unsigned visit); /* its input is made */
void step_resume(struct turn *t, int para);
void step_go_on_with(struct turn *t, int para, int op); /* its loan's file is free */
void send_enter(struct turn *t, int para, unsigned visit);
void send_go(struct turn *t, int para, unsigned visit);
bool send_ended(struct turn *t, int para, enum para_end end, const char *why);

/* retry.c: "gentle", "stubborn" for what must happen in the end, "look" for asking what became of a call */
const struct retry *walk_retry(const struct turn *t, const char *name);
bool retry_spent(const struct retry *r, unsigned tries);
int64_t retry_wait_ms(const struct retry *r, unsigned failed_tries, struct rng *rng);

struct step_key { /* of a try, and whether it must be looked at first */
    char text[256];
    bool look_first;
};
void step_money(struct turn *t, int para, const struct step_key *key); /* its business key is known now */
/* money.c: begins to find out how its business key stands; false: it has none and the run is stuck */
MUST_CHECK bool money_enter(struct turn *t, int para, unsigned visit);
/* The key of a local operation: our own books know what was entered under it. */
MUST_CHECK bool money_own_key(struct turn *t, int para, struct step_key *out);

/* undo.c */
void undo_go_on(struct turn *t, int saga);
void undo_go_on_with(struct turn *t, int para); /* the undo's loan's file is free */
void undo_result(struct turn *t, int para, bool look, const struct outcome *o);
void undo_due(struct turn *t, int para);
void undo_resume(struct turn *t, int para);
void undo_again(struct turn *t, int para);
void undo_look(struct turn *t, int para);
void undo_by_hand(struct turn *t, int para, const char *by);

/* wait.c */
void wait_enter(struct turn *t, int para, unsigned visit);
void wait_due(struct turn *t, int para);
void event_arrives(struct turn *t, const struct event *ev);
bool ons_listen(struct turn *t, int para); /* a task or wait begins; true: a kept event ended it */
bool task_ons_due(struct turn *t, int para);
void ons_arm(struct turn *t);
void ons_due(struct turn *t);
bool ons_catch_up(struct turn *t); /* events that came during an interrupt now taken; true: one was caught */

/* hint.c: the event came by a webhook (`by` begins with HINT_BY and names the connector) */
#define HINT_BY "webhook:"
void hint_take(struct turn *t, const char *by);
/* acts.c: a stuck call of which nobody knows whether it happened is looked at once more. */
void stuck_look(struct turn *t, int para, const char *by);

/* task.c */
void task_enter(struct turn *t, int para, unsigned visit);
void task_due(struct turn *t, int para);
void stuck_due(struct turn *t, int para);

/* decide.c */
void decide_enter(struct turn *t, int para, unsigned visit);
void route_enter(struct turn *t, int para, unsigned visit);

#endif
