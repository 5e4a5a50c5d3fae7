/* sums.c - one function for each kind of entry. */
#include "connectors/sandbox/sums.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/map.h"
#include "base/text.h"

#define SUMS_MAX_BYTES ((size_t)2 << 30)

struct sums {
    struct arena *memory;
    struct map *loans, *instalments;
    int64_t paid_minor, returned_minor, collected_minor, collections_returned_minor, refunded_minor, received_minor;
    size_t payouts, paid_twice, recalled, failed, returns, mandates, active_mandates, cancels, presentations, refunds,
        envelopes, signed_, voided;
};

struct sums *sums_new(void) {
    struct sums *t = calloc(1, sizeof *t);
    if (!t) return NULL;
    t->memory = arena_new(SUMS_MAX_BYTES);
    t->loans = map_new();
    t->instalments = map_new();
    if (t->memory && t->loans && t->instalments) return t;
    sums_free(t);
    return NULL;
}

void sums_free(struct sums *t) {
    if (!t) return;
    if (t->loans) map_free(t->loans, NULL);
    if (t->instalments) map_free(t->instalments, NULL);
    arena_free(t->memory);
    free(t);
}

static void *at(struct sums *t, struct map *m, const char *key, size_t n, size_t bytes) {
    void *v = map_get(m, key, n);
    if (v) return v;
    v = arena_alloc(t->memory, bytes);
    return v && map_put(m, key, n, v, NULL) == OK ? v : NULL;
}

/* Reference NUL instalment: a NUL cannot stand in either. */
static size_t instalment_key(const char *reference, const char *instalment, char out[200]) {
    int n = snprintf(out, 200, "%s%c%s", reference, 0, instalment);
    return n > 0 && n < 200 ? (size_t)n : 0;
}

static struct book_instalment *instalment_of(struct sums *t, const struct book_entry *e) {
    json_t *more = json_loads(e->more, 0, NULL);
    char key[200];
    size_t n = instalment_key(e->reference, json_text(more, "instalment", ""), key);
    json_decref(more);
    return n ? at(t, t->instalments, key, n, sizeof(struct book_instalment)) : NULL;
}

static const char *code_of(struct sums *t, const struct book_entry *e) {
    json_t *more = json_loads(e->more, 0, NULL);
    const char *code = arena_strdup(t->memory, json_text(more, "code", ""));
    json_decref(more);
    return code ? code : "";
}

/* --- payouts -------------------------------------------------------------------------------------------------- */

static void disburse(struct sums *t, struct book_loan *l, const struct book_entry *e) {
    t->payouts++;
    t->paid_minor += e->amount_minor;
    l->paid_minor += e->amount_minor;
    l->payouts++;
    t->paid_twice += l->payouts - l->returns == 2;
    l->payout = e;
}

static void take_back(struct sums *t, struct book_loan *l, const struct book_entry *e) {
    t->payouts--;
    l->payouts--;
    t->paid_minor -= e->amount_minor;
    l->paid_minor -= e->amount_minor;
}

static void recalled(struct sums *t, struct book_loan *l, const struct book_entry *e) {
    t->recalled++;
    take_back(t, l, e);
}

static void failed(struct sums *t, struct book_loan *l, const struct book_entry *e) {
    t->failed++;
    take_back(t, l, e);
}

static void returned(struct sums *t, struct book_loan *l, const struct book_entry *e) {
    bool payout = strstr(e->more, "\"origin\":\"payments.disburse\"") != NULL; /* a refund may come back, too */
    t->returns++;
    l->returns += payout;
    t->returned_minor += e->amount_minor;
    l->returned_minor += e->amount_minor;
}

static void refund(struct sums *t, struct book_loan *l, const struct book_entry *e) {
    t->refunds++;
    t->refunded_minor += e->amount_minor;
    l->refunded_minor += e->amount_minor;
}

static void received(struct sums *t, struct book_loan *l, const struct book_entry *e) {
    t->received_minor += e->amount_minor;
    l->received_minor += e->amount_minor;
}

/* --- mandates ------------------------------------------------------------------------------------------------- */

static void set_mandate(struct sums *t, struct book_loan *l, bool active, bool pending) {
    t->active_mandates += active;
    t->active_mandates -= l->mandate_active;
    l->mandate_active = active;
    l->mandate_pending = pending;
}

static void mandate(struct sums *t, struct book_loan *l, const struct book_entry *e) {
    bool pending = e->answer && strstr(e->answer, "\"pending\"");
    t->mandates++;
    l->mandates++;
    l->mandate = e;
    set_mandate(t, l, !pending, pending);
}

static void mandate_active(struct sums *t, struct book_loan *l, const struct book_entry *e) {
    (void)e;
    set_mandate(t, l, true, false);
}

static void mandate_ended(struct sums *t, struct book_loan *l, const struct book_entry *e) {
    (void)e;
    set_mandate(t, l, false, false);
}

static void cancel_mandate(struct sums *t, struct book_loan *l, const struct book_entry *e) {
    t->cancels++;
    l->cancels++;
    mandate_ended(t, l, e);
}

/* --- collections ---------------------------------------------------------------------------------------------- */

static void collect(struct sums *t, struct book_loan *l, const struct book_entry *e) {
    struct book_instalment *i = instalment_of(t, e);
    t->presentations++;
    l->collection = e;
    *i = (struct book_instalment){i->presentations + 1, e->at_ms, true, i->settled, "", e};
}

static void collect_settled(struct sums *t, struct book_loan *l, const struct book_entry *e) {
    struct book_instalment *i = instalment_of(t, e);
    t->collected_minor += e->amount_minor;
    l->collected_minor += e->amount_minor;
    i->waits = false, i->settled = true;
}

/* Unpaid at once, or paid and then taken back: only then was it counted as collected. */
static void collect_returned(struct sums *t, struct book_loan *l, const struct book_entry *e) {
    struct book_instalment *i = instalment_of(t, e);
    int64_t back = i->settled ? e->amount_minor : 0;
    t->collected_minor -= back;
    l->collected_minor -= back;
    t->collections_returned_minor += e->amount_minor;
    i->waits = i->settled = false, i->code = code_of(t, e);
}

/* --- signatures ----------------------------------------------------------------------------------------------- */

static void envelope(struct sums *t, struct book_loan *l, const struct book_entry *e) {
    t->envelopes++;
    l->envelope = e;
    l->envelope_state = BOOK_SENT;
}

static void signed_(struct sums *t, struct book_loan *l, const struct book_entry *e) {
    (void)e;
    t->signed_++;
    l->envelope_state = BOOK_SIGNED;
}

static void declined(struct sums *t, struct book_loan *l, const struct book_entry *e) {
    (void)t, (void)e;
    l->envelope_state = BOOK_DECLINED;
}

static void voided(struct sums *t, struct book_loan *l, const struct book_entry *e) {
    if (l->envelope_state != BOOK_SENT || !strstr(e->answer, "\"voided\":true")) return;
    t->voided++;
    l->envelope_state = BOOK_VOIDED;
}

static const struct {
    const char *operation;
    void (*count)(struct sums *t, struct book_loan *l, const struct book_entry *e);
} KINDS[] = {
    {"payments.disburse", disburse},
    {"payments.recalled", recalled},
    {"payments.failed", failed},
    {"payments.returned", returned},
    {"payments.refund", refund},
    {"payments.received", received},
    {"payments.mandate", mandate},
    {"payments.mandate_active", mandate_active},
    {"payments.mandate_ended", mandate_ended},
    {"payments.cancel_mandate", cancel_mandate},
    {"payments.collect", collect},
    {"payments.collect_settled", collect_settled},
    {"payments.collect_returned", collect_returned},
    {"esign.envelope", envelope},
    {"esign.signed", signed_},
    {"esign.declined", declined},
    {"esign.void", voided},
};

enum err sums_entry(struct sums *t, const struct book_entry *e) {
    struct book_loan *l = at(t, t->loans, e->reference, strlen(e->reference), sizeof *l);
    bool of_instalment = text_starts(e->operation, "payments.collect");
    if (!l || (of_instalment && !instalment_of(t, e))) return ERR_NOMEM; /* before anything is counted */
    for (size_t k = 0; k < ARRAY_LEN(KINDS); k++)
        if (!strcmp(KINDS[k].operation, e->operation)) KINDS[k].count(t, l, e);
    return OK;
}

struct book_loan sums_loan(const struct sums *t, const char *reference) {
    const struct book_loan *l = map_get(t->loans, reference, strlen(reference));
    return l ? *l : (struct book_loan){0};
}

struct book_instalment sums_instalment(const struct sums *t, const char *reference, const char *instalment) {
    char key[200];
    size_t n = instalment_key(reference, instalment, key);
    const struct book_instalment *i = n ? map_get(t->instalments, key, n) : NULL;
    return i ? *i : (struct book_instalment){.code = ""};
}

void sums_write(const struct sums *t, struct buf *out) {
    buf_addf(out, "\"payouts\":%zu,\"paid\":%" PRId64 ",\"paid_twice\":%zu,\"recalled\":%zu,\"failed\":%zu,", t->payouts,
             t->paid_minor, t->paid_twice, t->recalled, t->failed);
    buf_addf(out, "\"returns\":%zu,\"returned\":%" PRId64 ",", t->returns, t->returned_minor);
    buf_addf(out, "\"mandates\":%zu,\"active_mandates\":%zu,\"cancels\":%zu,", t->mandates, t->active_mandates, t->cancels);
    buf_addf(out, "\"presentations\":%zu,\"collected\":%" PRId64 ",\"collections_returned\":%" PRId64 ",", t->presentations,
             t->collected_minor, t->collections_returned_minor);
    buf_addf(out, "\"refunds\":%zu,\"refunded\":%" PRId64 ",\"received\":%" PRId64 ",", t->refunds, t->refunded_minor, t->received_minor);
    buf_addf(out, "\"envelopes\":%zu,\"signed\":%zu,\"voided\":%zu", t->envelopes, t->signed_, t->voided);
}
