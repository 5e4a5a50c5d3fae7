/* loop.c - turns on libevent; libevent's one home. */
#include "io/loop.h"

#include <event2/event.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "io/watch.h"

enum { POSTS_MAX = 1 << 20, HOOKS_MAX = 32, SIGNALS_MAX = 16 };

struct call {
    loop_fn *fn;
    void *who;
};
struct calls {
    struct call *items;
    size_t count, cap;
};
struct loop_timer {
    struct loop_timer *next, **link; /* all timers of the loop, so that none leaks at the end */
    struct event *ev;
    struct io_loop *loop;
    int64_t due_us;
    struct call call;
};
struct signal_watch {
    struct event *ev;
    struct call call;
};
struct io_loop {
    struct loop face; /* first: a struct loop * is this */
    struct event_base *base;
    struct calls posts, running;
    struct call hooks[HOOKS_MAX];
    size_t n_hooks;
    struct signal_watch signals[SIGNALS_MAX];
    size_t n_signals;
    struct loop_timer *timers;
    struct event *wake;
    int wake_fd;
    pthread_mutex_t lock; /* guards `foreign`; nothing else here is shared */
    struct calls foreign, arrived;
    bool stop;
};
struct watch {
    struct event *read, *write;
    unsigned want;
    watch_fn *fn;
    void *who;
};

static struct io_loop *mine(struct loop *l) { return (struct io_loop *)l; }

static int64_t now_ms(struct loop *l UNUSED) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t mono_us(struct loop *l UNUSED) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static enum err calls_add(struct calls *c, loop_fn *fn, void *who) {
    if (c->count == POSTS_MAX) return ERR_LIMIT;
    if (c->count == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 64;
        struct call *bigger = realloc(c->items, cap * sizeof *bigger);
        if (!bigger) return ERR_NOMEM;
        c->items = bigger;
        c->cap = cap;
    }
    c->items[c->count++] = (struct call){fn, who};
    return OK;
}

static void calls_swap(struct calls *a, struct calls *b) {
    struct calls t = *a;
    *a = *b;
    *b = t;
}

static enum err post(struct loop *l, loop_fn *fn, void *who) {
    return calls_add(&mine(l)->posts, fn, who);
}

/* Runs what was posted before this moment; what the functions post waits for the next pass. */
static void run_posts(struct io_loop *l) {
    calls_swap(&l->posts, &l->running);
    for (size_t i = 0; i < l->running.count; i++) l->running.items[i].fn(l->running.items[i].who);
    l->running.count = 0;
}

static void timer_unlink(struct loop_timer *t) {
    *t->link = t->next;
    if (t->next) t->next->link = t->link;
    event_free(t->ev);
    free(t);
}

static bool arm(struct loop_timer *t, int64_t after_us) {
    struct timeval tv = {.tv_sec = after_us / 1000000, .tv_usec = after_us % 1000000};
    return evtimer_add(t->ev, &tv) == 0;
}

/* libevent's clock is the coarse one, a few ms behind: never fire before the time asked for. */
static void timer_fired(evutil_socket_t fd UNUSED, short what UNUSED, void *arg) {
    struct loop_timer *t = arg;
    int64_t early_us = t->due_us - mono_us(&t->loop->face);
    if (early_us > 0 && arm(t, early_us)) return;
    struct call call = t->call;
    timer_unlink(t);
    call.fn(call.who);
}

static struct loop_timer *timer(struct loop *face, int64_t after_ms, loop_fn *fn, void *who) {
    struct io_loop *l = mine(face);
    struct loop_timer *t = calloc(1, sizeof *t);
    if (!t) return NULL;
    t->ev = evtimer_new(l->base, timer_fired, t);
    t->loop = l;
    if (after_ms < 0) after_ms = 0;
    t->due_us = mono_us(face) + after_ms * 1000;
    if (!t->ev || !arm(t, after_ms * 1000)) {
        if (t->ev) event_free(t->ev);
        free(t);
        return NULL;
    }
    t->call = (struct call){fn, who};
    t->next = l->timers;
    t->link = &l->timers;
    if (t->next) t->next->link = &t->next;
    l->timers = t;
    return t;
}

static void cancel(struct loop *l UNUSED, struct loop_timer *t) { timer_unlink(t); }

static enum err on_turn_end(struct loop *face, loop_fn *fn, void *who) {
    struct io_loop *l = mine(face);
    if (l->n_hooks == HOOKS_MAX) return ERR_LIMIT;
    l->hooks[l->n_hooks++] = (struct call){fn, who};
    return OK;
}

static const struct loop_ops ops = {now_ms, mono_us, post, timer, cancel, on_turn_end};

static void woken(evutil_socket_t fd, short what UNUSED, void *arg) {
    struct io_loop *l = arg;
    uint64_t n;
    if (read(fd, &n, sizeof n) < 0) return; /* another wake already emptied it */
    pthread_mutex_lock(&l->lock);
    calls_swap(&l->foreign, &l->arrived);
    pthread_mutex_unlock(&l->lock);
    for (size_t i = 0; i < l->arrived.count; i++) l->arrived.items[i].fn(l->arrived.items[i].who);
    l->arrived.count = 0;
}

enum err io_loop_post_from_thread(struct loop *face, loop_fn *fn, void *who) {
    struct io_loop *l = mine(face);
    pthread_mutex_lock(&l->lock);
    enum err e = calls_add(&l->foreign, fn, who);
    bool first = l->foreign.count == 1;
    pthread_mutex_unlock(&l->lock);
    uint64_t one = 1;
    if (e == OK && first && write(l->wake_fd, &one, sizeof one) < 0) return ERR_IO;
    return e;
}

struct loop *io_loop_new(void) {
    struct io_loop *l = calloc(1, sizeof *l);
    if (!l) return NULL;
    l->face.ops = &ops;
    pthread_mutex_init(&l->lock, NULL);
    l->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    struct event_config *cfg = event_config_new();
    if (cfg) {
        /* One thread owns the base; other threads only touch the eventfd. */
        event_config_set_flag(cfg, EVENT_BASE_FLAG_NOLOCK);
        l->base = event_base_new_with_config(cfg);
        event_config_free(cfg);
    }
    if (l->base && l->wake_fd >= 0)
        l->wake = event_new(l->base, l->wake_fd, EV_READ | EV_PERSIST, woken, l);
    if (!l->wake || event_add(l->wake, NULL) != 0) {
        io_loop_free(&l->face);
        return NULL;
    }
    return &l->face;
}

void io_loop_free(struct loop *face) {
    if (!face) return;
    struct io_loop *l = mine(face);
    while (l->timers) timer_unlink(l->timers);
    for (size_t i = 0; i < l->n_signals; i++) event_free(l->signals[i].ev);
    if (l->wake) event_free(l->wake);
    if (l->base) event_base_free(l->base);
    if (l->wake_fd >= 0) close(l->wake_fd);
    free(l->posts.items);
    free(l->running.items);
    free(l->foreign.items);
    free(l->arrived.items);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

static void wait_over(evutil_socket_t fd UNUSED, short what UNUSED, void *arg UNUSED) {}

void io_loop_turn(struct loop *face, int64_t wait_ms) {
    struct io_loop *l = mine(face);
    struct event *limit = NULL;
    bool hurry = l->posts.count > 0 || wait_ms == 0;
    if (!hurry && wait_ms > 0 && (limit = evtimer_new(l->base, wait_over, NULL))) {
        struct timeval tv = {.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
        if (evtimer_add(limit, &tv) != 0) hurry = true;
    }
    event_base_loop(l->base, hurry ? EVLOOP_NONBLOCK : EVLOOP_ONCE);
    if (limit) event_free(limit);
    run_posts(l);
    for (size_t i = 0; i < l->n_hooks; i++) l->hooks[i].fn(l->hooks[i].who);
}

void io_loop_run(struct loop *l) {
    mine(l)->stop = false;
    while (!mine(l)->stop) io_loop_turn(l, -1);
}

void io_loop_stop(struct loop *l) { mine(l)->stop = true; }

static void signalled(evutil_socket_t signo UNUSED, short what UNUSED, void *arg) {
    struct signal_watch *s = arg;
    s->call.fn(s->call.who);
}

enum err io_loop_signal(struct loop *face, int signo, loop_fn *fn, void *who) {
    struct io_loop *l = mine(face);
    if (l->n_signals == SIGNALS_MAX) return ERR_LIMIT;
    struct signal_watch *s = &l->signals[l->n_signals];
    s->call = (struct call){fn, who};
    s->ev = evsignal_new(l->base, signo, signalled, s);
    if (!s->ev) return ERR_NOMEM;
    if (event_add(s->ev, NULL) != 0) {
        event_free(s->ev);
        return ERR_IO;
    }
    l->n_signals++;
    return OK;
}

static void readable(evutil_socket_t fd UNUSED, short what UNUSED, void *arg) {
    struct watch *w = arg;
    w->fn(w->who, WATCH_READ);
}

static void writable(evutil_socket_t fd UNUSED, short what UNUSED, void *arg) {
    struct watch *w = arg;
    w->fn(w->who, WATCH_WRITE);
}

struct watch *watch_new(struct loop *l, int fd, watch_fn *fn, void *who) {
    struct watch *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    w->fn = fn;
    w->who = who;
    w->read = event_new(mine(l)->base, fd, EV_READ | EV_PERSIST, readable, w);
    w->write = event_new(mine(l)->base, fd, EV_WRITE | EV_PERSIST, writable, w);
    if (w->read && w->write) return w;
    watch_free(w);
    return NULL;
}

static enum err set(struct event *ev, bool now, bool want) {
    if (now == want) return OK;
    return (want ? event_add(ev, NULL) : event_del(ev)) == 0 ? OK : ERR_IO;
}

enum err watch_want(struct watch *w, unsigned want) {
    enum err e = set(w->read, w->want & WATCH_READ, want & WATCH_READ);
    if (e == OK) e = set(w->write, w->want & WATCH_WRITE, want & WATCH_WRITE);
    if (e == OK) w->want = want;
    return e;
}

unsigned watch_wanted(const struct watch *w) { return w->want; }

void watch_free(struct watch *w) {
    if (!w) return;
    if (w->read) event_free(w->read);
    if (w->write) event_free(w->write);
    free(w);
}
