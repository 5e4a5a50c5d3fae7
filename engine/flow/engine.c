/* engine.c - the engine's tables, its alarm clock, and its way in and out of the world. */
#include "flow/engine.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "flow/cabinet.h"
#include "flow/day_end.h"
#include "flow/walk.h"

enum { BODY_CEILING = 8 * 1024 * 1024 };

/* --- open runs ------------------------------------------------------------------------------- */

struct entry *known_find(const struct engine *e, struct id id) {
    return map_get(e->entries, id.b, sizeof id.b);
}

struct entry *known_new(struct engine *e, struct id id) {
    struct entry *en = calloc(1, sizeof *en);
    if (!en) return NULL;
    en->id = id;
    if (map_put(e->entries, id.b, sizeof id.b, en, NULL) != OK) {
        free(en);
        return NULL;
    }
    return en;
}

void known_free(struct entry *en, struct engine *e) {
    struct fault f;
    (void)fault_set(&f, ERR_CLOSED, "", "this process no longer speaks for the run");
    if (en->load) load_abandon(e, en, ERR_CLOSED, &f);
    readers_end(e, en, ERR_CLOSED, &f);
    if (en->run) en->run->entry = NULL;
    if (en->wake.slot) heap_remove(&e->wakes, &en->wake);
    (void)map_remove(e->entries, en->id.b, sizeof en->id.b);
    free(en);
}

/* --- the alarm clock: one loop timer for the earliest wish ------------------------------------- */

static void alarm_set(struct engine *e);

static void alarm_rings(void *who) {
    struct engine *e = who;
    int64_t now = loop_now_ms(e->c.loop);
    e->alarm = NULL;
    for (struct heap_node *top; !e->closing && (top = heap_top(&e->wakes)) && top->at <= now;) {
        struct entry *en = (struct entry *)top;
        heap_remove(&e->wakes, top);
        if (e->shards[id_shard(en->id)].mine) wake_run(e, en);
    }
    alarm_set(e);
}

static void alarm_set(struct engine *e) {
    struct heap_node *top = heap_top(&e->wakes);
    if (!top || e->closing || (e->alarm && e->alarm_ms <= top->at)) return;
    int64_t now = loop_now_ms(e->c.loop), after = top->at > now ? top->at - now : 0;
    if (after > 3600000) after = 3600000; /* a clock may be set: look again each hour */
    loop_cancel(e->c.loop, e->alarm);
    e->alarm_ms = now + after;
    e->alarm = loop_timer(e->c.loop, after, alarm_rings, e);
    if (!e->alarm) log_error("no_alarm", "why=memory");
}

void known_wake(struct engine *e, struct entry *en, int64_t at_ms) {
    if (en->wake.slot && en->wake.at == at_ms) return;
    if (en->wake.slot) heap_remove(&e->wakes, &en->wake);
    if (!at_ms) return;
    en->wake.at = at_ms;
    if (heap_push(&e->wakes, &en->wake) != OK) log_error("no_alarm", "why=memory");
    alarm_set(e);
}

/* A run's own time has come, asleep or awake. */
static void awake(void *who, enum err err, struct run *r, const struct fault *f) {
    struct engine *e = who;
    (void)f;
    if (err != OK || !r || r->ended || !r->entry) return;
    if (run_wake_ms(r) == 0 || run_wake_ms(r) > loop_now_ms(e->c.loop)) {
        known_wake(e, r->entry, run_wake_ms(r));
        park_idle(e, r);
        return;
    }
    turn_begin(e, r);
    walk_due(&e->turn);
    turn_end(e);
}

void wake_run(struct engine *e, struct entry *en) { with_run(e, en->id, awake, e); }

/* --- ends of runs ------------------------------------------------------------------------------ */

static void forget_run(struct engine *e, struct run *r) {
    park_busy(e, r);
    if (e->resident) e->resident--;
    if (r->entry) known_free(r->entry, e);
    run_free(r);
}

struct ended {
    struct engine *engine;
    struct id run;
};

static void forget_ended(void *who) {
    struct ended *x = who;
    struct engine *e = x->engine;
    struct entry *en = known_find(e, x->run);
    if (en && en->run && en->run->ended && !en->run->unsettled) forget_run(e, en->run);
    free(x);
    e->pending--;
    engine_maybe_drained(e);
}

/* Who watches a run asks for its state when it ends: that is answered from memory before it goes. */
static bool forget_later(struct engine *e, const struct run *r) {
    struct ended *x = r->entry && !e->closing ? malloc(sizeof *x) : NULL;
    if (!x) return false;
    *x = (struct ended){e, r->id};
    if (loop_post(e->c.loop, forget_ended, x) == OK) {
        e->pending++;
        return true;
    }
    free(x);
    return false;
}

void engine_settled(struct engine *e, struct run *r) {
    read_tell(e, r);
    if (!r->ended || r->unsettled) park_idle(e, r);
    else if (!forget_later(e, r)) forget_run(e, r);
}

bool engine_owns(const struct engine *e, uint16_t shard, struct fault *f) {
    const char *address = "";
    if (!e->closing && !e->draining && engine_owner(e, shard, &address) == OWNER_SELF) return true;
    (void)fault_set(f, ERR_CLOSED, address, "another process serves this run");
    return false;
}

/* --- wiring ------------------------------------------------------------------------------------ */

static void open_metrics(struct engine *e) {
    struct metrics *m = e->c.metrics;
    if (!m) return;
    e->m_started = metric_get(m, METRIC_COUNTER, "tenor_runs_started_total", "Runs started.", NULL, NULL);
    e->m_ended = metric_get(m, METRIC_COUNTER, "tenor_runs_ended_total", "Runs ended.", NULL, NULL);
    e->m_rows = metric_get(m, METRIC_COUNTER, "tenor_journal_rows_total", "Journal rows handed to the store.", NULL, NULL);
    e->m_stuck = metric_get(m, METRIC_COUNTER, "tenor_runs_stuck_total", "Times a run came to need a person.", NULL, NULL);
    for (int i = 0; i < 4; i++) {
        const char *word = call_end_word((enum call_end)i);
        e->m_calls[i] = metric_get(m, METRIC_COUNTER, "tenor_calls_total", "Calls ended, by end.", "end", &word);
    }
}

static bool open_tables(struct engine *e) {
    e->n_shards = e->c.store->shards ? e->c.store->shards : 1;
    e->entries = map_new(), e->persons = map_new(), e->hearing = map_new();
    e->shards = calloc(e->n_shards, sizeof *e->shards);
    e->to_recover = calloc(e->n_shards, 1);
    e->cabinet = cabinet_new(e), e->day_ends = day_ends_new(e);
    buf_init(&e->turn.body, BODY_CEILING);
    outbox_init(&e->turn.outbox);
    return e->entries && e->persons && e->hearing && e->shards && e->to_recover && e->cabinet && e->day_ends;
}

enum err engine_new(const struct engine_config *c, struct engine **out, struct fault *f) {
    struct engine *e = calloc(1, sizeof *e);
    if (!e) return fault_set(f, ERR_NOMEM, "", "no memory");
    e->c = *c;
    (void)text_copy(e->owner, sizeof e->owner, c->owner);
    (void)text_copy(e->address, sizeof e->address, c->address);
    e->c.owner = e->owner, e->c.address = e->address;
    if (!e->c.processes) e->c.processes = 1;
    if (!e->c.lease_ttl_ms) e->c.lease_ttl_ms = 6000;
    if (!e->c.resident_max) e->c.resident_max = 20000;
    if (!e->c.idle_bytes_max) e->c.idle_bytes_max = 64u << 20;
    if (!e->c.loans_max) e->c.loans_max = 20000;
    if (!e->c.loan_bytes_max) e->c.loan_bytes_max = 64u << 20;
    enum err err = open_tables(e) ? lease_start(e) : fault_set(f, ERR_NOMEM, "", "no memory");
    if (err != OK) {
        engine_free(e);
        return err;
    }
    open_metrics(e);
    look_later(e);
    *out = e;
    return OK;
}

static void free_entry(void *who, const void *key, size_t n, void *value) {
    struct engine *e = who;
    struct entry *en = value;
    (void)key, (void)n;
    struct run *r = en->run;
    for (struct commit *c = r ? r->commits : NULL; c; c = c->next) c->run = NULL;
    known_free(en, e);
    run_free(r);
}

static void bury(struct engine *e) {
    for (struct commit *c = e->held, *next; c; c = next) next = c->next, free(c);
    heap_reset(&e->wakes);
    cabinet_free(e->cabinet);
    day_ends_free(e->day_ends);
    map_free(e->entries, NULL), map_free(e->hearing, NULL);
    map_free(e->persons, person_free);
    free(e->shards), free(e->to_recover), free(e->turn.effects);
    buf_reset(&e->turn.body);
    outbox_reset(&e->turn.outbox);
    free(e);
}

/* Appends, reads and calls under way still tell us when they end: the last of them buries the engine. */
void engine_free(struct engine *e) {
    if (!e) return;
    e->closing = true, e->drained = NULL;
    lease_stop(e), look_stop(e);
    day_ends_stop(e->day_ends);
    cabinet_stop(e->cabinet);
    loop_cancel(e->c.loop, e->alarm);
    e->alarm = NULL;
    if (e->entries) map_each(e->entries, free_entry, e);
    for (size_t i = 0; i < WATCH_SLOTS; i++)
        while (e->watches[i]) engine_unwatch(e, e->watches[i]);
    e->freed = true;
    engine_maybe_drained(e);
}

static void released(void *who, enum err err, const struct fault *f) {
    struct engine *e = who;
    (void)err, (void)f;
    if (e->drained) e->drained(e->drained_who);
}

void engine_maybe_drained(struct engine *e) {
    if (e->freed && !e->commits && !e->pending && !e->flights) {
        bury(e);
        return;
    }
    if (!e->draining || e->commits || e->pending || !e->drained) return;
    e->draining = false, e->closing = true;
    if (e->c.store->ops->release(e->c.store, e->owner, released, e) != OK) e->drained(e->drained_who);
}

void engine_drain(struct engine *e, loop_fn *done, void *who) {
    e->draining = true, e->drained = done, e->drained_who = who;
    lease_stop(e), look_stop(e);
    engine_maybe_drained(e);
}

/* --- watching ---------------------------------------------------------------------------------- */

struct watch **watches_of(struct engine *e, struct id run) {
    uint16_t end;
    memcpy(&end, run.b + sizeof run.b - sizeof end, sizeof end);
    return &e->watches[end % WATCH_SLOTS];
}

struct watch *engine_watch(struct engine *e, struct id run, engine_watch_fn *fn, void *who) {
    struct watch *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    struct watch **first = watches_of(e, run);
    *w = (struct watch){.next = *first, .engine = e, .run = run, .fn = fn, .who = who};
    if (*first) (*first)->prev = w;
    *first = w;
    return w;
}

void engine_unwatch(struct engine *e, struct watch *w) {
    if (!w) return;
    if (w->prev) w->prev->next = w->next;
    else *watches_of(e, w->run) = w->next;
    if (w->next) w->next->prev = w->prev;
    free(w);
}
