/* standing.h - facts about a loan that move no money: disputes, and its credit limit. */
#ifndef LEDGER_STANDING_H
#define LEDGER_STANDING_H

#include "connectors/ledger/work.h"

enum err op_dispute(struct work *w);
enum err op_limit_change(struct work *w); /* decided by book/limit.h; written with its reasons, also when it stays */

#endif
