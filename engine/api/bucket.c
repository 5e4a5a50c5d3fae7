/* bucket.c - see bucket.h. Tokens are counted in thousandths, so that a millisecond brings whole ones. */
#include "api/bucket.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"

enum { SOURCES_MAX = 10000 };

struct bucket {
    int64_t milli, at_ms;
};
struct buckets {
    struct map *by_source;
    int64_t per_s, full, now_ms;
    struct bucket others; /* of all that found no place */
};

struct buckets *buckets_new(unsigned per_s, unsigned burst) {
    struct buckets *b = calloc(1, sizeof *b);
    if (!b) return NULL;
    b->per_s = per_s, b->full = (int64_t)burst * 1000;
    b->others.milli = b->full;
    b->by_source = map_new();
    if (b->by_source) return b;
    free(b);
    return NULL;
}

void buckets_free(struct buckets *b) {
    if (!b) return;
    map_free(b->by_source, free);
    free(b);
}

static int64_t level(const struct buckets *b, const struct bucket *k, int64_t now_ms) {
    int64_t passed = now_ms > k->at_ms ? now_ms - k->at_ms : 0;
    if (passed >= b->full / b->per_s) return b->full; /* the table's full time; and no overflow */
    int64_t milli = k->milli + passed * b->per_s;
    return milli < b->full ? milli : b->full;
}

/* A full one says no more than a new one would. */
static void forget_full(void *who, const void *source, size_t n, void *value) {
    struct buckets *b = who;
    if (level(b, value, b->now_ms) == b->full) free(map_remove(b->by_source, source, n));
}

static struct bucket *bucket_of(struct buckets *b, const char *source, int64_t now_ms) {
    struct bucket *k = map_get(b->by_source, source, strlen(source));
    if (k) return k;
    b->now_ms = now_ms;
    if (map_size(b->by_source) >= SOURCES_MAX) map_each(b->by_source, forget_full, b);
    k = map_size(b->by_source) < SOURCES_MAX ? malloc(sizeof *k) : NULL;
    if (!k) return &b->others;
    *k = (struct bucket){b->full, now_ms};
    if (map_put(b->by_source, source, strlen(source), k, NULL) == OK) return k;
    free(k);
    return &b->others;
}

bool buckets_take(struct buckets *b, const char *source, int64_t now_ms) {
    struct bucket *k = bucket_of(b, source, now_ms);
    k->milli = level(b, k, now_ms);
    k->at_ms = now_ms;
    if (k->milli < 1000) return false;
    k->milli -= 1000;
    return true;
}
