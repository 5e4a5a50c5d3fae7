/* openapi.h - the OpenAPI 3.1 document, made from the same rows that serve. */
#ifndef API_OPENAPI_H
#define API_OPENAPI_H

#include "base/json.h"

struct route;
/* `schemas` become components/schemas. NULL: no memory. */
json_t *openapi_new(const struct route *const *tables, const json_t *schemas);

#endif
