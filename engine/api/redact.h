/* redact.h - what a role may see of a case: fields typed personal are hidden from engineers. */
#ifndef API_REDACT_H
#define API_REDACT_H

#include "base/redact.h"

/* A copy of a run's state without personal fields: case and answers by their schemas. NULL: no memory. */
struct definitions;
struct registry;
json_t *redact_state_new(const json_t *state, const struct definitions *d);

#endif
