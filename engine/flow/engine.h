/* engine.h - the durable workflow engine: starts runs, hears events, keeps promises.
 *
 * Sees the world through three seams only: base/loop.h, store/store.h, connectors/connector.h; so the
 * same code runs in the simulator. Every `done` fires exactly once, after what it reports is durable.
 * A request for a run whose shard this process does not own ends with ERR_CLOSED and the owner's
 * address in the fault's `where` ("" when nobody owns it yet: answer 503 with Retry-After). */
#ifndef FLOW_ENGINE_H
#define FLOW_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/crypt.h"
#include "base/id.h"
#include "base/json.h"
#include "base/loop.h"
#include "connectors/connector.h"
#include "dsl/dsl.h"
#include "store/store.h"

struct engine;
struct definitions; /* flow/definitions.h: published and draft files, by name and version */
struct rng;
struct zone;
struct metrics;

/* What the end of `day` writes to a loan, as a pure function of its file; and what that moves between our accounts.
 * Everything that *out points to lies in `a`. Without entries only the columns are written; their next_day must lie after
 * `day`. An error (but ERR_NOMEM) leaves the loan as it is: it is counted and told. */
struct arena;
struct day_end_out {
    struct loan_write write;
    const struct posting *postings;
    size_t n_postings;
};
typedef enum err day_end_fn(void *who, const struct loan_file *loan, int32_t day, int64_t now_ms, struct arena *a,
                            struct day_end_out *out, struct fault *f);

struct engine_config {
    struct loop *loop;
    struct store *store;
    struct registry *registry;
    struct definitions *definitions;
    struct rng *rng;
    struct metrics *metrics;
    struct crypt_key master;      /* wraps person keys; makes customer ids */
    const char *owner, *address;  /* of this process, for the leases */
    unsigned processes;           /* how many share the shards now; 1: take all */
    int64_t lease_ttl_ms;
    int64_t look_ms;              /* how often to look for events that other processes were told; 0: each second */
    loop_fn *events_came;         /* events wait that other processes may have to hear: tell them (engine_look); may be NULL */
    void *events_who;
    size_t resident_max;          /* runs kept in memory; idle ones past it are parked */
    size_t idle_bytes_max;        /* and past this weight, as text; in memory it is about four times that */
    day_end_fn *day_end;          /* NULL: no loans are kept here */
    void *day_end_who;
    const struct zone *zone;      /* the installation's, in which a day ends; NULL: UTC */
    int day_end_minute;           /* with a zone: at this minute of a day the end of the day before is asked for; -1 never */
    size_t loans_max, loan_bytes_max; /* files of loans kept in memory; past either the longest idle go */
};
MUST_CHECK enum err engine_new(const struct engine_config *c, struct engine **out, struct fault *f);
void engine_free(struct engine *e);
/* Stops taking work, waits for pending appends (not for calls), releases the leases, then `done`. */
void engine_drain(struct engine *e, loop_fn *done, void *who);
bool engine_ready(const struct engine *e); /* leases held and recovery finished */

enum owner { OWNER_SELF, OWNER_OTHER, OWNER_NONE };
/* Who may serve this shard; *address is the owner's when OWNER_OTHER. */
enum owner engine_owner(const struct engine *e, uint16_t shard, const char **address);
/* The shard of the customer in this case (SEMANTICS, first paragraph). */
uint16_t engine_shard_of(const struct engine *e, const char *case_type, const json_t *case_);
uint16_t engine_customer_shard(const struct engine *e, const char *customer); /* 64 hex digits */

struct start {
    const char *workflow;     /* name */
    int version;              /* 0: the published one */
    const json_t *case_;      /* fits the case type's schema; borrowed */
    const char *customer;     /* hex, of a customer that we know already, such as a loan's; NULL: derived from the case */
    const char *by;           /* API key id, for the record */
    const char *dedup_route, *dedup_key, *dedup_hash; /* all NULL: none */
};
/* OK with the run; `joined`: the key was known and this is its run; ERR_CONFLICT: known with another
 * body; ERR_INVALID: the case does not fit (fault names the field). */
typedef void engine_started_fn(void *who, enum err err, struct id run, bool joined,
                               const struct fault *f);
MUST_CHECK enum err engine_start(struct engine *e, const struct start *s, engine_started_fn *done,
                                 void *who);

typedef void engine_done_fn(void *who, enum err err, const struct fault *f);
struct event {
    const char *name, *event_id, *by;
    const json_t *data;       /* borrowed */
    /* Where the sender numbers what it says of one thing ("mandate:UMRN7"): an event with a lower number than one that was
     * heard of the same subject is recorded and offered to nobody; a higher one takes the place of those not yet taken. */
    const char *subject;      /* NULL or "": not numbered */
    int64_t sequence;
    bool unkept;              /* by case: only its id is kept when no run is open */
};
/* To one run. An id seen before is OK and changes nothing. */
MUST_CHECK enum err engine_signal(struct engine *e, struct id run, const struct event *ev,
                                  engine_done_fn *done, void *who);
/* By case: to every open run of (case type, key), wherever it lives; none: kept 30 days for the next to start, then a dead
 * letter. OK once it is durable, whoever hears it later. An id seen before for this key is OK and changes nothing.
 * ERR_LIMIT: too many wait for this key. */
MUST_CHECK enum err engine_hear(struct engine *e, const char *case_type, const char *key,
                                const struct event *ev, engine_done_fn *done, void *who);
/* A person's decision on a dead letter, by its number: to be heard after all, or dropped with a reason. ERR_NOT_FOUND. */
MUST_CHECK enum err engine_dead_event(struct engine *e, int64_t no, bool replay, const char *by, const char *why,
                                      engine_done_fn *done, void *who);
/* What an event says that is kept or dead, from the body that the store's view gives; NULL: it cannot be opened. */
json_t *engine_event_new(const struct engine *e, const char *event_id, const char *body);
/* A webhook as it came. What it says is told by case; what is rightly signed and what nobody here understands is kept for a
 * person (`kept`). `done` comes with OK when all of that is durable; with another end the sender has to send it again. At
 * once, without `done`: ERR_NOT_FOUND no such connector, or it hears nothing; ERR_REFUSED and ERR_TIMEOUT as `hear` says. */
struct http_headers;
struct webhook {
    const char *connector, *id;    /* "payments"; the sender's id */
    const struct http_headers *headers;
    const void *body;
    size_t n;
};
typedef void engine_webhook_fn(void *who, enum err err, bool kept, const struct fault *f);
MUST_CHECK enum err engine_webhook(struct engine *e, const struct webhook *w, engine_webhook_fn *done, void *who, struct fault *f);
/* One that is kept, with its body opened; ERR_NOT_FOUND (w is NULL). */
typedef void engine_kept_fn(void *who, enum err err, const struct kept_webhook *w, const struct fault *f);
MUST_CHECK enum err engine_webhook_show(struct engine *e, int64_t no, engine_kept_fn *done, void *who);
/* Has it read again, now that somebody may understand it; ERR_INVALID: still nobody does, it stays. Or drops it. */
MUST_CHECK enum err engine_webhook_again(struct engine *e, int64_t no, const char *by, engine_webhook_fn *done, void *who);
MUST_CHECK enum err engine_webhook_drop(struct engine *e, int64_t no, const char *by, const char *why, engine_done_fn *done,
                                        void *who);
/* Another process says that events wait: look now, not within look_ms. */
void engine_look(struct engine *e);
/* Undoes what stands, last first; ERR_REFUSED after the pivot, saying what to do instead. */
MUST_CHECK enum err engine_cancel(struct engine *e, struct id run, const char *why, const char *by,
                                  engine_done_fn *done, void *who);
struct task_act {
    const char *task;         /* id as in task_row */
    const char *act;          /* "claim", "release", "answer" */
    const char *by;
    const char *answer;       /* one of the task's answers */
    const json_t *form;       /* its fields, with "reason" */
};
/* ERR_CONFLICT: somebody else holds or has answered it. */
MUST_CHECK enum err engine_task(struct engine *e, const struct task_act *a, engine_done_fn *done,
                                void *who);
/* For stuck runs: "retry" the paragraph, "answer" it by hand with form as the answer, "abandon". */
MUST_CHECK enum err engine_unstick(struct engine *e, struct id run, const char *act,
                                   const json_t *form, const char *by, engine_done_fn *done, void *who);

/* The live state, from the owner (read your own write): {"id","workflow","state","at","outcome",
 * "case","answers":{paragraph: {"end","data"}},"decision":{..},"tasks":[..],"waiting":{..},"seq"}.
 * Ended and parked runs are loaded. `state` is borrowed. */
typedef void engine_state_fn(void *who, enum err err, const json_t *state, const struct fault *f);
MUST_CHECK enum err engine_read(struct engine *e, struct id run, engine_state_fn *done, void *who);
/* The facts of the journal, opened for reading, oldest first. */
MUST_CHECK enum err engine_timeline(struct engine *e, struct id run, engine_state_fn *done, void *who);

/* Calls fn after each durable change of the run until unwatched, with the run's state word ("running",
 * "waiting": for a person, an event or a date; "stuck", "undoing", "ended"): cheap, so that many may
 * watch; who wants more reads. fn may unwatch. The handle dies with the engine. */
struct watch;
typedef void engine_watch_fn(void *who, struct id run, const char *state);
struct watch *engine_watch(struct engine *e, struct id run, engine_watch_fn *fn, void *who);
void engine_unwatch(struct engine *e, struct watch *w);

/* The end of this day is worked through in every shard, by whoever holds it (day_end.h); asking again changes nothing.
 * OK: `done` says when it is asked for durably; how far it is, view_day_end tells. ERR_INVALID: it is not over. */
MUST_CHECK enum err engine_day_end(struct engine *e, int32_t day, const char *by, engine_done_fn *done, void *who, struct fault *f);
int32_t engine_today(const struct engine *e);

/* One call without a run, through the same guards (the score endpoint). */
typedef void engine_asked_fn(void *who, const struct call_result *r);
MUST_CHECK enum err engine_ask(struct engine *e, const char *operation, const json_t *input,
                               int64_t timeout_ms, engine_asked_fn *done, void *who, struct fault *f);

#endif
