#include "base/crypt.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "tests/harness/torture.h"

static const char *hex(const uint8_t *b, size_t n) {
    static char out[200];
    for (size_t i = 0; i < n; i++) snprintf(out + 2 * i, 3, "%02x", b[i]);
    return out;
}

void test_crypt__published_vectors(void) {
    char text[65];
    uint8_t h[CRYPT_HASH];
    crypt_sha256_hex("abc", 3, text); /* FIPS 180-2, appendix B.1 */
    CU_ASSERT_STRING_EQUAL(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    crypt_sha256("", 0, h);
    CU_ASSERT_STRING_EQUAL(hex(h, 32), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    const char *say = "what do ya want for nothing?"; /* RFC 4231, test case 2 */
    crypt_hmac_sha256("Jefe", 4, say, strlen(say), h);
    CU_ASSERT_STRING_EQUAL(hex(h, 32), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    char aaa[131]; /* RFC 4231, test case 6: a key longer than a block */
    memset(aaa, 0xaa, sizeof aaa);
    say = "Test Using Larger Than Block-Size Key - Hash Key First";
    crypt_hmac_sha256(aaa, sizeof aaa, say, strlen(say), h);
    CU_ASSERT_STRING_EQUAL(hex(h, 32), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    uint8_t key[16], in[15]; /* SipHash paper, appendix A */
    for (int i = 0; i < 16; i++) key[i] = (uint8_t)i;
    for (int i = 0; i < 15; i++) in[i] = (uint8_t)i;
    CU_ASSERT_EQUAL(crypt_short_hash(key, in, 15), UINT64_C(0xa129ca6149be45e5));
}

void test_crypt__sealed_opens_only_unchanged_and_in_its_place(void) {
    struct rng r;
    rng_seed(&r, 29);
    for (size_t n = 0; n < 60; n++) {
        struct crypt_key k;
        char secret[60];
        rng_bytes(&r, k.b, sizeof k.b);
        rng_bytes(&r, secret, n);
        AUTO(buf_reset) struct buf sealed, open;
        buf_init(&sealed, 1000), buf_init(&open, 1000);
        CU_ASSERT_EQUAL(crypt_seal(&k, "r_1/pan", secret, n, &sealed), OK);
        CU_ASSERT_EQUAL(sealed.len, n + 40);
        buf_adds(&open, "before");
        CU_ASSERT_EQUAL(crypt_open(&k, "r_1/pan", sealed.data, sealed.len, &open), OK);
        CU_ASSERT_EQUAL_FATAL(open.len, n + 6);
        CU_ASSERT_EQUAL(memcmp(open.data + 6, secret, n), 0);
        CU_ASSERT_EQUAL(crypt_open(&k, "r_2/pan", sealed.data, sealed.len, &open), ERR_INVALID);
        CU_ASSERT_EQUAL(crypt_open(&k, "r_1/pan", sealed.data, sealed.len - 1, &open), ERR_INVALID);
        CU_ASSERT_EQUAL(crypt_open(&k, "r_1/pan", sealed.data, 12, &open), ERR_INVALID);
        CU_ASSERT_EQUAL(open.len, n + 6); /* nothing was added by the failed ones */
    }
}

void test_crypt__every_bit_of_a_sealed_value_counts(void) {
    struct crypt_key k = {{7}};
    AUTO(buf_reset) struct buf sealed, open;
    buf_init(&sealed, 1000), buf_init(&open, 1000);
    CU_ASSERT_EQUAL(crypt_seal(&k, "r_1/name", "Asha", 4, &sealed), OK);
    for (size_t bit = 0; bit < sealed.len * 8; bit++) {
        sealed.data[bit / 8] ^= (char)(1 << bit % 8);
        CU_ASSERT_EQUAL(crypt_open(&k, "r_1/name", sealed.data, sealed.len, &open), ERR_INVALID);
        sealed.data[bit / 8] ^= (char)(1 << bit % 8);
    }
    CU_ASSERT_EQUAL(crypt_open(&k, "r_1/name", sealed.data, sealed.len, &open), OK);
    k.b[31] ^= 1;
    CU_ASSERT_EQUAL(crypt_open(&k, "r_1/name", sealed.data, sealed.len, &open), ERR_INVALID);
}

void test_crypt__sealing_twice_differs_and_ceilings_hold(void) {
    struct crypt_key k = {{1}};
    AUTO(buf_reset) struct buf a, b, small;
    buf_init(&a, 100), buf_init(&b, 100), buf_init(&small, 43);
    CU_ASSERT_EQUAL(crypt_seal(&k, "", "same", 4, &a), OK);
    CU_ASSERT_EQUAL(crypt_seal(&k, "", "same", 4, &b), OK);
    CU_ASSERT_NOT_EQUAL(memcmp(a.data, b.data, a.len), 0);
    CU_ASSERT_EQUAL(crypt_seal(&k, "", "same", 4, &small), ERR_LIMIT);
}

void test_crypt__keyed_hash_depends_on_the_key(void) {
    struct crypt_key k = {{1}}, other = {{2}};
    uint8_t a[CRYPT_HASH], b[CRYPT_HASH];
    crypt_keyed_hash(&k, "ABCDE1234F", 10, a);
    crypt_keyed_hash(&k, "ABCDE1234F", 10, b);
    CU_ASSERT_EQUAL(memcmp(a, b, sizeof a), 0);
    crypt_keyed_hash(&other, "ABCDE1234F", 10, b);
    CU_ASSERT_NOT_EQUAL(memcmp(a, b, sizeof a), 0);
}

static void from_hex(const char *hex, uint8_t *out) {
    for (unsigned v; sscanf(hex, "%2x", &v) == 1; hex += 2) *out++ = (uint8_t)v;
}

/* RFC 8032, section 7.1, tests 1 and 3. */
void test_crypt__signatures_are_those_of_the_standard(void) {
    static const struct {
        const char *seed, *key, *message, *signature;
        size_t n;
    } cases[] = {
        {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b", 0},
        {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a", 2},
    };
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        struct crypt_key seed;
        uint8_t key[CRYPT_SIGN_KEY], want[CRYPT_SIGNATURE], got[CRYPT_SIGNATURE], message[8];
        from_hex(cases[k].seed, seed.b), from_hex(cases[k].signature, want), from_hex(cases[k].message, message);
        crypt_sign_public(&seed, key);
        from_hex(cases[k].key, got);
        CU_ASSERT_EQUAL(memcmp(key, got, sizeof key), 0);
        crypt_sign(&seed, message, cases[k].n, got);
        CU_ASSERT_EQUAL(memcmp(got, want, sizeof got), 0);
        CU_ASSERT(crypt_sign_ok(key, message, cases[k].n, got));
        got[63] ^= 1;
        CU_ASSERT_FALSE(crypt_sign_ok(key, message, cases[k].n, got));
    }
}

void test_crypt__a_box_opens_only_for_its_two_parties(void) {
    struct crypt_key a = {{8, 1}}, b = {{8, 2}}, c = {{8, 3}}; /* the lowest three bits do not count */
    uint8_t pa[CRYPT_BOX_KEY], pb[CRYPT_BOX_KEY], pc[CRYPT_BOX_KEY], nonce[CRYPT_BOX_NONCE] = {9}, zero[CRYPT_BOX_KEY] = {0};
    AUTO(buf_reset) struct buf sealed, open;
    buf_init(&sealed, 1000), buf_init(&open, 1000);
    crypt_box_public(&a, pa), crypt_box_public(&b, pb), crypt_box_public(&c, pc);
    CU_ASSERT_EQUAL(crypt_box_seal(&a, pb, nonce, "entries", 7, &sealed), OK);
    CU_ASSERT_EQUAL(sealed.len, 23);
    CU_ASSERT_EQUAL(crypt_box_open(&b, pa, nonce, sealed.data, sealed.len, &open), OK);
    CU_ASSERT_STRING_EQUAL(buf_text(&open), "entries");
    CU_ASSERT_EQUAL(crypt_box_open(&c, pa, nonce, sealed.data, sealed.len, &open), ERR_INVALID);
    CU_ASSERT_EQUAL(crypt_box_open(&b, pc, nonce, sealed.data, sealed.len, &open), ERR_INVALID);
    CU_ASSERT_EQUAL(crypt_box_open(&b, pa, nonce, sealed.data, 15, &open), ERR_INVALID);
    for (size_t bit = 0; bit < sealed.len * 8; bit++) {
        sealed.data[bit / 8] ^= (char)(1 << bit % 8);
        CU_ASSERT_EQUAL(crypt_box_open(&b, pa, nonce, sealed.data, sealed.len, &open), ERR_INVALID);
        sealed.data[bit / 8] ^= (char)(1 << bit % 8);
    }
    CU_ASSERT_EQUAL(open.len, 7); /* what was there stays */
    nonce[0]++;
    CU_ASSERT_EQUAL(crypt_box_open(&b, pa, nonce, sealed.data, sealed.len, &open), ERR_INVALID);
    CU_ASSERT_EQUAL(crypt_box_seal(&a, zero, nonce, "x", 1, &sealed), ERR_INVALID);
    CU_ASSERT_EQUAL(sealed.len, 23);
}

void test_crypt__passwords(void) {
    char hash[128], again[128];
    CU_ASSERT_EQUAL(crypt_password_hash("correct horse", hash), OK);
    CU_ASSERT_EQUAL(crypt_password_hash("correct horse", again), OK);
    CU_ASSERT_EQUAL(strncmp(hash, "$argon2id$", 10), 0);
    CU_ASSERT_STRING_NOT_EQUAL(hash, again);
    CU_ASSERT_TRUE(crypt_password_ok(hash, "correct horse"));
    CU_ASSERT_FALSE(crypt_password_ok(hash, "Correct horse"));
    CU_ASSERT_FALSE(crypt_password_ok("", "correct horse"));
    CU_ASSERT_FALSE(crypt_password_ok("$argon2id$garbage", "correct horse"));
}

static void seal_and_open(void *who) {
    (void)who;
    struct crypt_key k = {{1}};
    AUTO(buf_reset) struct buf sealed, open;
    buf_init(&sealed, 100000), buf_init(&open, 100000);
    static const char big[9000];
    enum err e = crypt_seal(&k, "x", big, sizeof big, &sealed);
    if (!e) e = crypt_open(&k, "x", sealed.data, sealed.len, &open);
    CU_ASSERT(e == OK ? open.len == sizeof big : e == ERR_NOMEM && torture_hit());
}

void test_crypt__survives_no_memory(void) {
    CU_ASSERT(torture_run(seal_and_open, NULL) >= 4);
}
