/* entries.h - the postings of a loan's life, as pure functions of what this run has posted so far.
 *
 *   hold       debit loan:L:undrawn       credit lender:commitments   amount
 *   release    the same, turned round
 *   booking    release of the hold, and
 *              debit loan:L:principal     credit lender:settlement    amount - fee (the payout)
 *              debit loan:L:principal     credit lender:fee_income    fee
 *   void       the booking of the principal, turned round (a reversing entry, never a deletion)
 *
 * A posting has one debit, one credit and a positive amount: balanced by construction. */
#ifndef LEDGER_ENTRIES_H
#define LEDGER_ENTRIES_H

#include "connectors/connector.h"

#define ENTRIES_MAX 8
#define ENTRIES_ACCOUNT 96

struct entries { /* postings made now; `made` points into `names` and to literals */
    struct posting made[ENTRIES_MAX];
    size_t n;
    char undrawn[ENTRIES_ACCOUNT], principal[ENTRIES_ACCOUNT];
    const char *currency;
    int32_t day;
};
struct booking {
    int64_t amount_minor, fee_minor;
};

/* `loan` holds no ':' (the input schema sees to it). */
void entries_init(struct entries *e, const char *loan, const char *currency, int32_t day);
/* Debits less credits of one account. */
int64_t entries_balance(const struct book_view *book, const char *account);

/* Each fills e->made, or answers ERR_REFUSED with a sentence when the books do not allow it. */
MUST_CHECK enum err entries_hold(struct entries *e, const struct book_view *book,
                                 int64_t amount_minor, struct fault *f);
/* Releasing nothing is fine (an undo may come twice): *released is then 0. */
void entries_release(struct entries *e, const struct book_view *book, int64_t *released);
MUST_CHECK enum err entries_book(struct entries *e, const struct book_view *book,
                                 const struct booking *b, struct fault *f);
void entries_void(struct entries *e, const struct book_view *book, int64_t *voided);

#endif
