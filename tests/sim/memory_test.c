/* memory_test.c - the simulator's store does what every store must. */
#include <CUnit/CUnit.h>

#include "sim/clock.h"
#include "sim/memory.h"
#include "tests/store/conformance.h"

static bool turn(void *who, const bool *flag) {
    struct sim_clock *c = who;
    for (int i = 0; i < 100000 && !*flag; i++)
        if (!sim_clock_step(c, INT64_MAX)) break;
    return *flag;
}

struct published {
    void (*each)(void *to, const struct outbox_row *o);
    void *to;
};
static void on_published(void *who, const struct outbox_row *o, int64_t at_ms) {
    const struct published *p = who;
    (void)at_ms;
    p->each(p->to, o);
}
static void published(void *from, void (*each)(void *to, const struct outbox_row *o), void *to) {
    struct published p = {each, to};
    memory_each_outbox(from, on_published, &p);
}

void test_memory__does_what_every_store_must(void) {
    struct sim_clock *clock = sim_clock_new(1790000000000);
    struct loop *loop = sim_loop_new(clock);
    struct memory *m = memory_new(1, 8, 3);
    struct conform c = {.wait = turn, .who = clock, .now_ms = 1790000000000, .published = published, .from = m};
    CU_ASSERT_EQUAL_FATAL(memory_open(m, loop, &c.a), OK);
    CU_ASSERT_EQUAL_FATAL(memory_open(m, loop, &c.b), OK);
    conform_run(&c);
    c.a->ops->close(c.a);
    c.b->ops->close(c.b);
    sim_loop_free(loop);
    memory_free(m);
    sim_clock_free(clock);
}
