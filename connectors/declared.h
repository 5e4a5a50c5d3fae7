/* declared.h - connectors that are described and not programmed (strategies/connectors/NAME.lua).
 *
 * The language checks the file and gives its description as JSON (dsl/connector.h says its form); this room turns it
 * into a connector like any other: the same table of operations, the same guard, the same ends. What a request says is
 * made by the language too, through `ask`, because its parts are typed expressions; what a reply means is read here.
 *
 * A reply is judged in this order: the declared `ends`, first that fits; then status (answer.h), except that a 4xx which
 * is not declared is never a refusal: it says that something is wrong between us and the provider, not with the case.
 *
 * Configuration: {"url": "https://...", "token_file": "/run/secrets/phone"}. The secret's first line goes out as the
 * declared auth wants it: bearer and basic ("user:password") as Authorization, header and query under their name,
 * hmac as hex HMAC-SHA256 under the secret over "METHOD\nPATH\nBODY". */
#ifndef CONNECTORS_DECLARED_H
#define CONNECTORS_DECLARED_H

#include "connectors/connector.h"

struct declared_ask { /* handed in by wiring; called in the loop's thread */
    void *who;
    /* {"path","query","headers","body"} of dsl/connector.h. ERR_INVALID: this input cannot be said. */
    enum err (*make)(void *who, const char *operation, bool look, const json_t *input, const char *key, int64_t now_ms, json_t **out_new,
                     struct fault *why);
};

struct declared;
/* ERR_INVALID: the description is not what the language makes (the fault says where). */
MUST_CHECK enum err declared_new(const json_t *description, const struct declared_ask *ask, struct declared **out, struct fault *f);
void declared_free(struct declared *d); /* after the registry that its connector is in */
const struct connector_ops *declared_ops(const struct declared *d);

#endif
