/* guard_tally.c - see guard_tally.h. */
#include "connectors/guard_tally.h"

#include <stdlib.h>
#include <string.h>

const char *denial_code(enum denial d) {
    static const char *const codes[] = {"circuit_open", "rate_limited", "busy", "cancelled"};
    return codes[d];
}

static struct metric *counter(struct metrics *m, const char *name, const char *help, const char *labels, const char *a,
                              const char *b, const char *c) {
    const char *values[] = {a, b, c};
    return metric_get(m, METRIC_COUNTER, name, help, labels, values);
}

void tally_open(struct tally *t, struct metrics *m, const char *operation, bool look, bool cached) {
    const char *asks = look ? "look" : "call";
    for (unsigned i = 0; i < ARRAY_LEN(t->m_ends); i++)
        t->m_ends[i] = counter(m, "tenor_connector_calls_total", "Calls that came back from a connector, by end.",
                               "operation,asks,end", operation, asks, call_end_word((enum call_end)i));
    for (unsigned i = 0; i < DENIALS; i++)
        t->m_denied[i] = counter(m, "tenor_connector_denied_total", "Calls that were never sent, by reason.",
                                 "operation,asks,why", operation, asks, denial_code((enum denial)i));
    const char *names[] = {operation, asks};
    t->m_seconds = metric_get(m, METRIC_SECONDS, "tenor_connector_seconds", "From sending a call to its end.",
                              "operation,asks", names);
    t->m_state = metric_get(m, METRIC_GAUGE, "tenor_connector_breaker_state", "0 closed, 1 half open, 2 open.",
                            "operation,asks", names);
    t->m_simulated = look ? NULL : counter(m, "tenor_connector_simulated_total", "Effects recorded and not sent (record_only).",
                                           "operation", operation, NULL, NULL);
    if (!cached) return;
    t->m_hits = counter(m, "tenor_connector_cache_total", "Questions to the cache, by whether it knew.", "operation,result",
                        operation, "hit", NULL);
    t->m_misses = counter(m, "tenor_connector_cache_total", "Questions to the cache, by whether it knew.", "operation,result",
                          operation, "miss", NULL);
}

void tally_end(struct tally *t, enum call_end end, int64_t took_us) {
    if ((unsigned)end >= ARRAY_LEN(t->ends)) return;
    t->ends[end]++;
    metric_add(t->m_ends[end], 1);
    metric_seen_us(t->m_seconds, took_us);
    t->latency_us[t->n_latencies++ % TALLY_LATENCIES] = took_us > INT32_MAX ? INT32_MAX : (int32_t)took_us;
}

void tally_denied(struct tally *t, enum denial d) {
    t->denied[d]++;
    metric_add(t->m_denied[d], 1);
}

void tally_cache(struct tally *t, bool hit) {
    *(hit ? &t->hits : &t->misses) += 1;
    struct metric *m = hit ? t->m_hits : t->m_misses;
    if (m) metric_add(m, 1);
}

void tally_simulated(struct tally *t) {
    t->simulated++;
    if (t->m_simulated) metric_add(t->m_simulated, 1);
}

void tally_state(struct tally *t, int state) { metric_set(t->m_state, state); }

static int by_size(const void *a, const void *b) {
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

int64_t tally_quantile_us(const struct tally *t, double q) {
    int32_t sorted[TALLY_LATENCIES];
    unsigned n = t->n_latencies < TALLY_LATENCIES ? t->n_latencies : TALLY_LATENCIES;
    if (!n) return -1;
    memcpy(sorted, t->latency_us, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_size);
    unsigned at = (unsigned)(q * n);
    return sorted[at >= n ? n - 1 : at];
}

static void set(struct metrics *m, const char *connector, const char *limit, unsigned value) {
    const char *values[] = {connector, limit};
    metric_set(metric_get(m, METRIC_GAUGE, "tenor_connector_limit", "What the guard of a connector allows; 0 no limit.",
                          "connector,limit", values), value);
}

void figures_open(struct guard_figures *f, struct metrics *m, const char *connector, const struct limits *l) {
    f->in_flight = metric_get(m, METRIC_GAUGE, "tenor_connector_in_flight", "Calls under way at the other side.", "connector", &connector);
    f->waiting = metric_get(m, METRIC_GAUGE, "tenor_connector_waiting", "Calls that wait for their turn.", "connector", &connector);
    set(m, connector, "at_once", l->at_once);
    set(m, connector, "per_s", l->per_s);
    set(m, connector, "burst", l->burst);
    set(m, connector, "breaker_after", l->breaker_after);
}
