/* memory.h - a whole struct store in memory: what PostgreSQL keeps in production, with the faults that
 * a disk and a network have. Several handles (processes) share one. */
#ifndef SIM_MEMORY_H
#define SIM_MEMORY_H

#include <stdbool.h>

#include "base/json.h"
#include "base/loop.h"
#include "base/rng.h"
#include "store/store.h"

struct memory;
struct memory *memory_new(uint16_t region, uint16_t shards, uint64_t seed);
void memory_free(struct memory *m);
struct memory_faults {
    int64_t latency_ms;       /* of a commit and of a read: 0 .. this */
    unsigned lost_percent;    /* replies lost after the commit: the handle sends again, as pg.c does */
    unsigned reject_per_10000; /* rows that the database refuses */
    unsigned unread_percent;   /* loads that end with ERR_IO: the connection broke */
};
void memory_faults(struct memory *m, const struct memory_faults *f);

/* One process's handle; its callbacks come through `l`. */
MUST_CHECK enum err memory_open(struct memory *m, struct loop *l, struct store **out);
/* The process dies: each append under way either happened or did not (in order, by the seed), and
 * every callback comes at once with ERR_IO. */
void memory_crash(struct store *s);

/* For checks. Rows of a run, oldest first: [{"seq","at","facts"}] (as stored: sealed). NULL: none. */
json_t *memory_journal_new(const struct memory *m, struct id run);
typedef void memory_run_fn(void *who, struct id run, const char *state, const char *outcome, int64_t wake_ms);
void memory_each_run(const struct memory *m, memory_run_fn *fn, void *who);
/* Sum of postings per account ("debit" +, "credit" -): {"loan:L1": minor}. */
json_t *memory_balances_new(const struct memory *m);
typedef void memory_task_fn(void *who, const struct task_row *t);
void memory_each_task(const struct memory *m, memory_task_fn *fn, void *who);
/* Loans: the id, the row's n, and all entries as [{"kind","day","amount","body"}]. */
struct mem_loan;
typedef void memory_loan_fn(void *who, const struct mem_loan *l);
void memory_each_loan(const struct memory *m, memory_loan_fn *fn, void *who);
const char *memory_loan_id(const struct mem_loan *l);
uint32_t memory_loan_n(const struct mem_loan *l);
json_t *memory_loan_entries_new(const struct mem_loan *l);
/* What was published, in the order of the stream. */
typedef void memory_outbox_fn(void *who, const struct outbox_row *o, int64_t at_ms);
void memory_each_outbox(const struct memory *m, memory_outbox_fn *fn, void *who);
/* A run of that day's end has ended in the shard. */
bool memory_has_day_ended(const struct memory *m, int32_t day, uint16_t shard);
/* state: new, kept, taken, dead, dropped; owed: some run is still to hear it. */
typedef void memory_event_fn(void *who, const char *case_type, const char *key, const char *id, const char *state, bool owed);
void memory_each_event(const struct memory *m, memory_event_fn *fn, void *who);
unsigned memory_rows(const struct memory *m);
/* Raw row bodies, or what was published, hold this text somewhere (personal data must not). */
bool memory_holds(const struct memory *m, const char *text);

#endif
