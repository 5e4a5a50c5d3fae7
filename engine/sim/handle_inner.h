/* handle_inner.h - one operation on the shared memory as a job on the loop's clock; handle.c, handle_loan.c, handle_event.c. */
#ifndef SIM_HANDLE_INNER_H
#define SIM_HANDLE_INNER_H

#include "sim/memory_inner.h"
#include "store/entry.h"

struct handle;
struct job {
    struct job *next;
    struct handle *h;
    void (*act)(struct job *j, enum err err); /* err: OK, or ERR_IO when the process dies */
    struct loop_timer *timer;
    bool committed;
    enum err err;
    struct fault fault;
    void *done, *each, *next_each, *who; /* the caller's */
    struct entry *entry;     /* the append */
    void *copy;
    char *texts[8];
    struct id id, *ids;
    size_t n;
    unsigned limit;
    uint16_t shard;
    int64_t now_ms, ttl_ms;
    int32_t day, after_day;
};
struct handle {
    struct store store; /* first */
    struct memory *m;
    struct loop *loop;
    struct job *jobs;
    int64_t last_ms, reply_ms; /* when the latest append will have committed, and its reply come */
    bool dead;
};

struct job *job_new(struct store *s, void (*act)(struct job *j, enum err err), void *each, void *done, void *who);
enum err job_start(struct job *j); /* NULL is fine: ERR_IO */
enum err job_start_in(struct job *j, int64_t after_ms);
void job_end(struct job *j, enum err err);
void job_free(struct job *j); /* one that `act` ends by itself */
enum err job_read_end(struct job *j, enum err err); /* the connection may break */

/* handle_loan.c */
enum err handle_load_loans(struct store *s, const char *const *ids, size_t n, store_loan_fn *row, store_loan_entry_fn *each,
                           store_done_fn *done, void *who);
enum err handle_loans_due(struct store *s, uint16_t shard, int32_t day, const struct loan_place *after, unsigned limit,
                          store_loan_fn *each, store_done_fn *done, void *who);
enum err handle_day_end_ask(struct store *s, int32_t day, const char *by, int64_t at_ms, store_done_fn *done, void *who);
enum err handle_day_ends_open(struct store *s, const char *owner, int64_t now_ms, store_day_end_fn *each, store_done_fn *done,
                              void *who);

/* handle_event.c */
enum err handle_find_event(struct store *s, const struct kept_event *e, store_found_fn *done, void *who);
enum err handle_keep_event(struct store *s, const struct kept_event *e, store_done_fn *done, void *who);
enum err handle_owed_events(struct store *s, const int32_t *shards, size_t n, int64_t after, unsigned limit, store_owed_fn *each,
                         store_done_fn *done, void *who);
enum err handle_settle_event(struct store *s, struct id run, const struct kept_event *e, enum event_end how, const char *why,
                          int64_t now_ms, store_done_fn *done, void *who);
enum err handle_sweep_events(struct store *s, int64_t before_ms, int64_t now_ms, const char *why, store_done_fn *done, void *who);
enum err handle_keep_webhook(struct store *s, const struct kept_webhook *w, store_done_fn *done, void *who);
enum err handle_find_webhook(struct store *s, int64_t no, store_webhook_fn *done, void *who);
enum err handle_settle_webhook(struct store *s, int64_t no, bool heard, const char *by, const char *why, int64_t now_ms,
                               store_done_fn *done, void *who);
enum err handle_dead_event(struct store *s, int64_t no, bool replay, const char *by, const char *why, int64_t now_ms,
                        store_done_fn *done, void *who);

#endif
