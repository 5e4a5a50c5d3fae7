#include "connectors/jws.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "connectors/sandbox/keys.h"
#include "io/rsa.h"
#include "tests/harness/torture.h"

/* RFC 7515, appendix A.2; the key's n and e as PEM. */
static const char RSA_PEM[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAofgWCuLjybRlzo0tZWJj\nNiuSfb4p4fAkd/wWJcyQoTbji9k0l8W26mPddxHmfHQp+Vaw+4qPCJrcS2mJPMEz\n"
    "P1Pt0Bm4d4QlL+yRT+SFd2lZS+pCgNMsD1W/YpRPEwOWvG6b32690r2jZ47soMZo\n9wGzjb/7OMg0LOL+bSf63kpaSHSXndS5z5rexMdbBYUsLA9e+KXBdQOS+UTo7WTB\n"
    "EMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6/I5IhlJH7aGhyxX\nFvUK+DWNmoudF8NAco9/h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXp\n"
    "oQIDAQAB\n-----END PUBLIC KEY-----\n";
static const char RSA_TOKEN[] =
    "eyJhbGciOiJSUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdi"
    "uB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2"
    "w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
/* RFC 8037, appendix A.4; its payload is no JSON. */
static const char ED_JWK[] = "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}";
static const char ED_TOKEN[] = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
                               "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

static struct jws_key key_of(const char *text) {
    struct jws_key k;
    struct fault f;
    CU_ASSERT_EQUAL_FATAL(jws_key_read(text, strlen(text), &k, &f), OK);
    return k;
}

static const char *fault_of(const struct jws_key *k, const char *token) {
    static struct fault f;
    json_t *v = NULL;
    f = (struct fault){0};
    enum err e = jws_check(k, token, &v, &f);
    CU_ASSERT_EQUAL(e == OK, v != NULL);
    json_decref(v);
    return e == OK ? "none" : f.where;
}

void test_jws__the_examples_of_the_standards(void) {
    struct jws_key rsa = key_of(RSA_PEM), ed = key_of(ED_JWK);
    json_t *v = NULL;
    struct fault f;
    CU_ASSERT_EQUAL(jws_check(&rsa, RSA_TOKEN, &v, &f), OK);
    CU_ASSERT_STRING_EQUAL(json_text(v, "iss", ""), "joe");
    json_decref(v);
    CU_ASSERT_EQUAL(jws_check(&ed, ED_TOKEN, &v, &f), ERR_INVALID); /* signed, and then no object */
    CU_ASSERT_STRING_EQUAL(f.where, "jws_form");
    CU_ASSERT_STRING_EQUAL(f.text, "the payload is no JSON object");
    jws_key_reset(&rsa);
}

void test_jws__the_key_says_which_algorithm_counts(void) {
    struct jws_key rsa = key_of(RSA_PEM), ed = key_of(ED_JWK);
    CU_ASSERT_STRING_EQUAL(fault_of(&ed, RSA_TOKEN), "jws_key");
    CU_ASSERT_STRING_EQUAL(fault_of(&rsa, ED_TOKEN), "jws_key");
    CU_ASSERT_STRING_EQUAL(fault_of(&ed, "eyJhbGciOiJub25lIn0.e30."), "jws_key");       /* none */
    CU_ASSERT_STRING_EQUAL(fault_of(&ed, "eyJhbGciOiJIUzI1NiJ9.e30.AAAA"), "jws_key");  /* HS256 with the public key as secret */
    CU_ASSERT_STRING_EQUAL(fault_of(&ed, "eyJhbGciOiJFZERTQSIsImNyaXQiOlsiYjY0Il19.e30.AAAA"), "jws_key"); /* crit */
    CU_ASSERT_STRING_EQUAL(fault_of(&ed, "e30.e30.AAAA"), "jws_key");
    jws_key_reset(&rsa);
}

void test_jws__forms_that_are_not_taken(void) {
    struct jws_key ed = key_of(ED_JWK);
    static const char *const bad[] = {"", ".", "..", "a.b", "a.b.c.d", "!.e30.AA", "W10.e30.AA", "eyJhbGciOiJFZERTQSJ9=.e30.AA", "eyJhbGciOiJFZERTQSJ9.e30.A+A"};
    for (size_t k = 0; k < ARRAY_LEN(bad); k++) CU_ASSERT_STRING_EQUAL(fault_of(&ed, bad[k]), "jws_form");
    char *big = malloc(JWS_MAX + 10);
    memset(big, 'a', JWS_MAX + 9);
    big[JWS_MAX + 9] = 0, big[3] = big[9] = '.';
    CU_ASSERT_STRING_EQUAL(fault_of(&ed, big), "jws_form");
    free(big);
}

static struct jws_key signed_token(struct buf *out, const char *id) {
    struct crypt_key seed;
    struct jws_key k = {.id = ""};
    json_t *payload = json_pack("{s:s, s:i}", "consentId", "c-1", "n", 7);
    sandbox_aggregator_key(&seed);
    crypt_sign_public(&seed, k.ed25519);
    snprintf(k.id, sizeof k.id, "%s", SANDBOX_AGGREGATOR);
    CU_ASSERT_EQUAL_FATAL(jws_sign(&seed, id, payload, out), OK);
    json_decref(payload);
    return k;
}

void test_jws__what_we_sign_is_checked_to_the_bit(void) {
    struct buf token AUTO(buf_reset);
    buf_init(&token, JWS_MAX);
    struct jws_key k = signed_token(&token, SANDBOX_AGGREGATOR);
    unsigned accepted = 0;
    CU_ASSERT_STRING_EQUAL(fault_of(&k, token.data), "none");
    for (size_t i = 0; i < token.len; i++)
        for (int bit = 0; bit < 7; bit++) {
            token.data[i] ^= (char)(1 << bit);
            accepted += !strcmp(fault_of(&k, token.data), "none");
            token.data[i] ^= (char)(1 << bit);
        }
    CU_ASSERT(accepted <= 7); /* the last character of a signature of 64 bytes has four bits that stand for nothing */
}

void test_jws__another_name_for_the_key_is_another_key(void) {
    struct buf token AUTO(buf_reset);
    buf_init(&token, JWS_MAX);
    struct jws_key k = signed_token(&token, "some-other-key");
    CU_ASSERT_STRING_EQUAL(fault_of(&k, token.data), "jws_key");
    k.id[0] = 0;
    CU_ASSERT_STRING_EQUAL(fault_of(&k, token.data), "none");
}

void test_jws__keys_that_are_none(void) {
    static const char *const bad[] = {"", "{}", "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
                                      "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qY\"}", "{\"kty\":\"RSA\"}", "PEM"};
    for (size_t k = 0; k < ARRAY_LEN(bad); k++) {
        struct jws_key key;
        struct fault f;
        CU_ASSERT_EQUAL(jws_key_read(bad[k], strlen(bad[k]), &key, &f), ERR_INVALID);
    }
}

void test_jws__base64url_there_and_back(void) {
    struct rng r;
    rng_seed(&r, 3);
    for (int round = 0; round < 500; round++) {
        struct buf text AUTO(buf_reset), back AUTO(buf_reset);
        uint8_t bytes[80];
        size_t n = rng_below(&r, sizeof bytes);
        buf_init(&text, 200), buf_init(&back, 200);
        for (size_t k = 0; k < n; k++) bytes[k] = (uint8_t)rng_u64(&r);
        jws_add_base64url(&text, bytes, n);
        CU_ASSERT_EQUAL(strcspn(buf_text(&text), "+/="), text.len);
        CU_ASSERT_EQUAL(jws_from_base64url(buf_text(&text), text.len, &back), OK);
        CU_ASSERT(back.len == n && (!n || !memcmp(back.data, bytes, n)));
    }
}

static void sign_and_check(void *who) {
    struct buf token AUTO(buf_reset);
    struct crypt_key seed;
    struct jws_key k = {.id = ""};
    struct fault f;
    json_t *v = NULL;
    buf_init(&token, JWS_MAX);
    sandbox_aggregator_key(&seed);
    crypt_sign_public(&seed, k.ed25519);
    enum err e = jws_sign(&seed, "k", who, &token);
    if (e == OK) e = jws_check(&k, token.data, &v, &f);
    CU_ASSERT(e == OK || torture_hit());
    json_decref(v);
}
void test_jws__survives_no_memory(void) {
    json_t *payload = json_pack("{s:s}", "a", "b");
    CU_ASSERT(torture_run(sign_and_check, payload) >= 5);
    json_decref(payload);
}
