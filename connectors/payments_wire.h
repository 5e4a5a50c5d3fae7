/* payments_wire.h - what payments says to a bank's gateway: ISO 20022 messages (iso20022/README.md) for what moves
 * money, JSON for the rest; and what the gateway tells by itself: camt.054 notices, JSON for mandates.
 *
 * Configuration beside url and token: {"own_name": "Lender Ltd", "own_account": "...", "case": "loan_application",
 * "servicing_case": "loan", "presentation": {"from": "09:00", "till": "17:00", "zone": "Asia/Kolkata"},
 * "webhook_secret_files": [...]}; all may be left out. Outside the hours of `presentation` a debit ends FAILED with
 * the time until they begin; how often and how many days apart is the bank's to refuse. */
#ifndef CONNECTORS_PAYMENTS_WIRE_H
#define CONNECTORS_PAYMENTS_WIRE_H

#include "connectors/shape.h"
#include "connectors/webhook.h"

struct zone;
struct payments_keys {
    char own_name[71], own_account[35];
    char case_type[64], servicing_case[64];
    struct zone *zone;         /* NULL: debits at any hour */
    int32_t from_s, till_s;    /* of the local day */
    struct webhook_trust trust;
};
extern const struct shaping payments_shaping;

/* payments_hear.c: the connector's `hear`. */
MUST_CHECK enum err payments_hear(struct connector *c, const struct http_headers *h, const void *body, size_t n,
                                  int64_t now_ms, heard_fn *each, void *who, struct fault *f);
/* The same after the signature has been checked. Events: payment.settled, payment.failed, payment.returned,
 * payment.received, collection.settled, collection.returned, mandate.active, mandate.cancelled. The key is the reference
 * that the order carried; the event id is made of the bank's own id, so that a notice sent anew is the same event. */
MUST_CHECK enum err payments_read(const struct payments_keys *k, const void *body, size_t n, heard_fn *each, void *who,
                                  struct fault *f);

#endif
