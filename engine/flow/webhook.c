/* webhook.c - what a provider posts: its connector says what events it holds, each is told by case; what nobody understands
 * is kept whole for a person. The signature is the connector's to check. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/schema.h"
#include "base/text.h"
#include "flow/walk.h"

enum { WEBHOOK_EVENTS_MAX = 64, KEY_MAX = 127, ID_MAX = 200, BODY_CEILING = 4 << 20 };

struct said { /* one event that the connector read */
    char *type, *key, *name, *id, *subject;
    int64_t sequence;
    bool unkept;
    json_t *data;
};
struct posted { /* one webhook on its way */
    struct engine *engine;
    struct connector *connector;
    char by[80];
    struct said events[WEBHOOK_EVENTS_MAX];
    unsigned n, left;
    enum err err;          /* the first that went wrong */
    struct fault fault;
    int64_t no;            /* of the kept one that is read again; 0: it came just now */
    char person[80];       /* who had it read again */
    bool kept;
    engine_webhook_fn *done;
    void *who;
};

static char *copy(const char *s) { return s ? strdup(s) : NULL; }

static struct posted *posted_new(struct engine *e, struct connector *c, engine_webhook_fn *done, void *who) {
    struct posted *x = calloc(1, sizeof *x);
    if (!x) return NULL;
    *x = (struct posted){.engine = e, .connector = c, .done = done, .who = who};
    (void)snprintf(x->by, sizeof x->by, HINT_BY "%s", c->ops->name);
    e->pending++;
    return x;
}

static void posted_free(struct posted *x) {
    struct engine *e = x->engine;
    for (unsigned i = 0; i < x->n; i++) {
        struct said *s = &x->events[i];
        free(s->type), free(s->key), free(s->name), free(s->id), free(s->subject);
        json_decref(s->data);
    }
    free(x);
    e->pending--;
    engine_maybe_drained(e);
}

static void posted_end(struct posted *x, enum err err, const struct fault *f) {
    x->done(x->who, err, x->kept, f);
    posted_free(x);
}

/* --- reading ------------------------------------------------------------------------------------ */

static void take(void *who, const struct heard *h) {
    struct posted *x = who;
    if (x->n == WEBHOOK_EVENTS_MAX) {
        x->err = fault_set(&x->fault, ERR_INVALID, "", "a webhook holds at most %d events", WEBHOOK_EVENTS_MAX);
        return;
    }
    struct said *s = &x->events[x->n++];
    *s = (struct said){.type = copy(h->case_type), .key = copy(h->key), .name = copy(h->name), .id = copy(h->event_id),
                       .subject = copy(h->subject), .sequence = h->sequence, .data = h->data ? json_incref(h->data) : json_object()};
    if (!s->type || !s->key || !s->name || !s->id || !s->data || !s->subject != !h->subject) x->err = ERR_NOMEM;
}

static bool fits(const char *text, size_t most) { return *text && strlen(text) <= most; }

/* An event that its case type does not declare could be heard by no flow. */
static enum err check(const struct engine *e, struct said *s, struct fault *f) {
    const struct case_type *ct = definitions_case(e->c.definitions, s->type);
    const json_t *definition = json_object_get(ct ? ct->events : NULL, s->name);
    struct schema *schema = NULL;
    if (!ct) return fault_set(f, ERR_INVALID, "", "there is no case type %s", s->type);
    if (!definition) return fault_set(f, ERR_INVALID, "", "the case type %s declares no event %s", s->type, s->name);
    s->unkept = !json_bool(definition, "x-keep", true);
    if (!fits(s->key, KEY_MAX) || !fits(s->id, ID_MAX))
        return fault_set(f, ERR_INVALID, "", "the key of its case or the id of its event is missing or too long");
    enum err err = schema_new(definition, &schema, f);
    if (err == OK) err = schema_check(schema, s->data, NULL, NULL, f);
    schema_free(schema);
    return err;
}

/* All or nothing: an event that cannot be told keeps the whole webhook for a person. */
static enum err read_all(struct posted *x, const struct http_headers *h, const void *body, size_t n, struct fault *f) {
    struct connector *c = x->connector;
    enum err err = c->ops->hear(c, h, body, n, loop_now_ms(x->engine->c.loop), take, x, f);
    if (err == OK && x->err != OK) err = x->err, *f = x->fault;
    for (unsigned i = 0; err == OK && i < x->n; i++) err = check(x->engine, &x->events[i], f);
    return err;
}

/* --- telling ------------------------------------------------------------------------------------ */

static void settled(void *who, enum err err, const struct fault *f) {
    if (err == ERR_NOT_FOUND) err = OK; /* somebody else had it read meanwhile: its events were known */
    posted_end(who, err, f);
}

static void all_told(struct posted *x) {
    struct store *s = x->engine->c.store;
    if (x->err != OK || !x->no) {
        posted_end(x, x->err, &x->fault);
        return;
    }
    enum err err = s->ops->settle_webhook(s, x->no, true, x->person, "", loop_now_ms(x->engine->c.loop), settled, x);
    if (err != OK) posted_end(x, err, NULL);
}

static void one_told(void *who, enum err err, const struct fault *f) {
    struct posted *x = who;
    if (err != OK && x->err == OK) {
        x->err = err;
        if (f) x->fault = *f;
    }
    if (!--x->left) all_told(x);
}

static void start_telling(void *who) {
    struct posted *x = who;
    x->left = x->n + 1; /* ours: none ends it before all have begun */
    for (unsigned i = 0; i < x->n; i++) {
        const struct said *s = &x->events[i];
        struct event ev = {s->name, s->id, x->by, s->data, s->subject, s->sequence, s->unkept};
        enum err err = engine_hear(x->engine, s->type, s->key, &ev, one_told, x);
        if (err != OK) one_told(x, err, NULL);
    }
    one_told(x, OK, NULL);
}

/* --- what nobody understands ---------------------------------------------------------------------- */

static void bound_to(const char *connector, const char *id, char out[400]) { (void)snprintf(out, 400, "webhook:%s:%s", connector, id); }

static void kept(void *who, enum err err, const struct fault *f) { posted_end(who, err, f); }

static enum err keep(struct posted *x, const struct webhook *w, const struct fault *why) {
    char bound[400], reason[400];
    AUTO(buf_reset) struct buf sealed;
    struct engine *e = x->engine;
    buf_init(&sealed, BODY_CEILING);
    bound_to(w->connector, w->id, bound);
    (void)snprintf(reason, sizeof reason, "%.100s%s%.250s", why->where, *why->where ? " " : "", why->text);
    text_trim_utf8(reason);
    log_info("webhook_kept", "connector=%s why=%s", w->connector, log_quote(reason));
    enum err err = crypt_seal(&e->c.master, bound, w->body, w->n, &sealed);
    struct kept_webhook row = {w->connector, w->id, reason, sealed.data, sealed.len, loop_now_ms(e->c.loop)};
    x->kept = true;
    return err == OK ? e->c.store->ops->keep_webhook(e->c.store, &row, kept, x) : err;
}

static struct connector *hearing_connector(const struct engine *e, const char *name, struct fault *f) {
    struct connector *c = registry_connector(e->c.registry, name);
    if (c && c->ops->hear) return c;
    (void)fault_set(f, ERR_NOT_FOUND, "", "no webhooks are heard for '%.60s'", name);
    return NULL;
}

enum err engine_webhook(struct engine *e, const struct webhook *w, engine_webhook_fn *done, void *who, struct fault *f) {
    struct connector *c = hearing_connector(e, w->connector, f);
    if (!c) return ERR_NOT_FOUND;
    struct posted *x = posted_new(e, c, done, who);
    if (!x) return ERR_NOMEM;
    enum err err = read_all(x, w->headers, w->body, w->n, f);
    if (err == OK) err = loop_post(e->c.loop, start_telling, x);
    else if (err == ERR_INVALID || err == ERR_LIMIT) err = keep(x, w, f);
    if (err != OK) posted_free(x);
    return err;
}

/* --- a person's turn ------------------------------------------------------------------------------- */

struct asking { /* for one that is kept */
    struct engine *engine;
    int64_t no;
    char by[80];
    engine_webhook_fn *done; /* to have it read again */
    engine_kept_fn *show;    /* to see it */
    void *who;
};

static void asking_end(struct asking *q, enum err err, const struct kept_webhook *w, const struct fault *f) {
    struct engine *e = q->engine;
    if (q->show) q->show(q->who, err, w, f);
    else q->done(q->who, err, true, f);
    free(q);
    e->pending--;
    engine_maybe_drained(e);
}

static enum err read_again(const struct asking *q, const struct kept_webhook *w, struct fault *f) {
    struct engine *e = q->engine;
    struct connector *c = hearing_connector(e, w->connector, f);
    if (!c) return ERR_INVALID;
    struct posted *x = posted_new(e, c, q->done, q->who);
    if (!x) return ERR_NOMEM;
    x->no = q->no;
    (void)text_copy(x->person, sizeof x->person, q->by);
    enum err err = read_all(x, NULL, w->body, w->n, f);
    if (err == OK) err = loop_post(e->c.loop, start_telling, x);
    if (err != OK) posted_free(x);
    return err == ERR_LIMIT ? ERR_INVALID : err;
}

static void found(void *who, enum err err, const struct kept_webhook *w) {
    struct asking *q = who;
    struct engine *e = q->engine;
    struct fault f = {0};
    char bound[400];
    AUTO(buf_reset) struct buf body;
    buf_init(&body, BODY_CEILING);
    if (err == OK) bound_to(w->connector, w->webhook_id, bound);
    if (err == OK && crypt_open(&e->c.master, bound, w->body, w->n, &body) != OK)
        err = fault_set(&f, ERR_INVALID, "", "it was sealed under another master key and cannot be opened");
    if (err == ERR_NOT_FOUND) (void)fault_set(&f, err, "", "there is no such webhook, or it is settled");
    struct kept_webhook open = w ? *w : (struct kept_webhook){0};
    open.body = buf_text(&body), open.n = body.len;
    if (err == OK && !q->show && (err = read_again(q, &open, &f)) == OK) q->done = NULL; /* it will be told */
    if (q->show || q->done) {
        asking_end(q, err, err == OK ? &open : NULL, &f);
        return;
    }
    free(q);
    e->pending--;
}

static enum err ask(struct asking *q) {
    if (!q) return ERR_NOMEM;
    struct engine *e = q->engine;
    e->pending++;
    enum err err = e->c.store->ops->find_webhook(e->c.store, q->no, found, q);
    if (err == OK) return OK;
    e->pending--;
    free(q);
    return err;
}

static struct asking *asking_new(struct engine *e, int64_t no, void *who) {
    struct asking *q = calloc(1, sizeof *q);
    if (q) *q = (struct asking){.engine = e, .no = no, .who = who};
    return q;
}

enum err engine_webhook_show(struct engine *e, int64_t no, engine_kept_fn *done, void *who) {
    struct asking *q = asking_new(e, no, who);
    if (q) q->show = done;
    return ask(q);
}

enum err engine_webhook_again(struct engine *e, int64_t no, const char *by, engine_webhook_fn *done, void *who) {
    struct asking *q = asking_new(e, no, who);
    if (q) q->done = done, (void)text_copy(q->by, sizeof q->by, by);
    return ask(q);
}

struct dropping {
    struct engine *engine;
    engine_done_fn *done;
    void *who;
};

static void dropped(void *who, enum err err, const struct fault *f) {
    struct dropping *x = who;
    struct engine *e = x->engine;
    x->done(x->who, err, f);
    free(x);
    e->pending--;
    engine_maybe_drained(e);
}

enum err engine_webhook_drop(struct engine *e, int64_t no, const char *by, const char *why, engine_done_fn *done, void *who) {
    struct dropping *x = calloc(1, sizeof *x);
    if (!x) return ERR_NOMEM;
    *x = (struct dropping){e, done, who};
    e->pending++;
    enum err err = e->c.store->ops->settle_webhook(e->c.store, no, false, by, why, loop_now_ms(e->c.loop), dropped, x);
    if (err == OK) return OK;
    free(x);
    e->pending--;
    return err;
}
