/* park.c - idle runs leave memory: what stays of them is an entry with their next instant. */
#include "flow/inner.h"

/* Under way, or about to be: no timer would wake a run for it. */
static bool under_way(const struct ask *a) { return a->flight || a->queued || a->state == ASK_OUT || a->state == ASK_HERE; }

static bool may_park(const struct run *r) {
    if (!r->entry || r->unsettled || r->ended || r->entry->readers || r->entry->load) return false;
    for (int i = 0; i < r->plan->n_paras; i++) {
        if (money_sought(r, i)) return false;
        if (under_way(&r->paras[i].undo)) return false;
        for (int k = 0; k < r->paras[i].n_asks; k++)
            if (under_way(&r->paras[i].asks[k])) return false;
    }
    return true;
}

void park_busy(struct engine *e, struct run *r) {
    if (!r->idle) return;
    if (r->idle_prev) r->idle_prev->idle_next = r->idle_next;
    else e->idle_first = r->idle_next;
    if (r->idle_next) r->idle_next->idle_prev = r->idle_prev;
    else e->idle_last = r->idle_prev;
    e->idle_weight -= r->weight;
    r->idle = false, r->idle_prev = r->idle_next = NULL;
}

void park_now(struct engine *e, struct run *r) {
    struct entry *en = r->entry;
    park_busy(e, r);
    en->run = NULL;
    e->resident--;
    known_wake(e, en, run_durable_wake_ms(r));
    run_free(r);
}

/* The run that has been idle longest goes first. The one that became idle just now is kept: its
 * caller may still look at it. */
void park_idle(struct engine *e, struct run *r) {
    if (!r->idle && may_park(r)) {
        r->idle = true, r->idle_prev = e->idle_last, r->idle_next = NULL;
        if (e->idle_last) e->idle_last->idle_next = r;
        else e->idle_first = r;
        e->idle_last = r;
        e->idle_weight += r->weight;
    }
    while ((e->resident > e->c.resident_max || e->idle_weight > e->c.idle_bytes_max) && e->idle_first && e->idle_first != r) {
        struct run *oldest = e->idle_first;
        if (may_park(oldest)) park_now(e, oldest);
        else park_busy(e, oldest);
    }
}
