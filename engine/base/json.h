/* json.h - JSON at the walls: parsing strangers' text with limits, canonical bytes, paths.
 *
 * Values are Jansson's, reference counted: parameters borrow, `_take` consumes, `_new` returns a
 * new reference. `json_auto_t` (Jansson) frees at scope end. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct json_limits {
    size_t bytes;   /* of text */
    unsigned depth; /* of nesting */
};
extern const struct json_limits JSON_LIMITS_BODY;   /* an API request: 256 KiB, depth 16 */
extern const struct json_limits JSON_LIMITS_ANSWER; /* a provider's answer: 8 MiB, depth 32 */
extern const struct json_limits JSON_LIMITS_OWN;    /* what we wrote ourselves: 64 MiB, depth 64 */

/* Rejects duplicate keys, NUL in strings, trailing bytes; the fault says line and column. */
MUST_CHECK enum err json_parse(const char *text, size_t n, const struct json_limits *lim,
                               json_t **out_new, struct fault *f);
/* Compact, in insertion order: fast. */
MUST_CHECK enum err json_write(const json_t *v, struct buf *out);
/* Compact with keys sorted bytewise and numbers normalised: equal values give equal bytes. */
MUST_CHECK enum err json_canonical(const json_t *v, struct buf *out);
/* SHA-256 of the canonical bytes, hex, 64 characters and NUL. */
MUST_CHECK enum err json_hash(const json_t *v, char out[65]);

/* "a.b.c" through objects; NULL when any part is missing or JSON null. Borrowed. */
json_t *json_at(const json_t *v, const char *path);
const char *json_text(const json_t *obj, const char *key, const char *otherwise);
int64_t json_int(const json_t *obj, const char *key, int64_t otherwise);
bool json_bool(const json_t *obj, const char *key, bool otherwise);
/* Sets key on obj, consuming value; ERR_NOMEM if either is NULL or memory ends. */
MUST_CHECK enum err json_put_take(json_t *obj, const char *key, json_t *value);

#endif
