/* guard_shared.h - what the guards of several processes share through Redis: token buckets, breaker states, cached
 * answers, and news of both.
 *
 * Redis is only an accelerator. A question waits SHARED_MS for its answer; after one that is late or broken Redis
 * counts as away, everybody works with what the process has, and a PING every SHARED_AWAY_MS finds out when it is
 * back. So a Redis that hangs costs one call SHARED_MS, once, and no other call anything.
 * Token buckets use Redis' own clock: those of the processes need not agree. */
#ifndef CONNECTORS_GUARD_SHARED_H
#define CONNECTORS_GUARD_SHARED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/loop.h"

enum { SHARED_MS = 10, SHARED_AWAY_MS = 500 };

struct redis;
struct shared;
struct shared_ask; /* a question under way */
struct shared_events {
    void (*back)(void *who);   /* Redis is there (again): tell it what it may have missed */
    void (*away)(void *who);
    void (*news)(void *who, const char *text, size_t n); /* one line: "breaker NAME MS OWNER", "forget CUSTOMER EVENT OWNER" */
    void *who;
};
struct shared_answer {
    bool ok;          /* false: Redis is away now; x, y and text say nothing */
    int64_t x, y;     /* of scripts */
    const char *text; /* NULL: nothing there. Borrowed */
    size_t n;
};
typedef void shared_done_fn(void *who, const struct shared_answer *a);

/* `r` NULL: always away. `owner` names this process in news. An answer may take wait_ms (0: SHARED_MS). NULL: no memory. */
struct shared *shared_new(struct loop *l, struct redis *r, const char *owner, int64_t wait_ms, const struct shared_events *ev);
/* After redis_free, which ends what is under way. */
void shared_free(struct shared *s);
bool shared_up(struct shared *s); /* may call `away` */
/* Nobody waits for this answer any more. NULL is fine. */
void shared_drop(struct shared_ask *a);

/* Each of these gives NULL, and never calls done, when Redis is away; done never fires before they return. */

struct take {
    const char *bucket;
    unsigned per_s, burst, want, processes;
    int64_t alone_us;     /* so long this process has gone by its own bucket; 0: not */
    unsigned taken_alone; /* and taken so much from it */
    int64_t clock_us;     /* 0: Redis' own clock; tests bring theirs */
};
/* A process that was alone while others went on with the shared bucket took its share twice: that is taken off the
 * bucket, which may owe as much as its burst. Where nobody used it meanwhile, all were alone: then it starts empty. */
/* Up to `want` tokens: x got, y microseconds until the next. */
struct shared_ask *shared_take(struct shared *s, const struct take *t, shared_done_fn *done, void *who);
/* The right to probe behind an open breaker: x 1 ours for lease_ms; else y ms to wait (-1: it is held open by hand),
 * while somebody else probes at most open_ms. */
struct shared_ask *shared_probe(struct shared *s, const char *breaker, int64_t open_ms, int64_t lease_ms,
                                shared_done_fn *done, void *who);
/* Our probe has ended, whatever it told. */
void shared_probe_over(struct shared *s, const char *breaker);
/* Opened for so long; 0 closed; -1 held open. Kept for who comes later, and told to the others. */
void shared_tell_breaker(struct shared *s, const char *breaker, int64_t ms);
/* All breakers that are open, as lines of news in `text`; a line "empty" before them: Redis knew of nothing. */
struct shared_ask *shared_breakers(struct shared *s, shared_done_fn *done, void *who);
/* Cached answers: one hash per customer, so that they can be forgotten together. */
struct shared_ask *shared_get(struct shared *s, const char *customer, const char *field, shared_done_fn *done, void *who);
void shared_put(struct shared *s, const char *customer, const char *field, const void *bytes, size_t n, int64_t ttl_ms);
/* The customer's fields of these operations (NULL-terminated; NULL: all). */
struct shared_ask *shared_forget(struct shared *s, const char *customer, const char *const *operations,
                                 shared_done_fn *done, void *who);
void shared_tell_forget(struct shared *s, const char *customer, const char *event);

#endif
