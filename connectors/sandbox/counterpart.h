/* counterpart.h - a connector that asks a sandbox world in the same process, through the loop's timers
 * alone: the simulated twin of an HTTP connector, with the same operations and the same reading of
 * answers (answer.h). Used by the simulator, `tenor try` and tests. */
#ifndef SANDBOX_COUNTERPART_H
#define SANDBOX_COUNTERPART_H

#include "connectors/connector.h"
#include "connectors/sandbox/outside.h"

/* Takes name and operations from `of` ("payments"); `w` and `l` must outlive the connector. Calls in
 * flight at close are dropped without done. */
MUST_CHECK enum err counterpart_open(const struct connector_ops *of, struct outside *w, struct loop *l,
                                     struct connector **out, struct fault *f);

#endif
