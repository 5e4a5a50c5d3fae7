/* sim_test.c - a few seeds of the simulation, and that it notices what it is there to notice. */
#include <CUnit/CUnit.h>

#include "base/log.h"
#include "sim/sim.h"

static int64_t no_time(void *who) { return (void)who, 0; }

int setup_sim(void) {
    log_open(stderr, LOG_ERROR, no_time, NULL);
    return 0;
}

void test_sim__holds_in_storms(void) {
    for (uint64_t seed = 1; seed <= 24; seed++) {
        struct sim_report r;
        enum err e = sim_pair(seed, false, &r);
        if (e != OK) printf("seed %llu: %s\n", (unsigned long long)seed, r.first);
        CU_ASSERT_EQUAL(e, OK);
    }
}

void test_sim__a_seed_repeats_itself(void) {
    struct sim_options o = {.seed = 11};
    struct sim_report a, b;
    CU_ASSERT_EQUAL(sim_seed(&o, &a), OK);
    CU_ASSERT_EQUAL(sim_seed(&o, &b), OK);
    CU_ASSERT_EQUAL(a.rows, b.rows);
    CU_ASSERT_EQUAL(a.steps, b.steps);
    CU_ASSERT_EQUAL(a.kills, b.kills);
    CU_ASSERT_TRUE(a.kills > 10);
}
