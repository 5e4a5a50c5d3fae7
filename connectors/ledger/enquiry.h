/* enquiry.h - what it would cost; writes nothing. */
#ifndef LEDGER_ENQUIRY_H
#define LEDGER_ENQUIRY_H

#include "connectors/ledger/work.h"

enum err op_quote(struct work *w);

#endif
