#include "stream/query.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/zone.h"

struct refused {
    stream_done_fn *done;
    void *who;
};
static void tell_refused(void *who) {
    struct refused *r = who;
    static const struct fault none = {.kind = ERR_NOMEM, .text = "no memory"};
    r->done(r->who, ERR_NOMEM, NULL, &none);
    free(r);
}

struct query *query_new(struct stream *s, size_t more, stream_done_fn *done, void *who) {
    struct query *q = calloc(1, sizeof *q + more);
    json_t *answer = q ? json_object() : NULL;
    if (answer) {
        *q = (struct query){.s = s, .done = done, .who = who, .answer = answer, .more = q + 1, .more_n = more};
        return q;
    }
    free(q);
    struct refused *r = calloc(1, sizeof *r);
    INVARIANT(r);
    *r = (struct refused){done, who};
    INVARIANT(loop_post(s->c.loop, tell_refused, r) == OK);
    return NULL;
}

static void free_all(struct query *q) {
    json_decref(q->answer);
    crypt_wipe(q->more, q->more_n);
    free(q);
}

void query_end(struct query *q, enum err err, const struct fault *f) {
    struct fault none = {.kind = ERR_NOMEM, .text = "no memory"};
    if (err == OK && q->failed) err = ERR_NOMEM, f = &none;
    q->done(q->who, err, err == OK ? q->answer : NULL, err == OK ? NULL : f);
    free_all(q);
}

struct late {
    struct query *q;
    enum err err;
    struct fault fault;
};
static void end_now(void *who) {
    struct late *l = who;
    query_end(l->q, l->err, &l->fault);
    free(l);
}

void query_end_later(struct query *q, enum err err, const char *where, const char *fmt, ...) {
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    struct late *l = calloc(1, sizeof *l);
    INVARIANT(l);
    l->q = q, l->err = err;
    (void)fault_set(&l->fault, err, where, "%s", text);
    INVARIANT(loop_post(q->s->c.loop, end_now, l) == OK);
}

static void on_row(void *who, int statement, const struct pg_row *r) {
    struct query *q = who;
    q->found |= statement == q->asked;
    if (q->row) q->row(q, statement, r);
}

static void on_end(void *who, const struct pg_end *end) {
    struct query *q = who;
    struct fault f = {0};
    enum err err = end->err;
    if (err != OK && q->taken && !strcmp(end->sqlstate, "23505")) err = fault_set(&f, ERR_CONFLICT, "", "%s", q->taken);
    else if (err != OK) err = fault_set(&f, err, end->sqlstate, "%s", end->text);
    else if (q->must_find && !q->found) err = fault_set(&f, ERR_NOT_FOUND, "", "no such subscriber");
    if (err == OK && q->then) q->then(q);
    else query_end(q, err, &f);
}

void query_send_take(struct query *q, struct pg_batch *b) {
    if (b) pg_send_take(q->s->pg, -1, b, on_row, on_end, q);
    else query_end_later(q, ERR_NOMEM, "", "no memory");
}

void query_one(struct query *q, const struct pg_statement *st, const struct pg_param *params) {
    struct pg_batch *b = pg_batch_new(q->s->pg);
    if (b) pg_batch_add(b, st, params);
    query_send_take(q, b);
}

void query_put(struct query *q, json_t *to, const char *key, json_t *value) {
    if (!value || json_object_set_new(to, key, value) != 0) q->failed = true;
}
void query_put_text(struct query *q, json_t *to, const char *key, const char *text) {
    if (text && *text) query_put(q, to, key, json_string(text));
}
void query_put_instant(struct query *q, json_t *to, const char *key, int64_t ms) {
    char text[32];
    if (ms) query_put(q, to, key, json_string(instant_text(ms, text)));
}
void query_put_position(struct query *q, json_t *to, const char *key, struct position p) {
    char text[POSITION_TEXT];
    query_put(q, to, key, json_string(position_text(p, text)));
}

json_t *query_event_new(struct query *q, const struct event *e) {
    AUTO(buf_reset) struct buf text;
    json_t *v = NULL;
    buf_init(&text, EVENT_JSON_MAX);
    event_write(e, q->s->source, &text);
    if (!buf_ok(&text) || json_parse(text.data, text.len, &JSON_LIMITS_OWN, &v, NULL) != OK) return NULL;
    return v;
}
