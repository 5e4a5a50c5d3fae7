/* server.h - the sandbox over HTTP: one process that plays the outside world.
 *
 *   POST /<service>/<operation>          a request with Idempotency-Key
 *   GET  /<service>/<operation>/<key>    has it taken effect?
 *   GET  /control, POST /control         settings: {"latency": "50-150", "faults": "busy=0.1"}
 *   POST /control/bureau                 CSV of attributes by PAN (see outside.h)
 *   POST /control/happen                 lets something happen now (see outside_happen)
 *   GET  /book?after=N&limit=M           what really happened, with totals
 *   GET  /people, GET /people?pan=P      who is who: the named ones, or one
 *   GET  /people?page=N&size=M           inhabitants in bulk, pages from 1, at most 1000 each
 *   GET  /readyz
 * Content and answers of /payments are JSON or ISO 20022 messages (gateway.h). With `webhooks` in the settings, what
 * happens is told to that address (teller.h).
 * Before an answer to an effect leaves, its line is on disk: all lines of one turn share one fsync. */
#ifndef SANDBOX_SERVER_H
#define SANDBOX_SERVER_H

#include "base/json.h"
#include "base/loop.h"

struct sandbox;

/* `settings` as in outside.h and teller.h, and {"listen": "127.0.0.1:9100", "book": "path", "bureau_file": "path"}.
 * Without `book` nothing is kept. A book that is there is read in; a torn last line is cut off. */
MUST_CHECK enum err sandbox_start(struct loop *l, const json_t *settings, struct sandbox **out,
                                  struct fault *f);
int sandbox_port(const struct sandbox *s);
struct outside *sandbox_world(struct sandbox *s);
/* The loop must not run again afterwards: a turn-end hook cannot be taken back. */
void sandbox_stop(struct sandbox *s);

#endif
