/* pool_test.c - jobs in threads, answers in the loop. */
#include <CUnit/CUnit.h>
#include <pthread.h>
#include <unistd.h>

#include "io/loop.h"
#include "io/pool.h"

static struct loop *l;
static pthread_t owner;
static int ended;
struct job {
    int in, out;
};
static void square(void *who) {
    struct job *j = who;
    j->out = j->in * j->in;
}
static void rest(void *who UNUSED) { usleep(50000); }
static void done(void *who UNUSED) {
    CU_ASSERT(pthread_equal(pthread_self(), owner));
    ended++;
}

void test_pool__every_job_is_done_once(void) {
    enum { N = 2000 };
    static struct job jobs[N];
    struct pool *p;
    l = io_loop_new();
    owner = pthread_self();
    ended = 0;
    CU_ASSERT(pool_new(l, 3, N, &p) == OK);
    for (int i = 0; i < N; i++) {
        jobs[i].in = i;
        CU_ASSERT(pool_run(p, square, done, &jobs[i]) == OK);
    }
    while (ended < N) io_loop_turn(l, 100);
    int good = 0;
    for (int i = 0; i < N; i++) good += jobs[i].out == i * i;
    CU_ASSERT_EQUAL(good, N);
    CU_ASSERT_EQUAL(pool_waiting(p), 0);
    pool_free(p);
    io_loop_free(l);
}

void test_pool__a_full_queue_says_so(void) {
    struct pool *p;
    struct job j = {0};
    l = io_loop_new();
    owner = pthread_self();
    ended = 0;
    CU_ASSERT(pool_new(l, 1, 2, &p) == OK);
    CU_ASSERT(pool_run(p, rest, done, &j) == OK);
    while (pool_waiting(p)) usleep(1000);
    CU_ASSERT(pool_run(p, rest, done, &j) == OK);
    CU_ASSERT(pool_run(p, rest, done, &j) == OK);
    CU_ASSERT(pool_run(p, rest, done, &j) == ERR_LIMIT);
    pool_free(p); /* what runs is finished, what waits is told */
    for (int i = 0; i < 20 && ended < 3; i++) io_loop_turn(l, 20);
    CU_ASSERT_EQUAL(ended, 3);
    io_loop_free(l);
}
