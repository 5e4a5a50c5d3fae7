/* accounts.h - a lender's own loans with their account histories: the source "accounts" of a spec.
 *
 * A folder with two CSV files, plain or .gz:
 *   loans.csv         the spec's row_id column, date (ISO, the day of the application), and every column
 *                     that the spec reads and models/cashflow.h does not compute
 *   transactions.csv  the same row_id column, date, amount (whole minor units, negative out), balance,
 *                     and optionally kind and party
 * Entries of the day of the application and later are left out: they may know how the loan went. */
#ifndef MODELS_ACCOUNTS_H
#define MODELS_ACCOUNTS_H

#include "models/cashflow.h"
#include "models/frame.h"

MUST_CHECK enum err accounts_load(const char *dir, const char *id_column, struct frame *fr,
                                  struct fault *f);

/* A growing list of one account's entries. */
struct entries {
    struct cashflow_entry *list;
    size_t n, cap;
};
MUST_CHECK enum err entries_add(struct entries *l, struct cashflow_entry e);
void entries_reset(struct entries *l);

#endif
