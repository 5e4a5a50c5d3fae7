/* pool.c - see pool.h. One queue, one lock; results come back as posts to the loop. */
#include "io/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "io/loop.h"

enum { THREADS_MAX = 64 };

struct task {
    struct task *next;
    pool_work_fn *work;
    pool_done_fn *done;
    void *job;
};
struct pool {
    struct loop *loop;
    pthread_mutex_t lock; /* guards the queue and `closing` */
    pthread_cond_t more;
    struct task *head, **tail;
    unsigned waiting, waiting_max;
    bool closing;
    unsigned threads;
    pthread_t ids[THREADS_MAX];
};

static void told(void *who) {
    struct task *t = who;
    pool_done_fn *done = t->done;
    void *job = t->job;
    free(t);
    done(job);
}

static struct task *take(struct pool *p) {
    pthread_mutex_lock(&p->lock);
    while (!p->head && !p->closing) pthread_cond_wait(&p->more, &p->lock);
    struct task *t = p->closing ? NULL : p->head;
    if (t) {
        p->head = t->next;
        if (!p->head) p->tail = &p->head;
        p->waiting--;
    }
    pthread_mutex_unlock(&p->lock);
    return t;
}

static void *worker(void *arg) {
    struct pool *p = arg;
    for (struct task *t; (t = take(p));) {
        t->work(t->job);
        /* A lost answer would leave its run hanging: better to crash and replay. */
        INVARIANT(io_loop_post_from_thread(p->loop, told, t) == OK);
    }
    return NULL;
}

static unsigned default_threads(void) {
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores > 2 ? (unsigned)cores - 1 : 1;
}

/* Signals stay with the loop's thread. */
static bool start_threads(struct pool *p, unsigned n) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (; p->threads < n; p->threads++)
        if (pthread_create(&p->ids[p->threads], NULL, worker, p) != 0) break;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return p->threads == n;
}

enum err pool_new(struct loop *l, unsigned threads, unsigned queue_max, struct pool **out) {
    struct pool *p = calloc(1, sizeof *p);
    if (!p) return ERR_NOMEM;
    p->loop = l;
    p->tail = &p->head;
    p->waiting_max = queue_max;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->more, NULL);
    unsigned n = threads ? threads : default_threads();
    if (!start_threads(p, n > THREADS_MAX ? THREADS_MAX : n)) {
        pool_free(p);
        return ERR_NOMEM;
    }
    *out = p;
    return OK;
}

void pool_free(struct pool *p) {
    if (!p) return;
    pthread_mutex_lock(&p->lock);
    p->closing = true;
    pthread_cond_broadcast(&p->more);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->threads; i++) pthread_join(p->ids[i], NULL);
    for (struct task *t = p->head, *next; t; t = next) {
        next = t->next;
        told(t);
    }
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->more);
    free(p);
}

enum err pool_run(struct pool *p, pool_work_fn *work, pool_done_fn *done, void *job) {
    struct task *t = malloc(sizeof *t);
    if (!t) return ERR_NOMEM;
    *t = (struct task){NULL, work, done, job};
    pthread_mutex_lock(&p->lock);
    bool room = p->waiting < p->waiting_max;
    if (room) {
        *p->tail = t;
        p->tail = &t->next;
        p->waiting++;
        pthread_cond_signal(&p->more);
    }
    pthread_mutex_unlock(&p->lock);
    if (!room) free(t);
    return room ? OK : ERR_LIMIT;
}

unsigned pool_waiting(const struct pool *p) {
    struct pool *open = (struct pool *)p;
    pthread_mutex_lock(&open->lock);
    unsigned n = p->waiting;
    pthread_mutex_unlock(&open->lock);
    return n;
}
