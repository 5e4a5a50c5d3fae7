/* clock.h - virtual time: one clock for a world, one loop per simulated process on it.
 *
 * Everything runs in the order (instant, insertion), so a seed repeats itself exactly. Months pass in
 * the time that the work in them takes. */
#ifndef SIM_CLOCK_H
#define SIM_CLOCK_H

#include <stdbool.h>

#include "base/loop.h"

struct sim_clock;
struct sim_clock *sim_clock_new(int64_t now_ms);
void sim_clock_free(struct sim_clock *c); /* drops what has not run */
int64_t sim_clock_now(const struct sim_clock *c);
/* Runs what is next; false: nothing is left or it lies after `until_ms` (then time moves there). */
bool sim_clock_step(struct sim_clock *c, int64_t until_ms);
/* Steps until then, at most `most` steps; false: they were used up. */
bool sim_clock_run(struct sim_clock *c, int64_t until_ms, uint64_t most);

/* A process's loop on this clock. Its own clock may run askew, as machines' do. */
struct loop *sim_loop_new(struct sim_clock *c);
void sim_loop_free(struct loop *l);         /* its timers and posts are dropped */
void sim_loop_askew(struct loop *l, int64_t by_ms);
/* A stopped process (SIGSTOP, a long page fault): its timers and posts wait until it goes on. */
void sim_loop_pause(struct loop *l, bool paused);
/* Runs the posts that are due now and no timers (a dying process is let fall to pieces). */
void sim_loop_drop_timers(struct loop *l);

#endif
