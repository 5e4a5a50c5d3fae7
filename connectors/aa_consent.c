/* aa_consent.c - what an artefact must say before we believe that there is a consent. */
#include <string.h>

#include "base/text.h"
#include "base/zone.h"
#include "connectors/aa_shape.h"

#define WAIT_MS 5000

static json_t *refuse(struct answer *a, const char *code) {
    answer_set(a, CALL_REFUSED, code, "the consent artefact is not accepted (%s)", code);
    return NULL;
}

static bool same_ids(const json_t *payload, const struct shaped *s, const json_t *said) {
    return text_eq(json_text(payload, "consentId", NULL), json_text(said, "consentId", "")) &&
           text_eq(json_text(payload, "consentHandle", NULL), json_text(s->input, "handle", ""));
}

static bool read_day(const json_t *v, const char *path, int32_t *out) {
    const json_t *text = json_at(v, path);
    return json_is_string(text) && day_parse(json_string_value(text), out) == OK;
}

/* NULL when all is as it should be. */
static const char *artefact_fault(const struct shaped *s, const json_t *said, const json_t *payload, int32_t days[3]) {
    const struct aa_keys *k = s->keys;
    const char *purpose = json_text(s->input, "purpose", NULL);
    int64_t expires;
    if (!same_ids(payload, s, said)) return "artefact_of_another_consent";
    if (!text_eq(json_text(json_object_get(payload, "DataConsumer"), "id", NULL), k->consumer)) return "artefact_for_another_lender";
    if (purpose && !text_eq(json_text(json_object_get(payload, "Purpose"), "code", NULL), purpose)) return "artefact_for_another_purpose";
    if (instant_parse(json_text(payload, "consentExpiry", ""), &expires) != OK || !read_day(payload, "FIDataRange.from", &days[0]) ||
        !read_day(payload, "FIDataRange.to", &days[1]) || !json_is_array(json_object_get(payload, "fiTypes")))
        return "artefact_form";
    days[2] = (int32_t)(expires / INT64_C(86400000));
    return expires > s->now_ms ? NULL : "artefact_expired";
}

static json_t *consent_answer(const json_t *said, const json_t *payload, const int32_t days[3], const char *artefact) {
    char from[16], to[16], expires[16], hash[65];
    crypt_sha256_hex(artefact, strlen(artefact), hash);
    return json_pack("{s:s, s:s, s:s, s:s, s:O, s:s, s:s, s:s, s:s}", "state", "active", "consent", json_text(said, "consentId", ""),
                     "artefact", artefact, "artefact_hash", hash, "fi_types", json_object_get(payload, "fiTypes"), "purpose",
                     json_text(json_object_get(payload, "Purpose"), "code", ""), "data_from", day_text(days[0], from), "data_to",
                     day_text(days[1], to), "expires_on", day_text(days[2], expires));
}

static json_t *read_active(const struct shaped *s, const json_t *said, struct answer *a) {
    const struct aa_keys *k = s->keys;
    const char *artefact = json_text(said, "artefact", "");
    json_t *payload = NULL, *v = NULL;
    struct fault f;
    int32_t days[3];
    if (!k->has_issuer) return refuse(a, "no_issuer_key");
    enum err e = jws_check(&k->issuer, artefact, &payload, &f);
    if (e == ERR_NOMEM) return NULL;
    if (e != OK) return refuse(a, f.where);
    const char *fault = artefact_fault(s, said, payload, days);
    if (fault) (void)refuse(a, fault);
    else v = consent_answer(said, payload, days, artefact);
    json_decref(payload);
    return v;
}

json_t *aa_read_consent(const struct shaped *s, const json_t *said, struct answer *a) {
    static const char *const words[][2] = {{"PENDING", "pending"}, {"ACTIVE", "active"},   {"REJECTED", "rejected"},
                                           {"PAUSED", "paused"},   {"REVOKED", "revoked"}, {"EXPIRED", "expired"}};
    const char *status = json_text(said, "status", "");
    if (!strcmp(status, "PENDING") && json_bool(s->input, "wait", false)) {
        answer_set(a, CALL_FAILED, "consent_pending", "the customer has not answered yet");
        a->result.said_later = true;
        a->result.retry_after_ms = WAIT_MS;
        return NULL;
    }
    if (!strcmp(status, "ACTIVE")) return read_active(s, said, a);
    for (size_t k = 0; k < ARRAY_LEN(words); k++)
        if (!strcmp(words[k][0], status)) return json_pack("{s:s}", "state", words[k][1]);
    answer_set(a, CALL_FAILED, "bad_answer", "the aggregator says nothing that was agreed");
    return NULL;
}
