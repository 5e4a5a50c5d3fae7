/* connector.h - everything a step can call, behind five functions and a table of operations.
 *
 * A connector is one file (or folder). It has no retries or clocks of its own: the engine gives those to all
 * alike, and limits, breaker and cache come from the guard round it (guard.h). `start` must not block; `done` fires
 * exactly once, from the loop's thread, possibly before `start` returns. See connectors/README.md for an example. */
#ifndef CONNECTORS_CONNECTOR_H
#define CONNECTORS_CONNECTOR_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/id.h"
#include "base/json.h"
#include "base/loop.h"
#include "dsl/catalog.h" /* enum op_kind only: the words an operation shares with the language */

/* The four ends of a call. */
enum call_end {
    CALL_DONE,
    CALL_REFUSED,  /* the other side said no: do not retry */
    CALL_FAILED,   /* did not happen: retry is safe */
    CALL_UNCERTAIN /* may have happened: look by key before trying again */
};
const char *call_end_word(enum call_end e); /* "done", "refused", "failed", "uncertain" */

/* One posting of our own ledger: one debit, one credit, amount > 0 (SEMANTICS 1). */
struct posting {
    const char *debit, *credit; /* account names: "loan:L1:principal" */
    int64_t amount_minor;
    const char *currency;       /* ISO 4217 */
    int32_t effective_day;
    const char *kind;           /* "hold", "release", "disbursal" */
};

/* A loan as our own books hold it: its current row and all its entries, oldest first. An entry is one dated
 * fact of the loan's life (opened, paid, reversed, terms changed ...): bitemporal and never changed; what a fact
 * means is engine/book's to say, the engine only carries it. */
struct loan_entry {
    uint32_t n;               /* 1, 2, 3 ... within the loan */
    const char *kind;         /* "opened", "paid" */
    int32_t effective_day;    /* when it counts */
    int64_t known_ms;         /* when we learnt of it */
    int64_t amount_minor;     /* 0 where the kind has none */
    const char *body;         /* JSON text: the rest; no personal data */
    size_t body_len;
};
struct loan_columns { /* what people and the day-end search by: a projection of the entries, never the truth */
    const char *product, *currency, *state, *bucket;
    int64_t outstanding_minor, overdue_minor;
    int32_t oldest_due_day;   /* oldest unpaid due date; 0 nothing is due */
    int32_t next_day;         /* first day on which the day-end has work for this loan; INT32_MAX none */
};
struct loan_file {
    const char *id, *customer; /* customer: hex of the keyed hash */
    struct loan_columns columns; /* empty strings and zeros when n == 0: there is no such loan yet */
    const struct loan_entry *entries;
    uint32_t n;
};
struct loan_write { /* entries n+1 .. n+n_entries, and the columns after them */
    const struct loan_entry *entries; /* their n is set by the engine */
    size_t n_entries;
    struct loan_columns columns;
};

struct call_result {
    enum call_end end;
    json_t *answer;       /* DONE: fits the operation's output schema. Others: may be NULL. Borrowed by done. */
    const char *why;      /* REFUSED, FAILED, UNCERTAIN: one sentence without personal data */
    const char *code;     /* the provider's own code, or NULL */
    int64_t retry_after_ms; /* FAILED: the provider's wish; 0 none */
    const struct posting *postings; /* OP_LOCAL only */
    size_t n_postings;
    const struct loan_write *loan;  /* OP_LOCAL with `book`: what to write to the loan; NULL nothing */
    int64_t provider_us;  /* time spent waiting on the other side; 0 unknown */
    bool said_later;      /* FAILED, UNCERTAIN: the other side is well and asks to come later (429, 202): no sign of illness */
    int64_t age_ms;       /* DONE from a cache: how old the answer is; 0 fresh */
};
struct call;
typedef void call_done_fn(struct call *call, const struct call_result *r);

struct operation {
    const char *name;     /* "report"; the language writes connector.operation */
    const char *contract; /* NULL: its own */
    const char *about;    /* one line for the docs and the form */
    enum op_kind kind;
    unsigned timeout_ms;  /* of one try */
    bool can_look;        /* start() understands call->look */
    bool undoes;
    const char *book;     /* OP_LOCAL: the input field that names the loan whose file it needs; NULL none */
    unsigned cache_s;     /* OP_READ: an answer may serve the same input again for so long; 0 never */
    const char *stale_on; /* words, by space: events of the customer that make cached answers stale */
    const char *input, *output, *sample; /* JSON texts; schemas as in base/schema.h */
};

/* What a connector may ask of the books while it computes a local operation: the postings that this
 * run has already made, oldest first. */
struct book_view {
    const struct posting *posted;
    size_t n;
    const struct loan_file *loan; /* of the loan that op->book names, until done; NULL without one */
};

/* A call in flight; owned by the caller until done. */
struct call {
    struct id run;             /* zero for a call without a run */
    const char *paragraph;     /* "transfer"; "" without a run */
    unsigned visit, attempt;   /* 1-based */
    const char *customer;      /* hex of the keyed hash; NULL without a run */
    uint64_t epoch;            /* of the lease of the customer's shard; 0 without a run */
    int64_t fresh_ms;          /* an answer kept since before this instant does not serve; 0 any age */
    const char *key;           /* idempotency key: the same for every attempt and for the look */
    const struct operation *op;
    bool look;                 /* settle an UNCERTAIN call: has `key` taken effect? */
    const json_t *input;       /* fits op->input */
    int64_t now_ms;
    const struct book_view *book; /* OP_LOCAL */
    call_done_fn *done;
    void *who;                 /* the caller's */
    void *inner;               /* the connector's; NULL at start */
};

struct http_headers;
struct heard { /* one event out of a webhook */
    const char *case_type, *key, *name, *event_id;
    json_t *data;
    const char *subject;       /* what `sequence` numbers: "mandate:UMRN7"; NULL: the provider numbers nothing */
    int64_t sequence;          /* or the instant of what it tells, in ms: an older word never overwrites a newer one */
};
typedef void heard_fn(void *who, const struct heard *h);

struct connector;
struct connector_env { /* what wiring gives to open */
    struct loop *loop;
    struct fetcher *fetch;   /* io/fetch.h; NULL in the simulator */
    struct pool *pool;       /* io/pool.h; NULL in the simulator */
    const json_t *config;    /* this connector's own part of the configuration */
    struct metrics *metrics;
    struct guards *guards;   /* guard.h; NULL: connectors stand bare (checks, publishing, the simulator) */
};
/* What the guard round a connector holds it to. Bucket and places are of the whole connector, as its provider counts;
 * a breaker is each operation's own. The configuration may override every field ({"connectors": {"bureau": {"limits":
 * {"per_s": 50}}}}); 0 means the guard's default. */
struct limits {
    unsigned per_s, burst;     /* token bucket, shared by all processes; default: no limit; burst of one second */
    unsigned at_once;          /* calls in flight, per process; default 64 */
    unsigned breaker_after;    /* failed or slow calls in a row that open the breaker; default 10 */
    unsigned slow_ms;          /* a call slower than this counts as failed for the breaker; default 3/4 of timeout_ms */
    unsigned open_ms;          /* until the first probe; default 5000 */
};
struct shaping;
struct connector_ops {
    const char *name;                       /* "bureau" */
    const struct shaping *shaping;          /* shape.h: what is said on the wire; NULL: input and output as they are */
    const struct limits *limits;            /* NULL: the defaults */
    bool in_process;                        /* computed here, no provider: nothing to limit or to break */
    const struct operation *operations;     /* ends with a NULL name */
    const char *described;                  /* hash of the file that says what is asked and how replies are read; NULL: a program does */
    enum err (*open)(const struct connector_env *env, struct connector **out, struct fault *f); /* NULL: http_connector_open */
    void (*start)(struct connector *c, struct call *call);
    void (*cancel)(struct connector *c, struct call *call); /* done still fires; NULL: waits for the end */
    void (*close)(struct connector *c);
    /* Pure: checks signature and age of a webhook (webhook.h), then turns it into events, none of which is told before
     * all could be read. ERR_REFUSED: not signed by whom we trust; ERR_TIMEOUT: too old, perhaps played again;
     * ERR_INVALID: nothing that was agreed; ERR_NOMEM. NULL: none are expected. Without headers (NULL) it was checked
     * when it came, and is only read. */
    enum err (*hear)(struct connector *c, const struct http_headers *h, const void *body, size_t n, int64_t now_ms,
                     heard_fn *each, void *who, struct fault *f);
    /* Whoever keeps answers: those of this customer that `event` makes stale are gone; NULL: all of them. NULL: keeps
     * none. */
    void (*forget)(struct connector *c, const char *customer, const char *event);
};
struct connector { /* first member of a connector's own struct */
    const struct connector_ops *ops;
    bool queues; /* a call may wait up to its operation's timeout_ms for its turn before the try itself begins */
};

/* registry.c: all connectors of this program by name, and the operations by "connector.operation". */
struct registry;
struct registry *registry_new(void);
void registry_free(struct registry *r); /* closes them, last opened first */
MUST_CHECK enum err registry_add_take(struct registry *r, struct connector *c);
struct connector *registry_find(const struct registry *r, const char *dotted,
                                const struct operation **op); /* NULL if unknown */
struct connector *registry_connector(const struct registry *r, const char *name); /* "payments"; NULL if unknown */
/* The same as declarations for the language; parsed once at registry_add_take. */
const struct op_decl *registry_decl(const struct registry *r, const char *dotted);
const char *const *registry_names(const struct registry *r); /* sorted, NULL-terminated */
/* Something has happened to this customer: what was kept and goes stale by it is not used any more. NULL for the
 * event: the person is to be erased. Call it in the process that holds the customer's shard; the walker does, for
 * every event ("consent.revoked"), answer of a task ("task.corrected") and change of a loan ("loan.changed"). */
void registry_forget(const struct registry *r, const char *customer, const char *event);

#endif
