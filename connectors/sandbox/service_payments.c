/* service_payments.c - mandates and payouts. */
#include "connectors/sandbox/service.h"

#include <inttypes.h>

#include "base/text.h"
#include "base/zone.h"

static void payments_status(struct providers *p, const struct outside_request *r, struct provided *out) {
    struct book_loan l = book_loan(p->book, json_text(r->input, "reference", ""));
    buf_addf(out->body, "{\"paid\":%" PRId64 ",\"payouts\":%u,\"mandate\":\"%s\"}", l.paid_minor, l.payouts,
             l.mandate_active ? "active" : l.mandates ? "cancelled" : "none");
}

static void payments_mandate(struct providers *p, const struct outside_request *r, struct provided *out) {
    if (text_starts(json_text(r->input, "account", ""), "nomandate"))
        service_refuse(out, 422, "mandate_rejected", "the bank gives no mandate on this account");
    else buf_addf(out->body, "{\"id\":\"UMRN%012" PRIu64 "\",\"state\":\"active\"}", service_number(p, r));
}

static void payments_cancel(struct providers *p, const struct outside_request *r, struct provided *out) {
    struct book_loan l = book_loan(p->book, json_text(r->input, "reference", ""));
    buf_addf(out->body, "{\"cancelled\":%s}", l.mandate_active ? "true" : "false");
}

static void payments_disburse(struct providers *p, const struct outside_request *r, struct provided *out) {
    int64_t amount = json_int(r->input, "amount", 0);
    char day[16];
    if (text_starts(json_text(r->input, "account", ""), "closed"))
        service_refuse(out, 422, "account_closed", "the account is closed");
    else if (amount <= 0) service_refuse(out, 422, "bad_amount", "the amount must be above zero");
    else
        buf_addf(out->body, "{\"id\":\"UTR%012" PRIu64 "\",\"amount\":%" PRId64 ",\"settled_on\":\"%s\"}",
                 service_number(p, r), amount, day_text(service_day(r->now_ms), day));
}

const struct service payments_services[] = {
    {"payments.status", payments_status, false},
    {"payments.mandate", payments_mandate, true},
    {"payments.cancel_mandate", payments_cancel, true},
    {"payments.disburse", payments_disburse, true},
    {.operation = NULL},
};
