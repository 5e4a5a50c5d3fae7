/* proc.h - one simulated engine process: loop, store handle, wires to the world, engine. */
#ifndef SIM_PROC_H
#define SIM_PROC_H

#include "flow/engine.h"
#include "sim/clock.h"
#include "sim/memory.h"
#include "sim/world.h"

struct proc {
    struct sim_clock *clock;
    struct memory *memory;
    struct world *world;
    struct definitions *definitions;
    struct crypt_key master;
    unsigned processes, life;
    size_t resident_max, loans_max;
    day_end_fn *day_end;   /* NULL: none */
    const struct zone *zone;
    int day_end_minute;
    int index;
    bool alive, paused;
    struct loop *loop;
    struct store *store;
    struct registry *registry;
    struct engine *engine;
    struct rng rng;
    struct remains *remains; /* of earlier lives: freed with the process */
};
MUST_CHECK enum err proc_start(struct proc *p);
void proc_kill(struct proc *p);              /* kill -9 */
void proc_pause(struct proc *p, bool paused); /* SIGSTOP, SIGCONT */
void proc_free(struct proc *p);              /* after the last step of the clock */

#endif
