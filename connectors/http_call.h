/* http_call.h - the shared part of every connector that speaks HTTP and JSON.
 *
 * An operation `report` of connector `bureau` is POST <url>/bureau/report with the input as body and
 * the key as Idempotency-Key; a look is GET <url>/bureau/report/<key>. What the reply means stands in
 * answer.h. Answers over 8 KiB are parsed and checked in a worker thread when there is a pool.
 *
 * Configuration: {"url": "http://127.0.0.1:9100", "token_file": "/run/secrets/bureau"}; the token goes
 * out as a Bearer header. Without `url` or without a fetcher (simulator, `tenor check`) the connector
 * opens and every call ends FAILED. */
#ifndef CONNECTORS_HTTP_CALL_H
#define CONNECTORS_HTTP_CALL_H

#include "connectors/connector.h"

MUST_CHECK enum err http_connector_open(const struct connector_ops *ops,
                                        const struct connector_env *env, struct connector **out,
                                        struct fault *f);
const void *http_connector_keys(const struct connector *c); /* what shaping->open made, or NULL */
void http_connector_start(struct connector *c, struct call *call);
void http_connector_cancel(struct connector *c, struct call *call);
/* Calls in flight are dropped: their done does not fire, their owner may already be gone. */
void http_connector_close(struct connector *c);

#endif
