/* entries.c - double entry for hold, release, booking, void. */
#include "connectors/ledger/entries.h"

#include <string.h>

#define COMMITMENTS "lender:commitments"
#define SETTLEMENT "lender:settlement"
#define FEE_INCOME "lender:fee_income"

void entries_init(struct entries *e, const char *loan, const char *currency, int32_t day) {
    memset(e, 0, sizeof *e);
    e->currency = currency;
    e->day = day;
    snprintf(e->undrawn, sizeof e->undrawn, "loan:%s:undrawn", loan);
    snprintf(e->principal, sizeof e->principal, "loan:%s:principal", loan);
}

int64_t entries_balance(const struct book_view *book, const char *account) {
    int64_t sum = 0;
    for (size_t k = 0; book && k < book->n; k++) {
        const struct posting *p = &book->posted[k];
        if (!strcmp(p->debit, account)) sum += p->amount_minor;
        if (!strcmp(p->credit, account)) sum -= p->amount_minor;
    }
    return sum;
}

/* What `account` has been debited against `other`, net of reversals. */
static int64_t between(const struct book_view *book, const char *account, const char *other) {
    int64_t sum = 0;
    for (size_t k = 0; book && k < book->n; k++) {
        const struct posting *p = &book->posted[k];
        if (!strcmp(p->debit, account) && !strcmp(p->credit, other)) sum += p->amount_minor;
        if (!strcmp(p->credit, account) && !strcmp(p->debit, other)) sum -= p->amount_minor;
    }
    return sum;
}

static void post(struct entries *e, const char *debit, const char *credit, int64_t amount,
                 const char *kind) {
    if (amount == 0) return; /* a posting has an amount */
    INVARIANT(amount > 0 && e->n < ENTRIES_MAX);
    e->made[e->n++] = (struct posting){debit, credit, amount, e->currency, e->day, kind};
}

enum err entries_hold(struct entries *e, const struct book_view *book, int64_t amount_minor,
                      struct fault *f) {
    if (entries_balance(book, e->undrawn) != 0)
        return fault_set(f, ERR_REFUSED, "already_held", "this loan already has a hold");
    if (entries_balance(book, e->principal) != 0)
        return fault_set(f, ERR_REFUSED, "already_booked", "this loan is already booked");
    post(e, e->undrawn, COMMITMENTS, amount_minor, "hold");
    return OK;
}

void entries_release(struct entries *e, const struct book_view *book, int64_t *released) {
    *released = entries_balance(book, e->undrawn);
    if (*released > 0) post(e, COMMITMENTS, e->undrawn, *released, "release");
    else *released = 0;
}

enum err entries_book(struct entries *e, const struct book_view *book, const struct booking *b,
                      struct fault *f) {
    if (entries_balance(book, e->principal) != 0)
        return fault_set(f, ERR_REFUSED, "already_booked", "this loan is already booked");
    int64_t held = entries_balance(book, e->undrawn);
    if (held != b->amount_minor)
        return fault_set(f, ERR_REFUSED, held ? "other_amount" : "no_hold",
                         held ? "the hold is for another amount than the booking"
                              : "there is no hold for this loan");
    if (b->fee_minor < 0 || b->fee_minor >= b->amount_minor)
        return fault_set(f, ERR_REFUSED, "fee_too_big", "the fee must be below the amount");
    post(e, COMMITMENTS, e->undrawn, held, "release");
    post(e, e->principal, SETTLEMENT, b->amount_minor - b->fee_minor, "disbursal");
    post(e, e->principal, FEE_INCOME, b->fee_minor, "fee");
    return OK;
}

void entries_void(struct entries *e, const struct book_view *book, int64_t *voided) {
    static const char *const others[] = {SETTLEMENT, FEE_INCOME};
    *voided = 0;
    for (size_t k = 0; k < ARRAY_LEN(others); k++) {
        int64_t open = between(book, e->principal, others[k]);
        if (open <= 0) continue;
        post(e, others[k], e->principal, open, "void");
        *voided += open;
    }
}
