/* service.h - one service of the sandbox: a table of operations, one file each (service_kyc.c ...).
 *
 * An answer function is pure: input in, JSON text (or a refusal) out. `effect`: asked once per key, then the
 * book repeats its answer; such a function must give the same bytes for the same operation, key and input. */
#ifndef SANDBOX_SERVICE_H
#define SANDBOX_SERVICE_H

#include "connectors/sandbox/providers.h"

struct service {
    const char *operation; /* "kyc.verify" */
    void (*answer)(struct providers *p, const struct outside_request *r, struct provided *out);
    bool effect; /* goes through the book */
};
/* Each ends with a NULL operation. */
extern const struct service kyc_services[], uidai_services[], bureau_services[], bureau_b_services[], bank_services[], aa_services[], payments_services[],
    collect_services[], account_services[], esign_services[], screening_services[], notices_services[], phone_services[];

/* An error answer, as answer.h reads it; `text` needs no escaping. */
void service_refuse(struct provided *out, int status, const char *code, const char *text);
/* Civil day where the sandbox lives: UTC+5:30, which has no daylight saving. */
int32_t service_day(int64_t now_ms);
/* Minutes since midnight there. */
unsigned service_minute(int64_t now_ms);
/* The currency of an input; INR where none is named. NULL after a refusal: it is not one. */
const char *service_currency(const struct outside_request *r, struct provided *out);
/* Twelve digits from operation and key: a reference of the provider's own that survives a restart. */
uint64_t service_number(const struct providers *p, const struct outside_request *r);

#endif
