/* loop.h - base/loop.h on libevent: the loop of the real process. */
#ifndef IO_LOOP_H
#define IO_LOOP_H

#include "base/loop.h"

struct loop *io_loop_new(void); /* NULL on no memory or descriptors */
/* Timers and posts that are still waiting are dropped without being called. */
void io_loop_free(struct loop *l);
/* Runs turns until io_loop_stop. Each: one pass of libevent, posted functions, turn-end hooks. */
void io_loop_run(struct loop *l);
/* One turn; waits at most `wait_ms` for something to happen (-1: as long as it takes). For tests. */
void io_loop_turn(struct loop *l, int64_t wait_ms);
void io_loop_stop(struct loop *l);
/* Calls fn(who) in the loop when the signal arrives. */
MUST_CHECK enum err io_loop_signal(struct loop *l, int signo, loop_fn *fn, void *who);
/* From any thread: calls fn(who) in the loop's thread. The only function here that locks. */
MUST_CHECK enum err io_loop_post_from_thread(struct loop *l, loop_fn *fn, void *who);

#endif
