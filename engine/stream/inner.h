/* inner.h - what the files of this room share.
 *
 *   stream.c      opening, closing, the tick: head, subscribers, sweeping, metrics
 *   line.c        one subscriber's pump with its database and its requests; keep.c what it saves
 *   webhook.c     one signed request
 *   feed.c        the Redis stream
 *   desk.c        subscribers, dead letters and pages for the API; query.c how it asks */
#ifndef STREAM_INNER_H
#define STREAM_INNER_H

#include "base/metric.h"
#include "base/rng.h"
#include "base/signature.h"
#include "io/fetch.h"
#include "io/pg.h"
#include "stream/event.h"
#include "stream/pump.h"
#include "stream/stream.h"

enum { SUBSCRIBERS_MAX = 200, URL_MAX = 2000, TYPES_MAX = 2000, ID_MAX = 40, SUBSCRIBER_NAME_MAX = 80 };

struct secrets { /* valid now, the newest first */
    struct signature_secret list[2];
    size_t n;
};
struct line;
struct feed;
struct stream {
    struct stream_config c;
    char *source, *redis_key;
    struct pg *pg;
    struct fetcher *fetch;
    struct rng rng;
    struct loop_timer *timer;
    struct line *lines;
    struct feed *feed;
    struct position head;
    bool leading, asking, closing;
    int64_t subscribers_ms, swept_ms, measured_ms; /* when last */
};

static inline struct pg_param param_text(const char *t) {
    return (struct pg_param){.type = PG_TEXT, .b = {t, t ? __builtin_strlen(t) : 0}};
}
static inline struct pg_param param_bytes(const void *p, size_t n) { return (struct pg_param){.type = PG_BYTEA, .b = {p, n}}; }
static inline struct pg_param param_i8(int64_t v) { return (struct pg_param){.type = PG_INT8, .i = v}; }
static inline struct pg_param param_i4(int64_t v) { return (struct pg_param){.type = PG_INT4, .i = v}; }

/* The columns tx, n, id .. at_ms of a row from `col` on; borrowed from the row. */
struct event event_of_row(const struct pg_row *r, int col);

/* --- webhook.c --- */
struct webhook {
    const char *url;
    const struct event *event;
    const struct secrets *secrets;
    int64_t timeout_ms;
};
/* NULL: no memory. `done` is told later. */
struct fetch *webhook_send(struct stream *s, const struct webhook *w, fetch_done_fn *done, void *who);
/* What came of it; `why` (of 200 bytes) is filled when it was not taken. */
struct pump_result webhook_result(const struct fetch_answer *a, char why[PUMP_WHY]);
/* May events be sent there? The fault says why not. */
MUST_CHECK enum err webhook_url_check(const char *url, bool private_addresses, struct fault *f);
/* Seals one for the database, and opens those of a row (the old one while it is valid). */
MUST_CHECK enum err secret_seal(const struct stream *s, const char *id, const char *text, struct buf *out);
MUST_CHECK enum err secrets_open(const struct stream *s, const char *id, const struct pg_bytes *newest, const struct pg_bytes *old,
                                 int64_t old_until_ms, struct secrets *out);

/* --- line.c --- */
struct line_row { /* a subscriber as the database has it; borrowed */
    const char *id, *name, *url, *types, *disabled;
    struct pg_bytes secret, secret_old;
    int64_t old_until_ms, generation, failing_since_ms, timeout_ms, max_age_ms;
    struct position done;
};
void line_seen(struct stream *s, const struct line_row *r); /* makes it, or makes it anew when it was changed */
void lines_forget_unseen(struct stream *s);                 /* after all rows of a reading */
void lines_tick(struct stream *s);
void lines_measure(struct stream *s);
void lines_stop(struct stream *s); /* this process relays no more */

/* --- feed.c --- */
struct feed *feed_new(struct stream *s); /* NULL: no memory */
void feed_tick(struct feed *f);
void feed_stop(struct feed *f);
void feed_free(struct feed *f);

#endif
