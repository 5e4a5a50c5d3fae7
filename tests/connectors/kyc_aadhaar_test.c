/* kyc_aadhaar_test.c - offline Aadhaar documents: whose signature counts, what is read, what is refused. */
#include "connectors/kyc_aadhaar.h"

#include "base/file.h"
#include "base/text.h"
#include "connectors/connectors.h"
#include "connectors/sandbox/keys.h"
#include "connectors/sandbox/people.h"
#include "connectors/xml_signature.h"
#include "io/rsa.h"
#include "tests/connectors/twin.h"

static struct aadhaar_trust trust_of(const char *config) {
    struct aadhaar_trust t;
    struct fault f;
    json_auto_t *v = json_loads(config, 0, NULL);
    CU_ASSERT_EQUAL_FATAL(aadhaar_trust_open(v, &t, &f), OK);
    return t;
}

/* What the holder downloads. */
static json_t *document(struct twin *t, const char *pan, const char *share_code) {
    struct outside_answer a;
    json_auto_t *input = json_pack("{s:s, s:s}", "pan", pan, "share_code", share_code);
    outside_ask(t->world, &(struct outside_request){"uidai.offline_ekyc", "", false, input, t->still.now_ms}, &a);
    CU_ASSERT_EQUAL_FATAL(a.status, 200);
    return json_loadb(a.body, a.n, 0, NULL);
}

static void with(json_t *input, const char *name, const char *value) { json_object_set_new(input, name, json_string(value)); }

static json_t *read_now(const struct aadhaar_trust *t, const json_t *input, int64_t now_ms, char code[48]) {
    struct answer a = {0};
    json_t *v = aadhaar_read(t, input, now_ms, &a);
    CU_ASSERT_EQUAL(v != NULL, a.result.why == NULL);
    if (!v) CU_ASSERT_EQUAL(a.result.end, CALL_REFUSED);
    snprintf(code, 48, "%s", a.result.code ? a.result.code : "");
    return v;
}

static void refused(const struct aadhaar_trust *t, const json_t *input, int64_t now_ms, const char *with_code) {
    char code[48];
    json_auto_t *v = read_now(t, input, now_ms, code);
    CU_ASSERT_PTR_NULL(v);
    CU_ASSERT_STRING_EQUAL(code, with_code);
}

void test_kyc_aadhaar__a_document_of_the_sandbox_through_the_connector(void) {
    struct twin t;
    struct asking x;
    struct person who;
    struct residence home;
    twin_open(&t, &kyc_connector, "{\"faults\":\"kyc.aadhaar_offline:fail=1\"}"); /* nobody is asked, so nothing can fail */
    person_by_pan(1, "ZZZPP3303Z", &who);
    person_residence(&who, &home);
    json_auto_t *input = document(&t, "ZZZPP3303Z", "1234");
    with(input, "name", "IYER Meera"), with(input, "mobile", home.phone + 3), with(input, "share_code", "1234");
    char *text = json_dumps(input, 0);
    twin_ask(&t, &x, "aadhaar_offline", "k", text);
    free(text);
    CU_ASSERT_EQUAL_FATAL(x.end, CALL_DONE);
    CU_ASSERT_STRING_EQUAL(json_text(x.answer, "name", ""), "Meera Iyer");
    CU_ASSERT_STRING_EQUAL(json_text(x.answer, "dob", ""), "1988-07-02");
    CU_ASSERT_STRING_EQUAL(json_text(x.answer, "last4", ""), home.aadhaar + 8);
    CU_ASSERT_STRING_EQUAL(json_text(x.answer, "issued_on", ""), "2026-01-15");
    CU_ASSERT_STRING_EQUAL(json_text(x.answer, "state", ""), home.state);
    CU_ASSERT_EQUAL(json_int(x.answer, "age_days", -1), 0);
    CU_ASSERT(json_bool(x.answer, "mobile_match", false));
    CU_ASSERT_DOUBLE_EQUAL(json_number_value(json_object_get(x.answer, "name_match")), 1, 1e-9);
    char *said = json_dumps(x.answer, 0);
    CU_ASSERT_PTR_NULL(strstr(said, home.aadhaar)); /* the whole number is nowhere */
    free(said);
    asking_reset(&x);
    twin_close(&t);
}

void test_kyc_aadhaar__mobile_and_name_of_another(void) {
    struct twin t;
    char code[48];
    struct aadhaar_trust trust = trust_of("{\"trust\":\"sandbox\"}");
    twin_open(&t, &kyc_connector, NULL);
    json_auto_t *input = document(&t, "ZZZPP3303Z", "1234");
    with(input, "name", "Kabir Singh"), with(input, "mobile", "5999999999"), with(input, "share_code", "1234");
    json_auto_t *v = read_now(&trust, input, ASKING_NOW, code);
    CU_ASSERT_FALSE(json_bool(v, "mobile_match", true));
    CU_ASSERT_DOUBLE_EQUAL(json_number_value(json_object_get(v, "name_match")), 0, 1e-9);
    aadhaar_trust_reset(&trust);
    twin_close(&t);
}

void test_kyc_aadhaar__time_and_trust(void) {
    struct twin t;
    struct aadhaar_trust sandbox = trust_of("{\"trust\":\"sandbox\"}"), nobody = trust_of("{\"url\":\"http://127.0.0.1\"}"),
                         other = trust_of("{\"aadhaar_certificates\":[\"tests/connectors/signed/certificate.pem\"]}"),
                         certificate = trust_of("{\"aadhaar_certificates\":[\"tests/connectors/signed/sandbox_certificate.pem\"]}");
    twin_open(&t, &kyc_connector, NULL);
    json_auto_t *input = document(&t, "ZZZPA2201Z", "1234");
    json_object_set_new(input, "max_age_days", json_integer(10));
    refused(&sandbox, input, ASKING_NOW + INT64_C(11) * 86400000, "too_old");
    refused(&sandbox, input, ASKING_NOW - INT64_C(2) * 3600000, "issued_in_future");
    refused(&nobody, input, ASKING_NOW, "no_trust");
    refused(NULL, input, ASKING_NOW, "no_trust");
    refused(&other, input, ASKING_NOW, "signature_wrong");
    refused(&certificate, input, ASKING_NOW, "outside_certificate"); /* which begins in November 2026 */
    json_object_set_new(input, "max_age_days", json_null());
    char code[48];
    json_auto_t *v = read_now(&sandbox, input, ASKING_NOW + INT64_C(400) * 86400000, code);
    CU_ASSERT_EQUAL(json_int(v, "age_days", -1), 400);
    aadhaar_trust_reset(&sandbox), aadhaar_trust_reset(&nobody), aadhaar_trust_reset(&other), aadhaar_trust_reset(&certificate);
    twin_close(&t);
}

void test_kyc_aadhaar__a_document_that_another_implementation_signed(void) {
    struct buf xml AUTO(buf_reset) = {0};
    struct aadhaar_trust t = trust_of("{\"aadhaar_certificates\":[\"tests/connectors/signed/certificate.pem\"]}");
    char code[48];
    CU_ASSERT_EQUAL_FATAL(file_read("tests/connectors/signed/aadhaar.xml", 65536, &xml, NULL), OK);
    json_auto_t *input = json_pack("{s:s}", "xml", xml.data);
    json_auto_t *v = read_now(&t, input, INT64_C(1796300000000), code); /* December 2026 */
    CU_ASSERT_STRING_EQUAL(json_text(v, "last4", ""), "0019");
    CU_ASSERT_STRING_EQUAL(json_text(v, "address", ""), "12, Lake Road, Lake \"Road\", Chennai");
    CU_ASSERT_STRING_EQUAL(json_text(v, "issued_on", ""), "2026-12-01");
    aadhaar_trust_reset(&t);
}

/* Signed by the sandbox's issuer, whatever it says. */
static json_t *issued(const char *document_text) {
    struct buf out AUTO(buf_reset);
    struct rsa_key *key;
    buf_init(&out, AADHAAR_XML_MAX);
    CU_ASSERT_EQUAL_FATAL(sandbox_rsa_key(&key), OK);
    CU_ASSERT_EQUAL_FATAL(xml_signature_add(document_text, key, &out), OK);
    rsa_key_free(key);
    return json_pack("{s:s}", "xml", out.data);
}

static void refused_document(const char *document_text, const char *code) {
    struct aadhaar_trust t = trust_of("{\"trust\":\"sandbox\"}");
    json_auto_t *input = issued(document_text);
    refused(&t, input, ASKING_NOW, code);
    aadhaar_trust_reset(&t);
}

#define HEAD "<OfflinePaperlessKyc referenceId=\"001920260115120000000\"><UidData>"
#define TAIL "</UidData></OfflinePaperlessKyc>"
void test_kyc_aadhaar__signed_documents_of_another_kind(void) {
    refused_document("<Invoice></Invoice>", "not_aadhaar_xml");
    refused_document("<OfflinePaperlessKyc><UidData><Poi name=\"A\"/></UidData></OfflinePaperlessKyc>", "not_aadhaar_xml");
    refused_document("<OfflinePaperlessKyc referenceId=\"0019\"><UidData><Poi name=\"A\"/></UidData></OfflinePaperlessKyc>", "not_aadhaar_xml");
    refused_document("<OfflinePaperlessKyc referenceId=\"001920261315120000000\"><UidData><Poi name=\"A\"/></UidData></OfflinePaperlessKyc>", "not_aadhaar_xml");
    refused_document(HEAD TAIL, "not_aadhaar_xml");
    refused_document(HEAD "<Poi name=\"\"/>" TAIL, "not_aadhaar_xml");
    refused_document(HEAD "<Poi name=\"A\" uid=\"999999990019\"/>" TAIL, "aadhaar_not_masked");
    refused_document(HEAD "<Poi name=\"A\"/><Uid>999999990019</Uid>" TAIL, "aadhaar_not_masked");
}

void test_kyc_aadhaar__a_card_with_only_a_year_has_no_date_of_birth(void) {
    struct aadhaar_trust t = trust_of("{\"trust\":\"sandbox\"}");
    char code[48];
    json_auto_t *input = issued(HEAD "<Poi name=\"A\" dob=\"1988\" gender=\"X\"/>" TAIL);
    json_auto_t *v = read_now(&t, input, ASKING_NOW, code);
    CU_ASSERT_PTR_NOT_NULL(v);
    CU_ASSERT_PTR_NULL(json_object_get(v, "dob"));
    CU_ASSERT_PTR_NULL(json_object_get(v, "gender"));
    aadhaar_trust_reset(&t);
}

void test_kyc_aadhaar__certificates_are_read_at_the_start(void) {
    static const char *const bad[] = {"{\"aadhaar_certificates\":\"x\"}", "{\"aadhaar_certificates\":[3]}", "{\"aadhaar_certificates\":[\"no/such/file\"]}",
                                      "{\"aadhaar_certificates\":[\"tests/connectors/signed/README.md\"]}"};
    for (size_t k = 0; k < ARRAY_LEN(bad); k++) {
        json_auto_t *config = json_loads(bad[k], 0, NULL);
        struct connector_env env = {.config = config};
        struct connector *c = NULL;
        struct fault f = {0};
        CU_ASSERT_NOT_EQUAL(kyc_connector.open(&env, &c, &f), OK);
        CU_ASSERT(f.text[0] != 0);
    }
}

void test_kyc_aadhaar__the_hash_of_a_mobile_number(void) {
    char once[65], twice[65], zero[65];
    aadhaar_mobile_hash("1234567890", "Lock@487", '1', once);
    aadhaar_mobile_hash("1234567890", "Lock@487", '2', twice);
    aadhaar_mobile_hash("1234567890", "Lock@487", '0', zero);
    CU_ASSERT_STRING_EQUAL(once, zero);
    /* printf 1234567890Lock@487 | sha256sum, and that text again */
    CU_ASSERT_STRING_EQUAL(once, "0331ee76a78f1ff400f46c90e1139cf412247a96fd07b9dcf88f8e896981a53f");
    CU_ASSERT_STRING_EQUAL(twice, "f7250dc9e61759253bb741efbae306311632049154da7286e20b047bf3421a8f");
}
