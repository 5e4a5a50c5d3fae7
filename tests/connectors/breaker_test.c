/* breaker_test.c - each way from state to state, and a long random life against what must always hold. */
#include "connectors/breaker.h"

#include <CUnit/CUnit.h>

#include "base/rng.h"

static struct breaker b;
static int64_t now;

static void fresh(unsigned after, int64_t open_ms) {
    now = 1000000;
    breaker_init(&b, after, open_ms, now);
}
static enum breaker_answer ask(unsigned in_flight) { return breaker_ask(&b, in_flight, now); }
static void open_up(void) {
    for (unsigned i = 0; i < b.after; i++) CU_ASSERT_EQUAL(breaker_bad(&b, b.era, now), i + 1 == b.after);
    CU_ASSERT_EQUAL(breaker_state(&b, now), BREAKER_OPEN);
}

void test_breaker__opens_after_so_many_in_a_row(void) {
    fresh(3, 5000);
    CU_ASSERT_EQUAL(ask(1000), BREAKER_PASS);
    for (int i = 0; i < 10; i++) {
        CU_ASSERT_FALSE(breaker_bad(&b, b.era, now));
        CU_ASSERT_FALSE(breaker_bad(&b, b.era, now));
        CU_ASSERT_FALSE(breaker_good(&b, b.era, now)); /* a row is broken by one good call */
    }
    CU_ASSERT_EQUAL(breaker_state(&b, now), BREAKER_CLOSED);
    open_up();
    CU_ASSERT_EQUAL(ask(0), BREAKER_DENY);
    CU_ASSERT_EQUAL(breaker_back_ms(&b, now), 5000);
    now += 4999;
    CU_ASSERT_EQUAL(ask(0), BREAKER_DENY);
    CU_ASSERT_EQUAL(breaker_back_ms(&b, now), 1);
}

void test_breaker__one_probe_at_a_time(void) {
    fresh(1, 5000);
    open_up();
    now += 5000;
    CU_ASSERT_EQUAL(breaker_state(&b, now), BREAKER_HALF_OPEN);
    CU_ASSERT_EQUAL(ask(0), BREAKER_PROBE);
    breaker_probe(&b);
    CU_ASSERT_EQUAL(ask(0), BREAKER_DENY);
    now += 100000;
    CU_ASSERT_EQUAL(ask(0), BREAKER_DENY); /* however long it takes */
    breaker_probe_void(&b);
    CU_ASSERT_EQUAL(ask(0), BREAKER_PROBE);
}

void test_breaker__a_bad_probe_opens_it_for_longer(void) {
    fresh(1, 1000);
    open_up();
    static const int64_t longer[] = {2000, 4000, 4000, 4000};
    for (int i = 0; i < 4; i++) {
        now = b.until_ms;
        CU_ASSERT_EQUAL(ask(0), BREAKER_PROBE);
        breaker_probe(&b);
        CU_ASSERT_TRUE(breaker_bad(&b, b.era, now));
        CU_ASSERT_EQUAL(b.until_ms - now, longer[i]);
    }
    now = b.until_ms;
    breaker_probe(&b);
    CU_ASSERT_TRUE(breaker_good(&b, b.era, now));
    CU_ASSERT_TRUE(breaker_bad(&b, b.era, now)); /* on the ramp one is enough, and counting starts anew */
    CU_ASSERT_EQUAL(b.until_ms - now, 2000);
}

/* Ten thousand wait at the door: how many stand inside at once, while every call takes one round. */
void test_breaker__recovery_is_a_ramp(void) {
    fresh(1, 1000);
    open_up();
    now = b.until_ms;
    breaker_probe(&b);
    CU_ASSERT_TRUE(breaker_good(&b, b.era, now));
    unsigned expected = 1;
    for (int round = 0; round < 6; round++) {
        unsigned in = 0;
        while (in < 10000 && ask(in) == BREAKER_PASS) in++;
        CU_ASSERT_EQUAL(in, expected);
        CU_ASSERT_EQUAL(ask(in), BREAKER_WAIT);
        for (unsigned i = 0; i < in; i++) CU_ASSERT_FALSE(breaker_good(&b, b.era, now));
        expected *= 2;
    }
    CU_ASSERT_EQUAL(ask(10000), BREAKER_PASS);
}

void test_breaker__old_calls_do_not_judge_the_present(void) {
    fresh(2, 1000);
    unsigned before = b.era;
    open_up();
    now = b.until_ms;
    CU_ASSERT_FALSE(breaker_good(&b, before, now)); /* late answers from before it opened */
    CU_ASSERT_EQUAL(breaker_state(&b, now), BREAKER_HALF_OPEN);
    breaker_probe(&b);
    CU_ASSERT_TRUE(breaker_good(&b, b.era, now));
    for (int i = 0; i < 50; i++) CU_ASSERT_FALSE(breaker_bad(&b, before, now)); /* they time out only now */
    CU_ASSERT_EQUAL(breaker_state(&b, now), BREAKER_CLOSED);
}

void test_breaker__by_hand(void) {
    fresh(1, 1000);
    CU_ASSERT_TRUE(breaker_hold(&b, now));
    CU_ASSERT_FALSE(breaker_hold(&b, now));
    now += 100000000;
    CU_ASSERT_EQUAL(ask(0), BREAKER_DENY);
    CU_ASSERT_EQUAL(breaker_state(&b, now), BREAKER_OPEN);
    CU_ASSERT_EQUAL(breaker_back_ms(&b, now), 1000);
    CU_ASSERT_FALSE(breaker_good(&b, b.era, now));
    CU_ASSERT_FALSE(breaker_bad(&b, b.era, now));
    CU_ASSERT_FALSE(breaker_open_for(&b, 5, now)); /* news of a shorter opening does not let go of it */
    CU_ASSERT_TRUE(breaker_close(&b, now));
    CU_ASSERT_FALSE(breaker_close(&b, now));
    CU_ASSERT_EQUAL(ask(0), BREAKER_PASS);
    CU_ASSERT_EQUAL(ask(1), BREAKER_WAIT);
}

void test_breaker__news_from_other_processes(void) {
    fresh(5, 1000);
    CU_ASSERT_TRUE(breaker_open_for(&b, 700, now));
    CU_ASSERT_EQUAL(breaker_back_ms(&b, now), 700);
    CU_ASSERT_FALSE(breaker_open_for(&b, 600, now));
    CU_ASSERT_TRUE(breaker_open_for(&b, 800, now));
    now += 800;
    breaker_probe(&b);
    CU_ASSERT_TRUE(breaker_open_for(&b, 500, now)); /* ours is still out: its verdict is void now */
    CU_ASSERT_FALSE(b.probing);
    CU_ASSERT_TRUE(breaker_close(&b, now));
}

void test_breaker__a_random_life(void) {
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct rng rng;
        rng_seed(&rng, seed);
        fresh(1 + (unsigned)rng_below(&rng, 5), 1 + (int64_t)rng_below(&rng, 3000));
        struct { unsigned era; bool probe; } out[64];
        unsigned n = 0, of_era = 0, era = b.era;
        for (int step = 0; step < 2000; step++) {
            now += (int64_t)rng_below(&rng, 200);
            if (b.era != era) era = b.era, of_era = 0;
            enum breaker_answer a = ask(of_era);
            CU_ASSERT(a != BREAKER_PROBE || (!b.probing && now >= b.until_ms));
            CU_ASSERT(a != BREAKER_PASS || !b.shut_off);
            if (n < 64 && (a == BREAKER_PASS || a == BREAKER_PROBE) && rng_below(&rng, 2)) {
                if (a == BREAKER_PROBE) breaker_probe(&b);
                out[n].era = b.era, out[n].probe = a == BREAKER_PROBE;
                n++, of_era++;
                if (b.room) CU_ASSERT(of_era <= b.room);
            }
            if (n && rng_below(&rng, 2)) {
                unsigned i = (unsigned)rng_below(&rng, n), mine = out[i].era == b.era;
                bool good = rng_below(&rng, 3) != 0, was = b.shut_off;
                bool changed = good ? breaker_good(&b, out[i].era, now) : breaker_bad(&b, out[i].era, now);
                CU_ASSERT(mine || !changed);
                CU_ASSERT(!changed || was != b.shut_off || out[i].probe);
                of_era -= mine && !changed;
                out[i] = out[--n];
            }
        }
    }
}
