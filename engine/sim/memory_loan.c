/* memory_loan.c - the tables of loans, with the same refusals as the database's. */
#include <stdlib.h>
#include <string.h>

#include "base/zone.h"
#include "sim/memory_inner.h"

const struct mem_loan *memory_loan(const struct memory *m, const char *id) { return map_get(m->loans, id, strlen(id)); }

static void entry_reset(struct mem_loan_entry *e) { free(e->kind), free(e->body); }

void memory_loan_free(void *p) {
    struct mem_loan *l = p;
    for (uint32_t i = 0; i < l->n_entries; i++) entry_reset(&l->entries[i]);
    free(l->entries);
    free(l->id), free(l->customer), free(l->product), free(l->currency), free(l->state), free(l->bucket);
    free(l);
}

/* Entries n of one loan are numbered from 1 without a gap here: the last one tells whether n is there. */
static bool entry_fits(const struct memory *m, const struct append *a, size_t i) {
    const struct mem_loan *l = memory_loan(m, a->loan_entries[i].loan);
    uint32_t next = (l ? l->n_entries : 0) + 1;
    for (size_t k = 0; k < i; k++) next += !strcmp(a->loan_entries[k].loan, a->loan_entries[i].loan);
    return a->loan_entries[i].n == next;
}

enum err memory_may_loan(const struct memory *m, const struct append *a, struct fault *f) {
    for (size_t i = 0; i < a->n_loans; i++) {
        const struct mem_loan *l = memory_loan(m, a->loans[i].id);
        if (!a->loans[i].n || !a->loans[i].customer || !a->loans[i].customer[0])
            return fault_set(f, ERR_INVALID, "23514", "a loan needs a customer and an entry");
        if (l && l->shard != id_shard(a->run)) return fault_set(f, ERR_INVALID, "TN004", "the loan belongs to another shard");
        if (l && l->n > a->loans[i].n)
            return fault_set(f, ERR_INVALID, "TN004", "the loan has entries that its writer does not know");
    }
    for (size_t i = 0; i < a->n_loan_entries; i++)
        if (!entry_fits(m, a, i)) return fault_set(f, ERR_INVALID, "23505", "the loan has an entry of this number");
    return OK;
}

static void set_text(char **at, const char *text) {
    free(*at);
    *at = strdup(text ? text : "");
}

static struct mem_loan *loan_here(struct memory *m, const char *id) {
    struct mem_loan *l = map_get(m->loans, id, strlen(id));
    if (l) return l;
    l = calloc(1, sizeof *l);
    l->id = strdup(id);
    if (map_put(m->loans, id, strlen(id), l, NULL) != OK) abort();
    return l;
}

static void put_loan(struct memory *m, const struct loan_row *row, uint16_t shard) {
    struct mem_loan *l = loan_here(m, row->id);
    if (!l->customer) l->customer = strdup(row->customer), l->shard = shard;
    set_text(&l->product, row->product), set_text(&l->currency, row->currency);
    set_text(&l->state, row->state), set_text(&l->bucket, row->bucket);
    l->n = row->n, l->outstanding_minor = row->outstanding_minor, l->overdue_minor = row->overdue_minor;
    l->oldest_due_day = row->oldest_due_day, l->next_day = row->next_day;
}

static void put_entry(struct memory *m, const struct loan_entry_row *e) {
    struct mem_loan *l = loan_here(m, e->loan);
    if (l->n_entries == l->cap_entries) {
        l->cap_entries = l->cap_entries ? 2 * l->cap_entries : 8;
        l->entries = realloc(l->entries, l->cap_entries * sizeof *l->entries);
    }
    struct mem_loan_entry *to = &l->entries[l->n_entries++];
    *to = (struct mem_loan_entry){strdup(e->kind), malloc(e->body_len + 1), e->body_len, e->effective_day, e->known_ms, e->amount_minor};
    if (e->body_len) memcpy(to->body, e->body, e->body_len);
    to->body[e->body_len] = 0;
}

void memory_put_loans(struct memory *m, const struct append *a) {
    for (size_t i = 0; i < a->n_loans; i++) put_loan(m, &a->loans[i], id_shard(a->run));
    for (size_t i = 0; i < a->n_loan_entries; i++) put_entry(m, &a->loan_entries[i]);
}

void memory_tell_loan(const struct mem_loan *l, store_loan_fn *fn, void *who) {
    struct loan_row out = {.id = l->id, .customer = l->customer, .product = l->product, .currency = l->currency,
                           .state = l->state, .bucket = l->bucket, .n = l->n, .outstanding_minor = l->outstanding_minor,
                           .overdue_minor = l->overdue_minor, .oldest_due_day = l->oldest_due_day, .next_day = l->next_day};
    fn(who, &out);
}

void memory_tell_loan_entries(const struct mem_loan *l, store_loan_entry_fn *fn, void *who) {
    for (uint32_t i = 0; i < l->n_entries; i++) {
        const struct mem_loan_entry *e = &l->entries[i];
        struct loan_entry_row out = {.loan = l->id, .kind = e->kind, .body = e->body, .body_len = e->body_len, .n = i + 1,
                                     .effective_day = e->effective_day, .known_ms = e->known_ms, .amount_minor = e->amount_minor};
        fn(who, &out);
    }
}

struct due {
    const struct mem_loan **list;
    size_t n;
    uint16_t shard;
    int32_t day;
    const struct loan_place *after;
};

static int compare_place(int32_t a_day, const char *a_id, int32_t b_day, const char *b_id) {
    return a_day != b_day ? (a_day < b_day ? -1 : 1) : strcmp(a_id, b_id);
}

static void find_due(void *who, const void *key, size_t n, void *value) {
    struct due *x = who;
    const struct mem_loan *l = value;
    (void)key, (void)n;
    if (!l->customer || l->shard != x->shard || l->next_day > x->day) return;
    if (compare_place(l->next_day, l->id, x->after->next_day, x->after->id) > 0) x->list[x->n++] = l;
}

static int by_place(const void *a, const void *b) {
    const struct mem_loan *x = *(const struct mem_loan *const *)a, *y = *(const struct mem_loan *const *)b;
    return compare_place(x->next_day, x->id, y->next_day, y->id);
}

const struct mem_loan **memory_loans_due_new(const struct memory *m, uint16_t shard, int32_t day,
                                             const struct loan_place *after, size_t *n) {
    struct due x = {.list = calloc(map_size(m->loans) + 1, sizeof *x.list), .shard = shard, .day = day, .after = after};
    map_each(m->loans, find_due, &x);
    qsort(x.list, x.n, sizeof *x.list, by_place);
    *n = x.n;
    return x.list;
}

void memory_day_end_ask(struct memory *m, int32_t day) {
    struct mem_day_end **at = &m->day_ends;
    while (*at && (*at)->day < day) at = &(*at)->next;
    if (*at && (*at)->day == day) return;
    struct mem_day_end *d = calloc(1, sizeof *d);
    *d = (struct mem_day_end){.next = *at, .day = day, .ended = calloc(m->shards, sizeof(bool))};
    (void)day_text(day, d->date);
    *at = d;
}

void memory_note_day_end(struct memory *m, const struct mem_run *r) {
    if (!r->case_type || strcmp(r->case_type, "day_end") || strcmp(r->state, "ended")) return;
    for (struct mem_day_end *d = m->day_ends; d; d = d->next)
        if (!strcmp(d->date, r->case_key)) d->ended[id_shard(r->id)] = true;
}

bool memory_has_day_ended(const struct memory *m, int32_t day, uint16_t shard) {
    const struct mem_day_end *d = m->day_ends;
    while (d && d->day != day) d = d->next;
    return d && d->ended[shard];
}

struct each_loan {
    memory_loan_fn *fn;
    void *who;
};
static void tell_loan(void *who, const void *key, size_t n, void *value) {
    const struct each_loan *x = who;
    (void)key, (void)n;
    x->fn(x->who, value);
}
void memory_each_loan(const struct memory *m, memory_loan_fn *fn, void *who) {
    struct each_loan x = {fn, who};
    map_each(m->loans, tell_loan, &x);
}

json_t *memory_loan_entries_new(const struct mem_loan *l) {
    json_t *all = json_array();
    for (uint32_t i = 0; all && i < l->n_entries; i++) {
        const struct mem_loan_entry *e = &l->entries[i];
        (void)json_array_append_new(all, json_pack("{s:s, s:I, s:I, s:o}", "kind", e->kind, "day", (json_int_t)e->effective_day,
                                                   "amount", (json_int_t)e->amount_minor, "body",
                                                   json_loadb(e->body, e->body_len, 0, NULL)));
    }
    return all;
}
const char *memory_loan_id(const struct mem_loan *l) { return l->id; }
uint32_t memory_loan_n(const struct mem_loan *l) { return l->n; }
