/* retry.c - how long to wait before trying again. */
#include "base/fixed.h"
#include "flow/walk.h"

const struct retry RETRY_DEFAULT = {"default", 3, 200, 10000, 2 * FIXED_ONE, FIXED_ONE / 2};
/* For what must happen in the end: undoing, and everything behind a pivot. About a day, then a person. */
const struct retry RETRY_STUBBORN = {"stubborn", 40, 500, 3600000, 2 * FIXED_ONE, FIXED_ONE / 4};
/* Asking what became of a call. About two hours, then a person. */
const struct retry RETRY_LOOK = {"look", 20, 250, 600000, 2 * FIXED_ONE, FIXED_ONE / 4};

int64_t retry_wait_ms(const struct retry *r, unsigned failed_tries, struct rng *rng) {
    double wait = (double)r->first_ms, factor = (double)r->factor / FIXED_ONE;
    for (unsigned i = 1; i < failed_tries && wait < (double)r->longest_ms; i++) wait *= factor;
    if (r->longest_ms && wait > (double)r->longest_ms) wait = (double)r->longest_ms;
    wait *= 1.0 - (double)r->jitter / FIXED_ONE * rng_unit(rng);
    return wait < 1 ? 1 : (int64_t)wait;
}
