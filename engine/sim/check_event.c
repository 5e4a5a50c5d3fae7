/* check_event.c - every event that was acknowledged was heard by each run that should have, or is kept: the table and
 * the journals are held against what the clients were told. */
#include <string.h>

#include "flow/inner.h"
#include "sim/check.h"
#include "sim/clock.h"
#include "sim/telling.h"

/* What may lie between: a process is away for a minute and a half, and a lease runs out. */
enum { MARGIN_MS = 900000 };
#define SWEPT_MS (INT64_C(29) * 86400000)

struct hearing { /* of one event by one run; times 0: not */
    int64_t started_ms, heard_ms, last_ms;
    unsigned times;
    bool listens;
};

static void read_run(struct stage *s, const struct sim_case *c, const char *event, struct hearing *out) {
    json_auto_t *journal = c->started ? memory_journal_new(s->memory, c->run) : NULL;
    const struct plan *plan = definitions_flow(s->definitions, c->workflow, 1);
    json_t *row, *fact;
    size_t i, k;
    *out = (struct hearing){.listens = plan && plan_listens(plan)};
    json_array_foreach(journal, i, row) {
        out->last_ms = json_int(row, "at", 0);
        if (!i) out->started_ms = out->last_ms;
        json_array_foreach(json_object_get(row, "facts"), k, fact) {
            if (strcmp(json_text(fact, "f", ""), "event") || strcmp(json_text(fact, "id", ""), event)) continue;
            out->times++, out->heard_ms = out->last_ms;
        }
    }
}

struct row_found { /* of kept_event */
    const char *key, *id;
    char state[16];
    bool owed;
};
static void find(void *who, const char *type, const char *key, const char *id, const char *state, bool owed) {
    struct row_found *r = who;
    (void)type;
    if (strcmp(key, r->key) || strcmp(id, r->id)) return;
    (void)snprintf(r->state, sizeof r->state, "%s", state);
    r->owed = owed;
}

static int64_t latest(int64_t a, int64_t b) { return a > b ? a : b; }

static void check_run(struct stage *s, const struct telling *t, const struct hearing *h, const char *state, const char *workflow) {
    int64_t since = latest(latest(h->started_ms, t->told_ms), s->storm_till_ms) + MARGIN_MS;
    bool was_open = h->started_ms && h->listens && since < h->last_ms;
    if (h->times > 1) stage_violation(s, "%s: %s heard it %u times", t->id, workflow, h->times);
    if (!was_open || h->times) return;
    if (!strcmp(state, "new") || !strcmp(state, "kept")) stage_violation(s, "%s is %s, but %s was open and did not hear it", t->id, state, workflow);
    if (h->started_ms + MARGIN_MS < t->told_ms) stage_violation(s, "%s: %s was open when it came and did not hear it", t->id, workflow);
}

static void check_telling(struct stage *s, const struct telling *t) {
    struct row_found row = {.key = t->c->ref, .id = t->id};
    struct hearing first = {0};
    unsigned heard = 0;
    memory_each_event(s->memory, find, &row);
    if (t->by_case && !row.state[0] && sim_clock_now(s->clock) - t->told_ms < SWEPT_MS)
        stage_violation(s, "%s was acknowledged and is nowhere", t->id);
    if (!strcmp(row.state, "dead")) stage_violation(s, "%s is a dead letter", t->id);
    if (row.owed) stage_violation(s, "%s is owed to a run that has ended", t->id);
    for (unsigned i = 0; i < s->n_cases; i++) {
        struct hearing h;
        if (strcmp(s->cases[i].ref, t->c->ref)) continue;
        read_run(s, &s->cases[i], t->id, &h);
        if (t->by_case) check_run(s, t, &h, row.state, s->cases[i].workflow);
        if (!h.times) continue;
        if (heard++ && latest(first.started_ms, h.started_ms) > (first.heard_ms < h.heard_ms ? first.heard_ms : h.heard_ms) + MARGIN_MS)
            stage_violation(s, "%s was heard by a run that started after another had heard it", t->id);
        first = h;
    }
    if (!heard && !strcmp(row.state, "taken")) stage_violation(s, "%s is taken, and no run has heard it", t->id);
}

void check_events(struct stage *s) {
    for (const struct telling *t = s->tellings; t; t = t->next)
        if (t->told_ms) check_telling(s, t);
}
