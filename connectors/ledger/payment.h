/* payment.h - money of a loan comes in and goes out.
 *
 * A payment is never refused because it does not fit: what has no place is held in suspense (debit lender:settlement,
 * credit lender:suspense), stands in the loan's file, and is shown to a person, who gives it back (`refund`) or places it
 * (`place_held`). Why it is held:
 *
 *   unknown_loan, closed_loan, wrong_currency, before_opening
 *   unknown_aim    the payer meant a charge or an instalment that this loan does not have
 *   pays_all       a prepayment that is enough for everything: a foreclosure asks for less
 *   no_terms       a prepayment after which no sound rows could be made */
#ifndef LEDGER_PAYMENT_H
#define LEDGER_PAYMENT_H

#include "connectors/ledger/work.h"

enum err op_receive_payment(struct work *w);
enum err op_recover(struct work *w);          /* after a write-off */
enum err op_reverse_payment(struct work *w);  /* returned, charged back, booked in error; with all that came with it */
enum err op_refund(struct work *w);           /* of credit, or of money in suspense */
enum err op_place_held(struct work *w);       /* money in suspense becomes a payment of the day on which it came */
enum err op_keep_in_suspense(struct work *w); /* money that names no loan of ours */

/* The entry of a payment: amount, what it is for, whom the payer meant. Used where a payment closes a loan, too. */
MUST_CHECK enum err payment_add(struct work *w, enum deed_kind kind, const char *purpose, int64_t minor);

#endif
