/* store.h - the seam to what is durable: append, load, claim, due, publish.
 *
 * pg.c keeps it in PostgreSQL with group commit; sim/ keeps it in memory and can lose a reply after
 * the commit. One handle per region. Every function is asynchronous: `done` fires exactly once, in
 * the loop's thread, never before the function returns. Arguments are copied before return.
 *
 * INV-1  An append commits whole (row, postings, tasks, keys, run row) or not at all.
 * INV-2  Intent before effect: nothing outside happens before its append is done with OK.
 * INV-3  Appends of one shard commit in the order they were made; (run, seq) is unique; the same bytes
 *        again are success, other bytes mean fenced (SEMANTICS 3).
 * INV-4  An append under a stale epoch never commits (SEMANTICS 4). */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/id.h"

struct store;

/* The searchable columns of a run; every pointer may be NULL for "as it was" (at seq 1: empty; state: running).
 * Times are unix ms. started_ms 0: as it was (at seq 1: the append's now_ms); updated_ms 0: now_ms; ended_ms 0:
 * as it was, or now_ms when the state becomes "ended"; wake_ms is always written, 0 none. */
struct run_row {
    const char *workflow;      /* "loan_approval@1" */
    const char *plan_hash;     /* hex */
    const char *case_type, *case_key; /* events find the run by these */
    const char *customer;      /* hex of the keyed hash */
    const char *state;         /* "running", "waiting", "stuck", "undoing", "ended" */
    const char *at;            /* current paragraph */
    const char *outcome;       /* when ended */
    const char *decision;      /* approve, refer, decline */
    const char *currency;
    int64_t amount_minor;      /* 0: as it was */
    int64_t started_ms, updated_ms, ended_ms;
    int64_t wake_ms;           /* earliest timer; 0 none */
    bool deaf;                 /* at seq 1: listens to no event, so none is for it */
};
struct posting_row {
    const char *debit, *credit, *currency, *kind;
    int64_t amount_minor;
    int32_t effective_day;
};
/* Upserted by id; a projection of the journal. On an update paragraph, visit and created_ms stay, state, assignee
 * (NULL: nobody) and updated_ms are written, the others only when not NULL, "" or 0. One append names a task once. */
struct task_row {
    const char *id;            /* run id "." paragraph "." visit */
    const char *paragraph, *queue, *state; /* "open", "claimed", "done", "withdrawn" */
    const char *assignee, *answer, *form;
    int64_t created_ms, due_ms, updated_ms;
    unsigned visit;
};
struct dedup_row { /* a client's idempotency key (SEMANTICS 16) */
    const char *api_key, *route, *key, *body_hash;
};
struct artifact_row { /* large sealed answers (SEMANTICS 17) */
    const char *hash;
    const void *bytes;
    size_t n;
};
struct person_key_row { /* a person's data key, wrapped by the master key */
    const char *customer;
    const void *wrapped;
    size_t n;
};
/* A business key under which money moves, the attempt family it is at and how that stands (SEMANTICS 7). The row of a
 * key is replaced by a later one, never by one of an earlier family. */
struct money_row {
    const char *key, *state;   /* state: "open", "done", "refused", "failed", "undone" */
    uint32_t family;           /* 1, 2 ... */
};
/* One loan of our own books: the row is upserted by id (customer and shard stay as they were first written; the shard is
 * that of the append), entries are inserted and never changed. (loan, n) is unique, and n of the row never goes back:
 * a writer that did not know the newest entry, or writes from another shard, fails with ERR_INVALID. */
struct loan_row {
    const char *id, *customer, *product, *currency, *state, *bucket;
    uint32_t n;                /* of its last entry */
    int64_t outstanding_minor, overdue_minor;
    int32_t oldest_due_day, next_day;
};
struct loan_entry_row {
    const char *loan, *kind, *body;
    size_t body_len;
    uint32_t n;
    int32_t effective_day;
    int64_t known_ms, amount_minor;
};
/* What others may learn of this step: becomes one event of the stream (columns as Debezium's outbox router reads them). */
struct outbox_row {
    const char *id;             /* unique for ever: run id "-" seq "-" index, so that a repeat is known; no full stop (base/signature.h) */
    const char *aggregate_type, *aggregate_id; /* "application", "loan", "task"; its key */
    const char *type;           /* "tenor.application.decided" */
    const char *payload;        /* JSON text without personal fields */
};
/* An event that came by (case type, key) and that this run has now heard: its id is known from here on, and the run is
 * owed it no more. */
struct heard_row {
    const char *event_id, *name, *by, *subject;
    int64_t sequence, at_ms;
};
struct append {
    struct id run;
    uint32_t seq;              /* 1, 2, 3 ... per run: one row per atomic step of its story */
    uint64_t epoch;            /* of the shard's lease */
    int64_t now_ms;
    const char *body;          /* JSON text: the facts of this step, personal fields sealed */
    size_t body_len;
    const struct run_row *row; /* NULL: unchanged; seq 1 must have one */
    const struct posting_row *postings;
    size_t n_postings;
    const struct task_row *tasks;
    size_t n_tasks;
    const struct artifact_row *artifacts;
    size_t n_artifacts;
    const struct loan_row *loans;
    size_t n_loans;
    const struct loan_entry_row *loan_entries;
    size_t n_loan_entries;
    const struct money_row *money;
    size_t n_money;
    const struct outbox_row *outbox;
    size_t n_outbox;
    const struct dedup_row *dedup;
    const struct person_key_row *person; /* the first one of a customer stays */
    const struct heard_row *heard; /* the event by case that this append is about; NULL none */
    bool hears;                /* a deaf run is deaf no more */
};
/* OK; ERR_CLOSED: fenced, drop the shard; ERR_CONFLICT: the idempotency key exists, look it up;
 * ERR_INVALID: the database rejected this entry (fault says why): park the run; ERR_IO: the store is
 * being reached again and the append is still pending inside it - never reported unless stopping. */
typedef void store_done_fn(void *who, enum err err, const struct fault *f);

struct journal_row {
    struct id run;
    uint32_t seq;
    int64_t at_ms;
    const char *body;
    size_t body_len;
};
/* `each` per row in seq order, then `done`. */
typedef void store_journal_fn(void *who, const struct journal_row *row);

struct open_run {
    struct id run;
    const char *workflow, *case_type, *case_key, *customer, *state;
    int64_t wake_ms;
    uint32_t last_seq;
};
typedef void store_open_fn(void *who, const struct open_run *r);

struct lease {
    uint16_t shard;
    uint64_t epoch;
    const char *owner, *address; /* process name; its private address for proxied requests */
    int64_t until_ms;
};
typedef void store_lease_fn(void *who, const struct lease *l);

struct dedup_found {
    bool found;
    struct id run;
    const char *body_hash;
};
typedef void store_dedup_fn(void *who, enum err err, const struct dedup_found *d);

struct money_found {
    bool found;
    uint32_t family;
    const char *state;
    struct id run;             /* that wrote it last */
};
typedef void store_money_fn(void *who, enum err err, const struct money_found *m);

/* An event from outside, by (case type, key) and an id of its sender's (SEMANTICS 9; engine/flow/README.md). */
struct kept_event {
    const char *case_type, *key, *name, *event_id, *body, *by; /* body: JSON text, sealed; by: who sent it */
    int64_t at_ms;
    const char *subject;       /* what `sequence` numbers; NULL or "": nothing */
    int64_t sequence;
    const char *dropped;       /* only its id is kept: why nobody shall hear it; NULL: somebody shall */
};
struct event_found {
    bool known;                /* the id was acknowledged before: nothing is to be done */
    bool stale;                /* of its subject a higher sequence is known for this key */
    unsigned open;             /* runs of the key that are open and not deaf: 0, 1, or 2 for several */
    struct id run;             /* when it is one */
    bool owed;                 /* that run is owed an earlier event */
};
typedef void store_found_fn(void *who, enum err err, const struct event_found *found);
struct owed_event {
    struct id run;
    struct kept_event event;
    int64_t no;                /* order of arrival */
};
typedef void store_owed_fn(void *who, const struct owed_event *o);
enum event_end { EVENT_HEARD, EVENT_GONE /* the run ended first */, EVENT_FULL /* it hears no more */ };
enum { EVENTS_WAITING_MAX = 1000 }; /* for one key */
/* A webhook that nobody here understood, with its sealed body. */
struct kept_webhook {
    const char *connector, *webhook_id, *reason;
    const void *body;
    size_t n;
    int64_t at_ms;
};
typedef void store_webhook_fn(void *who, enum err err, const struct kept_webhook *w); /* ERR_NOT_FOUND: w is NULL */
enum { WEBHOOKS_KEPT_MAX = 10000 };
typedef void store_bytes_fn(void *who, enum err err, const void *bytes, size_t n);
struct loan_place { /* in the order of loans_due; {INT32_MIN, ""} is before all */
    int32_t next_day;
    const char *id;
};
typedef void store_loan_fn(void *who, const struct loan_row *l);
typedef void store_loan_entry_fn(void *who, const struct loan_entry_row *e);

struct definition {
    const char *kind, *name, *hash, *text, *by; /* kind "workflow" or "policy" */
    int version;
    int64_t at_ms;
};
typedef void store_definition_fn(void *who, const struct definition *d);

typedef void store_day_end_fn(void *who, int32_t day, uint16_t shard);

struct store_ops {
    enum err (*append)(struct store *s, const struct append *a, store_done_fn *done, void *who);
    enum err (*load)(struct store *s, struct id run, store_journal_fn *each, store_done_fn *done,
                     void *who);
    /* Runs of a shard that have not ended, in id order after `after`, at most `limit`. */
    enum err (*open_runs)(struct store *s, uint16_t shard, struct id after, unsigned limit,
                          store_open_fn *each, store_done_fn *done, void *who);
    /* Journals of many runs in one read (recovery): rows grouped by run, in seq order. */
    enum err (*load_many)(struct store *s, const struct id *runs, size_t n, store_journal_fn *each,
                          store_done_fn *done, void *who);
    /* `owner` names one start of one process: never use a name again that another start had. A process of this
     * owner that was stopped in mid-batch loses its connection when its shards are taken.
     * Renews what `owner` holds, takes up to `want` shards in all that are free or run out (each taking
     * raises the epoch), gives back the excess; then tells every shard's lease. */
    enum err (*claim)(struct store *s, const char *owner, const char *address, unsigned want,
                      int64_t now_ms, int64_t ttl_ms, store_lease_fn *each, store_done_fn *done,
                      void *who);
    enum err (*release)(struct store *s, const char *owner, store_done_fn *done, void *who);
    enum err (*dedup)(struct store *s, const char *api_key, const char *route, const char *key,
                      store_dedup_fn *done, void *who);
    /* How a business key of this shard stands; never older than any append that is done. */
    enum err (*money_key)(struct store *s, uint16_t shard, const char *key, store_money_fn *done, void *who);
    enum err (*find_event)(struct store *s, const struct kept_event *e, store_found_fn *done, void *who);
    /* The event is durable when this is done; an id that is known is OK and changes nothing. ERR_LIMIT: EVENTS_WAITING_MAX
     * wait for this key already. */
    enum err (*keep_event)(struct store *s, const struct kept_event *e, store_done_fn *done, void *who);
    /* Owes what is new to the open runs of its key, then tells what is owed to runs of these shards, in order of arrival
     * after `after`, at most `limit`. */
    enum err (*owed_events)(struct store *s, const int32_t *shards, size_t n, int64_t after, unsigned limit,
                            store_owed_fn *each, store_done_fn *done, void *who);
    /* The run is owed this event no more, without an append: see enum event_end. `why` for EVENT_FULL: the event is a
     * dead letter, unless others are owed it too. */
    enum err (*settle_event)(struct store *s, struct id run, const struct kept_event *e, enum event_end how,
                             const char *why, int64_t now_ms, store_done_fn *done, void *who);
    /* Events that nobody took and that came before `before_ms` become dead letters with this reason, ids that were taken
     * before it are forgotten, and webhooks that were settled before it or kept for much longer: some of each, so call it
     * now and then. */
    enum err (*sweep_events)(struct store *s, int64_t before_ms, int64_t now_ms, const char *why, store_done_fn *done,
                             void *who);
    /* A person's decision on a dead letter, by its number: it is new again, or dropped with a reason. ERR_NOT_FOUND. */
    enum err (*dead_event)(struct store *s, int64_t no, bool replay, const char *by, const char *why, int64_t now_ms,
                           store_done_fn *done, void *who);
    /* OK also when it is kept already; ERR_LIMIT: WEBHOOKS_KEPT_MAX are. */
    enum err (*keep_webhook)(struct store *s, const struct kept_webhook *w, store_done_fn *done, void *who);
    enum err (*find_webhook)(struct store *s, int64_t no, store_webhook_fn *done, void *who);
    /* Read after all, or dropped; ERR_NOT_FOUND. */
    enum err (*settle_webhook)(struct store *s, int64_t no, bool heard, const char *by, const char *why, int64_t now_ms,
                               store_done_fn *done, void *who);
    enum err (*artifact)(struct store *s, const char *hash, store_bytes_fn *done, void *who);
    enum err (*person_key)(struct store *s, const char *customer, store_bytes_fn *done, void *who);
    /* The rows of these loans (none for an id that is unknown), then their entries, grouped by loan, in order of n. */
    enum err (*load_loans)(struct store *s, const char *const *ids, size_t n, store_loan_fn *row, store_loan_entry_fn *each,
                           store_done_fn *done, void *who);
    /* Loans of a shard with next_day <= day, in order of (next_day, id) after `after`, at most `limit`. Ids compare
     * bytewise. */
    enum err (*loans_due)(struct store *s, uint16_t shard, int32_t day, const struct loan_place *after, unsigned limit,
                          store_loan_fn *each, store_done_fn *done, void *who);
    /* The end of this day is to be worked through in every shard; asking again changes nothing. */
    enum err (*day_end_ask)(struct store *s, int32_t day, const char *by, int64_t at_ms, store_done_fn *done, void *who);
    /* Days that were asked for, with those shards of `owner` in which no run of that day has ended (case type "day_end", case
     * key the date), in order of day. Notes first which days are done in every shard. */
    enum err (*day_ends_open)(struct store *s, const char *owner, int64_t now_ms, store_day_end_fn *each, store_done_fn *done,
                              void *who);
    /* ERR_CONFLICT when (kind, name, version) exists with another hash; the fault says who and when. */
    enum err (*publish)(struct store *s, const struct definition *d, store_done_fn *done, void *who);
    enum err (*definitions)(struct store *s, store_definition_fn *each, store_done_fn *done, void *who);
    void (*close)(struct store *s); /* pending appends get ERR_IO */
};
struct store {
    const struct store_ops *ops;
    uint16_t region, shards; /* shards: how many this region is cut into; fixed for ever at creation */
};

#endif
