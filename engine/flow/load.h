/* load.h - the opened journal of a run. */
#ifndef FLOW_LOAD_H
#define FLOW_LOAD_H

#include "flow/inner.h"

/* The facts, each with "seq" and "when", oldest first; borrowed. */
typedef void timeline_fn(void *who, enum err err, const json_t *facts, const struct fault *f);
void load_timeline(struct engine *e, struct id id, timeline_fn *fn, void *who);

#endif
