/* terms.c - see terms.h. */
#include "connectors/ledger/terms.h"

#include <string.h>

#include "base/fixed.h"
#include "book/quote.h"
#include "connectors/ledger/payment.h"

static const char *text(const struct work *w, const char *key) { return json_text(w->call->input, key, ""); }

/* Who stands for it, in the body of an entry. */
static bool put_approval(const struct work *w, json_t *body) {
    return body && json_put_take(body, "authority", json_string(text(w, "authority"))) == OK &&
           json_put_take(body, "approved_by", json_string(text(w, "approved_by"))) == OK &&
           json_put_take(body, "seconded_by", json_string(text(w, "seconded_by"))) == OK &&
           json_put_take(body, "reason", json_string(text(w, "reason"))) == OK;
}

static enum err add_approved(struct work *w, enum deed_kind kind, int64_t minor, json_t *body) {
    if (put_approval(w, body)) return work_add_take(w, kind, w->day, minor, body);
    json_decref(body);
    return fault_set(&w->fault, ERR_NOMEM, "", "no memory");
}

/* These count for the loan as it is: a past that has moved on would make rows of nothing. */
static enum err need_today(struct work *w) {
    enum err e = work_need_loan(w);
    if (e != OK) return e;
    return w->day == w->today ? OK : work_refuse(w, "on", "this counts from today on");
}

/* --- new rows ------------------------------------------------------------------------------------------- */

static json_t *rows_body(const struct change *c, const char *word) {
    return json_pack("{s:s, s:s, s:I, s:I, s:I, s:o}", "change", word, "replaces", c->all ? "all" : "future", "capitalised",
                     (json_int_t)c->capitalised_minor, "rate", (json_int_t)c->rate, "given_up", (json_int_t)c->given_up_minor, "rows",
                     deed_rows_new(c->rows, c->n));
}

static enum err read_days(struct work *w, struct change_request *q) {
    const json_t *list = json_object_get(w->call->input, "seasons");
    size_t n = json_array_size(list);
    if (!n) return OK;
    struct season_due *days = arena_alloc(w->arena, n * sizeof *days);
    if (!days) return fault_set(&w->fault, ERR_NOMEM, "", "no memory");
    for (size_t k = 0; k < n; k++) {
        const json_t *v = json_array_get(list, k);
        days[k].weight = json_int(v, "weight", 1);
        if (day_parse(json_text(v, "due", ""), &days[k].day) != OK) return work_refuse(w, "seasons", "a season needs a due date");
    }
    q->seasons = days, q->n_seasons = n;
    return OK;
}

static enum err read_request(struct work *w, struct change_request *q) {
    const json_t *in = w->call->input, *rate = json_object_get(in, "rate");
    *q = (struct change_request){.months = (int)json_int(in, "months", 0), .interest_free = json_bool(in, "interest_free", false),
                                 .capitalise = json_bool(in, "capitalise", false), .payment_minor = json_int(in, "payment", 0)};
    if (!change_read(text(w, "change"), &q->kind)) return work_refuse(w, "change", "there is no such change of terms");
    if (rate && fixed_from_double(json_number_value(rate), &q->rate) != OK) return work_refuse(w, "rate", "the rate does not fit");
    return read_days(w, q);
}

/* Help has its limits in number, so that a loan is not carried along for ever. */
static enum err check_forbearance(struct work *w) {
    const struct settings *s = &w->ledger->settings;
    int32_t since = day_months_later(w->today, -s->forbearance_months);
    int n = 0;
    for (size_t k = 0; k < w->before->n_forbearances; k++) n += w->before->forbearances[k].day > since;
    return n < s->forbearances_most ? OK : work_refuse(w, "too_many_changes", "the terms were eased as often as the house allows");
}

static bool forbears(const struct work *w) { return json_bool(w->call->input, "forbearance", true); }

static json_t *terms_body(struct work *w, const struct change *c, const struct change_request *q, int32_t *until) {
    char day[16];
    json_t *body = rows_body(c, change_word(q->kind));
    *until = day_months_later(w->today, w->ledger->settings.probation_months);
    if (!body || !forbears(w)) return body;
    bool good = json_put_take(body, "forbearance", json_true()) == OK && json_put_take(body, "probation_until", json_string(day_text(*until, day))) == OK;
    if (good) return body;
    json_decref(body);
    return NULL;
}

static enum err answer_change(struct work *w, const struct change *c, int32_t until) {
    char first[16], day[16];
    return work_answer_state(w, json_pack("{s:I, s:I, s:i, s:s, s:s}", "given_up", (json_int_t)c->given_up_minor, "instalment",
                                          (json_int_t)(c->rows[0].principal_minor + c->rows[0].interest_minor), "payments", (int)c->n, "first_due",
                                          day_text(c->rows[0].day, first), "probation_until", day_text(until, day)));
}

enum err op_change_terms(struct work *w) {
    struct change_request q;
    struct change *c = arena_alloc(w->arena, sizeof *c);
    int32_t until = 0;
    enum err e = c ? need_today(w) : ERR_NOMEM;
    if (e == OK) e = read_request(w, &q);
    if (e == OK && forbears(w)) e = check_forbearance(w);
    if (e == OK) e = change_make(w->before, &q, c, &w->fault);
    if (e == OK) e = authority_check(&w->ledger->settings.authority, GIVING_CHANGE_TERMS, w->call->input, c->given_up_minor, 0, &w->fault);
    if (e == OK) e = add_approved(w, DEED_TERMS, 0, terms_body(w, c, &q, &until));
    return e == OK ? answer_change(w, c, until) : e;
}

enum err terms_prepay(struct work *w, int64_t minor) {
    struct prepay_quote *q = arena_alloc(w->arena, sizeof *q);
    bool shorter = strcmp(json_text(w->call->input, "keep", "instalment"), "term") != 0;
    if (!q) return fault_set(&w->fault, ERR_NOMEM, "", "no memory");
    enum err e = quote_prepayment(w->deeds, w->n, w->day, INT64_MAX, minor, shorter, w->arena, q, &w->fault);
    if (e == OK) e = payment_add(w, DEED_PAID, "prepayment", minor);
    return e == OK ? work_add_take(w, DEED_TERMS, w->day, 0, rows_body(&q->change, shorter ? "shorter_term" : "re_amortise")) : e;
}

/* --- settlement and write-off ------------------------------------------------------------------------------ */

/* `plan` of the input; without one, all of it by one day. */
static enum err read_plan(struct work *w, int64_t *sum, json_t **rows) {
    const json_t *plan = json_object_get(w->call->input, "plan"), *v;
    size_t k;
    *sum = 0;
    *rows = json_array();
    json_array_foreach((json_t *)plan, k, v) {
        *sum += json_int(v, "amount", 0);
        if (json_array_append_new(*rows, json_pack("[s, I]", json_text(v, "due", ""), (json_int_t)json_int(v, "amount", 0))) < 0)
            return fault_set(&w->fault, ERR_NOMEM, "", "no memory");
    }
    return OK;
}

enum err op_settle(struct work *w) {
    const json_t *in = w->call->input;
    int64_t owed = loan_outstanding(w->before), amount = 0;
    json_t *rows = NULL;
    enum err e = need_today(w);
    bool open = w->before->stage == STAGE_ACTIVE || w->before->stage == STAGE_WRITTEN_OFF;
    if (e == OK && !open) e = work_refuse(w, "not_active", "nothing is owed that could be settled");
    if (e == OK) e = read_plan(w, &amount, &rows);
    if (e == OK && (amount <= 0 || amount >= owed)) e = work_refuse(w, "plan", "a settlement asks for more than nothing and less than what is owed");
    if (e == OK) e = authority_check(&w->ledger->settings.authority, GIVING_SETTLE, in, owed - amount, owed, &w->fault);
    if (e != OK) {
        json_decref(rows);
        return e;
    }
    e = add_approved(w, DEED_SETTLEMENT, amount, json_pack("{s:o, s:I}", "rows", rows, "grace_days", (json_int_t)json_int(in, "grace_days", 0)));
    if (e != OK) return e;
    return work_answer_state(w, json_pack("{s:I, s:I, s:I}", "owed", (json_int_t)owed, "to_pay", (json_int_t)amount, "given_up", (json_int_t)(owed - amount)));
}

enum err op_write_off(struct work *w) {
    int64_t minor = 0;
    enum err e = need_today(w);
    if (e == OK && w->before->stage != STAGE_ACTIVE) e = work_refuse(w, "not_active", "only an active loan is written off");
    for (int a = 0; e == OK && a <= ACCOUNT_PRINCIPAL; a++) minor += loan_in_books(w->before, (enum account)a);
    if (e == OK) e = authority_check(&w->ledger->settings.authority, GIVING_WRITE_OFF, w->call->input, minor, 0, &w->fault);
    if (e == OK) e = add_approved(w, DEED_WRITTEN_OFF, minor, json_object());
    return e == OK ? work_answer_state(w, json_pack("{s:I}", "written_off", (json_int_t)minor)) : e;
}

/* --- paying it all back ------------------------------------------------------------------------------------- */

static enum err check_enough(struct work *w, const struct exit_quote *q) {
    if (json_int(w->call->input, "amount", 0) >= q->total_minor) return OK;
    return fault_set(&w->fault, ERR_REFUSED, "short", "it takes %lld minor units to pay the loan back today", (long long)q->total_minor);
}

/* What is not due yet becomes due today: its principal, and interest of the days that have passed. */
static enum err add_exit(struct work *w, enum deed_kind kind, const struct exit_quote *q) {
    const struct due_row row = {w->day, q->later_principal_minor, q->accrued_minor};
    if (!row.principal_minor && !row.interest_minor) return OK; /* all of it has fallen due */
    return work_add_take(w, kind, w->day, 0, json_pack("{s:o}", "rows", deed_rows_new(&row, 1)));
}

static enum err leave(struct work *w, enum deed_kind kind, int64_t fee) {
    const struct loan_state *then; /* on the day on which the money came */
    struct exit_quote q;
    int64_t paid = json_int(w->call->input, "amount", 0);
    if (w->before->stage != STAGE_ACTIVE) return work_refuse(w, "not_active", "only an active loan can be paid back early");
    enum err e = work_fold(w, w->day, &then);
    if (e == OK) e = quote_exit(then, fee, &q, &w->fault);
    if (e == OK) e = check_enough(w, &q);
    if (e == OK) e = add_exit(w, kind, &q);
    if (e == OK && q.fee_minor) e = work_add_take(w, DEED_FEE, w->day, q.fee_minor, json_pack("{s:s}", "code", "foreclosure"));
    if (e == OK && paid) e = payment_add(w, DEED_PAID, "normal", paid);
    if (e != OK) return e;
    return work_answer_state(w, json_pack("{s:I, s:I, s:I}", "asked", (json_int_t)q.total_minor, "interest", (json_int_t)q.accrued_minor, "fee", (json_int_t)q.fee_minor));
}

enum err op_exit_cooling_off(struct work *w) {
    enum err e = work_need_loan(w);
    if (e == OK && w->before->opening->cooling_off_until < w->day) e = work_refuse(w, "too_late", "the cooling-off period is over: the loan can be foreclosed");
    return e == OK ? leave(w, DEED_COOLED_OFF, 0) : e;
}

enum err op_foreclose(struct work *w) {
    enum err e = work_need_loan(w);
    return e == OK ? leave(w, DEED_FORECLOSED, w->before->opening->foreclosure_fee) : e;
}
