/* batch.c - turns entries into the statements of one batch; each only when somebody needs it.
 *
 * A flight holds at most one entry per run that writes a run row or tasks (lane.c sees to it), so
 * every statement here touches a row once. */
#include "base/text.h"
#include "store/columns.h"
#include "store/pg_store.h"
#include "store_sql.h"

struct build {
    struct lane *l;
    struct pg_batch *out;
    struct entry *const *e; /* n entries, some NULL */
    unsigned n;
    bool failed;
};
/* How many rows of a kind an append brings, and putting them. */
typedef size_t rows_fn(const struct append *a);
typedef void put_fn(struct columns *c, const struct append *a);

static void send(struct build *b, const struct pg_statement *s, struct columns *c) {
    if (!c->n) return;
    columns_end(c);
    INVARIANT(b->l->n_sent < BATCH_STATEMENTS);
    pg_batch_add(b->out, s, c->p);
    b->l->sent[b->l->n_sent++] = s;
}

/* Gathers the rows of one kind over all entries and adds their statement. */
static void add(struct build *b, const struct pg_statement *s, const char *types, rows_fn *rows,
                put_fn *put) {
    size_t total = 0;
    for (unsigned i = 0; i < b->n; i++)
        if (b->e[i]) total += rows(&b->e[i]->a);
    if (!total || b->failed) return;
    struct columns c;
    if (!columns_begin(&c, b->l->scratch, types, total)) {
        b->failed = true;
        return;
    }
    for (unsigned i = 0; i < b->n; i++)
        if (b->e[i] && rows(&b->e[i]->a)) put(&c, &b->e[i]->a);
    send(b, s, &c);
}

/* Every (shard, epoch) of the batch, once. */
static void add_leases(struct build *b) {
    struct store_pg *s = b->l->s;
    struct columns c;
    if (!columns_begin(&c, b->l->scratch, "48", b->n)) {
        b->failed = true;
        return;
    }
    s->stamp++;
    for (unsigned i = 0; i < b->n; i++) {
        if (!b->e[i]) continue;
        uint16_t shard = id_shard(b->e[i]->a.run);
        uint64_t epoch = b->e[i]->a.epoch;
        struct shard_seen *seen = &s->shards_seen[shard];
        if (seen->stamp == s->stamp && seen->epoch == epoch) continue;
        *seen = (struct shard_seen){epoch, s->stamp};
        put_i4(&c, 0, shard), put_i8(&c, 1, (int64_t)epoch);
        c.n++;
    }
    send(b, &SQL_LEASE_HOLD, &c);
}

static void put_run_id(struct columns *c, int col, const struct append *a) {
    put_bytes(c, col, a->run.b, sizeof a->run.b);
}

static size_t always(const struct append *a) {
    (void)a;
    return 1;
}
static void put_journal(struct columns *c, const struct append *a) {
    put_run_id(c, 0, a);
    put_i4(c, 1, a->seq), put_i8(c, 2, a->now_ms);
    put_bytes(c, 3, a->body, a->body_len);
    c->n++;
}

static bool ends(const struct append *a) { return a->row && text_eq(a->row->state, "ended"); }
static size_t is_first_row(const struct append *a) { return a->row && a->seq == 1; }
static size_t is_later_row(const struct append *a) { return a->row && a->seq != 1; }
static size_t is_opened(const struct append *a) { return is_first_row(a) && !ends(a); }
static size_t is_closed(const struct append *a) { return is_later_row(a) && ends(a); }

/* The columns from `col` on that change while a run lives; NULL and 0 leave what is there. */
static void put_progress(struct columns *c, int col, const struct append *a) {
    const struct run_row *r = a->row;
    int64_t updated_ms = r->updated_ms ? r->updated_ms : a->now_ms;
    put_i8(c, col, r->amount_minor);
    put_i8(c, col + 1, updated_ms);
    put_i8(c, col + 2, r->ended_ms || !ends(a) ? r->ended_ms : updated_ms);
    put_i8(c, col + 3, r->wake_ms);
}

static void put_first_row(struct columns *c, const struct append *a) {
    const struct run_row *r = a->row;
    put_run_id(c, 0, a);
    put_or_empty(c, 1, r->workflow), put_or_empty(c, 2, r->plan_hash), put_or_empty(c, 3, r->case_type);
    put_or_empty(c, 4, r->case_key), put_or_empty(c, 5, r->customer);
    put_i8(c, 6, r->started_ms ? r->started_ms : a->now_ms);
    put_text(c, 7, r->state ? r->state : "running");
    put_or_empty(c, 8, r->at), put_or_empty(c, 9, r->outcome);
    put_or_empty(c, 10, r->decision), put_or_empty(c, 11, r->currency);
    put_progress(c, 12, a);
    c->n++;
}

static void put_later_row(struct columns *c, const struct append *a) {
    const struct run_row *r = a->row;
    put_run_id(c, 0, a);
    put_text(c, 1, r->state), put_text(c, 2, r->at), put_text(c, 3, r->outcome);
    put_text(c, 4, r->decision), put_text(c, 5, r->currency);
    put_progress(c, 6, a);
    c->n++;
}

static void put_key(struct columns *c, const struct append *a) {
    put_run_id(c, 0, a);
    c->n++;
}

static void put_opened(struct columns *c, const struct append *a) {
    put_run_id(c, 0, a), put_i4(c, 1, a->row->deaf);
    c->n++;
}

static size_t n_postings(const struct append *a) { return a->n_postings; }
static void put_postings(struct columns *c, const struct append *a) {
    for (size_t k = 0; k < a->n_postings; k++, c->n++) {
        const struct posting_row *p = &a->postings[k];
        put_run_id(c, 0, a);
        put_i4(c, 1, a->seq), put_i4(c, 2, (int64_t)k + 1);
        put_text(c, 3, p->debit), put_text(c, 4, p->credit);
        put_text(c, 5, p->currency), put_or_empty(c, 6, p->kind);
        put_i8(c, 7, p->amount_minor), put_i4(c, 8, p->effective_day), put_i8(c, 9, a->now_ms);
    }
}

static size_t n_tasks(const struct append *a) { return a->n_tasks; }
static void put_tasks(struct columns *c, const struct append *a) {
    for (size_t k = 0; k < a->n_tasks; k++, c->n++) {
        const struct task_row *t = &a->tasks[k];
        put_text(c, 0, t->id), put_run_id(c, 1, a);
        put_text(c, 2, t->paragraph), put_i4(c, 3, t->visit), put_text(c, 4, t->queue);
        put_text(c, 5, t->state), put_text(c, 6, t->assignee), put_text(c, 7, t->answer);
        put_text(c, 8, t->form), put_i8(c, 9, t->created_ms ? t->created_ms : a->now_ms);
        put_i8(c, 10, t->due_ms), put_i8(c, 11, t->updated_ms ? t->updated_ms : a->now_ms);
    }
}

static size_t n_loans(const struct append *a) { return a->n_loans; }
static void put_loans(struct columns *c, const struct append *a) {
    for (size_t k = 0; k < a->n_loans; k++, c->n++) {
        const struct loan_row *l = &a->loans[k];
        put_text(c, 0, l->id), put_i4(c, 1, id_shard(a->run)), put_text(c, 2, l->customer);
        put_or_empty(c, 3, l->product), put_or_empty(c, 4, l->currency);
        put_or_empty(c, 5, l->state), put_or_empty(c, 6, l->bucket), put_i4(c, 7, l->n);
        put_i8(c, 8, l->outstanding_minor), put_i8(c, 9, l->overdue_minor);
        put_i4(c, 10, l->oldest_due_day), put_i4(c, 11, l->next_day), put_i8(c, 12, a->now_ms);
    }
}

static size_t n_loan_entries(const struct append *a) { return a->n_loan_entries; }
static void put_loan_entries(struct columns *c, const struct append *a) {
    for (size_t k = 0; k < a->n_loan_entries; k++, c->n++) {
        const struct loan_entry_row *e = &a->loan_entries[k];
        put_text(c, 0, e->loan), put_i4(c, 1, e->n), put_text(c, 2, e->kind), put_i4(c, 3, e->effective_day);
        put_i8(c, 4, e->known_ms), put_i8(c, 5, e->amount_minor);
        put_bytes(c, 6, e->body ? e->body : "", e->body ? e->body_len : 0);
        put_run_id(c, 7, a), put_i4(c, 8, a->seq);
    }
}

static size_t n_money(const struct append *a) { return a->n_money; }
static void put_money(struct columns *c, const struct append *a) {
    for (size_t k = 0; k < a->n_money; k++, c->n++) {
        put_i4(c, 0, id_shard(a->run)), put_text(c, 1, a->money[k].key), put_i4(c, 2, a->money[k].family);
        put_text(c, 3, a->money[k].state), put_run_id(c, 4, a), put_i8(c, 5, a->now_ms);
    }
}

static size_t n_artifacts(const struct append *a) { return a->n_artifacts; }
static void put_artifacts(struct columns *c, const struct append *a) {
    for (size_t k = 0; k < a->n_artifacts; k++, c->n++) {
        put_text(c, 0, a->artifacts[k].hash), put_run_id(c, 1, a);
        put_bytes(c, 2, a->artifacts[k].bytes, a->artifacts[k].n), put_i8(c, 3, a->now_ms);
    }
}

static size_t has_person(const struct append *a) { return a->person != NULL; }
static void put_person(struct columns *c, const struct append *a) {
    put_text(c, 0, a->person->customer);
    put_bytes(c, 1, a->person->wrapped, a->person->n), put_i8(c, 2, a->now_ms);
    c->n++;
}

/* A run that starts and listens is owed what is kept for its key. */
static size_t may_be_owed(const struct append *a) {
    return is_opened(a) && !a->row->deaf && a->row->case_key && *a->row->case_key;
}
static void put_owed(struct columns *c, const struct append *a) {
    put_run_id(c, 0, a), put_i4(c, 1, id_shard(a->run));
    put_or_empty(c, 2, a->row->case_type), put_text(c, 3, a->row->case_key);
    c->n++;
}

static size_t hears_now(const struct append *a) { return a->hears; }

static size_t has_heard(const struct append *a) { return a->heard != NULL; }
static void put_heard(struct columns *c, const struct append *a) {
    put_run_id(c, 0, a), put_text(c, 1, a->heard->event_id);
    put_or_empty(c, 2, a->heard->name), put_or_empty(c, 3, a->heard->by), put_or_empty(c, 4, a->heard->subject);
    put_i8(c, 5, a->heard->sequence), put_i8(c, 6, a->heard->at_ms);
    c->n++;
}
static void put_paid(struct columns *c, const struct append *a) {
    put_run_id(c, 0, a), put_text(c, 1, a->heard->event_id);
    c->n++;
}

static size_t has_dedup(const struct append *a) { return a->dedup != NULL; }
static void put_dedup(struct columns *c, const struct append *a) {
    put_text(c, 0, a->dedup->api_key), put_text(c, 1, a->dedup->route);
    put_text(c, 2, a->dedup->key), put_text(c, 3, a->dedup->body_hash);
    put_run_id(c, 4, a), put_i8(c, 5, a->now_ms);
    c->n++;
}

static size_t n_outbox(const struct append *a) { return a->n_outbox; }
static void put_outbox(struct columns *c, const struct append *a) {
    for (size_t k = 0; k < a->n_outbox; k++, c->n++) {
        const struct outbox_row *o = &a->outbox[k];
        put_text(c, 0, o->id), put_text(c, 1, o->aggregate_type), put_text(c, 2, o->aggregate_id);
        put_text(c, 3, o->type), put_text(c, 4, o->payload), put_i8(c, 5, a->now_ms);
    }
}

struct pg_batch *batch_build(struct lane *l, struct range r) {
    struct build b = {.l = l, .e = l->flight + r.lo, .n = r.hi - r.lo};
    arena_clear(l->scratch);
    l->n_sent = 0;
    b.out = pg_batch_new(l->s->writes);
    if (!b.out) return NULL;
    add_leases(&b);
    add(&b, &SQL_JOURNAL_APPEND, "b48b", always, put_journal);
    add(&b, &SQL_RUN_INSERT, "bttttt8ttttt8888", is_first_row, put_first_row);
    add(&b, &SQL_RUN_OPENED, "b4", is_opened, put_opened);
    add(&b, &SQL_EVENT_OWE, "b4tt", may_be_owed, put_owed);
    add(&b, &SQL_RUN_UPDATE, "bttttt8888", is_later_row, put_later_row);
    add(&b, &SQL_RUN_CLOSED, "b", is_closed, put_key);
    add(&b, &SQL_POSTING_INSERT, "b44tttt848", n_postings, put_postings);
    add(&b, &SQL_LOAN_UPSERT, "t4ttttt488448", n_loans, put_loans);
    add(&b, &SQL_LOAN_ENTRY_INSERT, "t4t488tb4", n_loan_entries, put_loan_entries);
    add(&b, &SQL_MONEY_UPSERT, "4t4tb8", n_money, put_money);
    add(&b, &SQL_TASK_UPSERT, "tbt4ttttt888", n_tasks, put_tasks);
    add(&b, &SQL_ARTIFACT_INSERT, "tbb8", n_artifacts, put_artifacts);
    add(&b, &SQL_PERSON_INSERT, "tb8", has_person, put_person);
    add(&b, &SQL_RUN_HEARS, "b", hears_now, put_key);
    add(&b, &SQL_EVENT_TAKE, "btttt88", has_heard, put_heard);
    add(&b, &SQL_EVENT_PAID, "bt", has_heard, put_paid);
    add(&b, &SQL_DEDUP_INSERT, "ttttb8", has_dedup, put_dedup);
    add(&b, &SQL_OUTBOX_INSERT, "ttttt8", n_outbox, put_outbox);
    if (!b.failed) return b.out;
    pg_batch_free(b.out);
    return NULL;
}
