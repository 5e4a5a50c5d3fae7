/* schema.h - JSON Schema (a subset of 2020-12) for request bodies and operation types.
 *
 * Words: type (one or a list), enum, const, properties, required, additionalProperties (bool or
 * schema), items, minItems, maxItems, minimum, maximum, exclusiveMinimum, exclusiveMaximum,
 * multipleOf (integers), minLength, maxLength, pattern (POSIX extended; schema texts are ours),
 * format (date, date-time, uuid, uri), readOnly (ours to fill), oneOf, anyOf, allOf, $ref to #/$defs, $defs, default,
 * title, description, examples, and ours: x-unit, x-currency, x-personal, x-better. An unknown
 * word is an error of the schema's author at compile. No C library for it exists in Debian 12; the
 * public JSON-Schema-Test-Suite cases for these words are the oracle. */
#ifndef BASE_SCHEMA_H
#define BASE_SCHEMA_H

#include "base/err.h"
#include "base/json.h"

struct schema;

MUST_CHECK enum err schema_new(const json_t *definition, struct schema **out, struct fault *f);
void schema_free(struct schema *s);
/* ERR_INVALID with f->where = JSON pointer of the field ("/amount") and a sentence that says what
 * is wrong and what would be right. Every fault goes to `each` when given (at most 50), the first
 * to `f`. */
typedef void schema_fault_fn(void *who, const char *pointer, const char *text);
MUST_CHECK enum err schema_check(const struct schema *s, const json_t *value, schema_fault_fn *each,
                                 void *who, struct fault *f);
const json_t *schema_definition(const struct schema *s);

#endif
