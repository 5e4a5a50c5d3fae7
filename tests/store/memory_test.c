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

/* Where the memory is still more lenient than PostgreSQL: what follows a refused key or posting in its run is
 * let in, an amount of 0 too; a taken event is kept again; a refused publishing does not say who was first. */
static const char *const not_yet[] = {"key_is_taken_once", "bad_entry_fails_alone", "early_events_are_kept",
                                      "published_stays", NULL};

static void run(const struct memory_faults *faults) {
    static struct conform c;
    struct memory *m = memory_new(7, 16, 3);
    struct sim_clock *clock = sim_clock_new(1767225600000);
    CU_ASSERT_TRUE_FATAL(m && clock);
    struct loop *one = sim_loop_new(clock), *two = sim_loop_new(clock);
    CU_ASSERT_TRUE_FATAL(one && two);
    memory_faults(m, faults);
    c = (struct conform){.wait = wait_for, .who = clock, .now_ms = sim_clock_now(clock), .not_yet = not_yet};
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
