#include "io/rsa.h"

#include <CUnit/CUnit.h>
#include <stdint.h>
#include <string.h>

#include "base/file.h"
#include "connectors/sandbox/keys.h"

static enum err read_key(const char *path, struct rsa_key **out) {
    struct buf pem AUTO(buf_reset) = {0};
    struct fault f;
    *out = NULL;
    CU_ASSERT_EQUAL_FATAL(file_read(path, 65536, &pem, &f), OK);
    return rsa_key_read(buf_text(&pem), pem.len, out, &f);
}

void test_rsa__a_certificate_has_a_validity_and_a_key_has_none(void) {
    struct rsa_key *certificate, *key;
    int64_t from, until;
    CU_ASSERT_EQUAL_FATAL(read_key("tests/connectors/signed/certificate.pem", &certificate), OK);
    CU_ASSERT_EQUAL_FATAL(read_key("tests/connectors/signed/key.pem", &key), OK);
    rsa_key_validity(certificate, &from, &until);
    CU_ASSERT_EQUAL(from, INT64_C(1795405180000)); /* openssl x509 -dates: Nov 23 03:39:40 2026 GMT */
    CU_ASSERT_EQUAL(until, INT64_C(2110765180000)); /* Nov 20 03:39:40 2036 GMT */
    rsa_key_validity(key, &from, &until);
    CU_ASSERT(from == INT64_MIN && until == INT64_MAX);
    rsa_key_free(certificate);
    rsa_key_free(key);
}

void test_rsa__what_is_no_strong_key_is_refused(void) {
    static const char *const bad[] = {
        "", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        /* RSA of 1024 bits */
        "-----BEGIN PUBLIC KEY-----\n"
        "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDZLBfhPplGjdb4F2u3KrBCTAIi\n"
        "3XOFSOI7nTtfVZBpivbP4EzESRXznloz6UDjxslBdb9MOwBDSLxsPLkxQi0ASUzv\n"
        "siiN2FVtaIjsyWboVApxT/7uGBAUHMRBNcbQL3OPoZ/AFNrlHwQmR+iBEXoXEQE9\n"
        "m5mQszsy79Wcg7BocwIDAQAB\n"
        "-----END PUBLIC KEY-----\n",
    };
    for (size_t k = 0; k < ARRAY_LEN(bad); k++) {
        struct rsa_key *key = NULL;
        struct fault f;
        CU_ASSERT_EQUAL(rsa_key_read(bad[k], strlen(bad[k]), &key, &f), ERR_INVALID);
        CU_ASSERT_PTR_NULL(key);
    }
    struct rsa_key *key = NULL;
    CU_ASSERT_EQUAL(rsa_key_private("garbage", 7, &key), ERR_INVALID);
}

void test_rsa__what_is_signed_is_checked_to_the_bit(void) {
    struct rsa_key *signer, *other;
    struct buf signature AUTO(buf_reset);
    char text[] = "what is signed";
    buf_init(&signature, 4096);
    CU_ASSERT_EQUAL_FATAL(sandbox_rsa_key(&signer), OK);
    CU_ASSERT_EQUAL_FATAL(read_key("tests/connectors/signed/key.pem", &other), OK);
    CU_ASSERT_EQUAL_FATAL(rsa_sign(signer, text, sizeof text, &signature), OK);
    CU_ASSERT_EQUAL(signature.len, 256);
    CU_ASSERT_EQUAL(rsa_check(signer, text, sizeof text, signature.data, signature.len), OK);
    CU_ASSERT_EQUAL(rsa_check(other, text, sizeof text, signature.data, signature.len), ERR_REFUSED);
    CU_ASSERT_EQUAL(rsa_check(signer, text, sizeof text - 1, signature.data, signature.len), ERR_REFUSED);
    CU_ASSERT_EQUAL(rsa_check(signer, text, sizeof text, signature.data, signature.len - 1), ERR_REFUSED);
    CU_ASSERT_EQUAL(rsa_check(signer, text, sizeof text, "", 0), ERR_REFUSED);
    for (size_t k = 0; k < sizeof text; k++) {
        text[k] ^= 1;
        CU_ASSERT_EQUAL(rsa_check(signer, text, sizeof text, signature.data, signature.len), ERR_REFUSED);
        text[k] ^= 1;
    }
    CU_ASSERT_EQUAL(rsa_sign(other, text, sizeof text, &signature), ERR_INVALID); /* only the public half */
    rsa_key_free(signer);
    rsa_key_free(other);
}
