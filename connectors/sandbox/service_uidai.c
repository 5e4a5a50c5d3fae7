/* service_uidai.c - plays the page where a holder downloads her offline Aadhaar document. No connector calls it: whoever writes a
 * test or a demo does, in the applicant's place. The issuer, its key and the photo are simulated. */
#include "connectors/sandbox/service.h"

#include <string.h>

#include "base/rng.h"
#include "base/zone.h"
#include "connectors/kyc_aadhaar.h"
#include "connectors/sandbox/keys.h"
#include "connectors/sandbox/people.h"
#include "connectors/xml_signature.h"

#define DAY_MS INT64_C(86400000)
#define INDIA_MS INT64_C(19800000)
#define PHOTO_BYTES 2400

static void add_reference(const struct residence *home, int64_t now_ms, struct buf *out) {
    int64_t local = now_ms + INDIA_MS, rest = local % DAY_MS;
    int year, month, mday;
    day_split((int32_t)(local / DAY_MS), &year, &month, &mday);
    buf_addf(out, "%s%04d%02d%02d%02d%02d%02d%03d", home->aadhaar + 8, year, month, mday, (int)(rest / 3600000),
             (int)(rest / 60000 % 60), (int)(rest / 1000 % 60), (int)(rest % 1000));
}

static void add_photo(const struct person *p, struct buf *out) {
    uint8_t bytes[PHOTO_BYTES];
    struct rng r;
    person_rng(p, "photo", &r);
    for (size_t k = 0; k < sizeof bytes; k++) bytes[k] = (uint8_t)rng_u64(&r);
    buf_add_base64(out, bytes, sizeof bytes);
}

static void write_document(const struct person *p, const char *share_code, int64_t now_ms, struct buf *out) {
    struct residence home;
    char mobile[65];
    person_residence(p, &home);
    aadhaar_mobile_hash(home.phone + 3, share_code, home.aadhaar[11], mobile); /* without +91 */
    buf_adds(out, "<OfflinePaperlessKyc referenceId=\"");
    add_reference(&home, now_ms, out);
    buf_addf(out, "\"><UidData><Poi dob=\"%.2s-%.2s-%.4s\" e=\"\" gender=\"%c\" m=\"%s\" name=\"%s\"></Poi>", p->dob + 8, p->dob + 5, p->dob,
             p->gender, mobile, p->name);
    buf_addf(out, "<Poa careof=\"\" country=\"India\" dist=\"%s\" house=\"%s\" landmark=\"\" loc=\"\" pc=\"%s\" po=\"\" state=\"%s\" street=\"\" subdist=\"\" vtc=\"%s\"></Poa><Pht>",
             home.district, home.house, home.pincode, home.state, home.district);
    add_photo(p, out);
    buf_adds(out, "</Pht></UidData></OfflinePaperlessKyc>");
}

static void offline_ekyc(struct providers *p, const struct outside_request *r, struct provided *out) {
    struct buf document AUTO(buf_reset) = {0}, with_signature AUTO(buf_reset) = {0};
    struct person who;
    person_by_pan(p->seed, json_text(r->input, "pan", ""), &who);
    if (!who.known) {
        service_refuse(out, 404, "unknown", "nobody by this PAN");
        return;
    }
    buf_init(&document, AADHAAR_XML_MAX);
    buf_init(&with_signature, AADHAAR_XML_MAX);
    write_document(&who, json_text(r->input, "share_code", "1234"), r->now_ms, &document);
    enum err e = p->issuer ? OK : sandbox_rsa_key(&p->issuer);
    if (e == OK) e = xml_signature_add(buf_text(&document), p->issuer, &with_signature);
    if (e != OK) {
        service_refuse(out, 500, "not_signed", "the document could not be signed");
        return;
    }
    buf_adds(out->body, "{\"xml\":");
    buf_add_json_string(out->body, with_signature.data, with_signature.len);
    buf_addc(out->body, '}');
}

const struct service uidai_services[] = {
    {"uidai.offline_ekyc", offline_ekyc, false},
    {.operation = NULL},
};
