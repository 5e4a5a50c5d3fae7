/* payment.h - money of a loan comes in and goes out.
 *
 * A payment is never refused because it does not fit: what has no place (a closed or unknown loan, another currency) is
 * held in suspense (debit lender:settlement, credit lender:suspense), stands in the loan's file, and is shown to a person. */
#ifndef LEDGER_PAYMENT_H
#define LEDGER_PAYMENT_H

#include "connectors/ledger/work.h"

enum err op_receive_payment(struct work *w);
enum err op_recover(struct work *w);          /* after a write-off */
enum err op_reverse_payment(struct work *w);  /* returned, charged back, booked in error; with all that came with it */
enum err op_refund(struct work *w);           /* of credit, or of money in suspense */
enum err op_keep_in_suspense(struct work *w); /* money that names no loan of ours */

/* The entry of a payment of this call: amount, reference, what it is for. Used where a payment closes a loan, too. */
MUST_CHECK enum err payment_add(struct work *w, enum deed_kind kind, const char *purpose);

#endif
