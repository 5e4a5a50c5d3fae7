/* handle_loan.c - loans and day-ends through one process's handle. */
#include <stdlib.h>
#include <string.h>

#include "sim/handle_inner.h"

static void loans_act(struct job *j, enum err err) {
    char *const *ids = j->copy;
    err = job_read_end(j, err);
    for (int pass = 0; err == OK && pass < 2; pass++)
        for (size_t i = 0; i < j->n; i++) {
            const struct mem_loan *l = memory_loan(j->h->m, ids[i]);
            if (l && !pass && memory_loan_n(l)) memory_tell_loan(l, (store_loan_fn *)j->each, j->who);
            else if (l) memory_tell_loan_entries(l, (store_loan_entry_fn *)j->next_each, j->who);
        }
    job_end(j, err);
}

/* The ids and what they point to in one block. */
static void *ids_new(const char *const *ids, size_t n) {
    size_t bytes = n * sizeof(char *);
    for (size_t i = 0; i < n; i++) bytes += strlen(ids[i]) + 1;
    char **out = malloc(bytes + 1), *at = (char *)(out + n);
    for (size_t i = 0; i < n; i++) {
        size_t bytes_of = strlen(ids[i]) + 1;
        out[i] = memcpy(at, ids[i], bytes_of);
        at += bytes_of;
    }
    return out;
}

enum err handle_load_loans(struct store *s, const char *const *ids, size_t n, store_loan_fn *row, store_loan_entry_fn *each,
                           store_done_fn *done, void *who) {
    struct job *j = job_new(s, loans_act, (void *)row, (void *)done, who);
    if (j) j->next_each = (void *)each, j->copy = ids_new(ids, n), j->n = n;
    return job_start(j);
}

static void due_act(struct job *j, enum err err) {
    size_t n = 0;
    struct loan_place after = {j->after_day, j->texts[0]};
    const struct mem_loan **due = memory_loans_due_new(j->h->m, j->shard, j->day, &after, &n);
    for (size_t i = 0; err == OK && i < n && i < j->limit; i++) memory_tell_loan(due[i], (store_loan_fn *)j->each, j->who);
    free(due);
    job_end(j, err);
}

enum err handle_loans_due(struct store *s, uint16_t shard, int32_t day, const struct loan_place *after, unsigned limit,
                          store_loan_fn *each, store_done_fn *done, void *who) {
    struct job *j = job_new(s, due_act, (void *)each, (void *)done, who);
    if (j) j->shard = shard, j->day = day, j->limit = limit, j->after_day = after->next_day, j->texts[0] = strdup(after->id);
    return job_start(j);
}

static void ask_act(struct job *j, enum err err) {
    if (err == OK) memory_day_end_ask(j->h->m, j->day);
    job_end(j, err);
}

enum err handle_day_end_ask(struct store *s, int32_t day, const char *by, int64_t at_ms, store_done_fn *done, void *who) {
    struct job *j = job_new(s, ask_act, NULL, (void *)done, who);
    (void)by, (void)at_ms;
    if (j) j->day = day;
    return job_start(j);
}

static void day_ends_act(struct job *j, enum err err) {
    struct memory *m = j->h->m;
    for (const struct mem_day_end *d = m->day_ends; err == OK && d; d = d->next)
        for (uint16_t i = 0; i < m->shards; i++)
            if (!strcmp(m->leases[i].owner, j->texts[0]) && !memory_has_day_ended(m, d->day, i)) ((store_day_end_fn *)j->each)(j->who, d->day, i);
    job_end(j, err);
}

enum err handle_day_ends_open(struct store *s, const char *owner, int64_t now_ms, store_day_end_fn *each, store_done_fn *done, void *who) {
    struct job *j = job_new(s, day_ends_act, (void *)each, (void *)done, who);
    (void)now_ms;
    if (j) j->texts[0] = strdup(owner);
    return job_start(j);
}
