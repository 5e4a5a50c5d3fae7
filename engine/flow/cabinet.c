/* cabinet.c - who may use which folder, and when. */
#include "flow/cabinet.h"

#include <stdlib.h>
#include <string.h>

#include "flow/cabinet_inner.h"
#include "flow/walk.h"

struct cabinet *cabinet_new(struct engine *e) {
    struct cabinet *c = calloc(1, sizeof *c);
    if (!c) return NULL;
    c->engine = e, c->wanted_last = &c->wanted;
    c->folders = map_new();
    if (c->folders) return c;
    free(c);
    return NULL;
}

void cabinet_stop(struct cabinet *c) {
    if (!c) return;
    c->stopped = true;
    loop_cancel(c->engine->c.loop, c->again);
    c->again = NULL;
}

static void free_folder(void *who, const void *key, size_t n, void *value) {
    (void)who, (void)key, (void)n;
    folder_free(value);
}

void cabinet_free(struct cabinet *c) {
    if (!c) return;
    map_each(c->folders, free_folder, NULL);
    map_free(c->folders, NULL);
    free(c);
}

/* --- idle folders: the one that was idle longest goes first --------------------------------------- */

static void busy(struct folder *f) {
    struct cabinet *c = f->cabinet;
    if (!f->idle) return;
    if (f->idle_prev) f->idle_prev->idle_next = f->idle_next;
    else c->idle_first = f->idle_next;
    if (f->idle_next) f->idle_next->idle_prev = f->idle_prev;
    else c->idle_last = f->idle_prev;
    c->idle_bytes -= f->bytes;
    f->idle = false, f->idle_prev = f->idle_next = NULL;
}

static void idle(struct folder *f) {
    struct cabinet *c = f->cabinet;
    const struct engine_config *limits = &c->engine->c;
    if (f->idle || f->held || f->wanted || f->reading || f->first || f->posted || f->pinned) return;
    if (!f->read || f->broken || f->passing) {
        folder_free(f);
        return;
    }
    f->idle = true, f->idle_prev = c->idle_last, f->idle_next = NULL;
    if (c->idle_last) c->idle_last->idle_next = f;
    else c->idle_first = f;
    c->idle_last = f;
    c->idle_bytes += f->bytes;
    while (c->idle_first && (map_size(c->folders) > limits->loans_max || c->idle_bytes > limits->loan_bytes_max)) {
        struct folder *oldest = c->idle_first;
        busy(oldest);
        folder_free(oldest);
    }
}

/* --- the queue -------------------------------------------------------------------------------------- */

static enum err queue(struct turn *t, struct folder *f, int para, int op, bool undo) {
    struct para_state *ps = &t->run->paras[para];
    struct ask *a = undo ? &ps->undo : &ps->asks[op];
    if (f->n_waiting >= FOLDER_WAITING_MAX) return ERR_BUSY;
    struct waiting *w = calloc(1, sizeof *w);
    if (!w) return ERR_NOMEM;
    *w = (struct waiting){NULL, t->run->id, para, op, undo, ps->visits};
    *f->last = w;
    f->last = &w->next;
    f->n_waiting++;
    a->queued = w;
    return OK;
}

static struct waiting *first_off(struct folder *f) {
    struct waiting *w = f->first;
    if (!w) return NULL;
    f->first = w->next;
    if (!f->first) f->last = &f->first;
    f->n_waiting--;
    return w;
}

/* The run may have gone, or gone on, or read back and queued anew: then nobody waits at this place any more. */
static struct run *still_waits(const struct engine *e, const struct waiting *w) {
    struct entry *en = known_find(e, w->run);
    struct run *r = en ? en->run : NULL;
    if (!r) return NULL;
    struct para_state *ps = &r->paras[w->para];
    struct ask *a = w->undo ? &ps->undo : &ps->asks[w->op];
    if (a->queued != w) return NULL;
    a->queued = NULL;
    bool wants = w->undo ? ps->stands > 0 : ps->phase == PHASE_CALL && a->state == ASK_HERE && ps->visits == w->visit;
    return wants ? r : NULL;
}

static void give(struct engine *e, struct run *r, const struct waiting *w) {
    turn_begin(e, r);
    if (w->undo) undo_go_on_with(&e->turn, w->para);
    else step_go_on_with(&e->turn, w->para, w->op);
    walk(&e->turn);
    turn_end(e);
}

static bool is_free(const struct folder *f) { return !f->held && !f->wanted && !f->reading; }

static void grant(void *who) {
    struct folder *f = who;
    struct cabinet *c = f->cabinet;
    struct engine *e = c->engine;
    struct waiting *w = NULL;
    f->posted = false, f->pinned = true;
    e->pending--;
    while (is_free(f) && !c->stopped && (w = first_off(f))) {
        struct run *r = still_waits(e, w);
        c->granting = f;
        if (r) give(e, r, w);
        c->granting = NULL;
        free(w);
    }
    f->pinned = false;
    folder_ready(f);
    engine_maybe_drained(e);
}

void folder_ready(struct folder *f) {
    struct engine *e = f->cabinet->engine;
    if (f->posted || f->pinned || f->cabinet->stopped) return;
    if (f->borrowing && f->read) {
        struct borrowing *b = f->borrowing;
        f->borrowing = NULL;
        if (!--b->left) b->done(b->who);
        return;
    }
    if (f->first && is_free(f) && loop_post(e->c.loop, grant, f) == OK) {
        f->posted = true;
        e->pending++;
    }
    idle(f);
}

/* --- take -------------------------------------------------------------------------------------------- */

static struct folder *find(struct cabinet *c, const char *id) {
    struct folder *f = map_get(c->folders, id, strlen(id));
    return f ? f : folder_new(c, id);
}

static bool is_of_turn(const struct turn *t, const struct folder *f) {
    for (const struct folder *h = t->held; h; h = h->held_next)
        if (h == f) return true;
    return false;
}

static enum taken not_taken(struct folder *f, enum err err, struct fault *fault, const char *where, const char *why) {
    (void)fault_set(fault, err, where, "%s", why);
    if (f) idle(f);
    return TAKEN_NOT;
}

static enum taken later(struct turn *t, struct folder *f, int para, int op, bool undo, struct fault *fault) {
    enum err err = queue(t, f, para, op, undo);
    if (err == OK) return TAKEN_LATER;
    return not_taken(f, err, fault, "loan_busy", "too many changes of this loan wait for one another");
}

/* For the turn, once it is free and as fresh as the shard's lease. */
static enum taken hold(struct turn *t, struct folder *f, struct fault *fault) {
    if (f->broken) {
        folder_empty(f); /* whoever asks next reads it again */
        return not_taken(f, ERR_BUSY, fault, "loan_unreadable", "the entries of this loan contradict its row");
    }
    if (f->file.n && strcmp(f->customer, t->run->customer))
        return not_taken(f, ERR_REFUSED, fault, "other_customer", "this loan is another customer's");
    if (!f->file.n) memcpy(f->customer, t->run->customer, sizeof f->customer);
    busy(f);
    f->held = true, f->passing = false, f->held_next = t->held;
    t->held = f;
    return TAKEN;
}

enum taken cabinet_take(struct turn *t, const char *loan, int para, int op, bool undo, struct folder **out, struct fault *fault) {
    struct cabinet *c = t->e->cabinet;
    uint16_t shard = id_shard(t->run->id);
    if (!t->run->customer[0]) return not_taken(NULL, ERR_REFUSED, fault, "no_customer", "a loan needs a customer, and this run has none");
    struct folder *f = find(c, loan);
    *out = f;
    if (!f) return not_taken(NULL, ERR_NOMEM, fault, "", "no memory for the loan's file");
    if (is_of_turn(t, f)) return TAKEN;
    bool waits = !is_free(f) || (f->first && c->granting != f);
    bool fresh = f->read && f->shard == shard && f->epoch == t->e->shards[shard].epoch;
    if (!waits && !fresh) {
        enum taken taken = later(t, f, para, op, undo, fault);
        if (taken != TAKEN_LATER) return taken;
        busy(f);
        folder_want(f, shard);
        return taken;
    }
    return waits ? later(t, f, para, op, undo, fault) : hold(t, f, fault);
}

/* --- from the turn to the store --------------------------------------------------------------------- */

static struct loan_row row_of(const struct folder *f) {
    const struct loan_columns *c = &f->file.columns;
    return (struct loan_row){.id = f->id, .customer = f->customer, .product = c->product, .currency = c->currency,
                             .state = c->state, .bucket = c->bucket, .n = f->file.n, .outstanding_minor = c->outstanding_minor,
                             .overdue_minor = c->overdue_minor, .oldest_due_day = c->oldest_due_day, .next_day = c->next_day};
}

static struct loan_entry_row entry_of(const struct folder *f, const struct loan_entry *e) {
    return (struct loan_entry_row){.loan = f->id, .kind = e->kind, .body = e->body, .body_len = e->body_len, .n = e->n,
                                   .effective_day = e->effective_day, .known_ms = e->known_ms, .amount_minor = e->amount_minor};
}

enum err cabinet_rows_new(const struct folder *held, struct loan_rows *out) {
    size_t n_loans = 0, n_entries = 0;
    *out = (struct loan_rows){0};
    for (const struct folder *f = held; f; f = f->held_next)
        if (f->written) n_loans++, n_entries += f->file.n - f->settled_n;
    if (!n_loans) return OK;
    out->loans = calloc(n_loans, sizeof *out->loans);
    out->entries = calloc(n_entries + 1, sizeof *out->entries);
    if (!out->loans || !out->entries) {
        free(out->loans), free(out->entries);
        return ERR_NOMEM;
    }
    for (const struct folder *f = held; f; f = f->held_next) {
        if (!f->written) continue;
        out->loans[out->n_loans++] = row_of(f);
        for (uint32_t i = f->settled_n; i < f->file.n; i++) out->entries[out->n_entries++] = entry_of(f, &f->entries[i]);
    }
    return OK;
}

static void let_go(struct folder *f) {
    f->held = false, f->held_next = NULL;
    folder_ready(f);
}

struct folder *cabinet_keep(struct folder **held) {
    struct folder *kept = NULL;
    while (*held) {
        struct folder *f = *held;
        *held = f->held_next;
        if (f->written) f->held_next = kept, kept = f;
        else let_go(f);
    }
    return kept;
}

void cabinet_settle(struct folder *kept, enum err err) {
    while (kept) {
        struct folder *f = kept;
        kept = f->held_next;
        if (err == OK) folder_settle(f);
        else folder_empty(f);
        let_go(f);
    }
}

void cabinet_give_up(struct folder **held) {
    while (*held) {
        struct folder *f = *held;
        *held = f->held_next;
        folder_back(f);
        let_go(f);
    }
}

/* --- borrowing ---------------------------------------------------------------------------------------- */

struct folder *folder_next(const struct folder *f) { return f->held_next; }
bool folder_broken(const struct folder *f) { return f->broken; }

static void borrow(struct engine *e, struct folder *f, uint16_t shard, struct borrowing *b) {
    bool fresh = f->read && !f->broken && f->shard == shard && f->epoch == e->shards[shard].epoch;
    busy(f);
    f->held = true, f->held_next = NULL;
    if (fresh) return;
    f->borrowing = b;
    b->left++;
    folder_want(f, shard);
}

enum err cabinet_borrow(struct engine *e, uint16_t shard, const char *const *ids, size_t n, struct borrowing *b) {
    struct folder **end = &b->held;
    b->held = NULL, b->left = b->passed = 0;
    for (size_t i = 0; i < n; i++) {
        struct folder *f = map_get(e->cabinet->folders, ids[i], strlen(ids[i]));
        bool known = f != NULL;
        if (!f) f = folder_new(e->cabinet, ids[i]);
        if (!f) {
            cabinet_return(b);
            return ERR_NOMEM;
        }
        if (!is_free(f) || f->first || f->posted || f->pinned) {
            b->passed++;
            continue;
        }
        if (!known) f->passing = true;
        borrow(e, f, shard, b);
        *end = f, end = &f->held_next;
    }
    return OK;
}

void cabinet_return(struct borrowing *b) {
    while (b->held) {
        struct folder *f = b->held;
        b->held = f->held_next;
        f->borrowing = NULL;
        if (f->read) folder_back(f); /* else it is let go once it is read */
        let_go(f);
    }
    b->left = 0;
}
