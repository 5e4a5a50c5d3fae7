/* stage.h - what a simulated history needs: clock, memory, world, processes, cases. */
#ifndef SIM_STAGE_H
#define SIM_STAGE_H

#include "base/arena.h"
#include "flow/definitions.h"
#include "sim/proc.h"
#include "sim/sim.h"

enum { STAGE_PROCS_MAX = 3, STAGE_CASES_MAX = 24, STAGE_SHARDS = 8 };
struct stage;
struct sim_case {
    struct stage *stage;
    char ref[24], workflow[24], loan[24], customer[65];
    int n;
    bool asking, started, again, watches;
    struct id run;
};
struct seen_task {
    struct seen_task *next;
    char id[200];
    unsigned times;
};
struct stage {
    uint64_t seed;
    struct rng rng;
    struct sim_clock *clock;
    struct loop *loop; /* of clients and people */
    struct memory *memory;
    struct world *world;
    struct registry *declared; /* what the flows are checked against */
    struct definitions *definitions;
    struct proc procs[STAGE_PROCS_MAX];
    unsigned n_procs, n_flows;
    struct sim_case cases[STAGE_CASES_MAX];
    unsigned n_cases, noise;
    struct seen_task *seen;
    struct telling *tellings;
    struct arena *arena;
    int64_t storm_till_ms;
    int32_t days_asked[2]; /* whose end was asked for; 0 not yet */
    bool print, compare, calm;
    struct sim_report *report;
};

struct stage *stage_new(uint64_t seed, int64_t t0_ms, bool calm, const char *case_json, const char *retries);
MUST_CHECK enum err stage_up(struct stage *s); /* starts the processes */
void stage_free(struct stage *s);
void *stage_alloc(struct stage *s, size_t n);
struct seen_task *stage_seen(struct stage *s, const char *task);
/* A choice that depends only on the seed and what it is about, never on the order of things. */
unsigned stage_fate(const struct stage *s, const char *what, const char *about, unsigned n);
struct proc *stage_proc(struct stage *s); /* one that lives; NULL: none was found */
void stage_later(struct stage *s, int64_t after_ms, loop_fn *fn, void *who);
const char *stage_state(const struct stage *s, struct id run); /* in the store; NULL: no such run */
void stage_violation(struct stage *s, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
