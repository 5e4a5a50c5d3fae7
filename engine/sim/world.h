/* world.h - the others: counterparts that keep their own book by idempotency key, as good providers do.
 *
 * What becomes of a call is fixed by (seed, ref, operation, paragraph, visit): the verdict. On the way
 * there it may fail, lose its request or its answer, or succeed late; those faults are drawn freely but
 * end after a few, so that a history with crashes comes to the same verdicts as one without. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "connectors/connector.h"
#include "sim/clock.h"

struct world;
struct world_faults {
    unsigned trouble_percent; /* of tries that do not go smoothly */
    unsigned refuse_percent, fail_percent; /* verdicts */
    int64_t latency_ms;
};
struct world *world_new(struct sim_clock *c, uint64_t seed, const struct world_faults *f);
void world_free(struct world *w);
/* In the dark effects take effect, but no answer comes and no look can tell. */
void world_dark(struct world *w, bool dark);
/* One process's connectors to it: "world" (ask, take, give, pay, note) and "books" (see
 * own_books.h). Closing one ends its calls as UNCERTAIN: the process is gone, the counterpart goes on. */
MUST_CHECK enum err world_connect(struct world *w, struct loop *l, struct registry *r);

/* What the book says, for the checks. */
struct world_entry {
    const char *key, *op, *ref, *run, *paragraph;
    unsigned visit;
    bool happened, refused;
    uint64_t happened_at, undone_at; /* order numbers; 0: not */
    unsigned effects;                /* how often it took effect: 1 */
};
typedef void world_entry_fn(void *who, const struct world_entry *e);
void world_each(const struct world *w, world_entry_fn *fn, void *who);

#endif
