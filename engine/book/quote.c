/* quote.c - see quote.h. */
#include "book/quote.h"

#include <string.h>

#include "base/fixed.h"

static const struct due_item *running(const struct loan_state *s) {
    for (uint32_t k = 0; k < s->n_items; k++) {
        const struct due_item *i = &s->items[s->order[k]];
        if (!i->charge && !i->replaced && i->due_day > s->as_of_day) return i;
    }
    return NULL;
}

int64_t quote_accrued(const struct loan_state *s) {
    const struct due_item *i = running(s);
    int64_t out = 0;
    if (!i || i->from_day >= s->as_of_day) return 0;
    struct year_part passed = day_count_part(s->opening->day_count, i->from_day, s->as_of_day);
    struct year_part whole = day_count_part(s->opening->day_count, i->from_day, i->due_day);
    if (passed.num > whole.num) passed.num = whole.num;
    return whole.num && fixed_muldiv(i->amount[INTEREST], passed.num, whole.num, &out) ? out : 0;
}

static void add_item(const struct loan_state *s, const struct due_item *i, struct exit_quote *q) {
    bool later = !i->charge && i->due_day > s->as_of_day;
    for (int c = 0; c < COMPONENTS && !later; c++) q->due_minor[c] += item_left(i, (enum component)c);
    if (!later) return;
    q->later_principal_minor += item_left(i, PRINCIPAL);
    q->credit_minor += i->paid[INTEREST];
    q->saved_minor += i->amount[INTEREST];
}

enum err quote_exit(const struct loan_state *s, int64_t fee, struct exit_quote *out, struct fault *f) {
    *out = (struct exit_quote){.credit_minor = s->credit_minor};
    if (s->stage != STAGE_ACTIVE) return fault_set(f, ERR_REFUSED, "stage", "the loan is not active: nothing can be paid back early");
    for (uint32_t k = 0; k < s->n_items; k++) add_item(s, &s->items[k], out);
    out->accrued_minor = quote_accrued(s);
    out->saved_minor -= out->accrued_minor;
    if (!fixed_muldiv(out->later_principal_minor, fee, FIXED_ONE, &out->fee_minor))
        return fault_set(f, ERR_INVALID, "fee", "the fee does not fit");
    int64_t sum = out->later_principal_minor + out->accrued_minor + out->fee_minor - out->credit_minor;
    for (int c = 0; c < COMPONENTS; c++) sum += out->due_minor[c];
    out->total_minor = sum > 0 ? sum : 0;
    return OK;
}

static int64_t next_payment(const struct loan_state *s, size_t *rows) {
    int64_t first = 0;
    *rows = 0;
    for (uint32_t k = 0; k < s->n_items; k++) {
        const struct due_item *i = &s->items[s->order[k]];
        int64_t whole = i->amount[PRINCIPAL] + i->amount[INTEREST];
        if (i->charge || i->due_day <= s->as_of_day || !item_left_all(i)) continue;
        if (!(*rows)++) first = whole;
    }
    return first;
}

static int64_t later_interest(const struct loan_state *s) {
    int64_t sum = 0;
    for (uint32_t k = 0; k < s->n_items; k++)
        if (!s->items[k].charge && s->items[k].due_day > s->as_of_day) sum += s->items[k].amount[INTEREST];
    return sum;
}

/* The same entries and one payment more. */
static enum err fold_with(const struct deed *deeds, size_t n, const struct deed *more, int64_t known_ms, struct arena *a,
                          const struct loan_state **out, struct fault *f) {
    struct deed *all = arena_alloc(a, (n + 1) * sizeof *all);
    if (!all) return fault_set(f, ERR_NOMEM, "", "no memory");
    if (n) memcpy(all, deeds, n * sizeof *all);
    all[n] = *more;
    all[n].n = n ? deeds[n - 1].n + 1 : 1;
    all[n].known_ms = known_ms;
    return loan_fold(all, n + 1, more->day, known_ms, a, out, f);
}

static void split(const struct loan_state *s, uint32_t n, struct prepay_quote *q) {
    for (size_t k = 0; k < s->n_allocations; k++) {
        const struct allocation *x = &s->allocations[k];
        if (x->n != n) continue;
        if (x->timing == IN_ADVANCE) q->principal_minor += x->minor;
        else q->due_minor += x->minor;
    }
}

enum err quote_prepayment(const struct deed *deeds, size_t n, int32_t day, int64_t known_ms, int64_t minor, bool shorter,
                          struct arena *a, struct prepay_quote *out, struct fault *f) {
    const struct loan_state *before, *after;
    const struct deed payment = {.kind = DEED_PAID, .day = day, .minor = minor, .payment = PAYMENT_PREPAYMENT, .reference = "", .word = "", .rate = -1};
    size_t rows;
    *out = (struct prepay_quote){.due_minor = 0};
    enum err e = loan_fold(deeds, n, day, known_ms, a, &before, f);
    if (e == OK && before->stage != STAGE_ACTIVE) e = fault_set(f, ERR_REFUSED, "stage", "the loan is not active: nothing can be paid ahead");
    if (e == OK) e = fold_with(deeds, n, &payment, known_ms, a, &after, f);
    if (e != OK) return e;
    split(after, n ? deeds[n - 1].n + 1 : 1, out);
    if (!out->principal_minor) return fault_set(f, ERR_REFUSED, "nothing_ahead", "the payment pays only what is due, nothing ahead");
    if (!loan_principal(after)) return fault_set(f, ERR_REFUSED, "pays_all", "the payment is enough for all of it: foreclose the loan instead");
    out->payment_before_minor = next_payment(before, &out->rows_before);
    const struct change_request q = {.kind = shorter ? CHANGE_SHORTER_TERM : CHANGE_RE_AMORTISE, .payment_minor = out->payment_before_minor};
    e = change_make(after, &q, &out->change, f);
    if (e != OK) return e;
    out->payment_after_minor = out->change.rows[0].principal_minor + out->change.rows[0].interest_minor;
    (void)next_payment(after, &rows);
    out->saved_minor = later_interest(before) - out->change.later_interest_minor;
    return OK;
}

enum err quote_settlement(const struct loan_state *s, int64_t discount, struct settlement_quote *out, struct fault *f) {
    *out = (struct settlement_quote){.owed_minor = loan_outstanding(s)};
    if ((s->stage != STAGE_ACTIVE && s->stage != STAGE_WRITTEN_OFF) || out->owed_minor <= 0)
        return fault_set(f, ERR_REFUSED, "stage", "nothing is owed that could be settled");
    if (discount < 0 || discount >= FIXED_ONE) return fault_set(f, ERR_INVALID, "discount", "the discount must be from 0 to below 1");
    __int128 left = (__int128)out->owed_minor * (FIXED_ONE - discount);
    out->amount_minor = (int64_t)((left + FIXED_ONE - 1) / FIXED_ONE);
    out->given_up_minor = out->owed_minor - out->amount_minor;
    return OK;
}
