/* still_loop.h - a loop for tests whose clock moves only from timer to timer. */
#ifndef TESTS_STILL_LOOP_H
#define TESTS_STILL_LOOP_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/loop.h"

#define STILL_TIMERS 4096
struct still_loop {
    struct loop loop;
    int64_t now_ms;
    unsigned long made;
    struct loop_timer {
        int64_t at;
        unsigned long order;
        loop_fn *fn; /* NULL: free */
        void *who;
    } timers[STILL_TIMERS];
};

static int64_t still_now(struct loop *l) { return ((struct still_loop *)l)->now_ms; }
static int64_t still_mono(struct loop *l) { return still_now(l) * 1000; }
static struct loop_timer *still_timer(struct loop *l, int64_t after_ms, loop_fn *fn, void *who) {
    struct still_loop *s = (struct still_loop *)l;
    for (int k = 0; k < STILL_TIMERS; k++)
        if (!s->timers[k].fn) {
            s->timers[k] = (struct loop_timer){s->now_ms + after_ms, s->made++, fn, who};
            return &s->timers[k];
        }
    return NULL;
}
static enum err still_post(struct loop *l, loop_fn *fn, void *who) {
    return still_timer(l, 0, fn, who) ? OK : ERR_NOMEM;
}
static void still_cancel(struct loop *l, struct loop_timer *t) {
    (void)l;
    t->fn = NULL;
}
static enum err still_turn_end(struct loop *l, loop_fn *fn, void *who) {
    (void)l, (void)fn, (void)who;
    return OK;
}
static const struct loop_ops still_ops = {still_now, still_mono, still_post, still_timer, still_cancel, still_turn_end};

static inline void still_init(struct still_loop *s, int64_t now_ms) {
    *s = (struct still_loop){.loop.ops = &still_ops, .now_ms = now_ms};
}
/* Fires the earliest timer; false when there is none. */
static inline bool still_step(struct still_loop *s) {
    struct loop_timer *first = NULL;
    for (int k = 0; k < STILL_TIMERS; k++) {
        struct loop_timer *t = &s->timers[k];
        if (t->fn && (!first || t->at < first->at || (t->at == first->at && t->order < first->order))) first = t;
    }
    if (!first) return false;
    struct loop_timer fired = *first;
    first->fn = NULL;
    s->now_ms = fired.at;
    fired.fn(fired.who);
    return true;
}

#endif
