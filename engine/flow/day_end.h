/* day_end.h - the end of a day for a million loans: a run per shard that goes through what has work, page by page.
 *
 * A loan has work when its next_day has come. What is written is a pure function's to say (engine_config.day_end): bucket
 * changes and accruals; days past due are never written, they follow from the entries. A loan that is done has a later
 * next_day, so the work can be broken off anywhere and begun again: what is left is what is still listed.
 *
 *   asked       engine_day_end, or the clock: a row in the store, once per day
 *   begun       whoever holds a shard sees it when it renews its lease, and starts a run "day_end" there
 *   a page      loans_due, their files (cabinet.h: those in use are left for the next pass), the function, one append of all
 *               that it says, under the shard's lease, in the run's journal with the counts so far
 *   ended       no loan is listed but those whose file cannot be reckoned: they are counted, logged, and stay listed
 *
 * A shard that is lost takes its run along: its next owner finds it open and goes on from the counts of its last row. Days
 * of one shard follow one another. Few shards at a time, and between two pages everything else has its turn. */
#ifndef FLOW_DAY_END_H
#define FLOW_DAY_END_H

#include "flow/inner.h"

struct day_ends *day_ends_new(struct engine *e);
void day_ends_stop(struct day_ends *d); /* gives up what is under way; starts nothing any more */
void day_ends_free(struct day_ends *d);
/* The leases were renewed: is there something to do? */
void day_ends_look(struct engine *e);
/* Recovery met an open run. False: it is not of a day-end. */
bool day_end_met(struct engine *e, const struct open_run *o);
void day_end_lost(struct engine *e, uint16_t shard);

#endif
