/* operations.h - what the ledger offers: the table that the language and the forms read, and what computes each row. */
#ifndef LEDGER_OPERATIONS_H
#define LEDGER_OPERATIONS_H

#include "connectors/ledger/work.h"

extern const struct operation ledger_operations[]; /* ends with a NULL name */
work_fn *ledger_function(const struct operation *op);

#endif
