/* look.c - what runs of our shards are owed: each process looks now and then, and at once when there is reason. The
 * table is the only truth; what is missed here the next look finds. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "flow/request.h"
#include "flow/walk.h"

enum { LOOK_MS = 1000, SOON_MS = 30, SWEEP_MS = 60000, OWED_AT_ONCE = 256 };
#define KEPT_MS (INT64_C(30) * 86400000)

struct delivery { /* one event to one run */
    struct delivery *next;  /* in the order of arrival; of the same run: waits for this one, so that none is overtaken */
    struct engine *engine;
    struct id run;
    struct request *request; /* while it is under way */
    char *type, *key, *name, *id, *body, *by, *subject;
    int64_t at_ms, sequence;
};
struct looking {
    struct engine *engine;
    struct delivery *first, **end;
    unsigned n;
    int64_t last;
};

static void delivery_free(struct delivery *d) {
    if (!d) return;
    free(d->type), free(d->key), free(d->name), free(d->id), free(d->body), free(d->by), free(d->subject);
    free(d);
}

static void chain_free(struct delivery *d) {
    for (struct delivery *next; d; d = next) next = d->next, delivery_free(d);
}

/* --- the clock ---------------------------------------------------------------------------------- */

static void look(void *who);

static void look_in(struct engine *e, int64_t after_ms) {
    int64_t at = loop_now_ms(e->c.loop) + after_ms;
    if (e->closing || e->draining || e->looking || (e->look_timer && e->look_at_ms <= at)) return;
    loop_cancel(e->c.loop, e->look_timer);
    e->look_timer = loop_timer(e->c.loop, after_ms, look, e);
    e->look_at_ms = at;
    if (!e->look_timer) log_error("no_look", "why=memory"); /* the next renewal of the leases tries again */
}

void look_soon(struct engine *e) {
    e->look_again |= e->looking;
    look_in(e, SOON_MS);
}

void look_later(struct engine *e) { look_in(e, e->c.look_ms ? e->c.look_ms : LOOK_MS); }

void look_stop(struct engine *e) {
    loop_cancel(e->c.loop, e->look_timer);
    e->look_timer = NULL;
}

void engine_look(struct engine *e) { look_soon(e); }

/* --- one event heard ----------------------------------------------------------------------------- */

static void deliver(struct delivery *d);

static void settled(void *who, enum err err, const struct fault *f) {
    struct engine *e = who;
    (void)f;
    if (err != OK) log_warn("event_not_settled", "err=%s", err_word(err));
    e->pending--;
    engine_maybe_drained(e);
}

static void settle(const struct delivery *d, enum event_end how, const char *why) {
    struct engine *e = d->engine;
    struct kept_event ev = {.case_type = d->type, .key = d->key, .event_id = d->id};
    e->pending++;
    if (e->c.store->ops->settle_event(e->c.store, d->run, &ev, how, why, loop_now_ms(e->c.loop), settled, e) != OK)
        settled(e, ERR_IO, NULL);
}

/* The last of this run for now. */
static void chain_ended(struct engine *e, struct id run) {
    (void)map_remove(e->hearing, run.b, sizeof run.b);
    if (e->look_missed && !e->closing) look_soon(e);
    e->look_missed = false;
}

/* Whoever else was told why stays owed, and is found by the next look. */
static void delivered(void *who, enum err err, const struct fault *f) {
    struct delivery *d = who, *next = d->next;
    struct engine *e = d->engine;
    bool on = !e->closing;
    if (err == OK && d->request->knew && on) settle(d, EVENT_HEARD, NULL);
    else if ((err == ERR_REFUSED || err == ERR_NOT_FOUND) && on) settle(d, EVENT_GONE, NULL);
    else if (err == ERR_LIMIT && on) settle(d, EVENT_FULL, f ? f->text : "the run hears no more events");
    else if (err != OK) log_info("event_not_heard", "err=%s", err_word(err));
    on &= err == OK || err == ERR_LIMIT || err == ERR_REFUSED || err == ERR_NOT_FOUND;
    struct id run = d->run;
    delivery_free(d);
    if (on && next) {
        deliver(next);
    } else {
        chain_free(next);
        chain_ended(e, run);
    }
    e->pending--;
    engine_maybe_drained(e);
}

static void deliver(struct delivery *d) {
    struct engine *e = d->engine;
    json_t *data = seal_kept_open_new(e, d->id, d->body);
    struct event ev = {d->name, d->id, *d->by ? d->by : NULL, data, d->subject, d->sequence, false};
    e->pending++;
    d->request = event_request(e, d->run, &ev, delivered, d);
    json_decref(data);
    if (!d->request) {
        delivered(d, ERR_NOMEM, NULL);
        return;
    }
    d->request->by_case = true, d->request->at_ms = d->at_ms;
    request_go_take(d->request);
}

/* --- a look --------------------------------------------------------------------------------------- */

static void owed(void *who, const struct owed_event *o) {
    struct looking *l = who;
    struct delivery *d = calloc(1, sizeof *d);
    l->n++, l->last = o->no;
    if (!d) return; /* the next look finds it */
    *d = (struct delivery){.engine = l->engine, .run = o->run, .type = strdup(o->event.case_type), .key = strdup(o->event.key),
                           .name = strdup(o->event.name), .id = strdup(o->event.event_id), .body = strdup(o->event.body),
                           .by = strdup(o->event.by ? o->event.by : ""), .at_ms = o->event.at_ms,
                           .subject = strdup(o->event.subject ? o->event.subject : ""), .sequence = o->event.sequence};
    if (!d->type || !d->key || !d->name || !d->id || !d->body || !d->by || !d->subject) {
        delivery_free(d);
        return;
    }
    *l->end = d, l->end = &d->next;
}

/* Leaves in `list` what is for other runs, in order; returns the first's. */
static struct delivery *chain_of_first(struct delivery **list) {
    struct delivery *first = *list, **mine = &first->next, *others = NULL, **others_end = &others;
    for (struct delivery *d = first->next, *next; d; d = next) {
        next = d->next;
        d->next = NULL;
        if (id_same(d->run, first->run)) *mine = d, mine = &d->next;
        else *others_end = d, others_end = &d->next;
    }
    *mine = NULL;
    *list = others;
    return first;
}

/* A run that is still hearing what an earlier look found hears the rest after it. */
static void deliver_all(struct engine *e, struct delivery *list) {
    while (list) {
        struct delivery *chain = chain_of_first(&list);
        bool busy = map_get(e->hearing, chain->run.b, sizeof chain->run.b) != NULL;
        if (busy || map_put(e->hearing, chain->run.b, sizeof chain->run.b, e, NULL) != OK) {
            e->look_missed |= busy;
            chain_free(chain);
        } else {
            deliver(chain);
        }
    }
}

static void looked(void *who, enum err err, const struct fault *f) {
    struct looking *l = who;
    struct engine *e = l->engine;
    (void)f;
    if (err != OK) log_warn("events_unread", "err=%s", err_word(err));
    bool more = err == OK && l->n == OWED_AT_ONCE;
    e->owed_after = more ? l->last : 0;
    e->looking = false;
    if (err == OK && !e->closing) deliver_all(e, l->first);
    else chain_free(l->first);
    free(l);
    if (more || e->look_again) look_soon(e);
    else look_later(e);
    e->look_again = false;
    e->pending--;
    engine_maybe_drained(e);
}

static bool shard_is_ours(const struct engine *e, unsigned i) { return e->shards[i].mine && e->shards[i].recovered; }

/* 30 days are enough for an application to come; then a person looks. One process does it for all. */
static void sweep(struct engine *e) {
    int64_t now = loop_now_ms(e->c.loop);
    if (!shard_is_ours(e, 0) || now - e->swept_ms < SWEEP_MS) return;
    e->swept_ms = now;
    e->pending++;
    if (e->c.store->ops->sweep_events(e->c.store, now - KEPT_MS, now, "nobody came to hear it within 30 days", settled, e) != OK)
        settled(e, ERR_IO, NULL);
}

static void look(void *who) {
    struct engine *e = who;
    e->look_timer = NULL;
    struct looking *l = calloc(1, sizeof *l);
    int32_t *shards = calloc(e->n_shards, sizeof *shards);
    size_t n = 0;
    for (unsigned i = 0; shards && i < e->n_shards; i++)
        if (shard_is_ours(e, i)) shards[n++] = (int32_t)i;
    if (!l || !n) {
        free(l), free(shards);
        look_later(e);
        return;
    }
    sweep(e);
    l->engine = e, l->end = &l->first;
    e->looking = true;
    e->pending++;
    if (e->c.store->ops->owed_events(e->c.store, shards, n, e->owed_after, OWED_AT_ONCE, owed, looked, l) != OK)
        looked(l, ERR_IO, NULL);
    free(shards);
}

json_t *engine_event_new(const struct engine *e, const char *event_id, const char *body) {
    return seal_kept_open_new(e, event_id, body);
}

/* --- dead letters --------------------------------------------------------------------------------- */

struct deciding {
    struct engine *engine;
    engine_done_fn *done;
    void *who;
};

static void decided(void *who, enum err err, const struct fault *f) {
    struct deciding *x = who;
    struct engine *e = x->engine;
    if (err == OK) look_soon(e);
    x->done(x->who, err, f);
    free(x);
    e->pending--;
    engine_maybe_drained(e);
}

enum err engine_dead_event(struct engine *e, int64_t no, bool replay, const char *by, const char *why, engine_done_fn *done,
                           void *who) {
    struct deciding *x = calloc(1, sizeof *x);
    if (!x) return ERR_NOMEM;
    *x = (struct deciding){e, done, who};
    e->pending++;
    enum err err = e->c.store->ops->dead_event(e->c.store, no, replay, by, why, loop_now_ms(e->c.loop), decided, x);
    if (err == OK) return OK;
    free(x);
    e->pending--;
    return err;
}
