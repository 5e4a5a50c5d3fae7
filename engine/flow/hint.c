/* hint.c - a webhook about this case: whatever a call of that provider has left open is looked at now. The webhook itself
 * settles nothing: it is a hint, the look is the truth. */
#include <string.h>

#include "base/text.h"
#include "flow/walk.h"

static bool of_connector(const struct op_decl *d, const char *connector) {
    size_t n = strlen(connector);
    return d && d->can_look && !strncmp(d->name, connector, n) && d->name[n] == '.';
}

/* The first look waits until the request can no longer be travelling (SETTLE_MS); later ones only wait to be polite. */
static void look_now(struct turn *t, int para, int op, bool undo, const char *connector) {
    struct para_state *ps = &t->run->paras[para];
    struct ask *a = undo ? &ps->undo : &ps->asks[op];
    if (a->state != ASK_UNSURE || !of_connector(step_op(t->e, t->run->plan, para, op, undo), connector)) return;
    a->hinted = a->flight != NULL; /* a look whose question may have come too early */
    if (a->flight || a->queued || a->looks < 2) return;
    a->due_ms = t->now_ms + SETTLE_MS; /* should it not start for want of memory */
    turn_effect(t, para, op, undo, true);
}

/* It went to a person because nobody could tell whether it had happened. */
static bool is_open(const struct turn *t, int para, const char *connector) {
    const struct para_state *ps = &t->run->paras[para];
    return ps->phase == PHASE_STUCK && ps->stuck_unsure && of_connector(step_op(t->e, t->run->plan, para, 0, ps->stuck_undo), connector);
}

void hint_take(struct turn *t, const char *by) {
    const char *connector = by && text_starts(by, HINT_BY) ? by + strlen(HINT_BY) : NULL;
    for (int i = 0; connector && *connector && i < t->run->plan->n_paras && t->failed == OK; i++) {
        const struct para_state *ps = &t->run->paras[i];
        if (is_open(t, i, connector)) {
            stuck_look(t, i, by);
            continue;
        }
        for (int op = 0; op < ps->n_asks && ps->phase == PHASE_CALL; op++) look_now(t, i, op, false, connector);
        look_now(t, i, 0, true, connector);
    }
}
