/* sums.h - what the entries of the book add up to: totals, loans by reference, instalments. Pure.
 *
 * Of a payout: it is counted when it is accepted, and taken back when it is recalled or fails before it settled. One
 * that settled and came back stays a payout and is a return as well. */
#ifndef SANDBOX_SUMS_H
#define SANDBOX_SUMS_H

#include "connectors/sandbox/book.h"

struct sums;

struct sums *sums_new(void);
void sums_free(struct sums *t);
/* `e` must live as long as these sums. */
MUST_CHECK enum err sums_entry(struct sums *t, const struct book_entry *e);
struct book_loan sums_loan(const struct sums *t, const char *reference);
struct book_instalment sums_instalment(const struct sums *t, const char *reference, const char *instalment);
/* Members of an object, without braces: payouts, paid, paid_twice (loans that ever had more than one payout that
 * neither failed nor came back), recalled, failed, returns, returned, mandates, active_mandates, cancels,
 * presentations, collected, collections_returned (money), refunds, refunded, received, envelopes, signed, voided. */
void sums_write(const struct sums *t, struct buf *out);

#endif
