/* entry.h - one append, copied whole into one block of memory, waiting to be durable. */
#ifndef STORE_ENTRY_H
#define STORE_ENTRY_H

#include "store/store.h"

struct entry {
    struct entry *next;
    struct append a;       /* its pointers lead into this block */
    size_t bytes;          /* of the block: what the queue's ceiling counts */
    store_done_fn *done;
    void *who;
};

/* NULL: no memory. */
struct entry *entry_new(const struct append *a, store_done_fn *done, void *who);
/* Calls `done` and frees. */
void entry_end(struct entry *e, enum err err, const struct fault *f);

#endif
