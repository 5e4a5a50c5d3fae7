/* map.h - hash table from bytes to pointers; open addressing, grows, keyed hash (SipHash). Iteration is
 * in the order of insertion, so that a seeded simulation repeats itself. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct map;

struct map *map_new(void);
void map_free(struct map *m, void (*free_value)(void *)); /* free_value may be NULL */
void *map_get(const struct map *m, const void *key, size_t n);
/* Copies the key. *old (may be NULL) receives the replaced value or NULL. */
MUST_CHECK enum err map_put(struct map *m, const void *key, size_t n, void *value, void **old);
void *map_remove(struct map *m, const void *key, size_t n); /* the value, or NULL */
size_t map_size(const struct map *m);
/* In the order of first insertion; `each` may remove the entry it was given and nothing else. */
void map_each(struct map *m, void (*each)(void *who, const void *key, size_t n, void *value),
              void *who);

#endif
