/* resume.c - after a replay: settles what was under way when the last process stopped. */
#include "flow/walk.h"

/* This run's next row cannot be written: a person must see why (SEMANTICS 2). */
static void park_rejected(struct turn *t) {
    for (int i = t->run->plan->n_paras - 1; i >= 0; i--) {
        enum phase p = t->run->paras[i].phase;
        if (p == PHASE_IDLE || p == PHASE_INSIDE || p == PHASE_UNDO || p == PHASE_STUCK) continue;
        walk_stuck(t, i, "what came next could not be written", false, p == PHASE_CALL);
        return;
    }
}

void resume_run(struct engine *e, struct run *r) {
    struct entry *en = r->entry;
    turn_begin(e, r);
    struct turn *t = &e->turn;
    if (en && en->rejected == 1) park_rejected(t);
    for (int i = 0; i < r->plan->n_paras && t->failed == OK; i++) {
        undo_resume(t, i);
        if (r->paras[i].phase == PHASE_CALL) step_resume(t, i);
    }
    walk_due(t); /* timers that came while nobody was there, and an unwinding that was under way */
    turn_end(e);
}
