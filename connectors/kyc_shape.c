/* kyc_shape.c - checks before the call; REFUSED with the word of digits.h or mrz.h as its code. */
#include "connectors/kyc_shape.h"

#include <string.h>

#include "base/digits.h"
#include "base/mrz.h"
#include "base/zone.h"
#include "connectors/kyc_aadhaar.h"
#include "connectors/name_match.h"

#define DAY_MS INT64_C(86400000)

static json_t *refuse(struct answer *a, const char *fault) {
    answer_set(a, CALL_REFUSED, fault, "not asked: the identifier is not well formed (%s)", fault);
    return NULL;
}

static json_t *ask_verify(const struct shaped *s, struct answer *a) {
    const char *fault = digits_pan_fault(json_text(s->input, "pan", ""));
    return fault ? refuse(a, fault) : json_incref((json_t *)s->input);
}

static const char *voter_fault(const char *s) {
    return strlen(s) == 10 && strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3 && strspn(s + 3, "0123456789") == 7 ? NULL : "voter_form";
}

static const char *passport_fault(const char *s) {
    return strlen(s) == 8 && *s >= 'A' && *s <= 'Z' && strspn(s + 1, "0123456789") == 7 ? NULL : "passport_form";
}

/* State, year and running number; the states write it with and without blanks. */
static const char *licence_fault(const char *s) {
    size_t n = strlen(s);
    return n >= 13 && n <= 16 && strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == n && s[0] > '9' && s[1] > '9' ? NULL : "licence_form";
}

/* The registry takes the last four digits. Somebody who hands us the whole number is told so, and nothing is sent. */
static const char *aadhaar_last4_fault(const char *s) {
    if (strlen(s) == 4 && strspn(s, "0123456789") == 4) return NULL;
    const char *fault = digits_aadhaar_fault(s);
    return !fault ? "aadhaar_not_masked" : strlen(s) == 12 ? fault : "aadhaar_form";
}

static const struct kind {
    const char *word;
    const char *(*fault)(const char *s);
} KINDS[] = {
    {"pan", digits_pan_fault},           {"aadhaar_last4", aadhaar_last4_fault}, {"voter_id", voter_fault},
    {"passport", passport_fault},        {"driving_licence", licence_fault},     {"gstin", digits_gstin_fault},
};

static json_t *ask_search(const struct shaped *s, struct answer *a) {
    const char *word = json_text(s->input, "id_type", ""), *number = json_text(s->input, "id_number", "");
    bool alone = !*json_text(s->input, "name", "") || !*json_text(s->input, "dob", "");
    if (!strcmp(word, "aadhaar_last4") && alone) {
        answer_set(a, CALL_REFUSED, "name_and_dob", "not asked: four digits find somebody only with name and date of birth");
        return NULL;
    }
    for (size_t k = 0; k < ARRAY_LEN(KINDS); k++)
        if (!strcmp(KINDS[k].word, word)) {
            const char *fault = KINDS[k].fault(number);
            return fault ? refuse(a, fault) : json_incref((json_t *)s->input);
        }
    return refuse(a, "id_type");
}

static json_t *ask_download(const struct shaped *s, struct answer *a) {
    int32_t day;
    if (!*json_text(s->input, "consent", "")) {
        answer_set(a, CALL_REFUSED, "consent_missing", "not asked: a record is fetched only under a consent");
        return NULL;
    }
    return day_parse(json_text(s->input, "dob", ""), &day) == OK ? json_incref((json_t *)s->input) : refuse(a, "dob_form");
}

static json_t *passport_answer(const struct mrz *m, int32_t today, const char *name) {
    char full[80], birth[16], expiry[16], sex[2] = {m->sex, 0};
    snprintf(full, sizeof full, "%s%s%s", m->given, *m->given ? " " : "", m->surname);
    json_t *v = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "name", full, "dob", day_text(m->birth_day, birth),
                          "expires_on", day_text(m->expiry_day, expiry), "document", m->document, "issuer", m->issuer,
                          "nationality", m->nationality, "sex", sex, "expired", m->expiry_day < today);
    if (v && name && json_put_take(v, "name_match", json_real(name_match(full, name))) != OK) {
        json_decref(v);
        return NULL;
    }
    return v;
}

static json_t *own_passport(const struct shaped *s, struct answer *a) {
    struct mrz m;
    int32_t today = (int32_t)(s->now_ms / DAY_MS);
    const char *fault = mrz_read(json_text(s->input, "line1", ""), json_text(s->input, "line2", ""), today, &m);
    return fault ? refuse(a, fault) : passport_answer(&m, today, json_text(s->input, "name", NULL));
}

static json_t *own_aadhaar(const struct shaped *s, struct answer *a) { return aadhaar_read(s->keys, s->input, s->now_ms, a); }

static enum err open_keys(const json_t *config, void **keys, struct fault *f) {
    struct aadhaar_trust *t = malloc(sizeof *t);
    enum err e = t ? aadhaar_trust_open(config, t, f) : fault_set(f, ERR_NOMEM, "", "no memory");
    if (e == OK) *keys = t;
    else free(t);
    return e;
}

static void close_keys(void *keys) {
    aadhaar_trust_reset(keys);
    free(keys);
}

static const struct shape shapes[] = {
    {.operation = "verify", .ask = ask_verify},
    {.operation = "ckyc_search", .ask = ask_search},
    {.operation = "ckyc_download", .ask = ask_download},
    {.operation = "passport", .own = own_passport},
    {.operation = "aadhaar_offline", .own = own_aadhaar},
    {.operation = NULL},
};
const struct shaping kyc_shaping = {.open = open_keys, .close = close_keys, .shapes = shapes};
