/* enquiry.c - see enquiry.h. */
#include "connectors/ledger/enquiry.h"

#include <string.h>

#include "base/fixed.h"
#include "book/quote.h"

struct told { /* the same fields whatever was asked for; 0 where one makes no sense */
    int64_t total, due, principal, interest, fee, credit, given_up, saved, instalment;
    size_t payments;
};

static enum err tell(struct work *w, const struct told *t) {
    char day[16];
    return work_answer(w, json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:i}", "loan", work_loan(w), "of",
        json_text(w->call->input, "of", ""), "valid_on", day_text(w->today, day), "total", (json_int_t)t->total, "due", (json_int_t)t->due,
        "principal", (json_int_t)t->principal, "interest", (json_int_t)t->interest, "fee", (json_int_t)t->fee, "credit", (json_int_t)t->credit,
        "given_up", (json_int_t)t->given_up, "saved", (json_int_t)t->saved, "instalment", (json_int_t)t->instalment, "payments", (int)t->payments));
}

static enum err of_exit(struct work *w, bool cooling_off) {
    const struct loan_opening *o = w->before->opening;
    struct exit_quote q;
    if (cooling_off && o->cooling_off_until < w->today) return work_refuse(w, "too_late", "the cooling-off period is over");
    enum err e = quote_exit(w->before, cooling_off ? 0 : o->foreclosure_fee, &q, &w->fault);
    if (e != OK) return e;
    struct told t = {.total = q.total_minor, .principal = q.later_principal_minor, .interest = q.accrued_minor, .fee = q.fee_minor,
                     .credit = q.credit_minor > 0 ? q.credit_minor : 0, .saved = q.saved_minor > 0 ? q.saved_minor : 0};
    for (int c = 0; c < COMPONENTS; c++) t.due += q.due_minor[c];
    return tell(w, &t);
}

static enum err of_prepayment(struct work *w) {
    struct prepay_quote *q = arena_alloc(w->arena, sizeof *q);
    int64_t minor = json_int(w->call->input, "amount", 0);
    bool shorter = strcmp(json_text(w->call->input, "keep", "instalment"), "term") != 0;
    if (!q) return fault_set(&w->fault, ERR_NOMEM, "", "no memory");
    enum err e = quote_prepayment(w->deeds, w->n, w->today, INT64_MAX, minor, shorter, w->arena, q, &w->fault);
    if (e != OK) return e;
    return tell(w, &(struct told){.total = minor, .due = q->due_minor, .principal = q->principal_minor, .saved = q->saved_minor > 0 ? q->saved_minor : 0,
                                  .instalment = q->payment_after_minor, .payments = q->change.n});
}

static enum err of_settlement(struct work *w) {
    struct settlement_quote q;
    int64_t discount = 0;
    if (fixed_from_double(json_number_value(json_object_get(w->call->input, "discount")), &discount) != OK)
        return work_refuse(w, "discount", "the discount must be a share");
    enum err e = quote_settlement(w->before, discount, &q, &w->fault);
    return e == OK ? tell(w, &(struct told){.total = q.amount_minor, .given_up = q.given_up_minor}) : e;
}

enum err op_quote(struct work *w) {
    const char *of = json_text(w->call->input, "of", "");
    enum err e = work_need_loan(w);
    if (e != OK) return e;
    if (!strcmp(of, "prepayment")) return of_prepayment(w);
    if (!strcmp(of, "settlement")) return of_settlement(w);
    return of_exit(w, !strcmp(of, "cooling_off"));
}
