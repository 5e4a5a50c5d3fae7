/* memory_test.c - the simulator's store keeps the same promises as PostgreSQL's. */
#include <CUnit/CUnit.h>

#include "engine/sim/clock.h"
#include "engine/sim/memory.h"
#include "tests/store/conformance.h"

static bool wait_for(void *who, const bool *flag) {
    struct sim_clock *clock = who;
    int64_t until_ms = sim_clock_now(clock) + 60000;
    while (!*flag && sim_clock_step(clock, until_ms)) {}
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

static void run(const struct memory_faults *faults) {
    static struct conform c;
    struct memory *m = memory_new(7, 16, 3);
    struct sim_clock *clock = sim_clock_new(1767225600000);
    CU_ASSERT_TRUE_FATAL(m && clock);
    struct loop *one = sim_loop_new(clock), *two = sim_loop_new(clock);
    CU_ASSERT_TRUE_FATAL(one && two);
    memory_faults(m, faults);
    c = (struct conform){.wait = wait_for, .who = clock, .now_ms = sim_clock_now(clock), .published = published, .from = m};
    CU_ASSERT_EQUAL_FATAL(memory_open(m, one, &c.a), OK);
    CU_ASSERT_EQUAL_FATAL(memory_open(m, two, &c.b), OK);
    conform_run(&c);
    c.a->ops->close(c.a);
    c.b->ops->close(c.b);
    sim_loop_free(one);
    sim_loop_free(two);
    memory_free(m);
    sim_clock_free(clock);
}

void test_memory__conforms(void) { run(&(struct memory_faults){0}); }

void test_memory__conforms_with_lost_replies(void) {
    run(&(struct memory_faults){.latency_ms = 5, .lost_percent = 20});
}
