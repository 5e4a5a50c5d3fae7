/* gateway.h - the bank's counter: ISO 20022 messages in, the world's JSON behind. Pure.
 *
 * POST /payments/disburse, /refund (pain.001), /collect (pain.008), /recall (camt.056) with Content-Type
 * application/xml; answers, and looks with Accept application/xml, are pain.002 and camt.029, a statement is a camt.053.
 * What went wrong with the request itself (no such key, too many requests, a fault) stays an HTTP status with a JSON
 * reason; a rejected order is a report. */
#ifndef SANDBOX_GATEWAY_H
#define SANDBOX_GATEWAY_H

#include "connectors/sandbox/outside.h"

#define GATEWAY_XML "application/xml"

/* The order as the world takes it. `key`: the idempotency key; its EndToEndId must be that of the order. ERR_INVALID. */
MUST_CHECK enum err gateway_read(const char *operation, const char *key, const void *body, size_t n, json_t **out_new,
                                 struct fault *f);
/* The world's answer as a message in `out`; false: there is none for it, it goes as it is. `now_ms`: of the message. */
bool gateway_write(const char *operation, const char *key, const struct outside_answer *a, int64_t now_ms, struct buf *out);
/* A notice as the webhook's body; sets its content type. Money is told in a camt.054, the rest in JSON (notice.h). */
MUST_CHECK enum err gateway_notice(const struct notice *n, const struct book *b, struct buf *out, const char **type);

#endif
