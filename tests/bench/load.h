/* load.h - an HTTP load generator: closed loop, or open loop by intended start.
 *
 * In open loop every latency counts from when the request *should* have left, so a server that stalls
 * is not flattered (coordinated omission). One thread, raw sockets, keep-alive. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "tests/bench/histogram.h"

struct load {
    const char *host;
    int port;
    unsigned connections;
    double rate;              /* requests per second; 0: closed loop */
    uint64_t requests;        /* stop after so many; 0: by time */
    double seconds;
    /* Appends one whole HTTP request, keep-alive. */
    void (*build)(void *who, uint64_t n, struct buf *out);
    /* Says whether the answer is what it should be. */
    bool (*good)(void *who, uint64_t n, int status, const char *body, size_t len);
    void *who;
};
struct load_report {
    struct histogram latency;
    uint64_t done, bad, broken; /* broken: connections lost */
    double seconds;
    int64_t cpu_us;             /* of this process while it ran */
};
/* 0, or -1 when no connection could be opened. */
int load_run(const struct load *l, struct load_report *out);

#endif
