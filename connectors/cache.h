/* cache.h - answers kept in this process: by key, with an end to their life, by customer, within a bound.
 *
 * Pure: time is given. What is used least recently goes first. A text that is forgotten, replaced or pushed out
 * is wiped: it holds personal data. */
#ifndef CONNECTORS_CACHE_H
#define CONNECTORS_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct cache_key {
    uint8_t b[32];
};
struct cached {
    const char *text; /* JSON; borrowed until the next call of this cache */
    size_t n;
    int64_t stored_ms, ends_ms; /* unix time */
};

struct cache;
struct cache *cache_new(size_t bytes_max, size_t entries_max);
void cache_free(struct cache *c);
/* Copies. `customer` "" or NULL: nobody's. `stale_on` is borrowed for ever (a declaration). What is larger than a
 * quarter of the whole is not taken: OK all the same. */
MUST_CHECK enum err cache_put(struct cache *c, const struct cache_key *k, const char *customer, const char *stale_on,
                              const struct cached *what);
bool cache_find(struct cache *c, const struct cache_key *k, int64_t now_ms, struct cached *out);
/* The customer's answers that `event` makes stale; all of them when it is NULL. How many there were. */
size_t cache_forget(struct cache *c, const char *customer, const char *event);
size_t cache_count(const struct cache *c);
size_t cache_bytes(const struct cache *c);

/* Whether `event` is one of the words, parted by spaces, of `words` (NULL: none). */
bool cache_goes_stale(const char *words, const char *event);

#endif
