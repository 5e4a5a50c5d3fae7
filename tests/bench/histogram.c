#include "tests/bench/histogram.h"

static unsigned bucket_of(int64_t us) {
    uint64_t v = us < 0 ? 0 : (uint64_t)us;
    if (v < HISTOGRAM_SUB) return (unsigned)v;
    unsigned power = 63u - (unsigned)__builtin_clzll(v), shift = power - 6; /* 2^6 = HISTOGRAM_SUB */
    unsigned b = (shift + 1) * HISTOGRAM_SUB + (unsigned)((v >> shift) & (HISTOGRAM_SUB - 1));
    return b < 40 * HISTOGRAM_SUB ? b : 40 * HISTOGRAM_SUB - 1;
}

static int64_t bucket_top(unsigned b) {
    if (b < HISTOGRAM_SUB) return b;
    unsigned shift = b / HISTOGRAM_SUB - 1;
    return ((int64_t)(HISTOGRAM_SUB + b % HISTOGRAM_SUB + 1) << shift) - 1;
}

void histogram_add(struct histogram *h, int64_t us) {
    h->counts[bucket_of(us)]++;
    h->total++;
    if (us > h->max_us) h->max_us = us;
}

int64_t histogram_at(const struct histogram *h, double quantile) {
    uint64_t want = (uint64_t)(quantile * (double)h->total + 0.5), seen = 0;
    if (!h->total) return 0;
    if (want < 1) want = 1;
    for (unsigned b = 0; b < 40 * HISTOGRAM_SUB; b++)
        if ((seen += h->counts[b]) >= want) return bucket_top(b) < h->max_us ? bucket_top(b) : h->max_us;
    return h->max_us;
}
