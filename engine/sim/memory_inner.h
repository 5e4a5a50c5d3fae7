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
struct mem_event {
    struct mem_event *next;
    char *type, *key, *name, *id, *body;
    int64_t at_ms;
    bool taken;
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
struct mem_dedup {
    struct id run;
    char hash[80];
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
    struct map *runs, *dedups, *artifacts, *persons, *tasks, *refused;
    struct mem_event *events;
    struct mem_definition *definitions;
    struct mem_posting *postings;
    size_t n_postings, cap_postings;
    unsigned rows;
};

/* Makes the append true, or says why not. The same bytes again are OK. */
MUST_CHECK enum err memory_commit(struct memory *m, const struct append *a, struct fault *f);
const struct mem_dedup *memory_dedup(const struct memory *m, const char *api_key, const char *route, const char *key);

#endif
