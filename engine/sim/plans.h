/* plans.h - random flows, as text in the language, so that a failing one can be read. */
#ifndef SIM_PLANS_H
#define SIM_PLANS_H

#include "base/buf.h"
#include "base/rng.h"

extern const char SIM_CASE[];    /* definition of the case type "sim_case" */
extern const char SIM_RETRIES[]; /* strategies/retries.lua */
/* Writes `workflow "<name>"` and its paragraphs. */
void plans_write(const char *name, struct rng *r, struct buf *out);

#endif
