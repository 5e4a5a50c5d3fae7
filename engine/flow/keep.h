/* keep.h - definitions in the store: published versions, and the drafts that runs may be pinned to.
 *
 * A run is pinned to the hash of its plan and of the ground it stands on (ground.h). So every ground is kept before a run may
 * start on it, and in development every sound draft is kept by its hash before a
 * run may start on it: after a restart the run goes on with the text it started with, whatever the
 * file says by then. */
#ifndef FLOW_KEEP_H
#define FLOW_KEEP_H

#include <stdint.h>

#include "flow/definitions.h"
#include "store/store.h"

/* Takes in what the store holds. `done` gets OK also when a text is no longer sound here (it is logged). */
MUST_CHECK enum err keep_fetch(struct store *s, struct definitions *d, store_done_fn *done, void *who);
/* Keeps the ground of now, and every draft that is not kept yet (none in production); until they are, definitions_flow does not
 * give them out. */
MUST_CHECK enum err keep_drafts(struct store *s, struct definitions *d, int64_t now_ms);

#endif
