/* service_bank.c - account entries under a consent. */
#include "connectors/sandbox/service.h"

#include "base/text.h"
#include "connectors/sandbox/aa_accounts.h"
#include "connectors/sandbox/people.h"

static void bank_transactions(struct providers *p, const struct outside_request *r, struct provided *out) {
    const char *consent = json_text(r->input, "consent", ""), *pan = json_text(r->input, "pan", NULL);
    struct person who;
    char named[11], handle[64];
    bool stands, ours = aa_consent_named(p, consent, r->now_ms, named, handle, &stands);
    if (text_starts(consent, "revoked") || (ours && !stands)) {
        service_refuse(out, 403, "consent_revoked", "the consent was withdrawn");
        return;
    }
    if (ours) person_by_pan(p->seed, named, &who);
    else if (pan) person_by_pan(p->seed, pan, &who);
    else person_by_consent(p->seed, consent, &who);
    out->text = history_text(p->history, &who, service_day(r->now_ms), &out->text_n);
    if (!out->text) service_refuse(out, 500, "no_memory", "no memory");
}

const struct service bank_services[] = {
    {"bank.transactions", bank_transactions, false},
    {.operation = NULL},
};
