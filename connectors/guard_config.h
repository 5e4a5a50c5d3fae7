/* guard_config.h - what the guard of one connector is told: its mode and limits, from the declaration and the
 * configuration over it.
 *
 *   "connectors": {"bureau": {"url": "https://...", "token_file": "...",
 *                             "sandbox_url": "http://127.0.0.1:8090", "sandbox_token_file": "...",
 *                             "mode": "live" | "sandbox" | "record_only",
 *                             "limits": {"per_s": 50, "burst": 50, "at_once": 64, "breaker_after": 10,
 *                                        "slow_ms": 1500, "open_ms": 5000}}}
 *
 * In mode sandbox the connector sees sandbox_url as its url, and never the live token. */
#ifndef CONNECTORS_GUARD_CONFIG_H
#define CONNECTORS_GUARD_CONFIG_H

#include "connectors/connector.h"

enum guard_mode {
    GUARD_LIVE,
    GUARD_SANDBOX,    /* another address: everything is played */
    GUARD_RECORD_ONLY /* effects are written down and answered with their sample, never sent; reads and looks are */
};
const char *guard_mode_word(enum guard_mode m); /* "live" */

struct guard_config {
    enum guard_mode mode;
    struct limits limits; /* resolved: only per_s (no limit) and slow_ms (three quarters of the try) may be 0 */
};
/* `config` may be NULL. `inner_new`: what the connector itself is opened with. The fault names the field. */
MUST_CHECK enum err guard_config_read(const struct connector_ops *ops, const json_t *config, struct guard_config *out,
                                      json_t **inner_new, struct fault *f);
/* From when on a call of this operation counts as slow. */
unsigned guard_slow_ms(const struct guard_config *c, const struct operation *op);

#endif
