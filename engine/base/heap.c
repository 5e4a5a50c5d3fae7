#include "base/heap.h"

#include <stdlib.h>

void heap_reset(struct heap *h) {
    for (size_t i = 1; i <= h->count; i++) h->nodes[i]->slot = 0;
    free(h->nodes);
    *h = (struct heap){0};
}

static bool before(const struct heap_node *a, const struct heap_node *b) {
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void place(struct heap *h, struct heap_node *n, size_t slot) {
    h->nodes[slot] = n;
    n->slot = slot;
}

static void rise(struct heap *h, struct heap_node *n, size_t slot) {
    for (; slot > 1 && before(n, h->nodes[slot / 2]); slot /= 2)
        place(h, h->nodes[slot / 2], slot);
    place(h, n, slot);
}

static void sink(struct heap *h, struct heap_node *n, size_t slot) {
    for (;;) {
        size_t child = slot * 2;
        if (child > h->count) break;
        if (child < h->count && before(h->nodes[child + 1], h->nodes[child])) child++;
        if (!before(h->nodes[child], n)) break;
        place(h, h->nodes[child], slot);
        slot = child;
    }
    place(h, n, slot);
}

enum err heap_push(struct heap *h, struct heap_node *n) {
    INVARIANT(n->slot == 0);
    if (h->count + 1 >= h->cap) {
        size_t cap = h->cap ? h->cap * 2 : 64;
        struct heap_node **nodes = reallocarray(h->nodes, cap, sizeof *nodes);
        if (!nodes) return ERR_NOMEM;
        h->nodes = nodes;
        h->cap = cap;
    }
    n->order = h->pushed++;
    rise(h, n, ++h->count);
    return OK;
}

struct heap_node *heap_top(const struct heap *h) {
    return h->count ? h->nodes[1] : NULL;
}

void heap_remove(struct heap *h, struct heap_node *n) {
    size_t slot = n->slot;
    INVARIANT(slot >= 1 && slot <= h->count && h->nodes[slot] == n);
    struct heap_node *last = h->nodes[h->count--];
    n->slot = 0;
    if (last == n) return;
    if (slot > 1 && before(last, h->nodes[slot / 2])) rise(h, last, slot);
    else sink(h, last, slot);
}
