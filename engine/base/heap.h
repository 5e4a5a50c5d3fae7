/* heap.h - intrusive binary min-heap ordered by `at`, ties by insertion order. */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct heap_node {
    int64_t at;
    uint64_t order; /* set by heap_push */
    size_t slot;    /* 1-based; 0 = not in a heap */
};
struct heap {
    struct heap_node **nodes;
    size_t count, cap;
    uint64_t pushed;
};

void heap_reset(struct heap *h); /* frees the array, not the nodes */
MUST_CHECK enum err heap_push(struct heap *h, struct heap_node *n);
struct heap_node *heap_top(const struct heap *h); /* NULL when empty */
void heap_remove(struct heap *h, struct heap_node *n);

#endif
