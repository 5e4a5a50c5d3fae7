/* publish.h - making a version immutable: checked, stored by hash, then served. */
#ifndef FLOW_PUBLISH_H
#define FLOW_PUBLISH_H

#include <stdint.h>

#include "base/err.h"
#include "flow/engine.h"

/* ERR_INVALID at once when the text has faults (the first is in `f`). `done` gets ERR_CONFLICT when the
 * version was published before with other text; the same text again is OK. */
MUST_CHECK enum err publish_text(struct store *s, struct definitions *d, const char *text, const char *by,
                                 int64_t now_ms, engine_done_fn *done, void *who, struct fault *f);

#endif
