/* service_kyc.c - the register of tax numbers. */
#include "connectors/sandbox/service.h"

#include "connectors/sandbox/people.h"

static void kyc_verify(struct providers *p, const struct outside_request *r, struct provided *out) {
    struct person who;
    person_by_pan(p->seed, json_text(r->input, "pan", ""), &who);
    if (!who.known) {
        service_refuse(out, 404, "pan_unknown", "no such PAN");
        return;
    }
    double match = person_name_match(&who, json_text(r->input, "name", ""));
    const char *status = match >= 0.9 ? "match" : match >= 0.6 ? "partial" : "mismatch";
    buf_addf(out->body, "{\"status\":\"%s\",\"name_match\":%.4f,\"pan_valid\":true", status, match);
    if (match >= 0.6) buf_addf(out->body, ",\"dob\":\"%s\"", who.dob);
    buf_addc(out->body, '}');
}

const struct service kyc_services[] = {
    {"kyc.verify", kyc_verify, false},
    {.operation = NULL},
};
