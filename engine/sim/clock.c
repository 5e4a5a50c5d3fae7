/* clock.c - see clock.h. */
#include "sim/clock.h"

#include <stdlib.h>

#include "base/heap.h"

struct sim_loop;
struct loop_timer {
    struct heap_node node; /* first */
    struct sim_loop *loop;
    loop_fn *fn;
    void *who;
    bool post;
    struct loop_timer *next; /* held back while paused */
};
struct hook {
    loop_fn *fn;
    void *who;
};
struct sim_loop {
    struct loop loop; /* first */
    struct sim_clock *clock;
    int64_t askew_ms;
    bool paused;
    struct loop_timer *held, **held_end;
    struct hook hooks[8];
    int n_hooks;
};
struct sim_clock {
    int64_t now_ms;
    uint64_t steps;
    struct heap heap;
};

struct sim_clock *sim_clock_new(int64_t now_ms) {
    struct sim_clock *c = calloc(1, sizeof *c);
    if (c) c->now_ms = now_ms;
    return c;
}

static void forget(struct sim_clock *c, const struct sim_loop *of, bool timers_only) {
    for (size_t i = 1; i <= c->heap.count;) {
        struct loop_timer *t = (struct loop_timer *)c->heap.nodes[i];
        if ((of && t->loop != of) || (timers_only && t->post)) {
            i++;
            continue;
        }
        heap_remove(&c->heap, &t->node);
        free(t);
        i = 1;
    }
}

void sim_clock_free(struct sim_clock *c) {
    if (!c) return;
    forget(c, NULL, false);
    heap_reset(&c->heap);
    free(c);
}

int64_t sim_clock_now(const struct sim_clock *c) { return c->now_ms; }

static void hold(struct sim_loop *l, struct loop_timer *t) {
    t->next = NULL;
    *l->held_end = t;
    l->held_end = &t->next;
}

bool sim_clock_step(struct sim_clock *c, int64_t until_ms) {
    struct heap_node *top = heap_top(&c->heap);
    if (!top || top->at > until_ms) {
        if (c->now_ms < until_ms && until_ms != INT64_MAX) c->now_ms = until_ms;
        return false;
    }
    struct loop_timer *t = (struct loop_timer *)top;
    heap_remove(&c->heap, top);
    if (top->at > c->now_ms) c->now_ms = top->at;
    c->steps++;
    struct sim_loop *l = t->loop;
    if (l->paused) {
        hold(l, t);
        return true;
    }
    loop_fn *fn = t->fn;
    void *who = t->who;
    free(t);
    fn(who);
    for (int i = 0; i < l->n_hooks; i++) l->hooks[i].fn(l->hooks[i].who);
    return true;
}

bool sim_clock_run(struct sim_clock *c, int64_t until_ms, uint64_t most) {
    for (uint64_t i = 0; i < most; i++)
        if (!sim_clock_step(c, until_ms)) return true;
    return false;
}

static struct sim_loop *of(struct loop *l) { return (struct sim_loop *)l; }
static int64_t now_ms(struct loop *l) { return of(l)->clock->now_ms + of(l)->askew_ms; }
static int64_t mono_us(struct loop *l) { return of(l)->clock->now_ms * 1000; }

static struct loop_timer *add(struct sim_loop *l, int64_t after_ms, loop_fn *fn, void *who, bool post) {
    struct loop_timer *t = calloc(1, sizeof *t);
    if (!t) return NULL;
    t->loop = l, t->fn = fn, t->who = who, t->post = post;
    t->node.at = l->clock->now_ms + (after_ms > 0 ? after_ms : 0);
    if (heap_push(&l->clock->heap, &t->node) == OK) return t;
    free(t);
    return NULL;
}

static enum err post(struct loop *l, loop_fn *fn, void *who) { return add(of(l), 0, fn, who, true) ? OK : ERR_NOMEM; }

static struct loop_timer *timer(struct loop *l, int64_t after_ms, loop_fn *fn, void *who) {
    return add(of(l), after_ms, fn, who, false);
}

static void cancel(struct loop *l, struct loop_timer *t) {
    if (t->node.slot) {
        heap_remove(&of(l)->clock->heap, &t->node);
    } else {
        struct loop_timer **at = &of(l)->held;
        while (*at && *at != t) at = &(*at)->next;
        if (*at) *at = t->next;
        if (of(l)->held_end == &t->next) of(l)->held_end = at;
    }
    free(t);
}

static enum err on_turn_end(struct loop *l, loop_fn *fn, void *who) {
    struct sim_loop *s = of(l);
    if (s->n_hooks == (int)ARRAY_LEN(s->hooks)) return ERR_LIMIT;
    s->hooks[s->n_hooks++] = (struct hook){fn, who};
    return OK;
}

static const struct loop_ops ops = {now_ms, mono_us, post, timer, cancel, on_turn_end};

struct loop *sim_loop_new(struct sim_clock *c) {
    struct sim_loop *l = calloc(1, sizeof *l);
    if (!l) return NULL;
    l->loop.ops = &ops, l->clock = c;
    l->held_end = &l->held;
    return &l->loop;
}

void sim_loop_askew(struct loop *l, int64_t by_ms) { of(l)->askew_ms = by_ms; }

void sim_loop_pause(struct loop *l, bool paused) {
    struct sim_loop *s = of(l);
    s->paused = paused;
    if (paused) return;
    struct loop_timer *t = s->held;
    s->held = NULL, s->held_end = &s->held;
    for (struct loop_timer *next; t; t = next) {
        next = t->next;
        t->node.at = s->clock->now_ms;
        if (heap_push(&s->clock->heap, &t->node) != OK) free(t);
    }
}

void sim_loop_drop_timers(struct loop *l) { forget(of(l)->clock, of(l), true); }

void sim_loop_free(struct loop *l) {
    if (!l) return;
    sim_loop_pause(l, false);
    forget(of(l)->clock, of(l), false);
    free(l);
}
