/* loop_test.c - turns, posts, timers, threads, signals. */
#include <CUnit/CUnit.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "io/loop.h"

static char seen[64];
static struct loop *l;

static void note(void *who) { strncat(seen, who, sizeof seen - strlen(seen) - 1); }
static void post_again(void *who) {
    note(who);
    CU_ASSERT(loop_post(l, note, "2") == OK);
}
static void stop(void *who UNUSED) { io_loop_stop(l); }

void test_loop__turn_order(void) {
    seen[0] = '\0';
    l = io_loop_new();
    CU_ASSERT(loop_on_turn_end(l, note, "a") == OK);
    CU_ASSERT(loop_on_turn_end(l, note, "b") == OK);
    CU_ASSERT(loop_post(l, post_again, "1") == OK);
    io_loop_turn(l, -1);
    CU_ASSERT_STRING_EQUAL(seen, "1ab");
    io_loop_turn(l, -1); /* does not sleep: "2" waits */
    CU_ASSERT_STRING_EQUAL(seen, "1ab2ab");
    io_loop_free(l);
}

void test_loop__timers_fire_in_order_and_cancel(void) {
    seen[0] = '\0';
    l = io_loop_new();
    int64_t from = loop_mono_us(l);
    CU_ASSERT_PTR_NOT_NULL(loop_timer(l, 30, note, "c"));
    CU_ASSERT_PTR_NOT_NULL(loop_timer(l, 10, note, "a"));
    struct loop_timer *t = loop_timer(l, 15, note, "x");
    CU_ASSERT_PTR_NOT_NULL(loop_timer(l, 20, note, "b"));
    CU_ASSERT_PTR_NOT_NULL(loop_timer(l, 40, stop, NULL));
    CU_ASSERT_PTR_NOT_NULL(loop_timer(l, 60000, note, "never")); /* freed with the loop */
    loop_cancel(l, t);
    io_loop_run(l);
    CU_ASSERT_STRING_EQUAL(seen, "abc");
    CU_ASSERT(loop_mono_us(l) - from >= 39000);
    io_loop_free(l);
}

enum { PER_THREAD = 10000 };
static int counted;
static void count(void *who UNUSED) {
    if (++counted == 4 * PER_THREAD) io_loop_stop(l);
}
static void *poster(void *arg UNUSED) {
    for (int i = 0; i < PER_THREAD; i++)
        if (io_loop_post_from_thread(l, count, NULL) != OK) return "failed";
    return NULL;
}

void test_loop__posts_from_threads_all_arrive(void) {
    l = io_loop_new();
    counted = 0;
    pthread_t t[4];
    for (int i = 0; i < 4; i++) pthread_create(&t[i], NULL, poster, NULL);
    io_loop_run(l);
    for (int i = 0; i < 4; i++) {
        void *answer;
        pthread_join(t[i], &answer);
        CU_ASSERT_PTR_NULL(answer);
    }
    CU_ASSERT_EQUAL(counted, 4 * PER_THREAD);
    io_loop_free(l);
}

void test_loop__signal(void) {
    seen[0] = '\0';
    l = io_loop_new();
    CU_ASSERT(io_loop_signal(l, SIGUSR1, note, "s") == OK);
    raise(SIGUSR1);
    io_loop_turn(l, 1000);
    CU_ASSERT_STRING_EQUAL(seen, "s");
    io_loop_free(l);
}
