/* books.h - the whole book, read in one go: for the command and for tests of honesty. Blocking. */
#ifndef STORE_BOOKS_H
#define STORE_BOOKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"

/* {"balanced":true,"orphans":0,"loans":0,"loan_gaps":0,"currencies":[{"currency","debits","credits","accounts":[{"account","debits",
 * "credits","balance"}]}]} and, if asked, "runs":[{"run","currency","account","net"}]. Minor units. Balanced:
 * debits equal credits in every currency, every posting has its step in the journal, and every loan's entries are
 * numbered from 1 to the n of its row ("loan_gaps" counts those that are not). */
MUST_CHECK enum err books_read(const char *dsn, bool runs, json_t **out_new, struct fault *f);

/* What the postings say of each component of each loan, account "loan:L1:principal": by loan, component, currency. For
 * whoever can say from the loan's entries what it should be. Debits less credits. */
typedef void books_component_fn(void *who, const char *loan, const char *component, const char *currency, int64_t balance_minor);
MUST_CHECK enum err books_components(const char *dsn, books_component_fn *each, void *who, struct fault *f);

#endif
