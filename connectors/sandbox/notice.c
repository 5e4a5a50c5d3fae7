/* notice.c - a heap of notices; kinds that are told. */
#include "connectors/sandbox/notice.h"

#include <inttypes.h>
#include <string.h>

#include "base/attr.h"
#include "base/heap.h"
#include "base/zone.h"
#include "connectors/iso20022/iso.h"
#include "connectors/sandbox/booking.h"
#include "connectors/sandbox/people.h"
#include "connectors/sandbox/service.h"

#define LATE_MS 30000
#define COPY_MS 1000
#define HELD_MS 5000 /* a reordered one does not wait longer for another to overtake it */

struct waiting {
    struct heap_node node; /* first */
    struct notice notice;
};
struct notices {
    struct book *book;
    uint64_t seed;
    struct fault_rules faults;
    struct heap due;
    struct waiting *held; /* to be overtaken by the next one */
};

static bool says(const struct book_entry *e, const char *words) { return strstr(e->answer, words) != NULL; }
static bool is_active(const struct book_entry *e) { return says(e, "\"active\""); }
static bool is_cancelled(const struct book_entry *e) { return says(e, "\"cancelled\":true"); }
static bool is_voided(const struct book_entry *e) { return says(e, "\"voided\":true"); }

static const struct told {
    const char *operation, *type;
    bool (*if_)(const struct book_entry *e);
} TOLD[] = {
    {"payments.disburse", "payment.settled", NULL},
    {"payments.refund", "payment.settled", NULL},
    {"payments.failed", "payment.failed", NULL},
    {"payments.recalled", "payment.failed", NULL},
    {"payments.returned", "payment.returned", NULL},
    {"payments.received", "payment.received", NULL},
    {"payments.mandate", "mandate.active", is_active},
    {"payments.mandate_active", "mandate.active", NULL},
    {"payments.mandate_ended", "mandate.cancelled", NULL},
    {"payments.cancel_mandate", "mandate.cancelled", is_cancelled},
    {"payments.collect_settled", "collection.settled", NULL},
    {"payments.collect_returned", "collection.returned", NULL},
    {"esign.signed", "esign.signed", NULL},
    {"esign.declined", "esign.declined", NULL},
    {"esign.void", "esign.voided", is_voided},
};

struct notices *notices_new(struct book *b, uint64_t seed) {
    struct notices *x = calloc(1, sizeof *x);
    if (x) *x = (struct notices){.book = b, .seed = seed};
    return x;
}

void notices_free(struct notices *x) {
    if (!x) return;
    for (struct heap_node *n; (n = heap_top(&x->due));) {
        heap_remove(&x->due, n);
        free(n);
    }
    heap_reset(&x->due);
    free(x);
}

void notices_faults(struct notices *x, const struct fault_rules *rules) { x->faults = *rules; }

int64_t notices_due_ms(const struct notices *x) {
    const struct heap_node *n = heap_top(&x->due);
    return n ? n->at : INT64_MAX;
}

static enum err push(struct notices *x, const struct notice *n, struct waiting **out) {
    struct waiting *w = calloc(1, sizeof *w);
    if (!w) return ERR_NOMEM;
    w->notice = *n;
    w->node.at = n->due_ms;
    if (heap_push(&x->due, &w->node) == OK) {
        if (out) *out = w;
        return OK;
    }
    free(w);
    return ERR_NOMEM;
}

static bool hit(const struct notices *x, const struct notice *n, enum fault_kind kind) {
    return fault_hits(&x->faults, x->seed, "webhook", n->id, kind);
}

/* The one that was held back goes right after this one. */
static enum err release_held(struct notices *x, int64_t after_ms) {
    struct waiting *h = x->held;
    x->held = NULL;
    if (!h || h->node.at <= after_ms) return OK;
    heap_remove(&x->due, &h->node);
    h->node.at = h->notice.due_ms = after_ms + 1;
    enum err e = heap_push(&x->due, &h->node);
    if (e != OK) free(h);
    return e;
}

static enum err schedule(struct notices *x, struct notice *n) {
    struct waiting *own = NULL;
    bool reorder = hit(x, n, FAULT_REORDER);
    if (hit(x, n, FAULT_LATE)) n->due_ms += LATE_MS;
    int64_t sent_ms = n->due_ms;
    if (reorder) n->due_ms += HELD_MS;
    enum err e = push(x, n, &own);
    if (e != OK) return e;
    if (!reorder) e = release_held(x, sent_ms);
    else x->held = own;
    struct notice copy = *n;
    copy.due_ms += COPY_MS;
    if (e == OK && hit(x, n, FAULT_DUPLICATE)) e = push(x, &copy, NULL);
    copy = *n;
    copy.forged = true;
    return e == OK && hit(x, n, FAULT_FORGE) ? push(x, &copy, NULL) : e;
}

static const struct book_entry *about(const struct book *b, const struct book_entry *e, const char *type) {
    const struct book_entry *mandate = book_find(b, "payments.mandate", e->key), *envelope = book_find(b, "esign.envelope", e->key);
    struct book_loan l = book_loan(b, e->reference);
    const struct book_entry *x = !strncmp(type, "mandate.", 8) ? (mandate ? mandate : l.mandate)
                                 : !strncmp(type, "esign.", 6) ? (envelope ? envelope : l.envelope)
                                                               : e;
    return x ? x : e;
}

enum err notices_entry(struct notices *x, const struct book_entry *e) {
    size_t k = 0;
    while (k < ARRAY_LEN(TOLD) && strcmp(TOLD[k].operation, e->operation) != 0) k++;
    if (k == ARRAY_LEN(TOLD) || e->told || (TOLD[k].if_ && !TOLD[k].if_(e))) return OK;
    struct notice n = {.entry = e, .about = about(x->book, e, TOLD[k].type), .connector = !strncmp(e->operation, "esign", 5) ? "esign" : "payments",
                       .type = TOLD[k].type, .due_ms = e->settles_ms > e->at_ms ? e->settles_ms : e->at_ms};
    (void)snprintf(n.id, sizeof n.id, "msg_%016" PRIx64 "%zu", sandbox_hash(x->seed, e->operation, e->key), e->n);
    return schedule(x, &n);
}

static bool overtaken(const struct notices *x, const struct notice *n) {
    struct booking k;
    return !strcmp(n->type, "payment.settled") && booking_of(x->book, n->entry, &k) && !k.booked;
}

bool notices_take(struct notices *x, int64_t now_ms, struct notice *out) {
    for (struct waiting *w; (w = (struct waiting *)heap_top(&x->due)) && w->node.at <= now_ms;) {
        heap_remove(&x->due, &w->node);
        if (x->held == w) x->held = NULL;
        *out = w->notice;
        free(w);
        /* A copy is sent although the first has been taken: that is what a duplicate is. */
        if (!overtaken(x, out)) return true;
    }
    return false;
}

static void add_text(struct buf *out, const char *name, const char *value) {
    if (!value || !*value) return;
    buf_addf(out, ",\"%s\":", name);
    buf_add_json_string(out, value, strlen(value));
}

static void add_money(const struct notice *n, struct buf *out) {
    char id[ISO_ID];
    if (!*n->entry->currency) return;
    iso_end_to_end(n->entry->key, id);
    buf_addf(out, ",\"amount\":%" PRId64 ",\"currency\":\"%s\"", n->forged ? n->entry->amount_minor * 10 : n->entry->amount_minor,
             n->entry->currency);
    add_text(out, "end_to_end", id);
}

void notice_write(const struct notice *n, struct buf *out) {
    const struct book_entry *e = n->entry;
    json_t *answer = json_loadb(n->about->answer, n->about->answer_n, 0, NULL), *more = json_loads(e->more, 0, NULL);
    char when[32], day[16];
    buf_addf(out, "{\"type\":\"%s\",\"timestamp\":\"%s\",\"data\":{\"on\":\"%s\"", n->type,
             instant_text(e->settles_ms > e->at_ms ? e->settles_ms : e->at_ms, when), day_text(service_day(e->settles_ms > e->at_ms ? e->settles_ms : e->at_ms), day));
    add_text(out, "reference", e->reference);
    add_text(out, "id", json_text(answer, "id", NULL));
    add_money(n, out);
    add_text(out, "instalment", json_text(more, "instalment", NULL));
    add_text(out, "mandate", json_text(more, "mandate", NULL));
    add_text(out, "document", json_text(more, "document", NULL));
    add_text(out, "code", json_text(more, "code", NULL));
    buf_adds(out, "}}");
    json_decref(answer);
    json_decref(more);
}
