/* pool.h - worker threads for pure jobs: bytes in, bytes out, no shared state. */
#ifndef IO_POOL_H
#define IO_POOL_H

#include "base/err.h"
#include "base/loop.h"

struct pool;
typedef void pool_work_fn(void *job);          /* in a worker thread */
typedef void pool_done_fn(void *job);          /* in the loop's thread */

/* threads 0: one per core less one, at least one. `queue_max` jobs may wait. */
MUST_CHECK enum err pool_new(struct loop *l, unsigned threads, unsigned queue_max, struct pool **out);
void pool_free(struct pool *p);                /* finishes what runs; waiting jobs get done() unworked */
/* ERR_LIMIT when the queue is full: the caller answers busy. */
MUST_CHECK enum err pool_run(struct pool *p, pool_work_fn *work, pool_done_fn *done, void *job);
unsigned pool_waiting(const struct pool *p);

#endif
