/* webhook.h - what every connector's `hear` begins with: is it from whom we trust, and is it fresh? Pure.
 *
 * Signatures are those of base/signature.h (Standard Webhooks). The connector's configuration names the files with its
 * secrets, the newest first; while a secret is being changed there are two:
 *   {"payments": {"webhook_secret_files": ["/run/secrets/new", "/run/secrets/old"], "webhook_window_s": 300}}
 * A file holds one line, "whsec_..." and, where its time is bounded, from when and till when it is valid, as instants or a
 * dash: "whsec_... 2026-07-01T00:00:00Z -". A provider that changes at midnight needs nobody awake then. */
#ifndef CONNECTORS_WEBHOOK_H
#define CONNECTORS_WEBHOOK_H

#include "base/json.h"
#include "base/signature.h"

#define WEBHOOK_SECRETS_MAX 4

struct http_headers;
struct webhook_trust {
    struct signature_secret secrets[WEBHOOK_SECRETS_MAX];
    struct {
        int64_t from_ms, till_ms; /* valid in [from, till) */
    } valid[WEBHOOK_SECRETS_MAX];
    size_t n; /* 0: nobody is trusted, everything is refused */
    int64_t window_s;
};

MUST_CHECK enum err webhook_trust_read(const json_t *config, struct webhook_trust *out, struct fault *f);
void webhook_trust_wipe(struct webhook_trust *t);
/* ERR_REFUSED, ERR_TIMEOUT, ERR_NOMEM: see connector.h, `hear`. */
MUST_CHECK enum err webhook_check(const struct webhook_trust *t, const struct http_headers *h, const void *body, size_t n,
                                  int64_t now_ms, struct fault *f);

#endif
