#include "base/rng.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "base/attr.h"

static uint64_t rotate(uint64_t x, int by) {
    return x << by | x >> (64 - by);
}

/* splitmix64: spreads any seed, also 0, over the whole state. */
static uint64_t spread(uint64_t *x) {
    uint64_t z = *x += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

void rng_seed(struct rng *r, uint64_t seed) {
    for (int i = 0; i < 4; i++) r->s[i] = spread(&seed);
}

void rng_seed_kernel(struct rng *r) {
    ssize_t n;
    do n = getrandom(r->s, sizeof r->s, 0);
    while (n < 0 && errno == EINTR);
    INVARIANT(n == sizeof r->s); /* up to 256 bytes are never cut short */
    if (!(r->s[0] | r->s[1] | r->s[2] | r->s[3])) r->s[0] = 1;
}

uint64_t rng_u64(struct rng *r) {
    uint64_t *s = r->s, out = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return out;
}

/* Lemire's multiplication method, with rejection of the short remainder. */
uint64_t rng_below(struct rng *r, uint64_t n) {
    INVARIANT(n > 0);
    unsigned __int128 m = (unsigned __int128)rng_u64(r) * n;
    if ((uint64_t)m < n) {
        uint64_t remainder = -n % n;
        while ((uint64_t)m < remainder) m = (unsigned __int128)rng_u64(r) * n;
    }
    return (uint64_t)(m >> 64);
}

double rng_unit(struct rng *r) {
    return (double)(rng_u64(r) >> 11) * 0x1.0p-53;
}

void rng_bytes(struct rng *r, void *out, size_t n) {
    unsigned char *p = out;
    while (n) {
        uint64_t v = rng_u64(r);
        size_t some = n < sizeof v ? n : sizeof v;
        memcpy(p, &v, some);
        p += some;
        n -= some;
    }
}
