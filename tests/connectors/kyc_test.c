/* kyc_test.c - the kyc connector against a provider that says what it is told, and against the sandbox's register. */
#include "connectors/connectors.h"
#include "tests/connectors/provider.h"
#include "tests/connectors/twin.h"

static struct provider p;

int setup_kyc(void) { return provider_start(&p, &kyc_connector); }
int teardown_kyc(void) {
    provider_stop(&p);
    return 0;
}

/* Asks; true if a request reached the provider. */
static bool asked(struct asking *x, const char *operation, const char *input) {
    *p.path = 0;
    provider_ask(&p, x, operation, "key-1", input);
    return *p.path != 0;
}

static void refused_unasked(const char *operation, const char *input, const char *code) {
    struct asking x;
    CU_ASSERT_FALSE(asked(&x, operation, input));
    CU_ASSERT_EQUAL(x.end, CALL_REFUSED);
    CU_ASSERT_STRING_EQUAL(x.code, code);
    asking_reset(&x);
}

void test_kyc__an_ill_formed_identifier_is_never_paid_for(void) {
    provider_says(&p, 500, "");
    refused_unasked("verify", "{\"pan\":\"ABCPD123F\",\"name\":\"A B\"}", "pan_form");
    refused_unasked("verify", "{\"pan\":\"ABCDE1234F\",\"name\":\"A B\"}", "pan_holder");
    refused_unasked("verify", "{\"name\":\"A B\"}", "pan_form");
    refused_unasked("ckyc_search", "{\"id_type\":\"gstin\",\"id_number\":\"27AAPFU0939F1ZU\"}", "gstin_check_digit");
    refused_unasked("ckyc_search", "{\"id_type\":\"passport\",\"id_number\":\"Z12345\"}", "passport_form");
    refused_unasked("ckyc_search", "{\"id_type\":\"voter_id\",\"id_number\":\"AB12345678\"}", "voter_form");
    refused_unasked("ckyc_search", "{\"id_type\":\"driving_licence\",\"id_number\":\"12\"}", "licence_form");
    refused_unasked("ckyc_search", "{\"id_type\":\"library_card\",\"id_number\":\"1234\"}", "id_type");
    refused_unasked("ckyc_download", "{\"reference\":\"r\",\"dob\":\"1988-07-02\"}", "consent_missing");
    refused_unasked("ckyc_download", "{\"reference\":\"r\",\"dob\":\"02-07-1988\",\"consent\":\"c\"}", "dob_form");
}

void test_kyc__a_whole_aadhaar_number_is_not_sent(void) {
    static const char with[] = "{\"id_type\":\"aadhaar_last4\",\"id_number\":\"%s\",\"name\":\"A B\",\"dob\":\"1990-01-01\"}";
    char input[200];
    snprintf(input, sizeof input, with, "999999990019");
    refused_unasked("ckyc_search", input, "aadhaar_not_masked");
    snprintf(input, sizeof input, with, "999999990018");
    refused_unasked("ckyc_search", input, "aadhaar_check_digit");
    snprintf(input, sizeof input, with, "001");
    refused_unasked("ckyc_search", input, "aadhaar_form");
    refused_unasked("ckyc_search", "{\"id_type\":\"aadhaar_last4\",\"id_number\":\"0019\"}", "name_and_dob");
}

void test_kyc__a_well_formed_one_is_asked_as_it_is(void) {
    struct asking x;
    provider_says(&p, 200, "{\"status\":\"match\",\"name_match\":1,\"pan_valid\":true}");
    CU_ASSERT(asked(&x, "verify", "{\"pan\":\"ABCPD1234F\",\"name\":\"A B\"}"));
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    CU_ASSERT_STRING_EQUAL(p.path, "/kyc/verify");
    CU_ASSERT_STRING_EQUAL(p.body, "{\"pan\":\"ABCPD1234F\",\"name\":\"A B\"}");
    asking_reset(&x);
    provider_says(&p, 200, "{\"found\":false}");
    CU_ASSERT(asked(&x, "ckyc_search", "{\"id_type\":\"aadhaar_last4\",\"id_number\":\"0019\",\"name\":\"A\",\"dob\":\"1990-01-01\"}"));
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    asking_reset(&x);
    provider_says(&p, 404, "{\"error\":\"x\",\"code\":\"pan_unknown\"}");
    CU_ASSERT(asked(&x, "verify", "{\"pan\":\"ABCPD1234F\",\"name\":\"A B\"}"));
    CU_ASSERT_EQUAL(x.end, CALL_REFUSED);
    asking_reset(&x);
}

void test_kyc__passport_lines_are_read_without_asking_anybody(void) {
    struct asking x;
    CU_ASSERT_FALSE(asked(&x, "passport", "{\"line1\":\"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\","
                                         "\"line2\":\"L898902C36UTO7408122F1204159ZE184226B<<<<<10\",\"name\":\"Anna Maria Eriksson\"}"));
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    CU_ASSERT_STRING_EQUAL(json_text(x.answer, "name", ""), "ANNA MARIA ERIKSSON");
    CU_ASSERT_STRING_EQUAL(json_text(x.answer, "dob", ""), "1974-08-12");
    CU_ASSERT_STRING_EQUAL(json_text(x.answer, "expires_on", ""), "2012-04-15");
    CU_ASSERT(json_bool(x.answer, "expired", false));
    CU_ASSERT_DOUBLE_EQUAL(json_number_value(json_object_get(x.answer, "name_match")), 1, 1e-9);
    asking_reset(&x);
    refused_unasked("passport", "{\"line1\":\"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\","
                                "\"line2\":\"L898902C36UTO7408132F1204159ZE184226B<<<<<10\"}", "mrz_birth_digit");
    refused_unasked("passport", "{\"line1\":\"\",\"line2\":\"\"}", "mrz_length");
}

/* Through the simulated world, by the same shapes. */
void test_kyc__the_registry_of_the_sandbox_opens_by_date_of_birth(void) {
    struct twin t;
    struct asking x;
    char input[200], wrong[200];
    twin_open(&t, &kyc_connector, NULL);
    twin_ask(&t, &x, "ckyc_search", "k", "{\"id_type\":\"pan\",\"id_number\":\"ZZZPP3303Z\"}");
    CU_ASSERT(json_bool(x.answer, "found", false));
    snprintf(input, sizeof input, "{\"reference\":\"%s\",\"dob\":\"1988-07-02\",\"consent\":\"c\"}", json_text(x.answer, "reference", ""));
    snprintf(wrong, sizeof wrong, "{\"reference\":\"%s\",\"dob\":\"1988-07-03\",\"consent\":\"c\"}", json_text(x.answer, "reference", ""));
    asking_reset(&x);
    twin_ask(&t, &x, "ckyc_download", "k", input);
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    CU_ASSERT_STRING_EQUAL(json_text(x.answer, "name", ""), "Meera Iyer");
    CU_ASSERT_STRING_EQUAL(json_text(x.answer, "pan", ""), "ZZZPP3303Z");
    asking_reset(&x);
    twin_ask(&t, &x, "ckyc_download", "k", wrong);
    CU_ASSERT_STRING_EQUAL(x.code, "authentication_failed");
    asking_reset(&x);
    twin_ask(&t, &x, "ckyc_download", "k", "{\"reference\":\"ckyc-1\",\"dob\":\"1988-07-02\",\"consent\":\"c\"}");
    CU_ASSERT_STRING_EQUAL(x.code, "ckyc_unknown");
    asking_reset(&x);
    twin_ask(&t, &x, "verify", "k", "{\"pan\":\"nonsense\",\"name\":\"A\"}");
    CU_ASSERT_STRING_EQUAL(x.code, "pan_form");
    asking_reset(&x);
    twin_ask(&t, &x, "passport", "k", "{\"line1\":\"\",\"line2\":\"\"}");
    CU_ASSERT_STRING_EQUAL(x.code, "mrz_length");
    asking_reset(&x);
    twin_close(&t);
}
