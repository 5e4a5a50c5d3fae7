/* stream.h - the event stream's way out: to a Redis stream, to subscribers' webhooks, and page by page to whoever asks.
 *
 * One process relays at a time (`leads`); every process answers questions. Events come from the outbox (engine/store),
 * where the steps of runs have put them. Everything is sent at least once; ids tell repeats apart. */
#ifndef STREAM_STREAM_H
#define STREAM_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/crypt.h"
#include "base/err.h"
#include "base/json.h"
#include "base/loop.h"
#include "stream/position.h"

struct stream;
struct redis;
struct metrics;

struct stream_config {
    struct loop *loop;
    const char *database;
    struct redis *redis;         /* NULL: no Redis stream */
    struct metrics *metrics;
    struct crypt_key master;     /* seals the subscribers' secrets */
    const char *source;          /* CloudEvents' source, a URI reference */
    const char *redis_key;       /* of the stream in Redis */
    int redis_entries;           /* about how many it keeps */
    int64_t keep_ms;             /* events stay in the outbox so long, and dead letters three times so long */
    bool private_addresses;      /* development: http, and any network */
    bool (*leads)(void *who);    /* is this the process that relays? */
    void *who;
};
MUST_CHECK enum err stream_new(const struct stream_config *c, struct stream **out, struct fault *f);
void stream_free(struct stream *s); /* after redis; questions under way end with ERR_IO */
bool stream_up(const struct stream *s);

/* Answers are JSON, borrowed. ERR_NOT_FOUND: no such subscriber; ERR_CONFLICT: the name is taken; ERR_INVALID with the
 * field in the fault's `where`. */
typedef void stream_done_fn(void *who, enum err err, const json_t *answer, const struct fault *f);

/* {"items": [event ..], "next": position, "more": bool}: after `after`, at most `limit`, of these types (event.h). `next`
 * is where to go on, also when there was nothing. */
void stream_page(struct stream *s, struct position after, const char *types, unsigned limit, stream_done_fn *done, void *who);
/* "FROM" as people write it: a position, an instant, "start" or "now" -> {"after": position}, so that the first event
 * at or after it is the next one. */
void stream_from(struct stream *s, const char *from, stream_done_fn *done, void *who);

struct subscriber_new {
    const char *name, *url, *types, *from; /* from: as in stream_from */
    const char *by;
    int64_t timeout_ms, max_age_ms;
};
/* The subscriber with its "secret", which is shown this once. */
void subscriber_create(struct stream *s, const struct subscriber_new *n, stream_done_fn *done, void *who);
void subscriber_list(struct stream *s, stream_done_fn *done, void *who); /* {"items": [..]} */
void subscriber_read(struct stream *s, const char *id, stream_done_fn *done, void *who);
void subscriber_delete(struct stream *s, const char *id, stream_done_fn *done, void *who);
/* A new "secret"; the one before is valid for `overlap_ms` beside it. */
void subscriber_rotate(struct stream *s, const char *id, int64_t overlap_ms, stream_done_fn *done, void *who);
/* why NULL: it is told again, from where it stood. */
void subscriber_switch(struct stream *s, const char *id, const char *why, stream_done_fn *done, void *who);
void subscriber_replay(struct stream *s, const char *id, const char *from, stream_done_fn *done, void *who);
/* Sends one signed event of type tenor.subscriber.ping now: {"delivered", "status", "ms", "why"}. */
void subscriber_ping(struct stream *s, const char *id, stream_done_fn *done, void *who);
/* {"items": [{"event", "why", "status", "attempts", ..}], "next"} */
void dead_list(struct stream *s, const char *id, struct position after, unsigned limit, stream_done_fn *done, void *who);
/* One event, or with NULL as many as fit: {"redelivered": n}. */
void dead_redeliver(struct stream *s, const char *id, const char *event, stream_done_fn *done, void *who);

#endif
