/* service_aa.c - the account aggregator: consents that customers answer in their own app, artefacts that it signs, sessions,
 * and accounts sealed for the session that asked.
 *
 * What a customer answers stands in the first letters of her address: `rejects` refuses, `slow` takes two days, `ignores` never
 * answers; others approve after two seconds. POST /aa/act {"handle", "action"} plays her app: approve, reject, pause, resume,
 * revoke; no connector calls it. Handles and ids carry the person (handle.h). */
#include "connectors/sandbox/service.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/zone.h"
#include "connectors/jws.h"
#include "connectors/sandbox/aa_accounts.h"
#include "connectors/sandbox/handle.h"
#include "connectors/sandbox/keys.h"
#include "connectors/sandbox/people.h"

#define REQUEST "consentrq-" /* a handle; the consent that comes of it has the same digits behind another word */
#define CONSENT "consent-"
#define DAY_MS INT64_C(86400000)
#define SOON_MS 2000
#define BANK_LATE_MS 30000
#define SEALED_MAX ((size_t)256 << 10)

/* A handle holds ten characters: a PAN, or somebody of that address. */
static void who_of(const struct providers *p, const struct outside_request *r, char pan[11]) {
    const char *given = json_text(r->input, "pan", "");
    if (*given) text_copy(pan, 11, given);
    else snprintf(pan, 11, "V%09" PRIx64, sandbox_hash(p->seed, "vua", json_text(r->input, "customer", "")) & UINT64_C(0xfffffffff));
}

static void plan_answer(const struct providers *p, const struct outside_request *r, struct provided *out) {
    const char *customer = json_text(r->input, "customer", "");
    bool slow = text_starts(customer, "slow") || p->twist == FAULT_PEND;
    bool no = text_starts(customer, "rejects") || p->twist == FAULT_RETURN;
    const char *answer = text_starts(customer, "ignores") ? "PENDING" : no ? "REJECTED" : "ACTIVE";
    buf_addf(&out->facts, "\"answer\":\"%s\",\"answers_at\":%" PRId64, answer, r->now_ms + (slow ? 2 * p->day_ms : SOON_MS));
}

static void consent(struct providers *p, const struct outside_request *r, struct provided *out) {
    char pan[11], handle[HANDLE_MAX];
    const json_t *types = json_object_get(r->input, "fi_types");
    if (!*json_text(r->input, "customer", "") || !*json_text(r->input, "purpose", "")) {
        service_refuse(out, 422, "bad_consent", "customer and purpose are needed");
        return;
    }
    who_of(p, r, pan);
    handle_make(p->seed, "consentrq", r->key, pan, handle);
    text_copy(out->subject, sizeof out->subject, handle);
    plan_answer(p, r, out);
    buf_addf(&out->facts, ",\"purpose\":\"%.3s\",\"months\":%" PRId64 ",\"valid_days\":%" PRId64 ",\"consumer\":", json_text(r->input, "purpose", ""),
             json_int(r->input, "months", 12), json_int(r->input, "valid_days", 30));
    const char *consumer = json_text(r->input, "consumer", "");
    buf_add_json_string(&out->facts, consumer, strlen(consumer));
    buf_adds(&out->facts, ",\"fi_types\":");
    if (!json_is_array(types)) buf_adds(&out->facts, "[\"DEPOSIT\",\"TERM_DEPOSIT\"]");
    else if (json_write(types, &out->facts) != OK) out->facts.failed = true;
    buf_addf(out->body, "{\"handle\":\"%s\",\"state\":\"pending\",\"approve_at\":\"https://aggregator.example/consents/%s\"}", handle, handle);
}

static const char *status_after(const char *action) {
    return !strcmp(action, "approve") || !strcmp(action, "resume") ? "ACTIVE"
           : !strcmp(action, "reject")                             ? "REJECTED"
           : !strcmp(action, "pause")                              ? "PAUSED"
           : !strcmp(action, "revoke")                             ? "REVOKED"
                                                                   : NULL;
}

static bool given_up(const struct providers *p, const struct book_entry *e) {
    const struct book_entry *one = book_about(p->book, "aa.revoke", e->subject), *all = book_under(p->book, "aa.revoke", e->reference);
    if (one && one->n > e->n) return true;
    for (; all; all = all->older_under)
        if (!strcmp(all->subject, "all") && all->n > e->n) return true;
    return false;
}

/* What has become of a request, at this instant; REVOKED and EXPIRED are final. */
static const char *status_of(const struct providers *p, const struct book_entry *e, const json_t *facts, int64_t now_ms) {
    const struct book_entry *act = book_about(p->book, "aa.act", e->subject);
    if (given_up(p, e)) return "REVOKED";
    if (now_ms > e->at_ms + json_int(facts, "valid_days", 30) * DAY_MS) return "EXPIRED";
    if (act) {
        json_t *more = json_loads(act->more, 0, NULL);
        const char *status = status_after(json_text(more, "action", ""));
        json_decref(more);
        return status;
    }
    if (now_ms < json_int(facts, "answers_at", 0)) return "PENDING";
    const char *answer = json_text(facts, "answer", "PENDING");
    return !strcmp(answer, "ACTIVE") ? "ACTIVE" : !strcmp(answer, "REJECTED") ? "REJECTED" : "PENDING";
}

static json_t *artefact_of(const struct book_entry *e, const json_t *facts, const char *consent_id) {
    char from[16], to[16], begin[32], end[32];
    int32_t day = service_day(e->at_ms);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:{s:s}, s:{s:s}, s:{s:s, s:s}, s:O}", "ver", "2.0.0", "consentId", consent_id,
                     "consentHandle", e->subject, "consentStart", instant_text(e->at_ms, begin), "consentExpiry",
                     instant_text(e->at_ms + json_int(facts, "valid_days", 30) * DAY_MS, end), "consentMode", "STORE", "fetchType",
                     "ONETIME", "DataConsumer", "id", json_text(facts, "consumer", ""), "Purpose", "code", json_text(facts, "purpose", ""),
                     "FIDataRange", "from", day_text(day - (int32_t)(json_int(facts, "months", 12) * 365 / 12), from), "to",
                     day_text(day, to), "fiTypes", json_object_get(facts, "fi_types"));
}

static void say_active(const struct book_entry *e, const json_t *facts, struct provided *out) {
    char id[HANDLE_MAX];
    struct crypt_key seed;
    snprintf(id, sizeof id, CONSENT "%.50s", e->subject + sizeof REQUEST - 1);
    json_t *payload = artefact_of(e, facts, id);
    sandbox_aggregator_key(&seed);
    buf_addf(out->body, "{\"status\":\"ACTIVE\",\"consentId\":\"%s\",\"artefact\":\"", id);
    if (!payload || jws_sign(&seed, SANDBOX_AGGREGATOR, payload, out->body) != OK) service_refuse(out, 500, "not_signed", "no memory");
    else buf_adds(out->body, "\"}");
    json_decref(payload);
}

static const struct book_entry *request_named(const struct providers *p, const char *handle, char pan[11], json_t **facts) {
    const struct book_entry *e = handle_read(p->seed, "consentrq", handle, pan) ? book_about(p->book, "aa.consent", handle) : NULL;
    *facts = e ? json_loads(e->more, 0, NULL) : NULL;
    return e;
}

static void consent_status(struct providers *p, const struct outside_request *r, struct provided *out) {
    char pan[11];
    json_t *facts;
    const struct book_entry *e = request_named(p, json_text(r->input, "handle", ""), pan, &facts);
    const char *status = e ? status_of(p, e, facts, r->now_ms) : NULL;
    if (!status) service_refuse(out, 404, "no_such_consent", "no such request");
    else if (!strcmp(status, "ACTIVE")) say_active(e, facts, out);
    else buf_addf(out->body, "{\"status\":\"%s\"}", status);
    json_decref(facts);
}

static void act(struct providers *p, const struct outside_request *r, struct provided *out) {
    char pan[11];
    json_t *facts;
    const char *handle = json_text(r->input, "handle", ""), *action = json_text(r->input, "action", "");
    const struct book_entry *e = request_named(p, handle, pan, &facts);
    json_decref(facts);
    if (!e) service_refuse(out, 404, "no_such_consent", "no such request");
    else if (!status_after(action)) service_refuse(out, 422, "bad_action", "approve, reject, pause, resume or revoke");
    else if (given_up(p, e)) service_refuse(out, 409, "consent_revoked", "the consent was given up");
    else {
        text_copy(out->subject, sizeof out->subject, handle);
        buf_addf(&out->facts, "\"action\":\"%s\"", action);
        buf_addf(out->body, "{\"status\":\"%s\"}", status_after(action));
    }
}

static void revoke(struct providers *p, const struct outside_request *r, struct provided *out) {
    const char *handle = json_text(r->input, "handle", "");
    const struct book_entry *e = *handle ? book_about(p->book, "aa.consent", handle)
                                         : book_under(p->book, "aa.consent", json_text(r->input, "reference", ""));
    text_copy(out->subject, sizeof out->subject, *handle ? handle : "all");
    buf_addf(out->body, "{\"revoked\":%s}", e && !given_up(p, e) ? "true" : "false");
}

bool aa_consent_named(const struct providers *p, const char *id, int64_t now_ms, char pan[11], char handle[64], bool *stands) {
    json_t *facts;
    *stands = false;
    if (!text_starts(id, CONSENT) || strlen(id) > 50) return false;
    snprintf(handle, 64, REQUEST "%s", id + sizeof CONSENT - 1);
    const struct book_entry *e = request_named(p, handle, pan, &facts);
    if (e) *stands = !strcmp(status_of(p, e, facts, now_ms), "ACTIVE");
    json_decref(facts);
    return e != NULL;
}

static void session(struct providers *p, const struct outside_request *r, struct provided *out) {
    const json_t *material = json_object_get(r->input, "keyMaterial");
    const char *id = json_text(r->input, "consent", ""), *public = json_text(material, "publicKey", ""), *key_id = json_text(material, "keyId", "");
    char pan[11], handle[64], session_id[HANDLE_MAX];
    bool stands;
    if (!aa_consent_named(p, id, r->now_ms, pan, handle, &stands) || !stands) {
        service_refuse(out, 403, "consent_not_active", "no active consent by this id");
    } else if (strlen(public) > 60 || strspn(public, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") != strlen(public) ||
               strlen(key_id) != 24 || strspn(key_id, "0123456789abcdef") != 24) {
        service_refuse(out, 422, "bad_key", "keyMaterial needs publicKey and keyId");
    } else {
        handle_make(p->seed, "fisession", r->key, pan, session_id);
        text_copy(out->subject, sizeof out->subject, session_id);
        buf_addf(&out->facts, "\"public\":\"%s\",\"handle\":\"%s\"", public, handle);
        buf_addf(out->body, "{\"sessionId\":\"%s\",\"keyId\":\"%s\"}", session_id, key_id);
    }
}

static const char *account_status(const struct providers *p, const struct book_entry *e, const struct aa_account *a, int64_t now_ms) {
    char key[120];
    snprintf(key, sizeof key, "%.60s %.24s", e->subject, a->reference);
    if (!p->faults) return "READY";
    if (fault_hits(p->faults, p->seed, "aa.account", key, FAULT_REFUSE)) return "DENIED";
    if (fault_hits(p->faults, p->seed, "aa.account", key, FAULT_TIMEOUT)) return "TIMEOUT";
    bool late = fault_hits(p->faults, p->seed, "aa.account", key, FAULT_LATE);
    return late && now_ms < e->at_ms + BANK_LATE_MS ? "PENDING" : "READY";
}

/* The bank's own pair of keys for this account and session, and its nonce, out of hashes: the same question, the same bytes. */
static void bank_keys(const struct providers *p, const struct book_entry *e, const struct aa_account *a, struct crypt_key *secret,
                      uint8_t nonce[CRYPT_BOX_NONCE]) {
    static const char *const purposes[] = {"bank key 1", "bank key 2", "bank key 3", "bank key 4", "bank nonce 1", "bank nonce 2", "bank nonce 3"};
    char text[120];
    snprintf(text, sizeof text, "%.60s %.24s", e->subject, a->reference);
    for (int k = 0; k < 7; k++) {
        uint64_t h = sandbox_hash(p->seed, purposes[k], text);
        memcpy(k < 4 ? secret->b + 8 * k : nonce + 8 * (k - 4), &h, 8);
    }
}

static enum err add_sealed(struct providers *p, const struct book_entry *e, const char *our_key, const struct person *who,
                           const struct aa_account *a, struct buf *out) {
    struct buf plain AUTO(buf_reset), sealed AUTO(buf_reset), theirs AUTO(buf_reset);
    struct crypt_key secret;
    uint8_t nonce[CRYPT_BOX_NONCE], public[CRYPT_BOX_KEY];
    buf_init(&plain, SEALED_MAX), buf_init(&sealed, SEALED_MAX), buf_init(&theirs, 64);
    if (buf_add_from_base64(&theirs, our_key, strlen(our_key)) != OK || theirs.len != CRYPT_BOX_KEY) return ERR_INVALID;
    aa_account_write(p, who, a, service_day(e->at_ms), &plain);
    bank_keys(p, e, a, &secret, nonce);
    crypt_box_public(&secret, public);
    enum err err = buf_ok(&plain) ? crypt_box_seal(&secret, (const uint8_t *)theirs.data, nonce, plain.data, plain.len, &sealed) : ERR_LIMIT;
    if (err != OK) return err;
    buf_adds(out, ",\"keyMaterial\":{\"publicKey\":\"");
    buf_add_base64(out, public, sizeof public);
    buf_adds(out, "\",\"nonce\":\"");
    buf_add_base64(out, nonce, sizeof nonce);
    buf_adds(out, "\"},\"data\":\"");
    buf_add_base64(out, sealed.data, sealed.len);
    buf_addc(out, '"');
    return buf_err(out);
}

static void write_accounts(struct providers *p, const struct book_entry *e, const char *our_key, const struct person *who, int64_t now_ms,
                           struct provided *out) {
    struct aa_account list[AA_ACCOUNTS_MAX];
    size_t n = aa_accounts_of(who, list);
    enum err err = OK;
    buf_adds(out->body, "{\"accounts\":[");
    for (size_t k = 0; k < n && err == OK; k++) {
        const char *status = account_status(p, e, &list[k], now_ms);
        buf_addf(out->body, "%s{\"linkRef\":\"%s\",\"fip\":\"%s\",\"maskedAccNumber\":\"%s\",\"status\":\"%s\"", k ? "," : "", list[k].reference,
                 list[k].bank, list[k].masked, status);
        if (!strcmp(status, "READY")) err = add_sealed(p, e, our_key, who, &list[k], out->body);
        buf_addc(out->body, '}');
    }
    buf_adds(out->body, "]}");
    if (err != OK) service_refuse(out, 422, "bad_key", "the session's key cannot be used");
}

static void fetch(struct providers *p, const struct outside_request *r, struct provided *out) {
    const char *id = json_text(r->input, "sessionId", "");
    char pan[11], request_pan[11];
    struct person who;
    json_t *facts;
    const struct book_entry *e = handle_read(p->seed, "fisession", id, pan) ? book_about(p->book, "aa.session", id) : NULL;
    if (!e) {
        service_refuse(out, 404, "no_such_session", "no such session");
        return;
    }
    json_t *more = json_loads(e->more, 0, NULL);
    const struct book_entry *request = request_named(p, json_text(more, "handle", ""), request_pan, &facts);
    person_by_pan(p->seed, pan, &who);
    if (!request || strcmp(status_of(p, request, facts, r->now_ms), "ACTIVE") != 0)
        service_refuse(out, 403, "consent_not_active", "the consent does not stand any more");
    else write_accounts(p, e, json_text(more, "public", ""), &who, r->now_ms, out);
    json_decref(facts);
    json_decref(more);
}

const struct service aa_services[] = {
    {"aa.consent", consent, true}, {"aa.consent_status", consent_status, false}, {"aa.session", session, true},
    {"aa.fetch", fetch, false},    {"aa.revoke", revoke, true},                  {"aa.act", act, true},
    {.operation = NULL},
};
