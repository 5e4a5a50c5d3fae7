/* tally.h - what the entries of the book add up to: totals, loans by reference, instalments. Pure.
 *
 * Of a payout: it is counted when it is accepted, and taken back when it is recalled or fails before it settled. One
 * that settled and came back stays a payout and is a return as well. */
#ifndef SANDBOX_TALLY_H
#define SANDBOX_TALLY_H

#include "connectors/sandbox/book.h"

struct tally;

struct tally *tally_new(void);
void tally_free(struct tally *t);
/* `e` must live as long as the tally. */
MUST_CHECK enum err tally_entry(struct tally *t, const struct book_entry *e);
struct book_loan tally_loan(const struct tally *t, const char *reference);
struct book_instalment tally_instalment(const struct tally *t, const char *reference, const char *instalment);
/* Members of an object, without braces: payouts, paid, paid_twice (loans that ever had more than one payout that
 * neither failed nor came back), recalled, failed, returns, returned, mandates, active_mandates, cancels,
 * presentations, collected, collections_returned (money), refunds, refunded, received, envelopes, signed, voided. */
void tally_write(const struct tally *t, struct buf *out);

#endif
