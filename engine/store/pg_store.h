/* pg_store.h - inside of the PostgreSQL store: shared by its files only.
 *
 * Two sets of connections: `writes` carries journal batches, one lane per connection, shard % lanes;
 * `reads` carries everything else: 0 the leases (so that a long load never delays a renewal), the
 * others loads, look-ups and small writes. */
#ifndef STORE_PG_STORE_H
#define STORE_PG_STORE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/loop.h"
#include "io/pg.h"
#include "store/dsn.h"
#include "store/entry.h"

enum {
    BATCH_ROWS = 250,           /* journal records in one batch */
    BATCH_BYTES = 4 << 20,      /* copied bytes in one batch */
    BATCH_STATEMENTS = 24,
    LANES_MAX = 64,
    READS = 2,                  /* connections: leases, others */
    MONTHS_AHEAD = 2            /* partitions made before they are needed */
};
#define PENDING_BYTES ((size_t)256 << 20) /* all queues of a store; past it append says ERR_BUSY */

struct range { /* part of a flight still to be decided */
    unsigned lo, hi;
};
/* One connection's queue. A *flight* is what was taken from the queue to leave together; it is sent
 * whole, and in halves once the database has rejected it. The range on top of the stack is sent next. */
struct lane {
    struct store_pg *s;
    unsigned index;
    struct entry *first, **last;
    size_t n_waiting;                 /* entries in the queue */
    struct entry *flight[BATCH_ROWS]; /* NULL: decided */
    unsigned n_flight;
    struct range ranges[16];
    unsigned n_ranges;
    bool out;                     /* something is on the wire; its end will come */
    bool mended;                  /* partitions were made for this range; do not try twice */
    unsigned tries;               /* of the top range, without progress */
    struct loop_timer *pause;     /* the database is unwell: wait before the next try */
    struct arena *scratch;        /* arrays of the batch being built */
    const struct pg_statement *sent[BATCH_STATEMENTS]; /* what statement i of the batch was */
    unsigned n_sent;
    /* answers of the question that is on the wire (see mend.c) */
    uint8_t verdict[BATCH_ROWS];
};
struct shard_seen { /* in the batch with this stamp */
    uint64_t epoch;
    uint32_t stamp;
};
struct store_pg {
    struct store store;           /* first: a struct store * is a struct store_pg * */
    struct loop *loop;
    struct pg *writes, *reads;
    unsigned n_lanes;
    struct lane lanes[LANES_MAX];
    size_t pending_bytes;
    bool closing;
    int64_t month_made;           /* months since 1970 up to which partitions exist */
    struct shard_seen *shards_seen; /* scratch of batch_build, one per shard */
    uint32_t stamp;
};

static inline struct store_pg *store_pg_of(struct store *s) { return (struct store_pg *)s; }

/* batch.c: the statements of one batch, from lane->flight[r.lo .. r.hi). NULL: no memory. */
struct pg_batch *batch_build(struct lane *l, struct range r);

/* lane.c */
void lane_init(struct lane *l, struct store_pg *s, unsigned index);
void lane_reset(struct lane *l);
void lane_add_take(struct lane *l, struct entry *e);
void lane_flush(struct lane *l);   /* sends what may be sent; called at the end of every turn */
void lane_stop(struct lane *l);    /* everything that waits ends with ERR_IO */
/* Ends flight[i] and forgets it. */
void lane_decide(struct lane *l, unsigned i, enum err err, const struct fault *f);
/* Ends every later entry of the flight and of the queue that `same` picks. */
void lane_drop_after(struct lane *l, unsigned i, bool by_run, struct id run, enum err err,
                     const struct fault *f);
void lane_pause(struct lane *l);

/* mend.c: asks the database why it said no, then decides entries of the top range. */
void mend_stale(struct lane *l);        /* TN001: which shards? */
void mend_repeated(struct lane *l);     /* (run, seq) exists: the same bytes, or somebody else's? */
void mend_partitions(struct lane *l);   /* no partition for these runs: make it */

/* month.c: partitions of the journal. */
void month_batch_add(struct pg_batch *b, int64_t at_ms);
/* Returns how many statements it added. */
int months_ahead_add(struct store_pg *s, struct pg_batch *b, int64_t now_ms);
int64_t month_index(int64_t at_ms);
bool month_is_sane(int64_t at_ms); /* 2000 to 2200: not a broken id */

/* The operations, by file: lease.c, load.c, lookup.c, event.c, definition.c, loan.c. */
enum err lease_claim(struct store *s, const char *owner, const char *address, unsigned want,
                     int64_t now_ms, int64_t ttl_ms, store_lease_fn *each, store_done_fn *done,
                     void *who);
enum err lease_release(struct store *s, const char *owner, store_done_fn *done, void *who);
enum err journal_load(struct store *s, struct id run, store_journal_fn *each, store_done_fn *done, void *who);
enum err journal_load_many(struct store *s, const struct id *runs, size_t n, store_journal_fn *each,
                   store_done_fn *done, void *who);
enum err journal_open_runs(struct store *s, uint16_t shard, struct id after, unsigned limit,
                   store_open_fn *each, store_done_fn *done, void *who);
enum err lookup_dedup(struct store *s, const char *api_key, const char *route, const char *key,
                      store_dedup_fn *done, void *who);
enum err lookup_money(struct store *s, uint16_t shard, const char *key, store_money_fn *done, void *who);
enum err lookup_artifact(struct store *s, const char *hash, store_bytes_fn *done, void *who);
enum err lookup_person(struct store *s, const char *customer, store_bytes_fn *done, void *who);
enum err event_find(struct store *s, const struct kept_event *e, store_found_fn *done, void *who);
enum err event_keep(struct store *s, const struct kept_event *e, store_done_fn *done, void *who);
enum err events_owed(struct store *s, const int32_t *shards, size_t n, int64_t after, unsigned limit,
                     store_owed_fn *each, store_done_fn *done, void *who);
enum err event_settle(struct store *s, struct id run, const struct kept_event *e, enum event_end how,
                      const char *why, int64_t now_ms, store_done_fn *done, void *who);
enum err events_sweep(struct store *s, int64_t before_ms, int64_t now_ms, const char *why,
                      store_done_fn *done, void *who);
enum err event_dead(struct store *s, int64_t no, bool replay, const char *by, const char *why,
                    int64_t now_ms, store_done_fn *done, void *who);
enum err webhook_keep(struct store *s, const struct kept_webhook *w, store_done_fn *done, void *who);
enum err webhook_find(struct store *s, int64_t no, store_webhook_fn *done, void *who);
enum err webhook_settle(struct store *s, int64_t no, bool heard, const char *by, const char *why, int64_t now_ms,
                        store_done_fn *done, void *who);
enum err definition_publish(struct store *s, const struct definition *d, store_done_fn *done, void *who);
enum err definitions_all(struct store *s, store_definition_fn *each, store_done_fn *done, void *who);
enum err loans_load(struct store *s, const char *const *ids, size_t n, store_loan_fn *row, store_loan_entry_fn *each,
                    store_done_fn *done, void *who);
enum err loans_due(struct store *s, uint16_t shard, int32_t day, const struct loan_place *after, unsigned limit,
                   store_loan_fn *each, store_done_fn *done, void *who);
enum err day_end_ask(struct store *s, int32_t day, const char *by, int64_t at_ms, store_done_fn *done, void *who);
enum err day_ends_open(struct store *s, const char *owner, int64_t now_ms, store_day_end_fn *each, store_done_fn *done, void *who);

/* ask.c: one small batch on the reads connections. */
enum { ASK_LEASES = 0, ASK_OTHERS = 1 };
struct ask {
    struct store_pg *s;
    void (*row)(struct ask *a, const struct pg_row *row);            /* may be NULL */
    void (*next_row)(struct ask *a, const struct pg_row *row);       /* of the statement after it; may be NULL */
    void (*end)(struct ask *a, enum err err, const struct fault *f);     /* then the ask is freed */
    void (*each)(void);            /* the caller's function for rows, cast by whoever set it */
    void (*next_each)(void);       /* for those of next_row */
    store_done_fn *done;
    void *who;
    bool found;
    int answer;                    /* which statement of the batch answers */
    int64_t at_ms;
    char text[400];                /* what a reader keeps between row and end */
    struct event_found event;
};
/* Copies `like` (its store is set here) and sends `b`, taking it; NULL batch: ERR_NOMEM. */
MUST_CHECK enum err ask_batch_take(struct store *s, int index, const struct ask *like, struct pg_batch *b);
/* The usual case: one statement on any connection but that of the leases. */
MUST_CHECK enum err ask_statement(struct store *s, const struct ask *like, const struct pg_statement *st,
                                  const struct pg_param *params);

static inline struct pg_param pg_text(const char *t) {
    return (struct pg_param){.type = PG_TEXT, .b = {t, t ? __builtin_strlen(t) : 0}};
}
static inline struct pg_param pg_raw(const void *p, size_t n) {
    return (struct pg_param){.type = PG_BYTEA, .b = {p, n}};
}
static inline struct pg_param pg_i8(int64_t v) { return (struct pg_param){.type = PG_INT8, .i = v}; }
static inline struct pg_param pg_i4(int64_t v) { return (struct pg_param){.type = PG_INT4, .i = v}; }

#endif
