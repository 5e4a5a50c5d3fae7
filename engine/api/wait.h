/* wait.h - answering when a run has come far enough, or when the client's patience ends (RFC 7240). */
#ifndef API_WAIT_H
#define API_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"

struct request;
typedef bool wait_until_fn(const json_t *state);
/* Must answer the request. `status` is 200 when `until` held, else 202. */
typedef void wait_answer_fn(struct request *r, int status, const json_t *state);

/* Reads r->run and answers at once when `until` holds or no `Prefer: wait=N` was sent; else waits up to
 * N seconds (at most 30). Takes the request. */
void wait_for(struct request *r, wait_until_fn *until, wait_answer_fn *answer);
/* What the client prefers, over all its Prefer headers; 0: no waiting. */
int64_t wait_patience_ms(const struct request *r);
/* Gives back the watch and the timer, if there are any. */
void wait_end(struct request *r);
/* Everybody who waits is answered now with what there is: the process is stopping. */
struct api;
void wait_hurry_all(struct api *a);
/* Milliseconds of the preference `wait` in the value of one Prefer header: 0 to 30000, or -1 when it is
 * not there. */
int64_t wait_preferred_ms(const char *prefer);

#endif
