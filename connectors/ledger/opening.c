/* opening.c - see opening.h. */
#include "connectors/ledger/opening.h"

#include <string.h>

#include "base/fixed.h"
#include "book/season.h"
#include "connectors/ledger/hold.h"

/* --- terms -------------------------------------------------------------------------------------------- */

static enum err read_share(struct work *w, const char *key, int64_t *out) {
    const json_t *v = json_object_get(w->call->input, key);
    if (!v) return OK;
    return fixed_from_double(json_number_value(v), out) == OK ? OK : work_refuse(w, key, "this share does not fit");
}

static enum err read_seasons(struct work *w, struct loan_terms *t) {
    const json_t *in = w->call->input;
    size_t n = (size_t)json_int(in, "payments", 1);
    struct season_due *days = arena_alloc(w->arena, n * sizeof *days);
    if (!days) return fault_set(&w->fault, ERR_NOMEM, "", "no memory");
    t->seasons = days;
    t->n_seasons = n;
    t->months = 0;
    return season_days(w->ledger->settings.seasons, json_text(in, "district", "*"), json_text(in, "crop", "*"), t->start_day, 30, days, n, &w->fault);
}

static enum err read_words(struct work *w, struct loan_terms *t) {
    const json_t *in = w->call->input;
    const char *first = json_text(in, "first_due", NULL), *convention = json_text(in, "day_count", NULL);
    if (!product_read(json_text(in, "product", "emi"), &t->product)) return work_refuse(w, "product", "there is no such product");
    const struct product_settings *p = &w->ledger->settings.products[t->product];
    t->day_count = p->day_count;
    t->round_to_minor = p->round_to_minor;
    if (convention && !day_count_read(convention, &t->day_count)) return work_refuse(w, "day_count", "there is no such day count");
    if (first && day_parse(first, &t->first_due_day) != OK) return work_refuse(w, "first_due", "first_due is no date");
    return OK;
}

enum err opening_terms(struct work *w, struct loan_terms *t) {
    const json_t *in = w->call->input;
    *t = (struct loan_terms){.principal_minor = json_int(in, "amount", 0), .fee_minor = json_int(in, "fee", 0), .start_day = w->day,
                             .months = (int)json_int(in, "months", w->ledger->settings.offer.months),
                             .interest_monthly = json_bool(in, "interest_monthly", false), .step_months = (int)json_int(in, "step_months", 12)};
    enum err e = read_words(w, t);
    if (e == OK) e = read_share(w, "rate", &t->rate);
    if (e == OK) e = read_share(w, "step", &t->step);
    return e == OK && t->product == PRODUCT_SEASONAL ? read_seasons(w, t) : e;
}

/* --- booking ------------------------------------------------------------------------------------------- */

static json_t *opened_body(const struct work *w, const struct loan_terms *t, const struct schedule_row *rows) {
    const struct product_settings *p = &w->ledger->settings.products[t->product];
    struct due_row due[LOAN_ROWS_MAX];
    size_t n = 0;
    char until[16];
    for (int k = 0; k < loan_rows(t); k++)
        if (rows[k].payment_minor) due[n++] = (struct due_row){rows[k].due_day, rows[k].principal_minor, rows[k].interest_minor};
    json_t *body = json_pack("{s:s, s:s, s:I, s:I, s:s, s:I, s:s, s:o}", "product", product_word(t->product), "currency", w->ledger->currency,
                             "fee", (json_int_t)t->fee_minor, "rate", (json_int_t)t->rate, "day_count", day_count_word(t->day_count),
                             "foreclosure_fee", (json_int_t)p->foreclosure_fee, "cooling_off_until",
                             day_text(w->day + p->cooling_off_days, until), "rows", deed_rows_new(due, n));
    const char *facts = json_text(w->call->input, "key_facts", NULL);
    bool good = body && (!p->rules || json_put_take(body, "rules", json_deep_copy(p->rules)) == OK) &&
                (!facts || json_put_take(body, "key_facts", json_string(facts)) == OK);
    if (good) return body;
    json_decref(body);
    return NULL;
}

static enum err check_hold(struct work *w, const struct loan_terms *t) {
    int64_t held = hold_balance(w), released;
    if (w->repeat) return OK; /* it was there then */
    if (held == 0) return work_refuse(w, "no_hold", "there is no hold for this loan");
    if (held != t->principal_minor) return work_refuse(w, "other_amount", "the hold is for another amount than the booking");
    return hold_release(w, &released);
}

static enum err check_new(struct work *w, const struct loan_terms *t) {
    if (w->before->stage == STAGE_VOID) return work_refuse(w, "voided", "this loan was voided: a new payout is a new loan");
    if (w->before->stage != STAGE_NONE) return work_refuse(w, "already_booked", "this loan is already booked");
    if (t->fee_minor >= t->principal_minor) return work_refuse(w, "fee_too_big", "the fee must be below the amount");
    return OK;
}

enum err op_book_loan(struct work *w) {
    struct loan_terms t;
    struct schedule_row *rows = arena_alloc(w->arena, LOAN_ROWS_MAX * sizeof *rows);
    char day[16], first[16];
    if (!rows) return fault_set(&w->fault, ERR_NOMEM, "", "no memory");
    enum err e = opening_terms(w, &t);
    if (e == OK) e = check_new(w, &t);
    if (e == OK) e = check_hold(w, &t);
    if (e == OK) e = loan_schedule(&t, rows, &w->fault);
    if (e == OK) e = work_add_take(w, DEED_OPENED, w->day, t.principal_minor, opened_body(w, &t, rows));
    if (e == OK) e = work_close(w);
    if (e != OK) return e;
    return work_answer(w, json_pack("{s:s, s:I, s:I, s:s, s:I, s:s, s:i}", "loan", work_loan(w), "principal", (json_int_t)t.principal_minor,
                                    "fee", (json_int_t)t.fee_minor, "booked_on", day_text(w->day, day), "instalment",
                                    (json_int_t)rows[0].payment_minor, "first_due", day_text(rows[0].due_day, first), "payments", loan_rows(&t)));
}

/* --- undoing ------------------------------------------------------------------------------------------- */

/* Money that came in or was held has to go somewhere first. */
static bool has_cash(const struct work *w) {
    for (size_t k = 0; k < w->n; k++) {
        enum deed_kind kind = w->deeds[k].kind;
        bool cash = kind == DEED_PAID || kind == DEED_RECOVERED || kind == DEED_REFUNDED || kind == DEED_HELD;
        if (cash && !work_reversed(w, w->deeds[k].n)) return true;
    }
    return false;
}

enum err op_void(struct work *w) {
    enum loan_stage s = w->before->stage;
    int64_t voided = s == STAGE_NONE || s == STAGE_VOID ? 0 : w->before->opened->minor;
    enum err e = OK;
    if (voided && has_cash(w)) return work_refuse(w, "paid", "payments were received: return them first, or let the borrower leave by cooling off");
    w->posting_kind = "void";
    if (voided) e = work_add_take(w, DEED_VOIDED, w->today, voided, json_object());
    if (e == OK) e = work_close(w);
    return e == OK ? work_answer(w, json_pack("{s:I}", "voided", (json_int_t)voided)) : e;
}
