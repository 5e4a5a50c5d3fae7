/* service_kyc.c - the register of tax numbers and the central KYC registry. */
#include "connectors/sandbox/service.h"

#include <string.h>

#include "base/text.h"
#include "base/zone.h"
#include "connectors/name_match.h"
#include "connectors/sandbox/handle.h"
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

static void add_text(struct buf *out, const char *name, const char *value) {
    buf_addf(out, ",\"%s\":", name);
    buf_add_json_string(out, value, strlen(value));
}

/* Two in three have a record; those new to credit mostly have none. */
static bool in_registry(const struct person *p) {
    return p->known && (p->persona || sandbox_hash(p->salt, "ckyc", p->pan) % 100 < (p->kind == PERSON_NEW ? 20 : 70));
}

static void updated_on(const struct person *p, char day[16]) {
    day_text(day_of(2019, 1, 1) + (int32_t)(sandbox_hash(p->salt, "ckyc day", p->pan) % 2000), day);
}

/* This registry is searched by PAN; other numbers find nobody. */
static void ckyc_search(struct providers *p, const struct outside_request *r, struct provided *out) {
    struct person who;
    char handle[HANDLE_MAX], day[16];
    if (strcmp(json_text(r->input, "id_type", ""), "pan") != 0) {
        buf_adds(out->body, "{\"found\":false}");
        return;
    }
    person_by_pan(p->seed, json_text(r->input, "id_number", ""), &who);
    if (!in_registry(&who)) {
        buf_adds(out->body, "{\"found\":false}");
        return;
    }
    updated_on(&who, day);
    buf_addf(out->body, "{\"found\":true,\"reference\":\"%s\",\"updated_on\":\"%s\"", handle_make(p->seed, "ckyc", who.pan, who.pan, handle), day);
    add_text(out->body, "name", who.name);
    buf_addc(out->body, '}');
}

static void ckyc_download(struct providers *p, const struct outside_request *r, struct provided *out) {
    struct person who;
    struct residence home;
    char pan[11], day[16];
    if (!handle_read(p->seed, "ckyc", json_text(r->input, "reference", ""), pan)) {
        service_refuse(out, 404, "ckyc_unknown", "no such record");
        return;
    }
    person_by_pan(p->seed, pan, &who);
    person_residence(&who, &home);
    if (strcmp(json_text(r->input, "dob", ""), who.dob) != 0) {
        service_refuse(out, 403, "authentication_failed", "the date of birth does not fit the record");
        return;
    }
    updated_on(&who, day);
    buf_addf(out->body, "{\"updated_on\":\"%s\",\"dob\":\"%s\",\"gender\":\"%c\",\"pan\":\"%s\",\"aadhaar_last4\":\"%s\",\"pincode\":\"%s\"", day,
             who.dob, who.gender, who.pan, home.aadhaar + 8, home.pincode);
    add_text(out->body, "name", who.name);
    add_text(out->body, "address", home.house);
    add_text(out->body, "district", home.district);
    add_text(out->body, "state", home.state);
    buf_addc(out->body, '}');
}

const struct service kyc_services[] = {
    {"kyc.verify", kyc_verify, false},
    {"kyc.ckyc_search", ckyc_search, false},
    {"kyc.ckyc_download", ckyc_download, false},
    {.operation = NULL},
};
