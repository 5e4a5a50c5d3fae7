/* connector.h - everything a step can call, behind five functions and a table of operations.
 *
 * A connector is one file (or folder). It has no retries or clocks of its own: the engine gives
 * those to all alike (limits, breakers and caches are to follow the same way, as a decorator). `start` must not block; `done` fires exactly once, from
 * the loop's thread, possibly before `start` returns. See connectors/README.md for an example. */
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

struct call_result {
    enum call_end end;
    json_t *answer;       /* DONE: fits the operation's output schema. Others: may be NULL. Borrowed by done. */
    const char *why;      /* REFUSED, FAILED, UNCERTAIN: one sentence without personal data */
    const char *code;     /* the provider's own code, or NULL */
    int64_t retry_after_ms; /* FAILED: the provider's wish; 0 none */
    const struct posting *postings; /* OP_LOCAL only */
    size_t n_postings;
    int64_t provider_us;  /* time spent waiting on the other side; 0 unknown */
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
    const char *input, *output, *sample; /* JSON texts; schemas as in base/schema.h */
};

/* What a connector may ask of the books while it computes a local operation: the postings that this
 * run has already made, oldest first. */
struct book_view {
    const struct posting *posted;
    size_t n;
};

/* A call in flight; owned by the caller until done. */
struct call {
    struct id run;             /* zero for a call without a run */
    const char *paragraph;     /* "transfer"; "" without a run */
    unsigned visit, attempt;   /* 1-based */
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
};
typedef void heard_fn(void *who, const struct heard *h);

struct connector;
struct connector_env { /* what wiring gives to open */
    struct loop *loop;
    struct fetcher *fetch;   /* io/fetch.h; NULL in the simulator */
    struct pool *pool;       /* io/pool.h; NULL in the simulator */
    const json_t *config;    /* this connector's own part of the configuration */
    struct metrics *metrics;
};
struct connector_ops {
    const char *name;                       /* "bureau" */
    const struct operation *operations;     /* ends with a NULL name */
    enum err (*open)(const struct connector_env *env, struct connector **out, struct fault *f);
    void (*start)(struct connector *c, struct call *call);
    void (*cancel)(struct connector *c, struct call *call); /* done still fires; NULL: waits for the end */
    void (*close)(struct connector *c);
    /* Pure: checks the signature and turns a webhook into events. NULL: none are expected. */
    enum err (*hear)(struct connector *c, const struct http_headers *h, const void *body, size_t n,
                     heard_fn *each, void *who, struct fault *f);
};
struct connector { /* first member of a connector's own struct */
    const struct connector_ops *ops;
};

/* registry.c: all connectors of this program by name, and the operations by "connector.operation". */
struct registry;
struct registry *registry_new(void);
void registry_free(struct registry *r); /* closes them, last opened first */
MUST_CHECK enum err registry_add_take(struct registry *r, struct connector *c);
struct connector *registry_find(const struct registry *r, const char *dotted,
                                const struct operation **op); /* NULL if unknown */
/* The same as declarations for the language; parsed once at registry_add_take. */
const struct op_decl *registry_decl(const struct registry *r, const char *dotted);
const char *const *registry_names(const struct registry *r); /* sorted, NULL-terminated */

#endif
