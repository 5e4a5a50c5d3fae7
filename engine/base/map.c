/* Entries lie in one array in the order they came; a table of slots finds them by hash. So the
 * order of map_each does not depend on the hash key, and a seeded simulation repeats itself. */
#include "base/map.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"

enum { FIRST_SLOTS = 16, INLINE = 16 }; /* ids are 16 bytes: most keys need no memory of their own */
enum { EMPTY = 0, GONE = UINT32_MAX };  /* else: index of the entry + 1 */

struct entry {
    uint64_t hash;
    size_t n;
    union {
        char small[INLINE];
        char *big;
    } key;
    void *value;
    bool live;
};
struct map {
    struct entry *entries;
    uint32_t *slots;
    size_t slot_count; /* a power of two; entries has room for 3/4 of it */
    size_t filled;     /* entries used, live or not */
    size_t live;
    uint8_t secret[CRYPT_SHORT_KEY]; /* so that nobody can choose keys that collide */
};

struct map *map_new(void) {
    struct map *m = calloc(1, sizeof *m);
    if (m) crypt_random(m->secret, sizeof m->secret);
    return m;
}

static const char *key_of(const struct entry *e) {
    return e->n > INLINE ? e->key.big : e->key.small;
}

static void drop_key(struct entry *e) {
    if (e->n > INLINE) free(e->key.big);
    e->live = false;
    e->value = NULL;
}

void map_free(struct map *m, void (*free_value)(void *)) {
    if (!m) return;
    for (size_t i = 0; i < m->filled; i++) {
        if (!m->entries[i].live) continue;
        if (free_value) free_value(m->entries[i].value);
        drop_key(&m->entries[i]);
    }
    free(m->entries);
    free(m->slots);
    free(m);
}

static uint32_t *find(const struct map *m, uint64_t hash, const void *key, size_t n) {
    if (!m->slot_count) return NULL;
    for (size_t i = hash & (m->slot_count - 1);; i = (i + 1) & (m->slot_count - 1)) {
        uint32_t slot = m->slots[i];
        if (slot == EMPTY) return NULL;
        if (slot == GONE) continue;
        const struct entry *e = &m->entries[slot - 1];
        if (e->hash == hash && e->n == n && (n == 0 || memcmp(key_of(e), key, n) == 0))
            return &m->slots[i];
    }
}

static void link_entry(uint32_t *slots, size_t slot_count, uint64_t hash, size_t index) {
    size_t i = hash & (slot_count - 1);
    while (slots[i] != EMPTY) i = (i + 1) & (slot_count - 1);
    slots[i] = (uint32_t)index + 1;
}

/* Called when the entries are full: doubles, or only sweeps when half of them are gone. */
static enum err rebuild(struct map *m) {
    size_t count = m->slot_count ? m->slot_count : FIRST_SLOTS;
    if (m->live >= count * 3 / 8) count *= 2;
    if (count >= UINT32_MAX) return ERR_LIMIT;
    uint32_t *slots = calloc(count, sizeof *slots);
    struct entry *entries = malloc(count * 3 / 4 * sizeof *entries);
    if (!slots || !entries) {
        free(slots);
        free(entries);
        return ERR_NOMEM;
    }
    size_t filled = 0;
    for (size_t i = 0; i < m->filled; i++) {
        if (!m->entries[i].live) continue;
        entries[filled] = m->entries[i];
        link_entry(slots, count, entries[filled].hash, filled);
        filled++;
    }
    free(m->slots);
    free(m->entries);
    m->slots = slots;
    m->entries = entries;
    m->slot_count = count;
    m->filled = filled;
    return OK;
}

void *map_get(const struct map *m, const void *key, size_t n) {
    uint32_t *slot = m->live ? find(m, crypt_short_hash(m->secret, key, n), key, n) : NULL;
    return slot ? m->entries[*slot - 1].value : NULL;
}

static enum err add(struct map *m, uint64_t hash, const void *key, size_t n, void *value) {
    if (m->filled == m->slot_count * 3 / 4) {
        enum err e = rebuild(m);
        if (e) return e;
    }
    struct entry fresh = {.hash = hash, .n = n, .value = value, .live = true};
    if (n > INLINE && !(fresh.key.big = malloc(n))) return ERR_NOMEM;
    if (n) memcpy(n > INLINE ? fresh.key.big : fresh.key.small, key, n);
    m->entries[m->filled] = fresh;
    link_entry(m->slots, m->slot_count, hash, m->filled);
    m->filled++;
    m->live++;
    return OK;
}

enum err map_put(struct map *m, const void *key, size_t n, void *value, void **old) {
    if (old) *old = NULL;
    uint64_t hash = crypt_short_hash(m->secret, key, n);
    uint32_t *slot = find(m, hash, key, n);
    if (!slot) return add(m, hash, key, n, value);
    struct entry *e = &m->entries[*slot - 1];
    if (old) *old = e->value;
    e->value = value;
    return OK;
}

void *map_remove(struct map *m, const void *key, size_t n) {
    uint32_t *slot = m->live ? find(m, crypt_short_hash(m->secret, key, n), key, n) : NULL;
    if (!slot) return NULL;
    struct entry *e = &m->entries[*slot - 1];
    void *value = e->value;
    *slot = GONE;
    drop_key(e); /* `key` may point into the entry: not used after this */
    m->live--;
    return value;
}

size_t map_size(const struct map *m) {
    return m->live;
}

void map_each(struct map *m, void (*each)(void *who, const void *key, size_t n, void *value),
              void *who) {
    for (size_t i = 0; i < m->filled; i++) {
        struct entry *e = &m->entries[i];
        if (e->live) each(who, key_of(e), e->n, e->value);
    }
}
