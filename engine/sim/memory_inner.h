/* memory_inner.h - the tables that memory.c keeps and handle.c reads. */
#ifndef SIM_MEMORY_INNER_H
#define SIM_MEMORY_INNER_H

#include "base/map.h"
#include "sim/memory.h"

struct mem_row {
    struct mem_row *next;
    uint32_t seq;
    int64_t at_ms;
    char *body;
    size_t n;
};
struct mem_run {
    struct id id;
    struct mem_row *first, **end;
    uint32_t last_seq;
    char *workflow, *case_type, *case_key, *customer, *outcome;
    char state[16];
    int64_t wake_ms;
    bool deaf;
};
struct mem_blob {
    void *bytes;
    size_t n;
};
struct mem_task {
    char *id, *paragraph, *queue, *assignee, *answer, *form;
    char state[16];
    int64_t created_ms, due_ms, updated_ms;
    unsigned visit;
};
enum mem_event_state { MEM_NEW, MEM_KEPT, MEM_TAKEN, MEM_DEAD, MEM_DROPPED };
struct mem_event {
    struct mem_event *next;
    char *type, *key, *name, *id, *body, *by, *reason, *subject;
    int64_t at_ms, no, sequence;
    enum mem_event_state state;
};
struct mem_webhook {
    struct mem_webhook *next;
    char *connector, *id, *reason;
    void *body;
    size_t n;
    int64_t no, at_ms;
    bool settled;
};
struct mem_owed {
    struct mem_owed *next;
    const struct mem_event *event;
    struct id run;
};
struct mem_definition {
    struct mem_definition *next;
    char *kind, *name, *hash, *text, *by;
    int version;
    int64_t at_ms;
};
struct mem_posting {
    char *debit, *credit;
    int64_t minor;
};
struct mem_loan_entry {
    char *kind, *body;
    size_t body_len;
    int32_t effective_day;
    int64_t known_ms, amount_minor;
};
struct mem_loan {
    char *id, *customer, *product, *currency, *state, *bucket;
    uint16_t shard;
    uint32_t n;
    int64_t outstanding_minor, overdue_minor;
    int32_t oldest_due_day, next_day;
    struct mem_loan_entry *entries; /* entry n at n - 1 */
    uint32_t n_entries, cap_entries;
};
struct mem_event_out {
    char *id, *aggregate_type, *aggregate_id, *type, *payload;
    int64_t at_ms;
};
struct mem_day_end {
    struct mem_day_end *next;
    int32_t day;
    char date[16];
    bool *ended; /* by shard: a run of it has ended there */
};
struct mem_dedup {
    struct id run;
    char hash[80];
};
struct mem_money {
    uint32_t family;
    char state[12];
    struct id run;
};
struct mem_lease {
    char owner[96], address[96];
    uint64_t epoch;
    int64_t until_ms;
};
enum { MEM_PROCESSES = 16 };
struct mem_process {
    char owner[96];
    int64_t until_ms;
};
struct memory {
    struct mem_process present[MEM_PROCESSES];
    uint16_t region, shards;
    struct rng rng;
    struct memory_faults faults;
    struct mem_lease *leases;
    struct map *runs, *dedups, *artifacts, *persons, *tasks, *refused, *loans, *money;
    struct mem_event *events;
    struct mem_owed *owed;
    struct mem_webhook *webhooks;
    int64_t events_made;
    struct rng event_rng;
    struct mem_definition *definitions;
    struct mem_day_end *day_ends; /* in order of day */
    struct mem_posting *postings;
    size_t n_postings, cap_postings;
    struct mem_event_out *outbox; /* in the order of the commits: there is one writer, so that is the order of the stream */
    size_t n_outbox, cap_outbox;
    unsigned rows;
};

/* Makes the append true, or says why not. The same bytes again are OK. */
MUST_CHECK enum err memory_commit(struct memory *m, const struct append *a, struct fault *f);
const struct mem_money *memory_money(const struct memory *m, uint16_t shard, const char *key);
const struct mem_dedup *memory_dedup(const struct memory *m, const char *api_key, const char *route, const char *key);

/* memory_loan.c */
void memory_day_end_ask(struct memory *m, int32_t day);
void memory_note_day_end(struct memory *m, const struct mem_run *r); /* its row was written */
MUST_CHECK enum err memory_may_loan(const struct memory *m, const struct append *a, struct fault *f);
void memory_put_loans(struct memory *m, const struct append *a);
void memory_loan_free(void *p);
const struct mem_loan *memory_loan(const struct memory *m, const char *id);
void memory_tell_loan(const struct mem_loan *l, store_loan_fn *fn, void *who);
void memory_tell_loan_entries(const struct mem_loan *l, store_loan_entry_fn *fn, void *who);
/* Those of the shard with next_day <= day that come after `after`, in their order; an array for free(). */
const struct mem_loan **memory_loans_due_new(const struct memory *m, uint16_t shard, int32_t day,
                                             const struct loan_place *after, size_t *n);
/* handle_event.c: what an append does to events. */
void memory_event_owe(struct memory *m, const struct append *a);
void memory_event_take(struct memory *m, const struct append *a, const struct mem_run *r);
void memory_events_free(struct memory *m);

#endif
