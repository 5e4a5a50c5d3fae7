#include "base/signature.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "base/crypt.h"
#include "tests/harness/torture.h"

/* The example of the reference libraries (standard-webhooks, tests of every language). */
static const char SECRET[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
static const char ID[] = "msg_p5jXN8AQM9LWM0D4loKWxJek";
static const char BODY[] = "{\"test\": 2432232314}";
static const char SIGNED[] = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
enum { AT = 1614265330 };

static struct signature_secret secret_of(const char *text) {
    struct signature_secret s;
    CU_ASSERT_EQUAL(signature_secret_read(text, &s, NULL), OK);
    return s;
}

static enum err verify(const char *id, const char *at, const char *signature, const char *body, int64_t now_s) {
    struct signature_secret s = secret_of(SECRET);
    struct fault f = {0};
    enum err err = signature_verify(&s, 1, &(struct signature_headers){id, at, signature}, body, strlen(body), now_s, 300, &f);
    CU_ASSERT_EQUAL(f.kind, err);
    return err;
}

void test_signature__the_published_example(void) {
    struct signature_secret s = secret_of(SECRET);
    AUTO(buf_reset) struct buf out;
    buf_init(&out, 1000);
    CU_ASSERT_EQUAL(signature_sign(&s, 1, ID, AT, BODY, strlen(BODY), &out), OK);
    CU_ASSERT_STRING_EQUAL(buf_text(&out), SIGNED);
    CU_ASSERT_EQUAL(verify(ID, "1614265330", SIGNED, BODY, AT), OK);
    CU_ASSERT_EQUAL(verify(ID, "1614265330", "v1a,AAAA  v1,xyz= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= ", BODY, AT), OK);
    struct signature_secret bare = secret_of(SECRET + 6);
    CU_ASSERT_EQUAL(bare.n, 24);
    CU_ASSERT_EQUAL(memcmp(bare.b, s.b, 24), 0);
}

void test_signature__whatever_is_changed_is_refused(void) {
    CU_ASSERT_EQUAL(verify(ID, "1614265331", SIGNED, BODY, AT), ERR_REFUSED);
    CU_ASSERT_EQUAL(verify("msg_p5jXN8AQM9LWM0D4loKWxJeK", "1614265330", SIGNED, BODY, AT), ERR_REFUSED);
    char body[64], signature[64];
    for (size_t bit = 0; bit < strlen(BODY) * 8; bit++) {
        memcpy(body, BODY, sizeof BODY);
        body[bit / 8] = (char)(body[bit / 8] ^ (1 << bit % 8));
        if (!body[bit / 8]) continue;
        CU_ASSERT_EQUAL(verify(ID, "1614265330", SIGNED, body, AT), ERR_REFUSED);
    }
    for (size_t i = 0; i < strlen(SIGNED); i++) {
        memcpy(signature, SIGNED, sizeof SIGNED);
        signature[i] = signature[i] == 'A' ? 'B' : 'A';
        CU_ASSERT_EQUAL(verify(ID, "1614265330", signature, BODY, AT), ERR_REFUSED);
    }
    CU_ASSERT_EQUAL(verify(ID, "1614265330", "v1,", BODY, AT), ERR_REFUSED);
    CU_ASSERT_EQUAL(verify(ID, "1614265330", "v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", BODY, AT), ERR_REFUSED);
}

void test_signature__headers_that_are_missing_or_malformed(void) {
    CU_ASSERT_EQUAL(verify(NULL, "1614265330", SIGNED, BODY, AT), ERR_INVALID);
    CU_ASSERT_EQUAL(verify("", "1614265330", SIGNED, BODY, AT), ERR_INVALID);
    CU_ASSERT_EQUAL(verify("msg.1", "1614265330", SIGNED, BODY, AT), ERR_INVALID);
    CU_ASSERT_EQUAL(verify(ID, NULL, SIGNED, BODY, AT), ERR_INVALID);
    CU_ASSERT_EQUAL(verify(ID, "", SIGNED, BODY, AT), ERR_INVALID);
    CU_ASSERT_EQUAL(verify(ID, "-5", SIGNED, BODY, AT), ERR_INVALID);
    CU_ASSERT_EQUAL(verify(ID, "1614265330.1", SIGNED, BODY, AT), ERR_INVALID);
    CU_ASSERT_EQUAL(verify(ID, "99999999999999999999", SIGNED, BODY, AT), ERR_INVALID);
    CU_ASSERT_EQUAL(verify(ID, "1614265330", NULL, BODY, AT), ERR_INVALID);
    CU_ASSERT_EQUAL(verify(ID, "1614265330", "", BODY, AT), ERR_INVALID);
    char big[3001];
    memset(big, 'x', 3000), big[3000] = '\0';
    CU_ASSERT_EQUAL(verify(ID, "1614265330", big, BODY, AT), ERR_INVALID);
    CU_ASSERT_EQUAL(verify(big, "1614265330", SIGNED, BODY, AT), ERR_INVALID);
}

void test_signature__the_window_holds_both_ways(void) {
    CU_ASSERT_EQUAL(verify(ID, "1614265330", SIGNED, BODY, AT + 300), OK);
    CU_ASSERT_EQUAL(verify(ID, "1614265330", SIGNED, BODY, AT + 301), ERR_TIMEOUT);
    CU_ASSERT_EQUAL(verify(ID, "1614265330", SIGNED, BODY, AT - 300), OK);
    CU_ASSERT_EQUAL(verify(ID, "1614265330", SIGNED, BODY, AT - 301), ERR_TIMEOUT);
    CU_ASSERT_EQUAL(verify(ID, "9223372036854775807", SIGNED, BODY, AT), ERR_TIMEOUT);
}

void test_signature__two_secrets_while_one_is_changed(void) {
    CU_ASSERT_EQUAL(crypt_start(), OK);
    struct signature_secret both[2], other;
    for (int i = 0; i < 3; i++) {
        AUTO(buf_reset) struct buf text;
        buf_init(&text, 100);
        CU_ASSERT_EQUAL(signature_secret_make(&text), OK);
        CU_ASSERT_EQUAL(strncmp(buf_text(&text), "whsec_", 6), 0);
        if (i < 2) both[i] = secret_of(buf_text(&text));
        else other = secret_of(buf_text(&text));
    }
    AUTO(buf_reset) struct buf out;
    buf_init(&out, 1000);
    CU_ASSERT_EQUAL(signature_sign(both, 2, "e_1", AT, BODY, 4, &out), OK);
    CU_ASSERT_EQUAL(out.len, 2 * 47 + 1);
    const struct signature_headers h = {"e_1", "1614265330", buf_text(&out)};
    CU_ASSERT_EQUAL(signature_verify(&both[0], 1, &h, BODY, 4, AT, 300, NULL), OK);
    CU_ASSERT_EQUAL(signature_verify(&both[1], 1, &h, BODY, 4, AT, 300, NULL), OK);
    CU_ASSERT_EQUAL(signature_verify(both, 2, &h, BODY, 4, AT, 300, NULL), OK);
    CU_ASSERT_EQUAL(signature_verify(&other, 1, &h, BODY, 4, AT, 300, NULL), ERR_REFUSED);
    CU_ASSERT_EQUAL(signature_verify(both, 0, &h, BODY, 4, AT, 300, NULL), ERR_REFUSED);
}

void test_signature__bad_secrets_and_ids_are_not_signed_with(void) {
    static const char *const bad[] = {NULL, "", "whsec_", "whsec_c2hvcnQ=", "not base64 at all !", "whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                      "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"};
    struct signature_secret s;
    struct fault f;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        CU_ASSERT_EQUAL(signature_secret_read(bad[i], &s, &f), ERR_INVALID);
        CU_ASSERT_EQUAL(s.n, 0);
        if (bad[i] && strlen(bad[i]) > 10) CU_ASSERT_PTR_NULL(strstr(f.text, bad[i] + 8)); /* never repeated */
    }
    AUTO(buf_reset) struct buf out;
    buf_init(&out, 1000);
    CU_ASSERT_EQUAL(signature_sign(&s, 1, ID, AT, BODY, 4, &out), ERR_INVALID); /* the empty one */
    s = secret_of(SECRET);
    CU_ASSERT_EQUAL(signature_sign(&s, 1, "a.1", AT, BODY, 4, &out), ERR_INVALID);
    CU_ASSERT_EQUAL(signature_sign(&s, 1, "", AT, BODY, 4, &out), ERR_INVALID);
    CU_ASSERT_EQUAL(signature_sign(&s, 0, ID, AT, BODY, 4, &out), ERR_INVALID);
}

static void sign_and_verify(void *who) {
    (void)who;
    struct signature_secret s;
    enum err err = signature_secret_read(SECRET, &s, NULL);
    AUTO(buf_reset) struct buf out;
    buf_init(&out, 1000);
    if (!err) err = signature_sign(&s, 1, ID, AT, BODY, strlen(BODY), &out);
    if (!err) err = signature_verify(&s, 1, &(struct signature_headers){ID, "1614265330", out.data}, BODY, strlen(BODY), AT, 1, NULL);
    CU_ASSERT(err == OK || (err == ERR_NOMEM && torture_hit()));
}

void test_signature__survives_no_memory(void) {
    CU_ASSERT(torture_run(sign_and_verify, NULL) >= 3);
}
