/* histogram.h - latencies in microseconds: 64 buckets per power of two, under 1.6 % error, no allocation. */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_SUB 64
struct histogram {
    uint64_t counts[40 * HISTOGRAM_SUB];
    uint64_t total;
    int64_t max_us;
};

void histogram_add(struct histogram *h, int64_t us);
int64_t histogram_at(const struct histogram *h, double quantile); /* microseconds; 0 when empty */

#endif
