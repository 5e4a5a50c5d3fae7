/* ledger.c - our own books as a connector of local operations (SEMANTICS 1).
 *
 * Each operation is a pure function of its input, of what the run has posted, and of the loan's file: it hands back an
 * answer, postings, and entries, and the engine commits all three with the journal entry. No SQL here. A lender with a core
 * banking system writes a connector with the same operations and plugs in theirs. */
#include <string.h>

#include "base/fixed.h"
#include "base/text.h"
#include "connectors/connectors.h"
#include "connectors/ledger/operations.h"
#include "connectors/ledger/repeat.h"

enum { CALL_BYTES = 32 << 20 }; /* of one computation: a loan of many years reads its whole file */

static void close_ledger(struct connector *c) {
    struct ledger *l = (struct ledger *)c;
    if (l->zone) zone_close(l->zone);
    settings_reset(&l->settings);
    free(l);
}

static enum err open_ledger(const struct connector_env *env, struct connector **out, struct fault *f) {
    struct ledger *l = calloc(1, sizeof *l);
    if (!l) return fault_set(f, ERR_NOMEM, "", "no memory");
    l->base.ops = &ledger_connector;
    const char *zone = json_text(env->config, "zone", "Asia/Kolkata"), *currency = json_text(env->config, "currency", "INR");
    enum err e = settings_read(env->config, &l->settings, f);
    if (e == OK && fixed_currency_digits(currency) < 0)
        e = fault_set(f, ERR_INVALID, "currency", "'%.10s' is no currency of ISO 4217", currency);
    if (e == OK) (void)text_copy(l->currency, sizeof l->currency, currency);
    if (e == OK && (e = zone_open(zone, &l->zone)) != OK)
        (void)fault_set(f, e, "zone", "there is no time zone '%s' on this machine", zone);
    if (e != OK) {
        close_ledger(&l->base);
        return e;
    }
    *out = &l->base;
    return OK;
}

static enum err compute(struct work *w, struct call *as_first) {
    enum err e = work_open(w);
    if (e == OK && w->n) e = repeat_find(w, as_first);
    if (e == OK) e = ledger_function(w->call->op)(w);
    if (e == OK && !w->answer) e = fault_set(&w->fault, ERR_NOMEM, "", "no memory for the answer");
    return e;
}

static struct call_result refusal(const struct work *w, enum err e) {
    bool again = e == ERR_NOMEM || e == ERR_BUG; /* a file that cannot be read is no answer to what was asked */
    return (struct call_result){.end = again ? CALL_FAILED : CALL_REFUSED, .why = w->fault.text, .code = w->fault.where};
}

/* Something is written if there are entries, or if a day-end only moved the columns on. */
static struct call_result result(const struct work *w) {
    bool writes = !w->repeat && w->write.columns.state;
    return (struct call_result){.end = CALL_DONE, .answer = w->answer, .postings = w->postings, .n_postings = w->repeat ? 0 : w->n_postings,
                                .loan = writes ? &w->write : NULL};
}

static void start_ledger(struct connector *c, struct call *call) {
    const struct ledger *l = (const struct ledger *)c;
    struct call as_first;
    struct work w = {.ledger = l, .call = call, .arena = arena_new(CALL_BYTES), .today = zone_day(l->zone, call->now_ms)};
    if (call->op->book && call->book) w.file = call->book->loan;
    enum err e = w.arena ? compute(&w, &as_first) : fault_set(&w.fault, ERR_NOMEM, "", "no memory");
    struct call_result r = e == OK ? result(&w) : refusal(&w, e);
    call->done(call, &r);
    json_decref(w.answer);
    arena_free(w.arena);
}

const struct connector_ops ledger_connector = {
    .name = "ledger",
    .in_process = true,
    .operations = ledger_operations,
    .open = open_ledger,
    .start = start_ledger,
    .close = close_ledger,
};
