/* query.h - one question of the API on its way through the database to its answer. */
#ifndef STREAM_QUERY_H
#define STREAM_QUERY_H

#include "stream/inner.h"

struct query {
    struct stream *s;
    stream_done_fn *done;
    void *who;
    json_t *answer;            /* an object */
    bool failed;               /* no memory for a part of it */
    bool must_find, found;     /* a row of statement `asked` must come, else ERR_NOT_FOUND */
    int asked;
    const char *taken;         /* what a broken unique index means to a person; NULL cannot be */
    void (*row)(struct query *q, int statement, const struct pg_row *r);
    void (*then)(struct query *q); /* instead of the answer, when all went well; then it is the question's owner */
    void *more;                /* of the asker: as many zero bytes as it wanted, wiped at the end */
    size_t more_n;
};

/* NULL after it has arranged for `done` to be told that there is no memory. */
struct query *query_new(struct stream *s, size_t more, stream_done_fn *done, void *who);
/* Takes the batch (NULL: no memory). May be used again from `then`. */
void query_send_take(struct query *q, struct pg_batch *b);
void query_one(struct query *q, const struct pg_statement *st, const struct pg_param *params);
/* Tells and frees. `f` may be NULL. */
void query_end(struct query *q, enum err err, const struct fault *f);
/* The same from a later turn, for who has not returned yet. */
void query_end_later(struct query *q, enum err err, const char *where, const char *fmt, ...) PRINTF_LIKE(4, 5);

void query_put(struct query *q, json_t *to, const char *key, json_t *value); /* takes it */
void query_put_text(struct query *q, json_t *to, const char *key, const char *text); /* "" is left out */
void query_put_instant(struct query *q, json_t *to, const char *key, int64_t ms);    /* 0 is left out */
void query_put_position(struct query *q, json_t *to, const char *key, struct position p);
/* The event as it is sent, as a value. NULL: no memory. */
json_t *query_event_new(struct query *q, const struct event *e);

#endif
