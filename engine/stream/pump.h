/* pump.h - what goes to one subscriber, and when. Pure: no network, no database, no clock; it is told of time and of
 * what came of things, and asks for them through its ops.
 *
 * Events of one aggregate are sent one after the other, each only when all before it were taken or given up; events of
 * different aggregates go side by side. An event that fails is parked: it and what comes after it for the same
 * aggregate step out of the row and are tried again with back-off, while all others go on. A subscriber of
 * which down_after events fail one after the other is down: it is asked with one event at a time, and nothing more is
 * read for it. An event that has failed for
 * longer than max_age_ms is dead; a subscriber that has taken nothing for disable_after_ms, or says 410, is disabled.
 * When one that was down takes something again, all that was parked is due at once.
 *
 * At least once: whatever was sent and not yet saved is sent again by the next pump of this subscriber. */
#ifndef STREAM_PUMP_H
#define STREAM_PUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"
#include "stream/event.h"

enum { PUMP_PARKED_MAX = 1000, PUMP_RESTORE_MAX = 2000, PUMP_WINDOW = 200, PUMP_WHY = 200 };

struct pump_rules {
    unsigned at_once;             /* requests under way */
    unsigned down_after;          /* events that fail with no success between them */
    int64_t first_ms, longest_ms; /* waits between tries: doubling, jittered by a half */
    int64_t probe_ms;             /* one that is down is asked at least this often */
    int64_t max_age_ms, disable_after_ms;
    int64_t save_ms;              /* progress alone is saved no more often than this */
};
extern const struct pump_rules PUMP_RULES;

enum pump_end {
    PUMP_TAKEN,
    PUMP_FAILED, /* or unknown: it is sent again */
    PUMP_GONE    /* 410: nobody wants to be told any more */
};
struct pump_result {
    enum pump_end end;
    int status;             /* HTTP; 0: no answer */
    int64_t retry_after_ms; /* the subscriber's wish; 0 none */
    const char *why;        /* for a person; without what was sent */
};

/* An event out of the row, as it is kept. */
struct parked {
    const struct event *event;
    unsigned attempts;
    int64_t since_ms, next_ms; /* of the first failure; of the next try */
    int status;
    const char *why;
};
/* What must become durable together. Borrowed: valid until `save` returns. */
struct pump_save {
    struct position done; /* everything up to here is taken, parked, dead or not wanted */
    int64_t failing_since_ms;
    const char *disabled; /* "" or why */
    const struct parked *parked, *dead;
    const struct position *dropped; /* were parked, are taken */
    size_t n_parked, n_dead, n_dropped;
};

struct pump_item; /* an event under way, for pump_sent */
struct pump_ops {
    /* Events after `after`, at most `limit`: answered by pump_page, later. */
    void (*read)(void *who, struct position after, unsigned limit);
    void (*send)(void *who, const struct event *e, struct pump_item *item); /* answered by pump_sent, later */
    void (*save)(void *who, const struct pump_save *s);                     /* answered by pump_saved, later */
    void (*count)(void *who, const char *end);                              /* "taken", "failed", "dead"; may be NULL */
};
struct pump_config {
    const struct pump_ops *ops;
    void *who;
    struct rng *rng;
    struct pump_rules rules;
    const char *types;         /* copied */
    struct position done;      /* as last saved */
    int64_t failing_since_ms;
    bool disabled;
};

struct pump;
struct pump *pump_new(const struct pump_config *c); /* NULL: no memory */
void pump_free(struct pump *p); /* answers to what is under way may not come any more */
/* What is parked, in the order of the stream; before the first pump_go; at most
 * PUMP_RESTORE_MAX, else ERR_LIMIT. */
MUST_CHECK enum err pump_restore(struct pump *p, const struct parked *q);
/* An event behind `done` that was given up before: it is not sent again when it is read. */
MUST_CHECK enum err pump_skip(struct pump *p, struct position at);

/* Does what can be done at `now_ms`; call it after every answer, and when pump_wake_ms has come. */
void pump_go(struct pump *p, int64_t now_ms);
int64_t pump_wake_ms(const struct pump *p); /* 0: nothing to wait for but answers */
/* The stream goes on up to `head`. */
void pump_head(struct pump *p, struct position head);

/* Answers. `till`: the page holds everything up to there. A page that could not be read: n = 0 and till = after. */
void pump_page(struct pump *p, const struct event *const *events, size_t n, struct position till);
void pump_sent(struct pump *p, struct pump_item *item, const struct pump_result *r, int64_t now_ms);
void pump_saved(struct pump *p, bool good, int64_t now_ms);

struct pump_state {
    bool down, disabled;
    unsigned parked, out, window;
    int64_t oldest_ms; /* at_ms of the oldest event that is not over; 0: none is here */
    struct position done;
};
struct pump_state pump_state(const struct pump *p);

#endif
