/* sim.c - tenor sim: random flows and faults by seed, checked against invariants. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/cli.h"
#include "sim/sim.h"

static int64_t no_time(void *who) { return (void)who, 0; } /* logs of a seed compare equal */

static bool number(const char *text, uint64_t *out) {
    int64_t n;
    if (!text || text_i64(text, strlen(text), &n) != OK || n < 0) return false;
    *out = (uint64_t)n;
    return true;
}

static int run(int argc, char **argv) {
    uint64_t seeds = 100, from = 1;
    bool verbose = false;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--seeds") && i + 1 < argc && number(argv[i + 1], &seeds)) i++;
        else if (!strcmp(argv[i], "--from") && i + 1 < argc && number(argv[i + 1], &from)) i++;
        else if (!strcmp(argv[i], "--verbose")) verbose = true;
        else {
            fprintf(stderr, "tenor sim: do not know '%s'\nusage: tenor sim [--seeds N] [--from S] [--verbose]\n", argv[i]);
            return EXIT_USAGE;
        }
    }
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
                                    "runs random flows under random faults in a simulated world and checks what must hold", run};
