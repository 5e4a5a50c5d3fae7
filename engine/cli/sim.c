/* sim.c - tenor sim: random flows and faults by seed, checked against invariants. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "sim/sim.h"

static int64_t no_time(void *who) { return (void)who, 0; } /* logs of a seed compare equal */

extern const struct command command_sim;

static int run(int argc, char **argv) {
    int64_t n = 100, first = 1;
    bool verbose = false;
    const struct arg table[] = {{"--seeds", ARG_NUMBER, &n, 1, 100000000},
                                {"--from", ARG_NUMBER, &first, 0, INT64_MAX / 2},
                                {"--verbose", ARG_FLAG, &verbose, 0, 0},
                                {0}};
    int rc = args_read(&command_sim, argc, argv, table, NULL);
    if (rc) return rc;
    uint64_t seeds = (uint64_t)n, from = (uint64_t)first;
    if (crypt_start() != OK) return EXIT_CANNOT;
    log_open(stderr, verbose ? LOG_DEBUG : LOG_ERROR, no_time, NULL);
    uint64_t runs = 0, rows = 0, kills = 0, pauses = 0, steps = 0, bad = 0;
    for (uint64_t seed = from; seed < from + seeds; seed++) {
        struct sim_report r;
        enum err e = sim_pair(seed, verbose, &r);
        runs += r.runs, rows += r.rows, kills += r.kills, pauses += r.pauses, steps += r.steps;
        if (e == OK) continue;
        bad++;
        printf("seed %llu: %s\n  to see it: tenor sim --seeds 1 --from %llu --verbose\n", (unsigned long long)seed,
               r.first[0] ? r.first : err_word(e), (unsigned long long)seed);
    }
    printf("sim: %llu seeds, %llu failed; %llu runs, %llu journal rows, %llu kills, %llu pauses, %llu steps of the clock\n",
           (unsigned long long)seeds, (unsigned long long)bad, (unsigned long long)runs, (unsigned long long)rows,
           (unsigned long long)kills, (unsigned long long)pauses, (unsigned long long)steps);
    return bad ? EXIT_NO : 0;
}

const struct command command_sim = {"sim", "tenor sim [--seeds N] [--from S] [--verbose]",
                                    "Runs random flows under random faults in a simulated world and checks what must hold.", run};
