/* folder_read.c - files read from the store: all that one pass of the loop wants, in one read. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "flow/cabinet_inner.h"

enum { AGAIN_MS = 1000 };

struct reading {
    struct cabinet *cabinet;
    enum err err;
    size_t n, at; /* entries come grouped: `at` is where the last one went */
    struct folder *folders[READ_AT_ONCE];
};

static void read_wanted(void *who);

static void read_soon(struct cabinet *c) {
    if (c->reading_posted || c->stopped || c->again || !c->wanted) return;
    if (loop_post(c->engine->c.loop, read_wanted, c) != OK) return; /* the next one that wants a folder asks for all */
    c->reading_posted = true;
    c->engine->pending++;
}

static void want(struct folder *f) {
    struct cabinet *c = f->cabinet;
    f->wanted = true, f->wanted_next = NULL;
    *c->wanted_last = f;
    c->wanted_last = &f->wanted_next;
}

void folder_want(struct folder *f, uint16_t shard) {
    folder_empty(f);
    f->shard = shard;
    want(f);
    read_soon(f->cabinet);
}

static void again(void *who) {
    struct cabinet *c = who;
    c->again = NULL;
    read_soon(c);
}

static struct folder *folder_of(struct reading *r, const char *id) {
    for (size_t tried = 0; tried < r->n; tried++, r->at = (r->at + 1) % r->n)
        if (!strcmp(r->folders[r->at]->id, id)) return r->folders[r->at];
    return NULL;
}

static void row_came(void *who, const struct loan_row *l) {
    struct reading *r = who;
    struct folder *f = folder_of(r, l->id);
    if (!f || strlen(l->customer) >= sizeof f->customer) return; /* no customer of ours: the file stays without a row */
    struct loan_columns columns = {l->product, l->currency, l->state, l->bucket, l->outstanding_minor, l->overdue_minor,
                                   l->oldest_due_day, l->next_day};
    memcpy(f->customer, l->customer, strlen(l->customer) + 1);
    f->settled_n = l->n;
    if (columns_copy(&f->columns, &columns) != OK) f->broken = true;
}

static void entry_came(void *who, const struct loan_entry_row *e) {
    struct reading *r = who;
    struct folder *f = folder_of(r, e->loan);
    struct loan_entry entry = {e->n, e->kind, e->effective_day, e->known_ms, e->amount_minor, e->body, e->body_len};
    if (!f) return;
    if (e->n != f->file.n + 1) f->broken = true;
    enum err err = f->broken ? OK : folder_add(f, &entry);
    if (err == ERR_LIMIT) f->broken = true;
    else if (err != OK) r->err = err;
}

static void came(struct folder *f) {
    f->read = true;
    if (f->settled_n != f->file.n) f->broken = true;
    if (f->broken) {
        log_error("loan_unreadable", "loan=%s row=%u entries=%u", log_quote(f->id), f->settled_n, f->file.n);
        return;
    }
    f->file.columns = f->columns.c;
    folder_settle(f);
}

static void read_done(void *who, enum err err, const struct fault *fault UNUSED) {
    struct reading *r = who;
    struct cabinet *c = r->cabinet;
    struct engine *e = c->engine;
    if (r->err != OK) err = r->err;
    for (size_t i = 0; i < r->n; i++) {
        struct folder *f = r->folders[i];
        f->reading = false;
        if (err == OK) {
            came(f);
            folder_ready(f);
        } else {
            folder_empty(f);
            want(f);
        }
    }
    free(r);
    if (err != OK && !c->stopped && !c->again) c->again = loop_timer(e->c.loop, AGAIN_MS, again, c);
    e->pending--;
    engine_maybe_drained(e);
}

static void take_wanted(struct cabinet *c, struct reading *r) {
    while (c->wanted && r->n < READ_AT_ONCE) {
        struct folder *f = c->wanted;
        c->wanted = f->wanted_next;
        if (!c->wanted) c->wanted_last = &c->wanted;
        f->wanted = false, f->reading = true;
        f->epoch = c->engine->shards[f->shard].epoch;
        r->folders[r->n++] = f;
    }
}

static void read_wanted(void *who) {
    struct cabinet *c = who;
    struct engine *e = c->engine;
    struct store *s = e->c.store;
    c->reading_posted = false;
    e->pending--;
    struct reading *r = c->stopped ? NULL : calloc(1, sizeof *r);
    if (!r) {
        if (!c->stopped && !c->again) c->again = loop_timer(e->c.loop, AGAIN_MS, again, c);
        engine_maybe_drained(e);
        return;
    }
    const char *ids[READ_AT_ONCE];
    r->cabinet = c;
    take_wanted(c, r);
    for (size_t i = 0; i < r->n; i++) ids[i] = r->folders[i]->id;
    e->pending++;
    if (s->ops->load_loans(s, ids, r->n, row_came, entry_came, read_done, r) != OK) read_done(r, ERR_IO, NULL);
    else read_soon(c);
}
