/* own_books.h - "books", the lender's own ledger in the simulation: pure local operations.
 *
 *   hold, release     100 INR of a ref set aside and let go: postings alone
 *   add, subtract     a counter in a loan's file: each entry says what the count was and what it is, with a posting
 *                     of 1 on loan:ID:count. Lost updates and gaps show in the chain (check.c). */
#ifndef SIM_OWN_BOOKS_H
#define SIM_OWN_BOOKS_H

#include "flow/engine.h"

struct connector *own_books_new(void); /* NULL: no memory */
/* The end of a day of a loan that is counted on: an entry that leaves the count as it is. A day_end_fn. A loan has work
 * from OWN_BOOKS_FIRST_DAY on, each day. */
enum { OWN_BOOKS_FIRST_DAY = 20000 };
enum err own_books_day_end(void *who, const struct loan_file *loan, int32_t day, int64_t now_ms, struct arena *a,
                           struct day_end_out *out, struct fault *f);

#endif
