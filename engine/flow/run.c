/* run.c - questions about a run's state. */
#include "flow/run.h"

#include <stdlib.h>
#include <string.h>

#include "flow/flight.h"

const char *para_end_word(enum para_end e) {
    static const char *const words[END_COUNT] = {"none",    "done",    "refused", "failed",  "late",
                                                 "skipped", "dropped", "undone",  "not_sent"};
    return e < END_COUNT ? words[e] : "?";
}

enum para_end para_end_of(enum call_end e) {
    return e == CALL_DONE ? END_DONE : e == CALL_REFUSED ? END_REFUSED : END_FAILED;
}

static int asks_of(const struct para *p) {
    return p->kind == PARA_STEP ? p->step.n_calls : p->kind == PARA_SEND ? 1 : 0;
}

/* One block: the run, its paragraphs, their asks. */
struct run *run_new(struct id id, const struct plan *plan) {
    size_t n_asks = 0, n = (size_t)plan->n_paras;
    for (size_t i = 0; i < n; i++) n_asks += (size_t)asks_of(&plan->paras[i]);
    struct run *r = calloc(1, sizeof *r + n * sizeof(struct para_state) + n_asks * sizeof(struct ask));
    if (!r) return NULL;
    r->id = id, r->plan = plan;
    (void)id_text(id, r->text);
    r->paras = (struct para_state *)(r + 1);
    struct ask *asks = (struct ask *)(r->paras + n);
    for (size_t i = 0; i < n; i++) {
        r->paras[i].asks = asks;
        r->paras[i].n_asks = asks_of(&plan->paras[i]);
        asks += r->paras[i].n_asks;
    }
    r->commits_end = &r->commits;
    r->names = json_object();
    if (r->names) return r;
    free(r);
    return NULL;
}

static void leave_flights(struct para_state *ps) {
    for (int i = 0; i < ps->n_asks; i++) flight_orphan(ps->asks[i].flight);
    flight_orphan(ps->undo.flight);
}

void run_free(struct run *r) {
    if (!r) return;
    for (int i = 0; i < r->plan->n_paras; i++) {
        struct para_state *ps = &r->paras[i];
        leave_flights(ps);
        json_decref(ps->input), json_decref(ps->undo_input);
        free(ps->key), free(ps->base), free(ps->assignee), free(ps->why);
    }
    for (uint32_t i = 0; i < r->n_events; i++) {
        free(r->events[i].name), free(r->events[i].id), free(r->events[i].subject);
        json_decref(r->events[i].data);
    }
    free(r->events);
    json_decref(r->event_ids), json_decref(r->names), json_decref(r->postings);
    free(r->case_key), free(r->outcome), free(r->faulted);
    crypt_wipe(&r->person, sizeof r->person);
    free(r);
}

bool run_active(const struct run *r, int para) { return r->paras[para].phase != PHASE_IDLE; }

int run_saga_of(const struct run *r, int para) {
    for (int at = r->plan->paras[para].parent; at >= 0; at = r->plan->paras[at].parent)
        if (r->plan->paras[at].kind == PARA_SAGA) return at;
    return -1;
}

bool run_inside(const struct plan *plan, int para, int outer) {
    for (int at = plan->paras[para].parent; at >= 0; at = plan->paras[at].parent)
        if (at == outer) return true;
    return false;
}

bool run_saga_pivoted(const struct run *r, int saga) {
    for (int i = 0; i < r->plan->n_paras; i++) {
        const struct para *p = &r->plan->paras[i];
        if (p->kind != PARA_STEP || !p->step.pivot || !run_inside(r->plan, i, saga)) continue;
        if (r->paras[i].end == END_DONE && r->paras[i].phase == PHASE_IDLE) return true;
    }
    return false;
}

const char *run_state_word(const struct run *r) {
    if (r->ended) return "ended";
    bool stuck = false, undoing = r->interrupt != INTERRUPT_NONE, busy = false, waits = false;
    for (int i = 0; i < r->plan->n_paras; i++) {
        const struct para_state *ps = &r->paras[i];
        stuck |= ps->phase == PHASE_STUCK;
        undoing |= ps->phase == PHASE_UNDO;
        waits |= ps->phase == PHASE_WAIT || ps->phase == PHASE_TASK || ps->phase == PHASE_PAUSE;
        busy |= ps->phase == PHASE_CALL;
    }
    return stuck ? "stuck" : undoing ? "undoing" : busy || !waits ? "running" : "waiting";
}

static int weight(enum phase p) {
    switch (p) {
    case PHASE_STUCK: return 5;
    case PHASE_TASK: case PHASE_WAIT: case PHASE_PAUSE: return 4;
    case PHASE_CALL: return 3;
    case PHASE_UNDO: return 2;
    case PHASE_INSIDE: return 1;
    case PHASE_IDLE: break;
    }
    return 0;
}

const char *run_at(const struct run *r) {
    int best = -1;
    for (int i = 0; i < r->plan->n_paras; i++) {
        int w = weight(r->paras[i].phase);
        if (w && (best < 0 || w > weight(r->paras[best].phase))) best = i;
    }
    return best < 0 ? "" : r->plan->paras[best].name;
}

static void sooner(int64_t *wake, int64_t at) {
    if (at && (!*wake || at < *wake)) *wake = at;
}

static void ask_wake(const struct ask *a, bool live, int64_t *wake) {
    if (a->flight) {
        if (live) sooner(wake, flight_due_ms(a->flight));
    } else if ((a->state == ASK_RETRY || a->state == ASK_UNSURE) && !(live && a->queued)) {
        sooner(wake, a->due_ms);
    }
}

static void para_wake(const struct para_state *ps, bool live, int64_t *wake) {
    ask_wake(&ps->undo, live, wake);
    switch (ps->phase) {
    case PHASE_CALL:
        for (int i = 0; i < ps->n_asks; i++) ask_wake(&ps->asks[i], live, wake);
        if (!ps->cancel_asked) sooner(wake, ps->due_ms);
        sooner(wake, ps->hedge_ms);
        break;
    case PHASE_PAUSE: sooner(wake, ps->at_ms); break;
    case PHASE_WAIT: case PHASE_TASK:
        sooner(wake, ps->due_ms);
        sooner(wake, ps->at_ms);
        break;
    case PHASE_STUCK:
        if (!ps->stuck_escalated) sooner(wake, ps->at_ms);
        break;
    case PHASE_IDLE: case PHASE_INSIDE: case PHASE_UNDO: break;
    }
}

/* Listeners inside waits and tasks have the slots behind the top-level ones, and count while theirs
 * is active. */
static void inner_wake(const struct run *r, int64_t *wake) {
    int slot = r->plan->n_ons;
    for (int i = 0; i < r->plan->n_paras && slot < RUN_ARMED_MAX; i++) {
        const struct para *p = &r->plan->paras[i];
        int n = p->kind == PARA_TASK ? p->task.n_ons : p->kind == PARA_WAIT ? p->wait.n_ons : 0;
        enum phase phase = r->paras[i].phase;
        bool listens = phase == PHASE_WAIT || phase == PHASE_TASK;
        for (int k = 0; k < n && slot + k < RUN_ARMED_MAX; k++)
            if (listens) sooner(wake, r->armed_ms[slot + k]);
        slot += n;
    }
}

static int64_t wake_of(const struct run *r, bool live) {
    int64_t wake = 0;
    if (r->ended) return 0;
    for (int i = 0; i < r->plan->n_paras; i++) para_wake(&r->paras[i], live, &wake);
    inner_wake(r, &wake);
    if (r->interrupt == INTERRUPT_NONE)
        for (int i = 0; i < r->plan->n_ons && i < RUN_ARMED_MAX; i++) sooner(&wake, r->armed_ms[i]);
    return wake;
}

int64_t run_wake_ms(const struct run *r) { return wake_of(r, true); }
int64_t run_durable_wake_ms(const struct run *r) { return wake_of(r, false); }

static int visits(void *who, const char *paragraph) {
    const struct run *r = who;
    const struct para *p = plan_find(r->plan, paragraph);
    return p ? (int)r->paras[p->index].visits : 0;
}

static bool ended(void *who, const char *paragraph) {
    const struct run *r = who;
    const struct para *p = plan_find(r->plan, paragraph);
    return p && r->paras[p->index].phase == PHASE_IDLE && r->paras[p->index].end == END_DONE;
}

struct scope run_scope(const struct run *r, int64_t now_ms) {
    return (struct scope){.names = r->names,
                          .now_ms = now_ms,
                          .zone = r->case_type ? r->case_type->zone : NULL,
                          .visits = visits,
                          .ended = ended,
                          .who = (void *)r};
}
