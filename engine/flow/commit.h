/* commit.h - from a turn to the journal and back: what waits for durability. */
#ifndef FLOW_COMMIT_H
#define FLOW_COMMIT_H

#include "flow/inner.h"

/* Hands the turn's row to the store. Effects and waiters move into the commit. */
MUST_CHECK enum err commit_facts(struct turn *t);
/* A turn without facts: its effects (looks) start at the end of the pass, its waiters are told when
 * what came before is durable. */
MUST_CHECK enum err commit_nothing(struct turn *t);

#endif
