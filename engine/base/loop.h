/* loop.h - the seam for time and turns. io/loop.c drives it with libevent, sim/ with a virtual clock.
 *
 * One thread owns a loop. A turn is one pass: events, then the turn-end hooks in the order they
 * were added (flush the journal batch, reset scratch memory, free the graveyard). */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include <stdint.h>

#include "base/err.h"

struct loop;
struct loop_timer;
typedef void loop_fn(void *who);

struct loop_ops {
    int64_t (*now_ms)(struct loop *l);  /* unix time, UTC */
    int64_t (*mono_us)(struct loop *l); /* never goes back; for measuring */
    enum err (*post)(struct loop *l, loop_fn *fn, void *who);
    struct loop_timer *(*timer)(struct loop *l, int64_t after_ms, loop_fn *fn, void *who);
    void (*cancel)(struct loop *l, struct loop_timer *t);
    enum err (*on_turn_end)(struct loop *l, loop_fn *fn, void *who);
};
struct loop {
    const struct loop_ops *ops;
};

static inline int64_t loop_now_ms(struct loop *l) { return l->ops->now_ms(l); }
static inline int64_t loop_mono_us(struct loop *l) { return l->ops->mono_us(l); }
/* Calls fn(who) in a later pass, from the loop's own thread. */
MUST_CHECK static inline enum err loop_post(struct loop *l, loop_fn *fn, void *who) {
    return l->ops->post(l, fn, who);
}
/* Calls fn(who) once after `after_ms`; the handle is dead as soon as fn is entered. NULL: no memory. */
MUST_CHECK static inline struct loop_timer *loop_timer(struct loop *l, int64_t after_ms,
                                                       loop_fn *fn, void *who) {
    return l->ops->timer(l, after_ms, fn, who);
}
static inline void loop_cancel(struct loop *l, struct loop_timer *t) {
    if (t) l->ops->cancel(l, t);
}
MUST_CHECK static inline enum err loop_on_turn_end(struct loop *l, loop_fn *fn, void *who) {
    return l->ops->on_turn_end(l, fn, who);
}

#endif
