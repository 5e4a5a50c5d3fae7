/* guard.h - the guard round a connector: limits, breaker, cache, mode, the log of failures and the figures.
 *
 * A guard is a connector itself, with the same functions, round another one. A call passes, in this order:
 *   mode       record_only: an effect is written down and answered with its sample, never sent
 *   cache      a read with `cache_s`: an answer that is young enough ends the call at once
 *   breaker    open: turned away at once, "circuit_open"
 *   turn       waits for a free place (at_once) and a token (per_s), at most as long as one try may take; looks and
 *              undos first. Then "busy" or "rate_limited"
 *   the connector itself
 * Whoever is turned away was not sent: FAILED, with retry_after_ms at which it makes sense to come again (each gets a
 * different one, so that they do not return together). A look that is turned away is UNCERTAIN: it settled nothing,
 * and FAILED would allow a second payout.
 *
 * Places and tokens are the connector's (its provider counts them together). Breakers are each operation's own, and
 * the look at an operation has one beside it: looks settle what is UNCERTAIN, they are asked at another address of the
 * provider, and must not be kept out because the effect they look for hangs. An undo is another operation anyway. So
 * both pass where a new effect would not, and yet a provider that is wholly down is not beaten with looks.
 *
 * What is computed in this process (connector_ops.in_process) has no limits and no breaker, only cache and figures. */
#ifndef CONNECTORS_GUARD_H
#define CONNECTORS_GUARD_H

#include "base/crypt.h"
#include "base/rng.h"
#include "connectors/connector.h"

struct redis;
struct guards; /* what the guards of one process have in common */
struct guards_config {
    struct loop *loop;
    struct redis *redis;          /* NULL: every process for itself */
    int64_t redis_ms;             /* an answer of it may take so long; 0: 10 ms */
    struct metrics *metrics;
    struct rng *rng;
    const struct crypt_key *master; /* copied parts are derived; NULL: nothing is cached */
    unsigned processes;           /* share a rate among so many when Redis is away */
    const char *owner;            /* this process, in what is told to others */
    size_t cache_bytes;           /* 0: 32 MiB */
};
MUST_CHECK enum err guards_new(const struct guards_config *c, struct guards **out, struct fault *f);
void guards_free(struct guards *g); /* after registry_free and redis_free */

/* Opens the connector `ops` with its configuration and puts a guard round it. */
MUST_CHECK enum err guard_open(struct guards *g, const struct connector_ops *ops, const struct connector_env *env,
                               struct connector **out, struct fault *f);

/* What is seen from this process, for the API: [{name, mode, limits, in_flight, waiting, operations: [...]}, ...] in
 * the order of opening. NULL: no memory. */
json_t *guards_show_new(struct guards *g);
json_t *guards_show_one_new(struct guards *g, const char *connector); /* NULL also: there is none */
/* By hand: open (and held open) or closed again, at all processes that Redis reaches. `operation` is the part behind
 * the dot, NULL all. ERR_NOT_FOUND; ERR_REFUSED for what has no breaker. Who and why are for the log. */
MUST_CHECK enum err guards_set_breaker(struct guards *g, const char *connector, const char *operation, bool open,
                                       const char *by, const char *why, struct fault *f);
/* Whether the other processes are reached just now. */
bool guards_shared(struct guards *g);

#endif
