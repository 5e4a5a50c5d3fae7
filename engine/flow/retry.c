/* retry.c - how long to wait before trying again. */
#include "base/fixed.h"
#include "flow/ground.h"
#include "flow/walk.h"

const struct retry *walk_retry(const struct turn *t, const char *name) {
    return retry_named(&t->run->ground->catalog, name);
}

bool retry_spent(const struct retry *r, unsigned tries) { return r->tries && tries >= r->tries; }

int64_t retry_wait_ms(const struct retry *r, unsigned failed_tries, struct rng *rng) {
    double wait = (double)r->first_ms, factor = (double)r->factor / FIXED_ONE;
    for (unsigned i = 1; i < failed_tries && wait < (double)r->longest_ms; i++) wait *= factor;
    if (r->longest_ms && wait > (double)r->longest_ms) wait = (double)r->longest_ms;
    wait *= 1.0 - (double)r->jitter / FIXED_ONE * rng_unit(rng);
    return wait < 1 ? 1 : (int64_t)wait;
}
