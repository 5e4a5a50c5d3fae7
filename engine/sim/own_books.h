/* own_books.h - "books", the lender's own ledger in the simulation: pure local operations.
 *
 *   hold, release     100 INR of a ref set aside and let go: postings alone
 *   add, subtract     a counter in a loan's file: each entry says what the count was and what it is, with a posting
 *                     of 1 on loan:ID:count. Lost updates and gaps show in the chain (check.c). */
#ifndef SIM_OWN_BOOKS_H
#define SIM_OWN_BOOKS_H

#include "connectors/connector.h"

struct connector *own_books_new(void); /* NULL: no memory */

#endif
