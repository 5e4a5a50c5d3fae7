/* kyc_aadhaar.c - see kyc_aadhaar.h. */
#include "connectors/kyc_aadhaar.h"

#include <string.h>

#include "base/crypt.h"
#include "base/digits.h"
#include "base/file.h"
#include "base/text.h"
#include "base/zone.h"
#include "connectors/name_match.h"
#include "connectors/sandbox/keys.h"
#include "connectors/xml_signature.h"
#include "io/rsa.h"

#define DAY_MS INT64_C(86400000)
#define INDIA_MS INT64_C(19800000)
#define SLACK_MS INT64_C(3600000) /* a clock ahead of ours */
#define PEM_MAX 65536

static enum err add_file(struct aadhaar_trust *t, const char *path, struct fault *f) {
    struct buf pem AUTO(buf_reset) = {0};
    struct rsa_key *key = NULL;
    if (t->n == ARRAY_LEN(t->keys)) return fault_set(f, ERR_LIMIT, "aadhaar_certificates", "at most %zu certificates", ARRAY_LEN(t->keys));
    enum err e = file_read(path, PEM_MAX, &pem, f);
    if (e == OK && (e = rsa_key_read(buf_text(&pem), pem.len, &key, f)) == ERR_INVALID)
        e = fault_set(f, e, path, "is neither a certificate nor a public key in PEM with RSA of 2048 bits or more");
    if (e == OK) t->keys[t->n++] = key;
    return e;
}

enum err aadhaar_trust_open(const json_t *config, struct aadhaar_trust *t, struct fault *f) {
    const json_t *list = json_object_get(config, "aadhaar_certificates");
    enum err e = OK;
    size_t k;
    json_t *path;
    *t = (struct aadhaar_trust){.n = 0};
    if (list && !json_is_array(list)) return fault_set(f, ERR_INVALID, "aadhaar_certificates", "must be a list of files");
    json_array_foreach(list, k, path) {
        if (e == OK) e = json_is_string(path) ? add_file(t, json_string_value(path), f)
                                              : fault_set(f, ERR_INVALID, "aadhaar_certificates", "must be a list of files");
    }
    if (e == OK && text_eq(json_text(config, "trust", NULL), "sandbox")) {
        struct rsa_key *key = NULL;
        if ((e = sandbox_rsa_key(&key)) == OK) t->keys[t->n++] = key;
    }
    if (e != OK) aadhaar_trust_reset(t);
    return e;
}

void aadhaar_trust_reset(struct aadhaar_trust *t) {
    while (t->n) rsa_key_free((struct rsa_key *)t->keys[--t->n]);
}

void aadhaar_mobile_hash(const char *mobile, const char *share_code, char last_digit, char out[65]) {
    char both[80];
    int times = last_digit > '1' && last_digit <= '9' ? last_digit - '0' : 1;
    snprintf(both, sizeof both, "%.30s%.40s", mobile, share_code);
    crypt_sha256_hex(both, strlen(both), out);
    for (int k = 1; k < times; k++) crypt_sha256_hex(out, 64, out);
}

static json_t *refuse(struct answer *a, const char *code) {
    answer_set(a, CALL_REFUSED, code, "the document is not accepted (%s)", code);
    return NULL;
}

/* "123420260114093000123": four digits of the number, then the instant in India to the millisecond. */
static bool read_reference(const char *s, int64_t *issued_ms) {
    char iso[11];
    int32_t day;
    if (strlen(s) != 21 || strspn(s, "0123456789") != 21) return false;
    snprintf(iso, sizeof iso, "%.4s-%.2s-%.2s", s + 4, s + 8, s + 10);
    int h = (s[12] - '0') * 10 + s[13] - '0', m = (s[14] - '0') * 10 + s[15] - '0', sec = (s[16] - '0') * 10 + s[17] - '0';
    if (day_parse(iso, &day) != OK || h > 23 || m > 59 || sec > 59) return false;
    *issued_ms = day * DAY_MS + ((h * 60 + m) * 60 + sec) * INT64_C(1000) - INDIA_MS;
    return true;
}

static bool shows_a_number(const struct xml_node *n) {
    for (; n; n = n->next) {
        for (const struct xml_attribute *a = n->attributes; a; a = a->next)
            if (!digits_aadhaar_fault(a->value)) return true;
        if (!digits_aadhaar_fault(n->text) || shows_a_number(n->first)) return true;
    }
    return false;
}

/* "02-07-1988"; only a year in some cards: then there is no date. */
static bool read_birth(const char *s, char iso[11]) {
    int32_t day;
    if (!s || strlen(s) != 10 || s[2] != '-' || s[5] != '-') return false;
    snprintf(iso, 11, "%.4s-%.2s-%.2s", s + 6, s + 3, s);
    return day_parse(iso, &day) == OK;
}

static void add_part(struct buf *out, const char *part) {
    if (part && *part) buf_addf(out, "%s%.100s", out->len ? ", " : "", part);
}

static int put_address(json_t *v, const struct xml_node *poa) {
    static const char *const parts[] = {"house", "street", "landmark", "loc", "vtc", "po", "subdist"};
    static const char *const fields[][2] = {{"dist", "district"}, {"state", "state"}, {"pc", "pincode"}};
    struct buf line AUTO(buf_reset);
    int bad = 0;
    buf_init(&line, 2000);
    for (size_t k = 0; k < ARRAY_LEN(parts); k++) add_part(&line, xml_attribute(poa, parts[k]));
    if (line.len) bad |= json_object_set_new(v, "address", json_string_nocheck(buf_text(&line)));
    for (size_t k = 0; k < ARRAY_LEN(fields); k++) {
        const char *text = xml_attribute(poa, fields[k][0]);
        if (text && *text && strlen(text) <= 100) bad |= json_object_set_new(v, fields[k][1], json_string(text));
    }
    return bad;
}

static int put_matches(json_t *v, const json_t *input, const struct xml_node *poi, const char *reference) {
    const char *name = json_text(input, "name", NULL), *mobile = json_text(input, "mobile", NULL), *said = xml_attribute(poi, "m");
    int bad = 0;
    if (name) bad |= json_object_set_new(v, "name_match", json_real(name_match(xml_attribute(poi, "name"), name)));
    if (mobile && said && *said) {
        char hash[65];
        aadhaar_mobile_hash(mobile, json_text(input, "share_code", ""), reference[3], hash);
        bad |= json_object_set_new(v, "mobile_match", json_boolean(!strcmp(hash, said)));
    }
    return bad;
}

static int put_photo(json_t *v, const char *photo) {
    char hash[65];
    if (!photo || !*photo) return 0;
    crypt_sha256_hex(photo, strlen(photo), hash);
    return json_object_set_new(v, "photo_sha256", json_string(hash));
}

static json_t *answer_of(const struct xml_node *root, const json_t *input, int64_t issued_ms, int64_t now_ms) {
    const struct xml_node *data = xml_at(root, "UidData"), *poi = xml_at(data, "Poi");
    const char *reference = xml_attribute(root, "referenceId"), *gender = xml_attribute(poi, "gender");
    char day[16], birth[11], last4[5];
    snprintf(last4, sizeof last4, "%.4s", reference);
    int64_t age = (now_ms - issued_ms) / DAY_MS;
    json_t *v = json_pack("{s:s, s:s, s:s, s:s, s:I}", "reference", reference, "last4", last4, "name",
                          xml_attribute(poi, "name"), "issued_on", day_text((int32_t)((issued_ms + INDIA_MS) / DAY_MS), day),
                          "age_days", (json_int_t)(age > 0 ? age : 0));
    int bad = !v || put_address(v, xml_at(data, "Poa")) || put_matches(v, input, poi, reference) || put_photo(v, xml_text(data, "Pht"));
    if (!bad && read_birth(xml_attribute(poi, "dob"), birth)) bad = json_object_set_new(v, "dob", json_string(birth));
    if (!bad && gender && strlen(gender) == 1 && strchr("FMT", *gender)) bad = json_object_set_new(v, "gender", json_string(gender));
    if (!bad) return v;
    json_decref(v);
    return NULL;
}

static json_t *read_signed(const struct xml_node *root, const struct rsa_key *signer, const json_t *input, int64_t now_ms, struct answer *a) {
    const char *reference = xml_attribute(root, "referenceId"), *name = xml_attribute(xml_at(root, "UidData/Poi"), "name");
    int64_t issued_ms, from_ms, until_ms, most = json_int(input, "max_age_days", -1);
    if (strcmp(root->name, "OfflinePaperlessKyc") != 0 || !reference || !read_reference(reference, &issued_ms) || !name || !*name || strlen(name) > 200)
        return refuse(a, "not_aadhaar_xml");
    rsa_key_validity(signer, &from_ms, &until_ms);
    if (shows_a_number(root)) return refuse(a, "aadhaar_not_masked");
    if (issued_ms > now_ms + SLACK_MS) return refuse(a, "issued_in_future");
    if (issued_ms < from_ms || issued_ms > until_ms) return refuse(a, "outside_certificate");
    if (most >= 0 && now_ms - issued_ms > most * DAY_MS) return refuse(a, "too_old");
    return answer_of(root, input, issued_ms, now_ms);
}

json_t *aadhaar_read(const struct aadhaar_trust *t, const json_t *input, int64_t now_ms, struct answer *a) {
    const char *text = json_text(input, "xml", "");
    struct xml *x = NULL;
    size_t signer = 0;
    struct fault f;
    if (!t || !t->n) return refuse(a, "no_trust");
    enum err e = xml_signature_check(text, strlen(text), AADHAAR_XML_MAX, t->keys, t->n, &x, &signer, &f);
    if (e == ERR_NOMEM) answer_set(a, CALL_FAILED, NULL, "no memory to read the document");
    if (e != OK) return e == ERR_NOMEM ? NULL : refuse(a, f.where);
    json_t *v = read_signed(xml_root(x), t->keys[signer], input, now_ms, a);
    xml_free(x);
    return v;
}
