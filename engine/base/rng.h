/* rng.h - the seam for randomness: seeded in simulation and tests, from the kernel in production. */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
    uint64_t s[4]; /* xoshiro256**; public domain, Blackman and Vigna */
};

void rng_seed(struct rng *r, uint64_t seed);
void rng_seed_kernel(struct rng *r);
uint64_t rng_u64(struct rng *r);
uint64_t rng_below(struct rng *r, uint64_t n); /* 0 .. n-1, unbiased; n > 0 */
double rng_unit(struct rng *r);                /* [0, 1) */
void rng_bytes(struct rng *r, void *out, size_t n);

#endif
