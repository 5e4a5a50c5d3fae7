/* hear.c - events from outside: to one run, or to every open run of a case; kept when nobody is there. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "flow/request.h"
#include "flow/walk.h"

static char *copy(const char *s) { return s ? strdup(s) : NULL; }

static enum err arrives(struct turn *t, struct request *q, struct fault *f) {
    if (q->id && json_object_get(t->run->event_ids, q->id)) return OK;
    if (t->run->n_events >= RUN_EVENTS_MAX) /* never say yes to what is not kept */
        return fault_set(f, ERR_LIMIT, t->run->text, "this run has heard %d events: no more are taken", RUN_EVENTS_MAX);
    struct event ev = {q->name, q->id, q->by, q->data};
    if (q->stuck) t->event_taken = q->id; /* it was kept in the store until now */
    event_arrives(t, &ev);
    return OK;
}

static struct request *event_request(struct engine *e, struct id run, const struct event *ev, bool kept,
                                     engine_done_fn *done, void *who) {
    struct request *q = request_new(e, run, arrives, done, who);
    if (!q) return NULL;
    q->name = copy(ev->name), q->id = copy(ev->event_id), q->by = copy(ev->by);
    q->data = ev->data ? json_incref((json_t *)ev->data) : json_object();
    q->stuck = kept;
    if (q->name && q->data) return q;
    request_free(q);
    return NULL;
}

enum err engine_signal(struct engine *e, struct id run, const struct event *ev, engine_done_fn *done, void *who) {
    return request_post_take(event_request(e, run, ev, false, done, who));
}

/* --- by case ----------------------------------------------------------------------------------- */

struct hearing {
    struct engine *engine;
    char *type, *key, *name, *id, *by;
    json_t *data;
    engine_done_fn *done;
    void *who;
    unsigned left;
    enum err err;
};

static void hearing_end(struct hearing *h, const struct fault *f) {
    struct engine *e = h->engine;
    if (h->done) h->done(h->who, h->err, f);
    free(h->type), free(h->key), free(h->name), free(h->id), free(h->by);
    json_decref(h->data);
    free(h);
    e->pending--;
    engine_maybe_drained(e);
}

static void one_heard(void *who, enum err err, const struct fault *f) {
    struct hearing *h = who;
    if (err != OK && err != ERR_REFUSED && h->err == OK) h->err = err; /* a run that has just ended does not mind */
    if (!--h->left) hearing_end(h, f);
}

static bool tell_open(struct hearing *h, bool kept) {
    struct keyed *k = keyed_find(h->engine, h->type, h->key, false);
    struct event ev = {h->name, h->id, h->by, h->data};
    struct id ids[64];
    unsigned n = 0;
    for (struct entry *en = k ? k->first : NULL; en && n < 64; en = en->key_next) ids[n++] = en->id;
    if (!n) return false;
    h->left = n;
    for (unsigned i = 0; i < n; i++) {
        struct request *q = event_request(h->engine, ids[i], &ev, kept, one_heard, h);
        if (q) request_go_take(q);
        else one_heard(h, ERR_NOMEM, NULL);
    }
    return true;
}

static void kept(void *who, enum err err, const struct fault *f) {
    struct hearing *h = who;
    struct keyed *k = keyed_find(h->engine, h->type, h->key, false);
    h->err = err;
    if (k && k->keeping) k->keeping--;
    /* A run may have started and asked for kept events before this one was written. */
    if (err == OK && tell_open(h, true)) return;
    if (k) keyed_drop(h->engine, k);
    hearing_end(h, f);
}

static void keep(struct hearing *h) {
    struct engine *e = h->engine;
    struct keyed *k = keyed_find(e, h->type, h->key, true);
    AUTO(buf_reset) struct buf body;
    buf_init(&body, 1 << 20);
    uint8_t hash[CRYPT_HASH];
    crypt_keyed_hash(&e->c.master, h->key, strlen(h->key), hash);
    uint16_t shard = (uint16_t)((hash[0] << 8 | hash[1]) % e->n_shards);
    enum err err = k ? seal_kept(e, h->id, h->data, &body) : ERR_NOMEM;
    if (err == OK) {
        struct kept_event ev = {h->type, h->key, h->name, h->id, buf_text(&body), loop_now_ms(e->c.loop)};
        k->keeping++;
        err = e->c.store->ops->keep_event(e->c.store, shard, &ev, kept, h);
        if (err == OK) return;
        k->keeping--;
    }
    h->err = err;
    hearing_end(h, NULL);
}

static void hear_go(void *who) {
    struct hearing *h = who;
    if (!tell_open(h, false)) keep(h);
}

enum err engine_hear(struct engine *e, const char *case_type, const char *key, const struct event *ev,
                     engine_done_fn *done, void *who) {
    struct hearing *h = calloc(1, sizeof *h);
    if (!h) return ERR_NOMEM;
    *h = (struct hearing){.engine = e, .type = copy(case_type), .key = copy(key), .name = copy(ev->name),
                          .id = copy(ev->event_id), .by = copy(ev->by), .done = done, .who = who};
    h->data = ev->data ? json_incref((json_t *)ev->data) : json_object();
    e->pending++;
    if (h->type && h->key && h->name && h->data && loop_post(e->c.loop, hear_go, h) == OK) return OK;
    h->done = NULL;
    hearing_end(h, NULL);
    return ERR_NOMEM;
}

/* --- what was kept for a run that has just begun ----------------------------------------------- */

struct fetching {
    struct engine *engine;
    struct id run;
    json_t *events; /* [{"name","id","data"}] */
};

static void kept_told(void *who, const struct kept_event *k) {
    struct fetching *x = who;
    json_t *data = seal_kept_open_new(x->engine, k->event_id, k->body);
    json_t *j = json_pack("{s:s, s:s, s:o}", "name", k->name, "id", k->event_id, "data", data ? data : json_object());
    if (j) (void)json_array_append_new(x->events, j);
}

static void kept_done(void *who, enum err err, const struct fault *f) {
    struct fetching *x = who;
    struct engine *e = x->engine;
    json_t *j;
    size_t i;
    (void)f;
    if (err != OK) log_warn("kept_events_unread", "err=%s", err_word(err));
    json_array_foreach(x->events, i, j) {
        if (err != OK || e->closing) break;
        struct event ev = {json_text(j, "name", ""), json_text(j, "id", NULL), NULL, json_object_get(j, "data")};
        struct request *q = event_request(e, x->run, &ev, true, NULL, NULL);
        if (q) request_go_take(q);
    }
    json_decref(x->events);
    free(x);
    e->pending--;
    engine_maybe_drained(e);
}

static bool listens(const struct plan *p) {
    for (int i = 0; i < p->n_ons; i++)
        if (p->ons[i].event) return true;
    for (int i = 0; i < p->n_paras; i++)
        if (p->paras[i].kind == PARA_WAIT || (p->paras[i].kind == PARA_TASK && p->paras[i].task.n_ons)) return true;
    return false;
}

void kept_events_ask(struct engine *e, const struct run *r) {
    struct fetching *x = r->case_key && listens(r->plan) && !r->ended ? calloc(1, sizeof *x) : NULL;
    if (!x) return;
    *x = (struct fetching){e, r->id, json_array()};
    e->pending++;
    if (e->c.store->ops->kept_events(e->c.store, r->plan->case_type, r->case_key, kept_told, kept_done, x) != OK)
        kept_done(x, ERR_IO, NULL);
}
