/* hear.c - events from outside: to one run, or by case to whoever is open (README: Events from outside). */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "flow/request.h"
#include "flow/walk.h"

static char *copy(const char *s) { return s ? strdup(s) : NULL; }

static enum err arrives(struct turn *t, struct request *q, struct fault *f) {
    q->knew = q->id && json_object_get(t->run->event_ids, q->id);
    if (q->knew) return OK;
    if (t->run->n_events >= RUN_EVENTS_MAX) /* never say yes to what is not kept */
        return fault_set(f, ERR_LIMIT, t->run->text, "this run has heard %d events: no more are taken", RUN_EVENTS_MAX);
    struct event ev = {q->name, q->id, q->by, q->data, q->subject, q->sequence, false};
    q->heard = (struct heard_row){q->id, q->name, q->by, q->subject, q->sequence, q->at_ms};
    if (q->by_case) t->heard = &q->heard;
    event_arrives(t, &ev);
    return OK;
}

struct request *event_request(struct engine *e, struct id run, const struct event *ev, engine_done_fn *done, void *who) {
    struct request *q = request_new(e, run, arrives, done, who);
    if (!q) return NULL;
    q->name = copy(ev->name), q->id = copy(ev->event_id), q->by = copy(ev->by);
    q->subject = ev->subject && *ev->subject ? copy(ev->subject) : NULL, q->sequence = ev->sequence;
    q->data = ev->data ? json_incref((json_t *)ev->data) : json_object();
    q->at_ms = loop_now_ms(e->c.loop);
    if (q->name && q->data && !q->id == !ev->event_id) return q;
    request_free(q);
    return NULL;
}

enum err engine_signal(struct engine *e, struct id run, const struct event *ev, engine_done_fn *done, void *who) {
    return request_post_take(event_request(e, run, ev, done, who));
}

/* --- by case ----------------------------------------------------------------------------------- */

struct hearing {
    struct engine *engine;
    char *type, *key, *name, *id, *by, *subject;
    int64_t sequence;
    bool unkept;
    json_t *data;
    engine_done_fn *done;
    void *who;
};

static void hearing_end(struct hearing *h, enum err err, const struct fault *f) {
    struct engine *e = h->engine;
    if (h->done) h->done(h->who, err, f);
    free(h->type), free(h->key), free(h->name), free(h->id), free(h->by), free(h->subject);
    json_decref(h->data);
    free(h);
    e->pending--;
    engine_maybe_drained(e);
}

static void kept(void *who, enum err err, const struct fault *f) {
    struct hearing *h = who;
    struct engine *e = h->engine;
    if (err == OK) look_soon(e);
    if (err == OK && e->c.events_came) e->c.events_came(e->c.events_who);
    hearing_end(h, err, f);
}

static struct kept_event row_of(const struct hearing *h) {
    return (struct kept_event){.case_type = h->type, .key = h->key, .name = h->name, .event_id = h->id, .by = h->by,
                               .body = "", .at_ms = loop_now_ms(h->engine->c.loop), .subject = h->subject, .sequence = h->sequence};
}

static void keep(struct hearing *h, const char *dropped) {
    struct engine *e = h->engine;
    AUTO(buf_reset) struct buf body;
    buf_init(&body, 1 << 20);
    struct kept_event ev = row_of(h);
    enum err err = dropped ? OK : seal_kept(e, h->id, h->data, &body);
    ev.body = buf_text(&body), ev.dropped = dropped;
    if (err == OK) err = e->c.store->ops->keep_event(e->c.store, &ev, kept, h);
    if (err != OK) hearing_end(h, err, NULL);
}

/* Whatever kept the run from hearing it (it has just ended, it went elsewhere, it can hear no more): the table knows
 * what to do. Should its append have become durable after all, the id is known there. */
static void told(void *who, enum err err, const struct fault *f) {
    struct hearing *h = who;
    if (err == OK || h->engine->closing) hearing_end(h, err, f);
    else keep(h, NULL);
}

static void found(void *who, enum err err, const struct event_found *x) {
    struct hearing *h = who;
    struct engine *e = h->engine;
    struct event ev = {h->name, h->id, h->by, h->data, h->subject, h->sequence, false};
    struct fault f = {0};
    if (err != OK || x->known) {
        if (err != OK) (void)fault_set(&f, err, "", "the database is not reached at the moment");
        hearing_end(h, err, &f);
        return;
    }
    if (x->stale) {
        keep(h, "of its subject a higher sequence was known already");
        return;
    }
    if (h->unkept && !x->open) {
        keep(h, "no run of its case was open, and its case type keeps no such event");
        return;
    }
    bool here = x->open == 1 && !x->owed && engine_owns(e, id_shard(x->run), &f);
    struct request *q = here ? event_request(e, x->run, &ev, told, h) : NULL;
    if (!q) {
        keep(h, NULL);
        return;
    }
    q->by_case = true;
    request_go_take(q);
}

enum err engine_hear(struct engine *e, const char *case_type, const char *key, const struct event *ev,
                     engine_done_fn *done, void *who) {
    struct hearing *h = calloc(1, sizeof *h);
    if (!h) return ERR_NOMEM;
    *h = (struct hearing){.engine = e, .type = copy(case_type), .key = copy(key), .name = copy(ev->name),
                          .id = copy(ev->event_id), .by = copy(ev->by), .subject = copy(ev->subject ? ev->subject : ""),
                          .sequence = ev->sequence, .unkept = ev->unkept, .done = done, .who = who};
    h->data = ev->data ? json_incref((json_t *)ev->data) : json_object();
    e->pending++;
    enum err err = h->type && h->key && h->name && h->id && h->subject && h->data ? OK : ERR_NOMEM;
    struct kept_event row = row_of(h);
    if (err == OK) err = e->c.store->ops->find_event(e->c.store, &row, found, h);
    if (err == OK) return OK;
    h->done = NULL;
    hearing_end(h, err, NULL);
    return err;
}

bool plan_listens(const struct plan *p) {
    for (int i = 0; i < p->n_ons; i++)
        if (p->ons[i].event) return true;
    for (int i = 0; i < p->n_paras; i++)
        if (p->paras[i].kind == PARA_WAIT || (p->paras[i].kind == PARA_TASK && p->paras[i].task.n_ons)) return true;
    return false;
}
