/* redact.h - values as anybody may see them: in logs, and for roles that see no personal data. */
#ifndef BASE_REDACT_H
#define BASE_REDACT_H

#include "base/json.h"

#define REDACTED "<personal>"

/* A copy of `value` in which every field that `schema` marks x-personal reads "<personal>"; what
 * has no schema, or one that may be several things (oneOf, $ref ...), is hidden too. NULL: no memory. */
json_t *redact_new(const json_t *value, const json_t *schema);

#endif
