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

static const struct deed *charge_with(const struct work *w, const char *reference) {
    const struct deed *d = work_reference(w, reference);
    return d && (d->kind == DEED_FEE || d->kind == DEED_PENALTY) ? d : NULL;
}

static bool has_instalment(const struct work *w, const char *due) {
    int32_t day;
    if (day_parse(due, &day) != OK) return false;
    for (uint32_t k = 0; k < w->before->n_items; k++)
        if (!w->before->items[k].charge && w->before->items[k].due_day == day) return true;
    return false;
}

static bool aim_known(const struct work *w) {
    const char *charge = json_text(w->call->input, "to_charge", NULL), *due = json_text(w->call->input, "to_due", NULL);
    return (!charge || charge_with(w, charge)) && (!due || has_instalment(w, due));
}

static enum err add_aim(struct work *w, json_t *body) {
    const char *charge = json_text(w->call->input, "to_charge", NULL), *due = json_text(w->call->input, "to_due", NULL);
    const struct deed *d = charge ? charge_with(w, charge) : NULL;
    enum err e = d ? json_put_take(body, "to_charge", json_integer((json_int_t)d->n)) : OK;
    return e == OK && due ? json_put_take(body, "to_due", json_string(due)) : e;
}

enum err payment_add(struct work *w, enum deed_kind kind, const char *purpose, int64_t minor) {
    const char *channel = json_text(w->call->input, "channel", NULL);
    json_t *body = json_pack("{s:s}", "for", purpose);
    enum err e = body ? add_aim(w, body) : ERR_NOMEM;
    if (e == OK && channel) e = json_put_take(body, "channel", json_string(channel));
    if (e == OK) return work_add_take(w, kind, w->day, minor, body);
    json_decref(body);
    return e == ERR_NOMEM ? fault_set(&w->fault, e, "", "no memory") : e;
}

/* What the payment of this call paid, by component. */
static void allocated(const struct work *w, int64_t to[COMPONENTS]) {
    const struct loan_state *s = w->after;
    for (size_t i = w->n_before; i < w->n; i++)
        for (size_t k = 0; k < s->n_allocations; k++)
            if (s->allocations[k].n == w->deeds[i].n && s->allocations[k].minor > 0) to[s->allocations[k].component] += s->allocations[k].minor;
}

static enum err answer_payment(struct work *w, int64_t minor) {
    int64_t to[COMPONENTS] = {0}, sum = 0;
    enum err e = work_close(w);
    if (e != OK) return e;
    allocated(w, to);
    for (int c = 0; c < COMPONENTS; c++) sum += to[c];
    const char *outcome = sum < minor ? "over" : loan_overdue(w->after) > 0 ? "part" : "allocated";
    return work_answer_state(w, payment_answer(outcome, "none", to, 0));
}

static const char *misfit(struct work *w) {
    enum loan_stage s = w->before->stage;
    if (s == STAGE_NONE || s == STAGE_VOID) return "unknown_loan";
    if (strcmp(given_currency(w), work_currency(w)) != 0) return "wrong_currency";
    if (s != STAGE_ACTIVE && s != STAGE_WRITTEN_OFF) return "closed_loan";
    if (w->day < w->before->opened_day) return "before_opening";
    return aim_known(w) ? NULL : "unknown_aim";
}

/* Into a loan that takes it. A prepayment brings new rows; where none can be, *why says so and nothing was added. */
static enum err take(struct work *w, int64_t minor, const char **why) {
    bool ahead = !strcmp(json_text(w->call->input, "as", "normal"), "prepayment");
    if (w->before->stage == STAGE_WRITTEN_OFF) return payment_add(w, DEED_RECOVERED, "recovery", minor);
    if (!ahead) return payment_add(w, DEED_PAID, "normal", minor);
    enum err e = terms_prepay(w, minor);
    if (e != ERR_REFUSED || w->n > w->n_before) return e;
    if (!strcmp(w->fault.where, "nothing_ahead")) return payment_add(w, DEED_PAID, "normal", minor);
    *why = strcmp(w->fault.where, "pays_all") ? "no_terms" : "pays_all";
    return OK;
}

enum err op_receive_payment(struct work *w) {
    const char *why = misfit(w);
    enum err e = why ? OK : take(w, amount_of(w), &why);
    if (e != OK) return e;
    return why ? suspend(w, why) : answer_payment(w, amount_of(w));
}

enum err op_recover(struct work *w) {
    if (!misfit(w) && w->before->stage != STAGE_WRITTEN_OFF)
        return work_refuse(w, "not_written_off", "only what was written off is recovered: this is a payment");
    return op_receive_payment(w);
}

/* --- taken back ------------------------------------------------------------------------------------------ */

static enum err free_held(struct work *w, const struct deed *d, const char **its_currency) {
    const struct loan_entry *entry = &w->file->entries[d->n - 1];
    json_t *body = NULL;
    enum err e = json_parse(entry->body, entry->body_len, &JSON_LIMITS_OWN, &body, &w->fault);
    const char *currency = e == OK ? arena_strdup(w->arena, json_text(body, "currency", "")) : NULL;
    json_decref(body);
    if (e != OK || !currency) return fault_set(&w->fault, ERR_NOMEM, "", "no memory");
    *its_currency = currency;
    e = work_add_take(w, DEED_FREED, w->day, d->minor, json_pack("{s:I}", "of", (json_int_t)d->n));
    return e == OK ? work_post(w, SUSPENSE, SETTLEMENT, d->minor, currency, w->day, "suspense") : e;
}

/* All that was written with it goes with it: new rows after a prepayment, the exit that it paid for. */
static enum err reverse_with(struct work *w, const struct deed *first, const char *why) {
    enum err e = OK;
    size_t n = w->n_before;
    for (size_t k = 0; k < n && e == OK; k++) {
        const struct deed *d = &w->deeds[k];
        bool with = !strcmp(d->reference, first->reference) && d->kind != DEED_DAY_END && d->kind != DEED_HELD && d->kind != DEED_FREED;
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
    const char *currency;
    e = d->kind == DEED_HELD ? free_held(w, d, &currency) : reverse_with(w, d, json_text(w->call->input, "why", "returned"));
    int64_t rounding = w->before->rounding_minor;
    if (e == OK) e = work_close(w);
    if (e != OK) return e;
    bool review = w->after->rounding_minor != rounding; /* rows of a later change of terms had to follow */
    return work_answer_state(w, json_pack("{s:I, s:b}", "reversed", (json_int_t)minor, "review_terms", review));
}

/* --- placed after all --------------------------------------------------------------------------------------- */

static const struct deed *held_with(const struct work *w, const char *reference) {
    const struct deed *d = money_with(w, reference);
    return d && d->kind == DEED_HELD && !work_reversed(w, d->n) ? d : NULL;
}

static enum err check_place(struct work *w, const struct deed *d) {
    enum loan_stage s = w->before->stage;
    if (!d) return work_refuse(w, "held", "nothing is held in suspense under this reference");
    if (s != STAGE_ACTIVE && s != STAGE_WRITTEN_OFF) return work_refuse(w, "closed_loan", "the loan takes no payments any more");
    return OK;
}

/* Out of suspense on its own day: it came then, and the borrower was not late for our not knowing where it belonged. */
enum err op_place_held(struct work *w) {
    const struct deed *d = held_with(w, json_text(w->call->input, "held", ""));
    const char *currency = "", *why = NULL;
    enum err e = work_need_loan(w);
    if (e == OK) e = check_place(w, d);
    if (e != OK) return e;
    int64_t minor = d->minor;
    w->day = d->day > w->before->opened_day ? d->day : w->before->opened_day;
    if (!aim_known(w)) return work_refuse(w, "unknown_aim", "the loan has no such charge or instalment");
    e = free_held(w, d, &currency);
    if (e == OK && strcmp(currency, work_currency(w)) != 0) e = work_refuse(w, "wrong_currency", "money of another currency can only be given back");
    if (e == OK) e = take(w, minor, &why);
    if (e == OK && why) e = work_refuse(w, why, "it cannot be placed as a prepayment");
    return e == OK ? answer_payment(w, minor) : e;
}

/* --- going out -------------------------------------------------------------------------------------------- */

static enum err refund_held(struct work *w, const char *reference) {
    const struct deed *d = held_with(w, reference);
    const char *currency;
    if (!d) return work_refuse(w, "held", "nothing is held in suspense under this reference");
    if (d->minor != amount_of(w)) return work_refuse(w, "amount", "money in suspense is given back whole");
    return free_held(w, d, &currency);
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
