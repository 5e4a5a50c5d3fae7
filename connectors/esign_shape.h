/* esign_shape.h - an envelope is bound to the hash of its document: an answer about another document is never taken.
 *
 * Configuration beside url and token: {"case": "loan_application", "webhook_secret_files": [...]}. */
#ifndef CONNECTORS_ESIGN_SHAPE_H
#define CONNECTORS_ESIGN_SHAPE_H

#include "connectors/shape.h"
#include "connectors/webhook.h"

struct esign_keys {
    char case_type[64];
    struct webhook_trust trust;
};
extern const struct shaping esign_shaping;

MUST_CHECK enum err esign_hear(struct connector *c, const struct http_headers *h, const void *body, size_t n, int64_t now_ms,
                               heard_fn *each, void *who, struct fault *f);
/* The same after the signature has been checked. Events: esign.signed, esign.declined, esign.voided; the key is the
 * envelope's reference, the data its id, reference, the hash of the document that was signed, code, and day. Whoever
 * waits for esign.signed holds `event.document` against the hash that was sent. */
MUST_CHECK enum err esign_read(const struct esign_keys *k, const void *body, size_t n, heard_fn *each, void *who, struct fault *f);

#endif
