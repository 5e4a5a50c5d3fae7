/* sim.h - one seed of the simulation: random flows, random faults, then the book is compared. */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct sim_options {
    uint64_t seed;
    bool calm;    /* no faults, no crashes: the history that a stormy one is compared with */
    bool print;   /* the flows and each violation, to stderr */
};
struct sim_report {
    unsigned runs, rows, kills, pauses, violations;
    uint64_t steps;
    char outcomes[64][24]; /* by case */
    unsigned n_cases;
    char first[300];       /* the first violation */
};
/* ERR_INVALID: an invariant was broken (the report says which). */
enum err sim_seed(const struct sim_options *o, struct sim_report *out);
/* Calm and stormy; also compares their ends. */
enum err sim_pair(uint64_t seed, bool print, struct sim_report *out);

#endif
