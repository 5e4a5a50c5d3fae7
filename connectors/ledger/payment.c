/* payment.c - see payment.h. */
#include "connectors/ledger/payment.h"

#include <string.h>

#include "base/fixed.h"
#include "book/quote.h"
#include "connectors/ledger/terms.h"

static const char SETTLEMENT[] = "lender:settlement", SUSPENSE[] = "lender:suspense";

static int64_t amount_of(const struct work *w) { return json_int(w->call->input, "amount", 0); }

/* --- suspense ------------------------------------------------------------------------------------------ */

static const char *given_currency(struct work *w) {
    const char *code = arena_strdup(w->arena, json_text(w->call->input, "currency", work_currency(w)));
    return code ? code : "";
}

static enum err hold_back(struct work *w, const char *why) {
    const char *currency = given_currency(w);
    if (fixed_currency_digits(currency) < 0) return work_refuse(w, "currency", "there is no such currency");
    enum err e = OK;
    if (w->before->stage != STAGE_NONE)
        e = work_add_take(w, DEED_HELD, w->day, amount_of(w), json_pack("{s:s, s:s}", "currency", currency, "why", why));
    return e == OK ? work_post(w, SETTLEMENT, SUSPENSE, amount_of(w), currency, w->day, "suspense") : e;
}

static json_t *payment_answer(const char *outcome, const char *why, const int64_t to[COMPONENTS], int64_t suspended) {
    return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "outcome", outcome, "why", why, "principal", (json_int_t)to[PRINCIPAL], "interest",
                     (json_int_t)to[INTEREST], "fee", (json_int_t)to[FEE], "penalty", (json_int_t)to[PENALTY], "suspended", (json_int_t)suspended);
}

static enum err suspend(struct work *w, const char *why) {
    static const int64_t nothing[COMPONENTS] = {0};
    enum err e = hold_back(w, why);
    return e == OK ? work_answer_state(w, payment_answer("suspense", why, nothing, amount_of(w))) : e;
}

enum err op_keep_in_suspense(struct work *w) {
    const char *currency = given_currency(w);
    char day[16];
    if (fixed_currency_digits(currency) < 0) return work_refuse(w, "currency", "there is no such currency");
    enum err e = work_post(w, SETTLEMENT, SUSPENSE, amount_of(w), currency, w->day, "suspense");
    if (e != OK) return e;
    return work_answer(w, json_pack("{s:s, s:I, s:s}", "id", work_id(w, 'S'), "suspended", (json_int_t)amount_of(w), "on", day_text(w->day, day)));
}

/* --- coming in ------------------------------------------------------------------------------------------ */

static enum err add_aim(struct work *w, json_t *body) {
    const char *charge = json_text(w->call->input, "to_charge", NULL), *due = json_text(w->call->input, "to_due", NULL);
    const struct deed *d = charge ? work_reference(w, charge) : NULL;
    if (charge && (!d || (d->kind != DEED_FEE && d->kind != DEED_PENALTY))) return work_refuse(w, "to_charge", "there is no charge with this reference");
    enum err e = d ? json_put_take(body, "to_charge", json_integer((json_int_t)d->n)) : OK;
    return e == OK && due ? json_put_take(body, "to_due", json_string(due)) : e;
}

enum err payment_add(struct work *w, enum deed_kind kind, const char *purpose) {
    const char *channel = json_text(w->call->input, "channel", NULL);
    json_t *body = json_pack("{s:s}", "for", purpose);
    enum err e = body ? add_aim(w, body) : ERR_NOMEM;
    if (e == OK && channel) e = json_put_take(body, "channel", json_string(channel));
    if (e == OK) return work_add_take(w, kind, w->day, amount_of(w), body);
    json_decref(body);
    return e;
}

/* What the entry `n` paid, by component. */
static void allocated(const struct loan_state *s, uint32_t n, int64_t to[COMPONENTS]) {
    for (size_t k = 0; k < s->n_allocations; k++)
        if (s->allocations[k].n == n) to[s->allocations[k].component] += s->allocations[k].minor;
}

static enum err answer_payment(struct work *w) {
    int64_t to[COMPONENTS] = {0}, sum = 0;
    enum err e = work_close(w);
    if (e != OK) return e;
    allocated(w->after, (uint32_t)w->n_before + 1, to);
    for (int c = 0; c < COMPONENTS; c++) sum += to[c];
    const char *outcome = sum < amount_of(w) ? "over" : loan_overdue(w->after) > 0 ? "part" : "allocated";
    return work_answer_state(w, payment_answer(outcome, "none", to, 0));
}

static const char *misfit(struct work *w) {
    enum loan_stage s = w->before->stage;
    if (s == STAGE_NONE || s == STAGE_VOID) return "unknown_loan";
    if (strcmp(given_currency(w), work_currency(w)) != 0) return "wrong_currency";
    return s == STAGE_ACTIVE || s == STAGE_WRITTEN_OFF ? NULL : "closed_loan";
}

static enum err take(struct work *w, enum deed_kind kind, const char *purpose) {
    enum err e = work_need_loan(w);
    if (e == OK) e = payment_add(w, kind, purpose);
    return e == OK ? answer_payment(w) : e;
}

enum err op_receive_payment(struct work *w) {
    const char *why = misfit(w), *purpose = json_text(w->call->input, "as", "normal");
    if (why) return suspend(w, why);
    if (w->before->stage == STAGE_WRITTEN_OFF) return take(w, DEED_RECOVERED, "recovery");
    if (strcmp(purpose, "prepayment") != 0) return take(w, DEED_PAID, purpose);
    enum err e = work_need_loan(w);
    if (e == OK) e = terms_prepay(w); /* the payment, and the rows after it */
    return e == OK ? answer_payment(w) : e;
}

enum err op_recover(struct work *w) {
    if (misfit(w)) return suspend(w, misfit(w));
    if (w->before->stage != STAGE_WRITTEN_OFF) return work_refuse(w, "not_written_off", "only what was written off is recovered: this is a payment");
    return take(w, DEED_RECOVERED, "recovery");
}

/* --- taken back ------------------------------------------------------------------------------------------ */

static enum err free_held(struct work *w, const struct deed *d) {
    const struct loan_entry *entry = &w->file->entries[d->n - 1];
    json_t *body = NULL;
    enum err e = json_parse(entry->body, entry->body_len, &JSON_LIMITS_OWN, &body, &w->fault);
    const char *currency = e == OK ? arena_strdup(w->arena, json_text(body, "currency", "")) : NULL;
    json_decref(body);
    if (e != OK || !currency) return fault_set(&w->fault, ERR_NOMEM, "", "no memory");
    e = work_add_take(w, DEED_FREED, w->day, d->minor, json_pack("{s:I}", "of", (json_int_t)d->n));
    return e == OK ? work_post(w, SUSPENSE, SETTLEMENT, d->minor, currency, w->day, "suspense") : e;
}

/* All that was written with it goes with it: new rows after a prepayment, the exit that it paid for. */
static enum err reverse_with(struct work *w, const struct deed *first, const char *why) {
    enum err e = OK;
    size_t n = w->n_before;
    for (size_t k = 0; k < n && e == OK; k++) {
        const struct deed *d = &w->deeds[k];
        bool with = !strcmp(d->reference, first->reference) && d->kind != DEED_DAY_END && d->kind != DEED_HELD;
        if (with) e = work_add_take(w, DEED_REVERSED, w->day, d->minor, json_pack("{s:I, s:s}", "of", (json_int_t)d->n, "why", why));
    }
    return e;
}

static bool is_money(const struct deed *d) {
    return d->kind == DEED_PAID || d->kind == DEED_RECOVERED || d->kind == DEED_REFUNDED || d->kind == DEED_HELD;
}

/* Of the entries with this reference the one that moved money. */
static const struct deed *money_with(const struct work *w, const char *reference) {
    for (size_t k = 0; k < w->n; k++)
        if (!strcmp(w->deeds[k].reference, reference) && is_money(&w->deeds[k])) return &w->deeds[k];
    return NULL;
}

enum err op_reverse_payment(struct work *w) {
    const struct deed *d = money_with(w, json_text(w->call->input, "payment", ""));
    enum err e = work_need_loan(w);
    if (e != OK) return e;
    if (!d) return work_refuse(w, "unknown_payment", "this loan has no payment with this reference");
    if (work_reversed(w, d->n)) return work_refuse(w, "already_reversed", "this payment has been taken back before");
    if (w->day < d->day) return work_refuse(w, "on", "a payment cannot come back before its own day");
    int64_t minor = d->minor;
    e = d->kind == DEED_HELD ? free_held(w, d) : reverse_with(w, d, json_text(w->call->input, "why", "returned"));
    int64_t rounding = w->before->rounding_minor;
    if (e == OK) e = work_close(w);
    if (e != OK) return e;
    bool review = w->after->rounding_minor != rounding; /* rows of a later change of terms had to follow */
    return work_answer_state(w, json_pack("{s:I, s:b}", "reversed", (json_int_t)minor, "review_terms", review));
}

/* --- going out -------------------------------------------------------------------------------------------- */

static enum err refund_held(struct work *w, const char *reference) {
    const struct deed *d = money_with(w, reference);
    if (!d || d->kind != DEED_HELD || work_reversed(w, d->n)) return work_refuse(w, "held", "nothing is held in suspense under this reference");
    if (d->minor != amount_of(w)) return work_refuse(w, "amount", "money in suspense is given back whole");
    return free_held(w, d);
}

enum err op_refund(struct work *w) {
    const char *held = json_text(w->call->input, "held", NULL);
    enum err e = work_need_loan(w);
    if (e != OK) return e;
    if (held) e = refund_held(w, held);
    else if (amount_of(w) > w->before->credit_minor) e = work_refuse(w, "more_than_credit", "the loan has less credit than this");
    else e = work_add_take(w, DEED_REFUNDED, w->day, amount_of(w), json_object());
    return e == OK ? work_answer_state(w, json_pack("{s:I}", "refunded", (json_int_t)amount_of(w))) : e;
}
