/* hold.h - money set aside for a loan before it is paid out: debit loan:L:undrawn, credit lender:commitments, and back.
 *
 * What is held is the balance of what this run has posted: a hold is made and released in the run that pays the loan out. */
#ifndef LEDGER_HOLD_H
#define LEDGER_HOLD_H

#include "connectors/ledger/work.h"

/* Operations; work.h says what they may do. */
enum err op_hold(struct work *w);
enum err op_release(struct work *w); /* releasing nothing is fine: an undo may come twice */

/* What is held for the loan of this call; and letting go of it. */
int64_t hold_balance(const struct work *w);
MUST_CHECK enum err hold_release(struct work *w, int64_t *released);

#endif
