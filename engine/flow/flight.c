/* flight.c - calls under way. */
#include "flow/flight.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "flow/cabinet.h"
#include "flow/walk.h"

enum { CANCEL_GRACE_MS = 5000, TRY_DEFAULT_MS = 30000 };

static struct ask *ask_of(struct flight *f) {
    struct para_state *ps = &f->run->paras[f->para];
    return f->undo ? &ps->undo : &ps->asks[f->op];
}

static void flight_free(struct flight *f) {
    struct engine *e = f->engine;
    json_decref(f->input);
    free(f);
    e->flights--;
    engine_maybe_drained(e);
}

static void give_result(struct flight *f, const struct call_result *r) {
    struct engine *e = f->engine;
    struct run *run = f->run;
    struct outcome o = {r->end, r->answer, NULL, r->why, r->code, r->retry_after_ms, f->cancelled ? SETTLE_MS : 0, r->age_ms};
    bool look = f->call.look;
    int para = f->para, op = f->op;
    ask_of(f)->flight = NULL;
    turn_begin(e, run);
    walk_expire(&e->turn);
    if (f->undo) undo_result(&e->turn, para, look, &o);
    else step_result(&e->turn, para, op, look, &o);
    walk(&e->turn);
    turn_end(e);
}

static void flight_done(struct call *call, const struct call_result *r) {
    struct flight *f = (struct flight *)call;
    struct engine *e = f->engine;
    if (!f->call.look && r->end <= CALL_UNCERTAIN) count(e->m_calls[r->end]);
    if (f->run && !e->closing) give_result(f, r);
    else if (f->run) ask_of(f)->flight = NULL;
    flight_free(f);
}

static void key_of(const struct run *r, int para, int op, bool undo, char *out, size_t cap) {
    const struct para_state *ps = &r->paras[para];
    const struct para *p = &r->plan->paras[para];
    if (!undo && ps->key && p->kind == PARA_STEP && p->step.once_per)
        (void)text_copy(out, cap, ps->key);
    else if (op > 0)
        (void)snprintf(out, cap, "%s.%s.%u.%d", r->text, p->name, ps->visits, op);
    else
        (void)snprintf(out, cap, "%s.%s.%u%s", r->text, p->name, ps->visits, undo ? ".undo" : "");
}

static void fail_unknown(struct flight *f) {
    struct call_result r = {.end = CALL_FAILED, .why = "no connector offers this operation any more"};
    flight_done(&f->call, &r);
}

/* What a step holds good for an hour may not be older when it comes: a kept answer from before then does not serve. */
static int64_t fresh_from(const struct run *r, int para, int64_t now_ms) {
    const struct para *p = &r->plan->paras[para];
    int64_t until = p->kind == PARA_STEP ? case_after(r->case_type, &p->step.good_for, now_ms) : 0;
    return until ? now_ms - (until - now_ms) : 0;
}

void flight_start(struct engine *e, struct run *r, int para, int op, bool undo, bool look) {
    struct para_state *ps = &r->paras[para];
    const struct op_decl *decl = step_op(e, r->plan, para, op, undo);
    char key[400];
    key_of(r, para, op, undo, key, sizeof key);
    size_t n = strlen(key);
    struct flight *f = calloc(1, sizeof *f + n);
    if (!f) return; /* the run's timer looks again */
    memcpy(f->key, key, n + 1);
    const struct ask *a = undo ? &ps->undo : &ps->asks[op];
    f->engine = e, f->run = r, f->para = para, f->op = op, f->undo = undo, f->visit = ps->visits;
    f->input = json_incref(undo ? ps->undo_input : ps->input);
    const struct operation *operation = NULL;
    f->connector = decl ? registry_find(e->c.registry, decl->name, &operation) : NULL;
    unsigned timeout = decl && decl->timeout_ms ? decl->timeout_ms : TRY_DEFAULT_MS;
    bool queues = f->connector && f->connector->queues; /* it may have to wait as long for its turn */
    f->due_ms = loop_now_ms(e->c.loop) + (int64_t)timeout * (queues ? 2 : 1);
    f->call = (struct call){.run = r->id, .paragraph = r->plan->paras[para].name, .visit = ps->visits,
                            .attempt = a->attempt ? a->attempt : 1, .key = f->key, .op = operation,
                            .customer = *r->customer ? r->customer : NULL, .epoch = e->shards[id_shard(r->id)].epoch,
                            .fresh_ms = undo || look ? 0 : fresh_from(r, para, loop_now_ms(e->c.loop)),
                            .look = look, .input = f->input, .now_ms = loop_now_ms(e->c.loop),
                            .done = flight_done};
    e->flights++;
    ((struct ask *)a)->flight = f;
    if (!f->connector) fail_unknown(f);
    else f->connector->ops->start(f->connector, &f->call);
}

int64_t flight_due_ms(const struct flight *f) { return f->due_ms; }

void flight_cancel(struct flight *f) {
    if (!f || f->cancelled) return;
    f->cancelled = true;
    f->due_ms = loop_now_ms(f->engine->c.loop) + CANCEL_GRACE_MS;
    if (f->connector && f->connector->ops->cancel) f->connector->ops->cancel(f->connector, &f->call);
}

void flight_orphan(struct flight *f) {
    if (!f) return;
    f->run = NULL;
    if (f->cancelled) return;
    f->cancelled = true;
    if (f->connector && f->connector->ops->cancel) f->connector->ops->cancel(f->connector, &f->call);
}

static void timed_out(struct turn *t, int para, int op, bool undo) {
    struct para_state *ps = &t->run->paras[para];
    struct ask *a = undo ? &ps->undo : &ps->asks[op];
    struct flight *f = a->flight;
    if (!f || f->due_ms > t->now_ms) return;
    const struct op_decl *decl = step_op(t->e, t->run->plan, para, op, undo);
    bool look = f->call.look, read = look || !decl || decl->kind == OP_READ;
    if (!read && !f->cancelled && f->connector && f->connector->ops->cancel) {
        turn_cancel(t, para, undo ? -1 : op); /* its true end is better than ours */
        return;
    }
    a->flight = NULL;
    flight_orphan(f);
    struct outcome o = {.end = read && !look ? CALL_FAILED : CALL_UNCERTAIN, .why = "no answer in time",
                        .code = "timeout", .settle_ms = SETTLE_MS};
    if (undo) undo_result(t, para, look, &o);
    else step_result(t, para, op, look, &o);
}

void flight_timeouts(struct turn *t, int para) {
    for (int i = 0; i < t->run->paras[para].n_asks; i++) timed_out(t, para, i, false);
    timed_out(t, para, 0, true);
}

/* --- local operations ------------------------------------------------------------------------ */

struct local_call {
    struct call call;
    bool done;
    struct turn *turn;
    struct folder *folder; /* of the loan that op->book names; NULL none */
    struct local_result *out;
};

static json_t *posting_new(const struct posting *p) {
    return json_pack("{s:s, s:s, s:I, s:s, s:i, s:s}", "debit", p->debit, "credit", p->credit, "minor",
                     (json_int_t)p->amount_minor, "currency", p->currency, "day", (int)p->effective_day,
                     "kind", p->kind);
}

static void fail_local(struct local_result *out, enum call_end end, const char *why, const char *code) {
    json_decref(out->answer), json_decref(out->post);
    *out = (struct local_result){.end = end};
    (void)text_copy(out->why, sizeof out->why, why);
    (void)text_copy(out->code, sizeof out->code, code);
}

static void write_loan(struct local_call *l, const struct loan_write *w) {
    struct outbox *told = &l->turn->outbox;
    struct outbox_mark before = outbox_mark(told); /* told from the file as it was, and not if it cannot be written */
    if (l->folder) outbox_of_loan(told, l->turn->run, folder_file(l->folder), w, l->call.now_ms);
    enum err err = l->folder ? folder_write(l->folder, w, l->call.now_ms) : ERR_BUG;
    if (err != OK) outbox_back(told, before);
    if (err == ERR_BUG) fail_local(l->out, CALL_REFUSED, "it writes to a loan that it does not name", "no_book");
    else if (err == ERR_LIMIT) fail_local(l->out, CALL_REFUSED, "the loan's file is full", "file_full");
    else if (err != OK) fail_local(l->out, CALL_FAILED, "no memory for the loan's file", NULL);
    else registry_forget(l->turn->e->c.registry, l->turn->run->customer, "loan.changed");
}

static void local_done(struct call *call, const struct call_result *r) {
    struct local_call *l = (struct local_call *)call;
    struct local_result *out = l->out;
    l->done = true;
    out->end = r->end;
    out->answer = json_incref(r->answer);
    (void)text_copy(out->why, sizeof out->why, r->why);
    (void)text_copy(out->code, sizeof out->code, r->code);
    if (r->end != CALL_DONE) return;
    if (r->n_postings) out->post = json_array();
    for (size_t i = 0; i < r->n_postings; i++)
        if (json_array_append_new(out->post, posting_new(&r->postings[i]))) out->end = CALL_FAILED;
    if (out->end == CALL_DONE && r->loan) write_loan(l, r->loan);
}

static size_t book_of(const struct run *r, struct posting *out, size_t max) {
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(r->postings) && n < max; i++) {
        const json_t *p = json_array_get(r->postings, i);
        out[n++] = (struct posting){json_text(p, "debit", ""), json_text(p, "credit", ""),
                                    json_int(p, "minor", 0), json_text(p, "currency", ""),
                                    (int32_t)json_int(p, "day", 0), json_text(p, "kind", "")};
    }
    return n;
}

/* TAKEN without a folder where the operation asks for none. */
static enum taken take_file(struct turn *t, int para, int op, bool undo, const struct operation *operation,
                            const json_t *input, struct local_call *l) {
    struct fault f = {0};
    if (!operation->book) return TAKEN;
    const char *loan = json_text(input, operation->book, "");
    if (!*loan) {
        fail_local(l->out, CALL_REFUSED, "its input names no loan", operation->book);
        return TAKEN_NOT;
    }
    enum taken taken = cabinet_take(t, loan, para, op, undo, &l->folder, &f);
    if (taken == TAKEN_NOT) fail_local(l->out, f.kind == ERR_REFUSED ? CALL_REFUSED : CALL_FAILED, f.text, f.where);
    return taken;
}

bool flight_local(struct turn *t, int para, int op, const struct op_decl *decl, bool undo, const char *key,
                  const json_t *input, struct local_result *out) {
    struct posting posted[RUN_POSTINGS_MAX];
    struct book_view book = {.posted = posted, .n = book_of(t->run, posted, RUN_POSTINGS_MAX)};
    const struct operation *operation = NULL;
    struct connector *c = registry_find(t->e->c.registry, decl->name, &operation);
    struct local_call l = {.turn = t, .out = out};
    fail_local(memset(out, 0, sizeof *out), CALL_FAILED, "no connector offers this operation any more", NULL);
    if (!c) return true;
    if (json_array_size(t->run->postings) > RUN_POSTINGS_MAX) { /* a balance over a part of the book would be wrong */
        fail_local(out, CALL_REFUSED, "this run has booked too much to go on", NULL);
        return true;
    }
    enum taken taken = take_file(t, para, op, undo, operation, input, &l);
    if (taken != TAKEN) return taken != TAKEN_LATER;
    char own[400];
    if (!key) key_of(t->run, para, 0, undo, own, sizeof own);
    const struct para_state *ps = &t->run->paras[para];
    if (l.folder) book.loan = folder_file(l.folder);
    l.call = (struct call){.run = t->run->id, .paragraph = t->run->plan->paras[para].name,
                           .visit = ps->visits ? ps->visits : 1, .attempt = 1, .key = key ? key : own,
                           .customer = t->run->customer[0] ? t->run->customer : NULL,
                           .op = operation, .input = input, .now_ms = t->now_ms, .book = &book,
                           .done = local_done};
    c->ops->start(c, &l.call);
    INVARIANT(l.done); /* declared OP_LOCAL, yet it went away: the call stands on this stack */
    return true;
}

void local_result_reset(struct local_result *r) {
    json_decref(r->answer), json_decref(r->post);
    *r = (struct local_result){0};
}
