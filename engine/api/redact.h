/* redact.h - what a role may see of a case: fields typed personal are hidden from engineers. */
#ifndef API_REDACT_H
#define API_REDACT_H

#include "base/json.h"

/* A copy of `value` in which every field that `schema` marks x-personal reads "<personal>"; what
 * has no schema, or one that may be several things (oneOf, $ref ...), is hidden too. NULL: no memory. */
json_t *redact_new(const json_t *value, const json_t *schema);
/* A copy of a run's state without personal fields: case and answers by their schemas. NULL: no memory. */
struct definitions;
struct registry;
json_t *redact_state_new(const json_t *state, const struct definitions *d);

#endif
