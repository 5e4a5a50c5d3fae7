/* opening.h - a loan comes into the books: terms out of an input, the first entry, and its undoing. */
#ifndef LEDGER_OPENING_H
#define LEDGER_OPENING_H

#include "connectors/ledger/work.h"

/* The terms that an input asks for, with the house's where it is silent: product, amount, rate, fee, months, day_count, first_due,
 * interest_monthly, step, step_months; seasonal: district, crop, payments. They run from w->day. */
MUST_CHECK enum err opening_terms(struct work *w, struct loan_terms *out);

enum err op_book_loan(struct work *w);
enum err op_void(struct work *w); /* voiding nothing is fine */

#endif
