/* follow.c - a heap of steps; what overtakes them. */
#include "connectors/sandbox/follow.h"

#include <inttypes.h>
#include <string.h>

#include "base/attr.h"
#include "base/heap.h"
#include "connectors/sandbox/people.h"

struct step {
    struct heap_node node; /* first */
    const struct book_entry *origin;
    char operation[48], code[48];
    json_t *more; /* further facts of the entry that it becomes */
};
struct follow {
    struct book *book;
    uint64_t seed;
    struct heap due;
};

struct follow *follow_new(struct book *b, uint64_t seed) {
    struct follow *x = calloc(1, sizeof *x);
    if (x) *x = (struct follow){.book = b, .seed = seed};
    return x;
}

static void step_free(struct step *s) {
    if (!s) return;
    json_decref(s->more);
    free(s);
}

void follow_free(struct follow *x) {
    if (!x) return;
    for (struct heap_node *n; (n = heap_top(&x->due));) {
        heap_remove(&x->due, n);
        step_free((struct step *)n);
    }
    heap_reset(&x->due);
    free(x);
}

int64_t follow_due_ms(const struct follow *x) {
    const struct heap_node *n = heap_top(&x->due);
    return n ? n->at : INT64_MAX;
}

void follow_plan(struct buf *out, const char *operation, int64_t at_ms, const char *code, const char *extra) {
    buf_addf(out, "%s{\"do\":\"%s\",\"at\":%" PRId64 ",\"code\":\"%s\"%s%s}", out->len ? "," : "", operation, at_ms, code,
             *extra ? "," : "", extra);
}

/* --- what is still possible ------------------------------------------------------------------------------------ */

static bool gone(const struct book *b, const struct book_entry *transfer) {
    return book_find(b, "payments.recalled", transfer->key) || book_find(b, "payments.failed", transfer->key);
}

static bool transfer_open(const struct book *b, const struct book_entry *e) { return !gone(b, e); }

static bool transfer_stands(const struct book *b, const struct book_entry *e) {
    return !gone(b, e) && !book_find(b, "payments.returned", e->key);
}

static bool mandate_waits(const struct book *b, const struct book_entry *e) {
    struct book_loan l = book_loan(b, e->reference);
    return l.mandate == e && l.mandate_pending;
}

static bool mandate_lives(const struct book *b, const struct book_entry *e) {
    struct book_loan l = book_loan(b, e->reference);
    return l.mandate == e && (l.mandate_pending || l.mandate_active);
}

static bool debit_waits(const struct book *b, const struct book_entry *e) {
    return !book_find(b, "payments.collect_returned", e->key);
}

static bool debit_stands(const struct book *b, const struct book_entry *e) {
    (void)b, (void)e;
    return true;
}

static bool envelope_waits(const struct book *b, const struct book_entry *e) {
    struct book_loan l = book_loan(b, e->reference);
    return l.envelope == e && l.envelope_state == BOOK_SENT;
}

static const struct follower {
    const char *operation, *origin, *id; /* what may follow what; how its reference begins */
    bool (*possible)(const struct book *b, const struct book_entry *origin);
} FOLLOWERS[] = {
    {"payments.failed", "payments.disburse", "FLD", transfer_open},
    {"payments.recalled", "payments.disburse", "RCL", transfer_open},
    {"payments.returned", "payments.disburse", "RTN", transfer_stands},
    {"payments.returned", "payments.refund", "RTN", transfer_stands},
    {"payments.mandate_active", "payments.mandate", "MND", mandate_waits},
    {"payments.mandate_ended", "payments.mandate", "MND", mandate_lives},
    {"payments.collect_settled", "payments.collect", "CRD", debit_waits},
    {"payments.collect_returned", "payments.collect", "UNP", debit_stands},
    {"esign.signed", "esign.envelope", "SGN", envelope_waits},
    {"esign.declined", "esign.envelope", "SGN", envelope_waits},
};

static const struct follower *follower_of(const char *operation, const char *origin) {
    for (size_t k = 0; k < ARRAY_LEN(FOLLOWERS); k++)
        if (!strcmp(FOLLOWERS[k].operation, operation) && !strcmp(FOLLOWERS[k].origin, origin)) return &FOLLOWERS[k];
    return NULL;
}

/* --- doing it ---------------------------------------------------------------------------------------------------- */

/* The facts of the origin without its plan, then those of the step. */
static enum err write_more(const struct step *s, struct buf *out) {
    json_t *more = json_loads(s->origin->more, 0, NULL);
    enum err e = more ? OK : ERR_NOMEM;
    if (e == OK) (void)json_object_del(more, "plan");
    if (e == OK && s->more && json_object_update(more, s->more)) e = ERR_NOMEM;
    if (e == OK) e = json_put_take(more, "code", json_string(s->code));
    if (e == OK) e = json_put_take(more, "origin", json_string(s->origin->operation));
    if (e == OK) e = json_write(more, out);
    json_decref(more);
    return e;
}

static enum err write_entry(struct follow *x, const struct step *s, const struct follower *of, int64_t at_ms) {
    struct buf more AUTO(buf_reset), answer AUTO(buf_reset);
    buf_init(&more, 16384);
    buf_init(&answer, 4096);
    enum err e = write_more(s, &more);
    uint64_t number = sandbox_hash(x->seed, s->operation, s->origin->key) % UINT64_C(1000000000000);
    buf_addf(&answer, "{\"id\":\"%s%012" PRIu64 "\"}", of->id, number);
    struct book_entry fresh = {.operation = s->operation, .key = s->origin->key, .reference = s->origin->reference,
                               .currency = s->origin->currency, .more = buf_text(&more), .answer = answer.data,
                               .answer_n = answer.len, .amount_minor = s->origin->amount_minor, .at_ms = at_ms,
                               .settles_ms = at_ms};
    if (e == OK && !buf_ok(&answer)) e = buf_err(&answer);
    return e == OK ? book_add(x->book, &fresh) : e;
}

static enum err do_step(struct follow *x, const struct step *s, int64_t at_ms) {
    const struct follower *of = follower_of(s->operation, s->origin->operation);
    const struct book_entry *last = book_at(x->book, book_count(x->book));
    if (!of) return ERR_NOT_FOUND;
    if (book_find(x->book, s->operation, s->origin->key) || !of->possible(x->book, s->origin)) return ERR_CONFLICT;
    return write_entry(x, s, of, last && last->at_ms > at_ms ? last->at_ms : at_ms);
}

enum err follow_next(struct follow *x, int64_t now_ms, bool *did) {
    struct step *s = (struct step *)heap_top(&x->due);
    *did = false;
    if (!s || s->node.at > now_ms) return OK;
    enum err e = do_step(x, s, s->node.at);
    if (e == ERR_NOMEM || e == ERR_LIMIT) return e;
    *did = true;
    heap_remove(&x->due, &s->node);
    step_free(s);
    return OK;
}

enum err follow_now(struct follow *x, const struct book_entry *origin, const char *operation, const char *code,
                    int64_t now_ms) {
    struct step s = {.origin = origin};
    (void)snprintf(s.operation, sizeof s.operation, "%s", operation);
    (void)snprintf(s.code, sizeof s.code, "%s", code);
    return do_step(x, &s, now_ms);
}

static enum err push(struct follow *x, const struct book_entry *e, const json_t *planned) {
    struct step *s = calloc(1, sizeof *s);
    if (!s) return ERR_NOMEM;
    s->origin = e;
    s->node.at = json_int(planned, "at", 0);
    (void)snprintf(s->operation, sizeof s->operation, "%s", json_text(planned, "do", ""));
    (void)snprintf(s->code, sizeof s->code, "%s", json_text(planned, "code", ""));
    s->more = json_copy((json_t *)planned);
    if (s->more) {
        (void)json_object_del(s->more, "do");
        (void)json_object_del(s->more, "at");
        if (heap_push(&x->due, &s->node) == OK) return OK;
    }
    step_free(s);
    return ERR_NOMEM;
}

enum err follow_entry(struct follow *x, const struct book_entry *e) {
    if (!strstr(e->more, "\"plan\"")) return OK;
    json_t *more = json_loads(e->more, 0, NULL);
    enum err err = more ? OK : ERR_NOMEM;
    size_t k;
    const json_t *planned;
    json_array_foreach(json_object_get(more, "plan"), k, planned) {
        if (err == OK && !book_find(x->book, json_text(planned, "do", ""), e->key)) err = push(x, e, planned);
    }
    json_decref(more);
    return err;
}
