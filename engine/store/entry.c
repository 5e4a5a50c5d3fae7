/* entry.c - the same walk over an append is done twice: once to count the bytes, once to copy them. */
#include "store/entry.h"

#include <stdlib.h>
#include <string.h>

struct packer {
    char *to; /* NULL: only count */
    size_t n;
};

static void *pack(struct packer *p, const void *bytes, size_t n) {
    p->n = (p->n + 7) & ~(size_t)7;
    void *at = p->to ? p->to + p->n : NULL;
    if (at && n) memcpy(at, bytes, n);
    p->n += n;
    return at;
}

static void pack_text(struct packer *p, const char **text) {
    if (!*text) return;
    size_t n = strlen(*text) + 1;
    char *at = p->to ? p->to + p->n : NULL;
    if (at) *text = memcpy(at, *text, n);
    p->n += n;
}

static void pack_row(struct packer *p, struct append *a) {
    struct run_row *r = pack(p, a->row, sizeof *r), counted;
    if (r) a->row = r;
    else counted = *a->row, r = &counted;
    const char **texts[] = {&r->workflow, &r->plan_hash, &r->case_type, &r->case_key, &r->customer,
                            &r->state,    &r->at,        &r->outcome,   &r->decision, &r->currency};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) pack_text(p, texts[i]);
}

static void pack_postings(struct packer *p, struct append *a) {
    struct posting_row *to = pack(p, a->postings, a->n_postings * sizeof *to), counted;
    for (size_t i = 0; i < a->n_postings; i++) {
        struct posting_row *r = to ? to + i : &counted;
        *r = a->postings[i];
        pack_text(p, &r->debit), pack_text(p, &r->credit);
        pack_text(p, &r->currency), pack_text(p, &r->kind);
    }
    if (to) a->postings = to;
}

static void pack_tasks(struct packer *p, struct append *a) {
    struct task_row *to = pack(p, a->tasks, a->n_tasks * sizeof *to), counted;
    for (size_t i = 0; i < a->n_tasks; i++) {
        struct task_row *r = to ? to + i : &counted;
        *r = a->tasks[i];
        const char **texts[] = {&r->id,       &r->paragraph, &r->queue, &r->state,
                                &r->assignee, &r->answer,    &r->form};
        for (size_t k = 0; k < ARRAY_LEN(texts); k++) pack_text(p, texts[k]);
    }
    if (to) a->tasks = to;
}

static void pack_loans(struct packer *p, struct append *a) {
    struct loan_row *to = pack(p, a->loans, a->n_loans * sizeof *to), counted;
    for (size_t i = 0; i < a->n_loans; i++) {
        struct loan_row *r = to ? to + i : &counted;
        *r = a->loans[i];
        const char **texts[] = {&r->id, &r->customer, &r->product, &r->currency, &r->state, &r->bucket};
        for (size_t k = 0; k < ARRAY_LEN(texts); k++) pack_text(p, texts[k]);
    }
    if (to) a->loans = to;
}

static void pack_loan_entries(struct packer *p, struct append *a) {
    struct loan_entry_row *to = pack(p, a->loan_entries, a->n_loan_entries * sizeof *to), counted;
    for (size_t i = 0; i < a->n_loan_entries; i++) {
        struct loan_entry_row *r = to ? to + i : &counted;
        *r = a->loan_entries[i];
        pack_text(p, &r->loan), pack_text(p, &r->kind);
        const char *body = pack(p, r->body, r->body_len);
        if (to) r->body = body;
    }
    if (to) a->loan_entries = to;
}

static void pack_money(struct packer *p, struct append *a) {
    struct money_row *to = pack(p, a->money, a->n_money * sizeof *to), counted;
    for (size_t i = 0; i < a->n_money; i++) {
        struct money_row *r = to ? to + i : &counted;
        *r = a->money[i];
        pack_text(p, &r->key), pack_text(p, &r->state);
    }
    if (to) a->money = to;
}

static void pack_artifacts(struct packer *p, struct append *a) {
    struct artifact_row *to = pack(p, a->artifacts, a->n_artifacts * sizeof *to), counted;
    for (size_t i = 0; i < a->n_artifacts; i++) {
        struct artifact_row *r = to ? to + i : &counted;
        *r = a->artifacts[i];
        pack_text(p, &r->hash);
        const void *bytes = pack(p, r->bytes, r->n);
        if (to) r->bytes = bytes;
    }
    if (to) a->artifacts = to;
}

static void pack_outbox(struct packer *p, struct append *a) {
    struct outbox_row *to = pack(p, a->outbox, a->n_outbox * sizeof *to), counted;
    for (size_t i = 0; i < a->n_outbox; i++) {
        struct outbox_row *r = to ? to + i : &counted;
        *r = a->outbox[i];
        pack_text(p, &r->id), pack_text(p, &r->aggregate_type), pack_text(p, &r->aggregate_id);
        pack_text(p, &r->type), pack_text(p, &r->payload);
    }
    if (to) a->outbox = to;
}

static void pack_keys(struct packer *p, struct append *a) {
    if (a->dedup) {
        struct dedup_row *r = pack(p, a->dedup, sizeof *r), counted;
        if (r) a->dedup = r;
        else counted = *a->dedup, r = &counted;
        pack_text(p, &r->api_key), pack_text(p, &r->route);
        pack_text(p, &r->key), pack_text(p, &r->body_hash);
    }
    if (a->person) {
        struct person_key_row *r = pack(p, a->person, sizeof *r), counted;
        if (r) a->person = r;
        else counted = *a->person, r = &counted;
        pack_text(p, &r->customer);
        const void *wrapped = pack(p, r->wrapped, r->n);
        if (p->to) r->wrapped = wrapped;
    }
    if (a->heard) {
        struct heard_row *r = pack(p, a->heard, sizeof *r), counted;
        if (r) a->heard = r;
        else counted = *a->heard, r = &counted;
        pack_text(p, &r->event_id), pack_text(p, &r->name), pack_text(p, &r->by), pack_text(p, &r->subject);
    }
}

/* Lays everything that `a` points to behind `p` and turns its pointers there. */
static void pack_append(struct packer *p, struct append *a) {
    if (a->row) pack_row(p, a);
    if (a->n_postings) pack_postings(p, a);
    if (a->n_tasks) pack_tasks(p, a);
    if (a->n_loans) pack_loans(p, a);
    if (a->n_loan_entries) pack_loan_entries(p, a);
    if (a->n_money) pack_money(p, a);
    if (a->n_artifacts) pack_artifacts(p, a);
    if (a->n_outbox) pack_outbox(p, a);
    pack_keys(p, a);
    const char *body = pack(p, a->body, a->body_len);
    if (body) a->body = body;
}

struct entry *entry_new(const struct append *a, store_done_fn *done, void *who) {
    struct packer count = {NULL, sizeof(struct entry)};
    struct append counted = *a;
    pack_append(&count, &counted);
    struct entry *e = malloc(count.n);
    if (!e) return NULL;
    *e = (struct entry){.a = *a, .bytes = count.n, .done = done, .who = who};
    struct packer copy = {(char *)e, sizeof(struct entry)};
    pack_append(&copy, &e->a);
    INVARIANT(copy.n == count.n);
    return e;
}

void entry_end(struct entry *e, enum err err, const struct fault *f) {
    e->done(e->who, err, f);
    free(e);
}
