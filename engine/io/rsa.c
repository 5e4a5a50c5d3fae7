/* rsa.c - see rsa.h. */
#include "io/rsa.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#define BITS_LEAST 2048
#define SIGNATURE_MAX 2048 /* bytes: keys of 16384 bits */

struct rsa_key {
    EVP_PKEY *pkey;
    int64_t from_ms, until_ms;
};

static int64_t time_ms(const ASN1_TIME *t, int64_t otherwise) {
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int days = 0, seconds = 0;
    int good = epoch && ASN1_TIME_diff(&days, &seconds, epoch, t);
    ASN1_TIME_free(epoch);
    return good ? ((int64_t)days * 86400 + seconds) * 1000 : otherwise;
}

static EVP_PKEY *from_certificate(BIO *in, struct rsa_key *k) {
    X509 *certificate = PEM_read_bio_X509(in, NULL, NULL, NULL);
    if (!certificate) return NULL;
    EVP_PKEY *pkey = X509_get_pubkey(certificate);
    k->from_ms = time_ms(X509_get0_notBefore(certificate), INT64_MAX);
    k->until_ms = time_ms(X509_get0_notAfter(certificate), INT64_MIN);
    X509_free(certificate);
    return pkey;
}

static bool strong_rsa(const EVP_PKEY *pkey) {
    return pkey && EVP_PKEY_get_base_id(pkey) == EVP_PKEY_RSA && EVP_PKEY_get_bits(pkey) >= BITS_LEAST;
}

enum err rsa_key_read(const char *pem, size_t n, struct rsa_key **out, struct fault *f) {
    struct rsa_key *k = calloc(1, sizeof *k);
    BIO *in = n <= 65536 ? BIO_new_mem_buf(pem, (int)n) : NULL;
    if (k) *k = (struct rsa_key){NULL, INT64_MIN, INT64_MAX};
    if (k && in) k->pkey = memmem(pem, n, "CERTIFICATE", 11) ? from_certificate(in, k) : PEM_read_bio_PUBKEY(in, NULL, NULL, NULL);
    BIO_free(in);
    ERR_clear_error();
    if (k && strong_rsa(k->pkey)) {
        *out = k;
        return OK;
    }
    enum err e = k ? fault_set(f, ERR_INVALID, "", "neither a certificate nor a public key in PEM with RSA of %d bits or more", BITS_LEAST)
                   : fault_set(f, ERR_NOMEM, "", "no memory");
    rsa_key_free(k);
    return e;
}

enum err rsa_key_private(const void *der, size_t n, struct rsa_key **out) {
    const unsigned char *at = der;
    struct rsa_key *k = calloc(1, sizeof *k);
    if (!k) return ERR_NOMEM;
    *k = (struct rsa_key){d2i_AutoPrivateKey(NULL, &at, (long)n), INT64_MIN, INT64_MAX};
    ERR_clear_error();
    if (strong_rsa(k->pkey)) {
        *out = k;
        return OK;
    }
    rsa_key_free(k);
    return ERR_INVALID;
}

void rsa_key_free(struct rsa_key *k) {
    if (!k) return;
    EVP_PKEY_free(k->pkey);
    free(k);
}

void rsa_key_validity(const struct rsa_key *k, int64_t *from_ms, int64_t *until_ms) {
    *from_ms = k->from_ms;
    *until_ms = k->until_ms;
}

enum err rsa_check(const struct rsa_key *k, const void *bytes, size_t n, const void *signature, size_t signature_n) {
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    if (!c) return ERR_NOMEM;
    bool good = EVP_DigestVerifyInit(c, NULL, EVP_sha256(), NULL, k->pkey) == 1 &&
                EVP_DigestVerify(c, signature, signature_n, bytes, n) == 1;
    EVP_MD_CTX_free(c);
    ERR_clear_error();
    return good ? OK : ERR_REFUSED;
}

enum err rsa_sign(const struct rsa_key *k, const void *bytes, size_t n, struct buf *out) {
    unsigned char signature[SIGNATURE_MAX];
    size_t got = sizeof signature;
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    if (!c) return ERR_NOMEM;
    bool good = EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, k->pkey) == 1 &&
                EVP_DigestSign(c, signature, &got, bytes, n) == 1;
    EVP_MD_CTX_free(c);
    ERR_clear_error();
    if (!good) return ERR_INVALID;
    buf_add(out, signature, got);
    return buf_err(out);
}
