/* guard_tally.h - what was counted: calls by end, denials, cache, latencies; for metrics and for the API. */
#ifndef CONNECTORS_GUARD_TALLY_H
#define CONNECTORS_GUARD_TALLY_H

#include "base/metric.h"
#include "connectors/connector.h"

enum denial { DENIED_OPEN, DENIED_RATE, DENIED_BUSY, DENIED_CANCELLED, DENIALS };
const char *denial_code(enum denial d); /* "circuit_open", "rate_limited", "busy", "cancelled" */

#define TALLY_LATENCIES 256
struct tally { /* of one door */
    uint64_t ends[4], denied[DENIALS], hits, misses, simulated;
    int32_t latency_us[TALLY_LATENCIES]; /* of the last ones, a ring */
    unsigned n_latencies;                /* ever */
    struct metric *m_ends[4], *m_denied[DENIALS], *m_hits, *m_misses, *m_simulated, *m_seconds, *m_state;
};
/* `operation` as "payments.disburse"; a look counts under the label asks="look". `m` may be NULL. */
void tally_open(struct tally *t, struct metrics *m, const char *operation, bool look, bool cached);
void tally_end(struct tally *t, enum call_end end, int64_t took_us);
void tally_denied(struct tally *t, enum denial d);
void tally_cache(struct tally *t, bool hit);
void tally_simulated(struct tally *t);
void tally_state(struct tally *t, int state); /* 0 closed, 1 half open, 2 open */
/* The share `q` (0.99) of the last latencies was not slower; -1: none yet. */
int64_t tally_quantile_us(const struct tally *t, double q);

struct guard_figures { /* of one connector */
    struct metric *in_flight, *waiting;
};
struct limits;
void figures_open(struct guard_figures *f, struct metrics *m, const char *connector, const struct limits *l);

#endif
