/* charge.h - fees and penalties, and giving them up. */
#ifndef LEDGER_CHARGE_H
#define LEDGER_CHARGE_H

#include "connectors/ledger/work.h"

enum err op_charge(struct work *w);
enum err op_waive(struct work *w); /* two people, within their authority */

#endif
