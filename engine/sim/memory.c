/* memory.c - the tables, and the one place where an append becomes true. */
#include "sim/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "sim/memory_inner.h"

struct memory *memory_new(uint16_t region, uint16_t shards, uint64_t seed) {
    struct memory *m = calloc(1, sizeof *m);
    if (!m) return NULL;
    m->region = region, m->shards = shards;
    m->leases = calloc(shards, sizeof *m->leases);
    m->runs = map_new(), m->dedups = map_new(), m->artifacts = map_new(), m->persons = map_new(), m->tasks = map_new(), m->money = map_new();
    m->loans = map_new();
    m->refused = map_new(); /* run -> how its latest row was refused: what follows shares that end */
    rng_seed(&m->rng, seed), rng_seed(&m->event_rng, seed + 7);
    m->faults.latency_ms = 3;
    if (m->leases && m->runs && m->dedups && m->artifacts && m->persons && m->tasks && m->refused && m->loans && m->money) return m;
    memory_free(m);
    return NULL;
}

static void run_row_free(void *p) {
    struct mem_run *r = p;
    for (struct mem_row *row = r->first, *next; row; row = next) {
        next = row->next;
        free(row->body);
        free(row);
    }
    free(r->workflow), free(r->case_type), free(r->case_key), free(r->customer), free(r->outcome);
    free(r);
}

static void blob_free(void *p) {
    struct mem_blob *b = p;
    free(b->bytes);
    free(b);
}

static void task_free(void *p) {
    struct mem_task *t = p;
    free(t->id), free(t->paragraph), free(t->queue), free(t->assignee), free(t->answer), free(t->form);
    free(t);
}

void memory_free(struct memory *m) {
    if (!m) return;
    map_free(m->runs, run_row_free), map_free(m->dedups, free), map_free(m->money, free), map_free(m->artifacts, blob_free);
    map_free(m->persons, blob_free), map_free(m->tasks, task_free), map_free(m->refused, NULL);
    map_free(m->loans, memory_loan_free);
    memory_events_free(m);
    for (struct mem_definition *d = m->definitions, *next; d; d = next) {
        next = d->next;
        free(d->kind), free(d->name), free(d->hash), free(d->text), free(d->by), free(d);
    }
    for (struct mem_day_end *d = m->day_ends, *next; d; d = next) next = d->next, free(d->ended), free(d);
    for (size_t i = 0; i < m->n_postings; i++) free(m->postings[i].debit), free(m->postings[i].credit);
    free(m->postings);
    for (size_t i = 0; i < m->n_outbox; i++) {
        struct mem_event_out *o = &m->outbox[i];
        free(o->id), free(o->aggregate_type), free(o->aggregate_id), free(o->type), free(o->payload);
    }
    free(m->outbox);
    free(m->leases);
    free(m);
}

void memory_faults(struct memory *m, const struct memory_faults *f) { m->faults = *f; }

/* --- an append becomes true ---------------------------------------------------------------------- */

static void set_text(char **at, const char *text) {
    if (!text) return;
    free(*at);
    *at = strdup(text);
}

static void put_run_row(struct mem_run *r, const struct run_row *row) {
    set_text(&r->workflow, row->workflow), set_text(&r->case_type, row->case_type), set_text(&r->case_key, row->case_key);
    set_text(&r->customer, row->customer), set_text(&r->outcome, row->outcome);
    if (row->state) (void)text_copy(r->state, sizeof r->state, row->state);
    r->wake_ms = row->wake_ms;
}

static void put_blob(struct map *m, const char *key, const void *bytes, size_t n) {
    if (map_get(m, key, strlen(key))) return; /* the first one stands */
    struct mem_blob *b = calloc(1, sizeof *b);
    b->bytes = malloc(n ? n : 1), b->n = n;
    memcpy(b->bytes, bytes, n);
    if (map_put(m, key, strlen(key), b, NULL) != OK) abort();
}

static void put_task(struct memory *m, const struct task_row *t) {
    struct mem_task *k = map_get(m->tasks, t->id, strlen(t->id));
    if (!k) {
        k = calloc(1, sizeof *k);
        k->id = strdup(t->id);
        if (map_put(m->tasks, t->id, strlen(t->id), k, NULL) != OK) abort();
    }
    set_text(&k->paragraph, t->paragraph), set_text(&k->queue, t->queue), set_text(&k->form, t->form);
    if (t->state) (void)text_copy(k->state, sizeof k->state, t->state);
    free(k->assignee), k->assignee = t->assignee ? strdup(t->assignee) : NULL;
    free(k->answer), k->answer = t->answer ? strdup(t->answer) : NULL;
    k->created_ms = t->created_ms, k->due_ms = t->due_ms, k->updated_ms = t->updated_ms, k->visit = t->visit;
}

static void put_postings(struct memory *m, const struct append *a) {
    for (size_t i = 0; i < a->n_postings; i++) {
        if (m->n_postings == m->cap_postings) {
            m->cap_postings = m->cap_postings ? 2 * m->cap_postings : 64;
            m->postings = realloc(m->postings, m->cap_postings * sizeof *m->postings);
        }
        m->postings[m->n_postings++] = (struct mem_posting){strdup(a->postings[i].debit), strdup(a->postings[i].credit),
                                                            a->postings[i].amount_minor};
    }
}

static void put_outbox(struct memory *m, const struct append *a) {
    for (size_t i = 0; i < a->n_outbox; i++) {
        const struct outbox_row *o = &a->outbox[i];
        if (m->n_outbox == m->cap_outbox) {
            m->cap_outbox = m->cap_outbox ? 2 * m->cap_outbox : 64;
            m->outbox = realloc(m->outbox, m->cap_outbox * sizeof *m->outbox);
        }
        m->outbox[m->n_outbox++] = (struct mem_event_out){strdup(o->id), strdup(o->aggregate_type), strdup(o->aggregate_id),
                                                          strdup(o->type), strdup(o->payload), a->now_ms};
    }
}

static void dedup_name(const char *api_key, const char *route, const char *key, char out[600]) {
    (void)snprintf(out, 600, "%s\n%s\n%s", api_key, route, key);
}

static size_t money_name(uint16_t shard, const char *key, char out[300]) { return (size_t)snprintf(out, 300, "%u\n%s", shard, key); }

static void put_money(struct memory *m, struct id run, const struct money_row *row) {
    char name[300];
    size_t n = money_name(id_shard(run), row->key, name);
    struct mem_money *k = map_get(m->money, name, n);
    if (k && k->family > row->family) return;
    if (!k && (!(k = calloc(1, sizeof *k)) || map_put(m->money, name, n, k, NULL) != OK)) abort();
    k->family = row->family, k->run = run;
    (void)text_copy(k->state, sizeof k->state, row->state);
}

const struct mem_money *memory_money(const struct memory *m, uint16_t shard, const char *key) {
    char name[300];
    return map_get(m->money, name, money_name(shard, key, name));
}

static void put_dedup(struct memory *m, const struct append *a) {
    char name[600];
    dedup_name(a->dedup->api_key, a->dedup->route, a->dedup->key, name);
    struct mem_dedup *d = calloc(1, sizeof *d);
    d->run = a->run;
    (void)text_copy(d->hash, sizeof d->hash, a->dedup->body_hash);
    if (map_put(m->dedups, name, strlen(name), d, NULL) != OK) abort();
}

const struct mem_dedup *memory_dedup(const struct memory *m, const char *api_key, const char *route, const char *key) {
    char name[600];
    dedup_name(api_key, route, key, name);
    return map_get(m->dedups, name, strlen(name));
}

static struct mem_row *row_at(const struct mem_run *r, uint32_t seq) {
    for (struct mem_row *row = r ? r->first : NULL; row; row = row->next)
        if (row->seq == seq) return row;
    return NULL;
}

static char conflict_mark;

static enum err may_append(struct memory *m, const struct append *a, struct mem_run *r, struct fault *f) {
    const struct mem_lease *lease = &m->leases[id_shard(a->run) % m->shards];
    const struct mem_row *there = row_at(r, a->seq);
    if (there)
        return there->n == a->body_len && !memcmp(there->body, a->body, there->n)
                   ? OK : fault_set(f, ERR_CLOSED, "seq", "another process has written this row");
    if (lease->epoch != a->epoch) return fault_set(f, ERR_CLOSED, "epoch", "the lease of the shard is gone");
    bool gap = a->seq != (r ? r->last_seq : 0) + 1;
    if (gap && map_get(m->refused, a->run.b, sizeof a->run.b) == &conflict_mark)
        return fault_set(f, ERR_CONFLICT, "dedup", "the row before this one met a known key");
    if (gap) return fault_set(f, ERR_INVALID, "seq", "the row before this one is missing");
    if (a->dedup && a->seq == 1 && memory_dedup(m, a->dedup->api_key, a->dedup->route, a->dedup->key))
        return fault_set(f, ERR_CONFLICT, "dedup", "the idempotency key exists");
    if (a->seq == 1 && !a->row) return fault_set(f, ERR_INVALID, "row", "the first append needs the run's row");
    for (size_t i = 0; i < a->n_postings; i++)
        if (a->postings[i].amount_minor <= 0) return fault_set(f, ERR_INVALID, "23514", "a posting needs an amount above zero");
    enum err loan = memory_may_loan(m, a, f);
    if (loan != OK) return loan;
    const struct mem_blob *key = a->person ? map_get(m->persons, a->person->customer, strlen(a->person->customer)) : NULL;
    if (key && (key->n != a->person->n || memcmp(key->bytes, a->person->wrapped, key->n)))
        return fault_set(f, ERR_INVALID, "TN003", "this person has another key");
    if (a->seq > 1 && m->faults.reject_per_10000 && rng_below(&m->rng, 10000) < m->faults.reject_per_10000)
        return fault_set(f, ERR_INVALID, "22021", "the database refused this row");
    return OK;
}

enum err memory_commit(struct memory *m, const struct append *a, struct fault *f) {
    struct mem_run *r = map_get(m->runs, a->run.b, sizeof a->run.b);
    enum err e = may_append(m, a, r, f);
    if (e == ERR_CONFLICT && map_put(m->refused, a->run.b, sizeof a->run.b, &conflict_mark, NULL) != OK) abort();
    if (e != OK || row_at(r, a->seq)) return e;
    if (!r) {
        r = calloc(1, sizeof *r);
        r->id = a->run, r->end = &r->first;
        if (map_put(m->runs, a->run.b, sizeof a->run.b, r, NULL) != OK) abort();
    }
    struct mem_row *row = calloc(1, sizeof *row);
    row->seq = a->seq, row->at_ms = a->now_ms, row->n = a->body_len, row->body = malloc(a->body_len + 1);
    memcpy(row->body, a->body, a->body_len), row->body[a->body_len] = 0;
    *r->end = row, r->end = &row->next, r->last_seq = a->seq;
    m->rows++;
    if (a->row) put_run_row(r, a->row), memory_note_day_end(m, r);
    put_postings(m, a);
    memory_put_loans(m, a);
    put_outbox(m, a);
    for (size_t i = 0; i < a->n_money; i++) put_money(m, a->run, &a->money[i]);
    for (size_t i = 0; i < a->n_tasks; i++) put_task(m, &a->tasks[i]);
    for (size_t i = 0; i < a->n_artifacts; i++) put_blob(m->artifacts, a->artifacts[i].hash, a->artifacts[i].bytes, a->artifacts[i].n);
    if (a->person) put_blob(m->persons, a->person->customer, a->person->wrapped, a->person->n);
    if (a->dedup) put_dedup(m, a);
    if (a->seq == 1) r->deaf = a->row->deaf, memory_event_owe(m, a);
    if (a->hears) r->deaf = false;
    if (a->heard) memory_event_take(m, a, r);
    return OK;
}

/* --- what checks look at ------------------------------------------------------------------------ */

json_t *memory_journal_new(const struct memory *m, struct id run) {
    const struct mem_run *r = map_get(m->runs, run.b, sizeof run.b);
    json_t *all = r ? json_array() : NULL;
    for (const struct mem_row *row = r ? r->first : NULL; row && all; row = row->next)
        (void)json_array_append_new(all, json_pack("{s:I, s:I, s:o}", "seq", (json_int_t)row->seq, "at", (json_int_t)row->at_ms,
                                                   "facts", json_loadb(row->body, row->n, 0, NULL)));
    return all;
}

struct each_run {
    memory_run_fn *fn;
    void *who;
};
static void tell_run(void *who, const void *key, size_t n, void *value) {
    const struct each_run *x = who;
    const struct mem_run *r = value;
    (void)key, (void)n;
    x->fn(x->who, r->id, r->state, r->outcome, r->wake_ms);
}
void memory_each_run(const struct memory *m, memory_run_fn *fn, void *who) {
    struct each_run x = {fn, who};
    map_each(m->runs, tell_run, &x);
}

static void add_to(json_t *sums, const char *account, int64_t by) {
    (void)json_object_set_new(sums, account, json_integer(json_int(sums, account, 0) + by));
}
json_t *memory_balances_new(const struct memory *m) {
    json_t *sums = json_object();
    for (size_t i = 0; i < m->n_postings; i++) {
        add_to(sums, m->postings[i].debit, m->postings[i].minor);
        add_to(sums, m->postings[i].credit, -m->postings[i].minor);
    }
    return sums;
}

struct each_task {
    memory_task_fn *fn;
    void *who;
};
static void tell_task(void *who, const void *key, size_t n, void *value) {
    const struct each_task *x = who;
    const struct mem_task *t = value;
    (void)key, (void)n;
    struct task_row row = {.id = t->id, .paragraph = t->paragraph, .queue = t->queue, .state = t->state, .assignee = t->assignee,
                           .answer = t->answer, .form = t->form, .created_ms = t->created_ms, .due_ms = t->due_ms,
                           .updated_ms = t->updated_ms, .visit = t->visit};
    x->fn(x->who, &row);
}
void memory_each_task(const struct memory *m, memory_task_fn *fn, void *who) {
    struct each_task x = {fn, who};
    map_each(m->tasks, tell_task, &x);
}

void memory_each_outbox(const struct memory *m, memory_outbox_fn *fn, void *who) {
    for (size_t i = 0; i < m->n_outbox; i++) {
        const struct mem_event_out *o = &m->outbox[i];
        fn(who, &(struct outbox_row){o->id, o->aggregate_type, o->aggregate_id, o->type, o->payload}, o->at_ms);
    }
}

unsigned memory_rows(const struct memory *m) { return m->rows; }

struct needle {
    const char *text;
    bool found;
};
static void look_in(void *who, const void *key, size_t n, void *value) {
    struct needle *x = who;
    (void)key, (void)n;
    for (const struct mem_row *row = ((const struct mem_run *)value)->first; row; row = row->next)
        x->found |= strstr(row->body, x->text) != NULL;
}
bool memory_holds(const struct memory *m, const char *text) {
    struct needle x = {text, false};
    map_each(m->runs, look_in, &x);
    for (size_t i = 0; i < m->n_outbox; i++) x.found |= strstr(m->outbox[i].payload, text) || strstr(m->outbox[i].aggregate_id, text);
    return x.found;
}
