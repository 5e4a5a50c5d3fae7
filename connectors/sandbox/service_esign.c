/* service_esign.c - envelopes that people sign, some seconds later.
 *
 * A signer whose name begins with declines does not, with ignores never answers, with tampers signs another document. */
#include "connectors/sandbox/service.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/zone.h"
#include "connectors/sandbox/follow.h"

#define SOON_MS 2000

static bool is_hash(const char *s) { return strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64; }

static void plan_signature(const struct providers *p, const struct outside_request *r, const char *signer, struct provided *out) {
    int64_t at = r->now_ms + (p->twist == FAULT_PEND ? 2 * p->day_ms : SOON_MS);
    char other[100];
    if (text_starts(signer, "ignores")) return;
    if (text_starts(signer, "declines") || p->twist == FAULT_RETURN) {
        follow_plan(&out->plan, "esign.declined", at, "declined", "");
        return;
    }
    (void)snprintf(other, sizeof other, "\"document\":\"%064d\"", 0);
    follow_plan(&out->plan, "esign.signed", at, "", text_starts(signer, "tampers") ? other : "");
}

static void envelope(struct providers *p, const struct outside_request *r, struct provided *out) {
    const char *document = json_text(r->input, "document", "");
    if (!is_hash(document)) {
        service_refuse(out, 422, "bad_document", "document must be a SHA-256 in lower-case hex");
        return;
    }
    buf_addf(&out->facts, "\"document\":\"%s\"", document);
    plan_signature(p, r, json_text(r->input, "signer", ""), out);
    buf_addf(out->body, "{\"id\":\"ENV%012" PRIu64 "\",\"state\":\"sent\",\"document\":\"%s\"}", service_number(p, r), document);
}

static const char *const STATES[] = {"none", "sent", "signed", "declined", "voided"};

static void status(struct providers *p, const struct outside_request *r, struct provided *out) {
    struct book_loan l = book_loan(p->book, json_text(r->input, "reference", ""));
    if (!l.envelope) {
        service_refuse(out, 404, "no_envelope", "there is no envelope of this reference");
        return;
    }
    const struct book_entry *signed_ = l.envelope_state == BOOK_SIGNED ? book_find(p->book, "esign.signed", l.envelope->key) : NULL;
    json_t *answer = json_loadb(l.envelope->answer, l.envelope->answer_n, 0, NULL);
    json_t *more = json_loads(signed_ ? signed_->more : l.envelope->more, 0, NULL);
    char day[16];
    buf_addf(out->body, "{\"id\":\"%s\",\"state\":\"%s\",\"document\":\"%s\"", json_text(answer, "id", ""), STATES[l.envelope_state],
             json_text(more, "document", ""));
    if (signed_) buf_addf(out->body, ",\"signed_on\":\"%s\"", day_text(service_day(signed_->at_ms), day));
    buf_addc(out->body, '}');
    json_decref(answer);
    json_decref(more);
}

static void void_(struct providers *p, const struct outside_request *r, struct provided *out) {
    struct book_loan l = book_loan(p->book, json_text(r->input, "reference", ""));
    bool waits = l.envelope_state == BOOK_SENT;
    buf_addf(out->body, "{\"voided\":%s,\"state\":\"%s\"}", waits ? "true" : "false", waits ? "voided" : STATES[l.envelope_state]);
}

const struct service esign_services[] = {
    {"esign.envelope", envelope, true},
    {"esign.status", status, false},
    {"esign.void", void_, true},
    {.operation = NULL},
};
