/* check.h - the invariants, read from journal and book when the history is over. */
#ifndef SIM_CHECK_H
#define SIM_CHECK_H

#include "sim/stage.h"

void check_all(struct stage *s);
/* Every event that was acknowledged was heard by each run that should have, or is kept. */
void check_events(struct stage *s);

#endif
