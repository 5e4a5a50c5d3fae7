/* schemas.h - the document's schemas: those of web/schemas.json and those that the installation says. */
#ifndef API_SCHEMAS_H
#define API_SCHEMAS_H

#include "base/json.h"
#include "base/schema.h"

struct definitions;
struct registry;

/* What is built in: name -> schema, references as in an OpenAPI document. */
MUST_CHECK enum err schemas_read(json_t **out_new, struct fault *f);
/* Adds what the strategy files and connectors say: the case of an application, the scorer's input and output. */
MUST_CHECK enum err schemas_add_live(json_t *schemas, const struct definitions *d, const struct registry *r);
/* A copy in which "#/components/schemas/X" reads "#/$defs/X", as the checker wants it. NULL: no memory. */
json_t *schemas_local_new(const json_t *schemas);
/* Compiles one of them; `local` is what schemas_local_new made. */
MUST_CHECK enum err schemas_compile(const json_t *local, const char *name, struct schema **out, struct fault *f);

#endif
