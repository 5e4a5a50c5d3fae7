/* wire.h - builds one engine process from its configuration, in layer order; takes it down in reverse. */
#ifndef ENGINE_WIRE_H
#define ENGINE_WIRE_H

#include "base/err.h"
#include "cli/config.h"

struct process;

/* `index` names the process (0 ..). Listens only once everything below it stands. */
MUST_CHECK enum err wire_up(const struct config *c, int index, struct process **out, struct fault *f);
/* Serves until SIGTERM or SIGINT, then drains: no new requests, pending appends, leases given back. */
void wire_serve(struct process *p);
void wire_down(struct process *p);

#endif
