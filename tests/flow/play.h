/* play.h - one engine on a quiet simulated world, for the suites of flow/: write a flow, start a run,
 * let time pass, look. */
#ifndef TESTS_FLOW_PLAY_H
#define TESTS_FLOW_PLAY_H

#include "flow/definitions.h"
#include "sim/proc.h"

struct play {
    struct sim_clock *clock;
    struct loop *loop;
    struct memory *memory;
    struct world *world;
    struct registry *declared;
    struct definitions *definitions;
    struct proc proc;
    struct id run;
    enum err err;      /* of the last request */
    bool joined, told;
    struct fault fault;
    const char *loan, *customer; /* of the next start; NULL: the ref, derived */
    json_t *state, *facts;
    const char *by, *subject; /* of play_hear; NULL: the test, not numbered */
    int64_t sequence;
};
/* `flow` is the text of workflow "f", version 1, on case "sim_case"; `world` may be NULL: no troubles. */
void play_open(struct play *p, const char *flow, const struct world_faults *world);
void play_close(struct play *p);
void play_pass(struct play *p, int64_t ms);
/* Starts {"ref": ref, "n": n, "loan": loan}; waits until told. */
enum err play_start(struct play *p, const char *ref, int n, const char *dedup_key, const char *dedup_hash);
enum err play_signal(struct play *p, const char *name, const char *id, const char *ref);
/* By case, to whoever is open. */
enum err play_hear(struct play *p, const char *name, const char *id, const char *ref);
enum err play_dead(struct play *p, int64_t no, bool replay); /* a person's decision on a dead letter */
enum err play_task(struct play *p, const char *paragraph, unsigned visit, const char *act, const char *answer, const char *by);
/* The same with the fields of a form (JSON text; NULL: none). */
enum err play_task_form(struct play *p, const char *paragraph, unsigned visit, const char *act, const char *answer, const char *by,
                        const char *form);
enum err play_cancel(struct play *p);
void play_crash(struct play *p);             /* kill -9, and up again at once */
const char *play_state(struct play *p);      /* reads; the state word */
const char *play_outcome(struct play *p);
enum err play_timeline(struct play *p);      /* the facts, opened: p->facts */
unsigned play_rows(struct play *p);
unsigned play_count(struct play *p, const char *fact, const char *paragraph); /* facts of a kind; NULL: any */

#endif
