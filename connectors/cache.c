/* cache.c - see cache.h: one map by key, one by customer, one list by last use. */
#include "connectors/cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/map.h"
#include "base/text.h"

enum { OVERHEAD = 300 }; /* of an entry beside its text, roughly: two maps' slots, this struct */

struct owner;
struct kept {
    struct kept *newer, *older;         /* by last use */
    struct kept *owner_next, **owner_link;
    struct owner *owner;                /* NULL: nobody's */
    struct cache_key key;
    const char *stale_on;
    size_t n;
    int64_t stored_ms, ends_ms;
    char text[];
};
struct owner { /* a customer with kept answers */
    struct kept *first;
    char name[];
};
struct cache {
    struct map *by_key, *owners;
    struct kept *newest, *oldest;
    size_t bytes, bytes_max, entries_max;
};

bool cache_goes_stale(const char *words, const char *event) {
    size_t n = strlen(event);
    for (const char *at = words; at && *at;) {
        size_t len = strcspn(at, " ");
        if (len == n && !memcmp(at, event, n)) return true;
        at += len + (at[len] == ' ');
    }
    return false;
}

struct cache *cache_new(size_t bytes_max, size_t entries_max) {
    struct cache *c = calloc(1, sizeof *c);
    if (!c) return NULL;
    c->bytes_max = bytes_max, c->entries_max = entries_max;
    c->by_key = map_new(), c->owners = map_new();
    if (c->by_key && c->owners) return c;
    cache_free(c);
    return NULL;
}

static void unlink_use(struct cache *c, struct kept *k) {
    *(k->newer ? &k->newer->older : &c->newest) = k->older;
    *(k->older ? &k->older->newer : &c->oldest) = k->newer;
}

static void link_newest(struct cache *c, struct kept *k) {
    k->newer = NULL, k->older = c->newest;
    *(c->newest ? &c->newest->newer : &c->oldest) = k;
    c->newest = k;
}

static void leave_owner(struct cache *c, struct kept *k) {
    struct owner *o = k->owner;
    if (!o) return;
    *k->owner_link = k->owner_next;
    if (k->owner_next) k->owner_next->owner_link = k->owner_link;
    if (o->first) return;
    (void)map_remove(c->owners, o->name, strlen(o->name));
    free(o);
}

static void drop(struct cache *c, struct kept *k) {
    unlink_use(c, k);
    leave_owner(c, k);
    (void)map_remove(c->by_key, k->key.b, sizeof k->key.b);
    c->bytes -= k->n + OVERHEAD;
    crypt_wipe(k->text, k->n);
    free(k);
}

void cache_free(struct cache *c) {
    if (!c) return;
    while (c->oldest) drop(c, c->oldest);
    if (c->by_key) map_free(c->by_key, NULL);
    if (c->owners) map_free(c->owners, NULL);
    free(c);
}

static struct owner *owner_of(struct cache *c, const char *customer) {
    size_t n = strlen(customer);
    struct owner *o = map_get(c->owners, customer, n);
    if (o || !(o = calloc(1, sizeof *o + n + 1))) return o;
    memcpy(o->name, customer, n + 1);
    if (map_put(c->owners, customer, n, o, NULL) == OK) return o;
    free(o);
    return NULL;
}

static bool join_owner(struct cache *c, struct kept *k, const char *customer) {
    if (!customer || !*customer) return true;
    struct owner *o = owner_of(c, customer);
    if (!o) return false;
    k->owner = o;
    k->owner_link = &o->first;
    k->owner_next = o->first;
    if (o->first) o->first->owner_link = &k->owner_next;
    o->first = k;
    return true;
}

static void make_room(struct cache *c, size_t bytes) {
    while (c->oldest && (c->bytes + bytes > c->bytes_max || map_size(c->by_key) >= c->entries_max)) drop(c, c->oldest);
}

enum err cache_put(struct cache *c, const struct cache_key *key, const char *customer, const char *stale_on,
                   const struct cached *what) {
    struct kept *old = map_get(c->by_key, key->b, sizeof key->b);
    if (old) drop(c, old);
    if ((what->n + OVERHEAD) * 4 > c->bytes_max) return OK;
    make_room(c, what->n + OVERHEAD);
    struct kept *k = malloc(sizeof *k + what->n + 1);
    if (!k) return ERR_NOMEM;
    *k = (struct kept){.key = *key, .stale_on = stale_on, .n = what->n, .stored_ms = what->stored_ms, .ends_ms = what->ends_ms};
    memcpy(k->text, what->text, what->n);
    k->text[what->n] = '\0';
    if (map_put(c->by_key, key->b, sizeof key->b, k, NULL) != OK) {
        free(k);
        return ERR_NOMEM;
    }
    link_newest(c, k);
    c->bytes += k->n + OVERHEAD;
    if (join_owner(c, k, customer)) return OK;
    drop(c, k); /* an answer that no event could reach is not kept */
    return ERR_NOMEM;
}

bool cache_find(struct cache *c, const struct cache_key *key, int64_t now_ms, struct cached *out) {
    struct kept *k = map_get(c->by_key, key->b, sizeof key->b);
    if (!k) return false;
    if (k->ends_ms <= now_ms) {
        drop(c, k);
        return false;
    }
    unlink_use(c, k);
    link_newest(c, k);
    *out = (struct cached){k->text, k->n, k->stored_ms, k->ends_ms};
    return true;
}

size_t cache_forget(struct cache *c, const char *customer, const char *event) {
    struct owner *o = map_get(c->owners, customer, strlen(customer));
    size_t n = 0;
    for (struct kept *k = o ? o->first : NULL, *next; k; k = next) {
        next = k->owner_next;
        if (event && !cache_goes_stale(k->stale_on, event)) continue;
        drop(c, k); /* with the last one `o` goes, and next is NULL */
        n++;
    }
    return n;
}

size_t cache_count(const struct cache *c) { return map_size(c->by_key); }
size_t cache_bytes(const struct cache *c) { return c->bytes; }
