#include "base/crypt.h"

#include <sodium.h>
#include <string.h>

_Static_assert(CRYPT_KEY == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key size");
_Static_assert(CRYPT_SHORT_KEY == crypto_shorthash_KEYBYTES, "short key size");

enum {
    NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
};

enum err crypt_start(void) {
    return sodium_init() < 0 ? ERR_BUG : OK;
}

void crypt_random(void *out, size_t n) {
    randombytes_buf(out, n);
}

void crypt_wipe(void *secret, size_t n) {
    sodium_memzero(secret, n);
}

void crypt_sha256(const void *bytes, size_t n, uint8_t out[CRYPT_HASH]) {
    crypto_hash_sha256(out, bytes, n);
}

void crypt_sha256_hex(const void *bytes, size_t n, char out[65]) {
    uint8_t hash[CRYPT_HASH];
    crypt_sha256(bytes, n, hash);
    sodium_bin2hex(out, 65, hash, sizeof hash);
}

void crypt_hmac_sha256(const void *key, size_t key_n, const void *bytes, size_t n,
                       uint8_t out[CRYPT_HASH]) {
    crypt_hmac_sha256_parts(key, key_n, &(struct crypt_part){bytes, n}, 1, out);
}

void crypt_hmac_sha256_parts(const void *key, size_t key_n, const struct crypt_part *parts, size_t n_parts,
                             uint8_t out[CRYPT_HASH]) {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key, key_n);
    for (size_t i = 0; i < n_parts; i++) crypto_auth_hmacsha256_update(&state, parts[i].bytes, parts[i].n);
    crypto_auth_hmacsha256_final(&state, out);
    sodium_memzero(&state, sizeof state);
}

void crypt_keyed_hash(const struct crypt_key *k, const void *bytes, size_t n,
                      uint8_t out[CRYPT_HASH]) {
    crypto_generichash(out, CRYPT_HASH, bytes, n, k->b, sizeof k->b);
}

uint64_t crypt_short_hash(const uint8_t key[CRYPT_SHORT_KEY], const void *bytes, size_t n) {
    uint64_t h;
    crypto_shorthash((unsigned char *)&h, bytes, n, key);
    return h;
}

/* Grows `out` by n zero bytes to be overwritten; NULL when it failed. */
static unsigned char *grow(struct buf *out, size_t n) {
    static const unsigned char zero[4096];
    size_t at = out->len;
    for (size_t left = n; left && buf_ok(out);) {
        size_t some = left < sizeof zero ? left : sizeof zero;
        buf_add(out, zero, some);
        left -= some;
    }
    return buf_ok(out) ? (unsigned char *)out->data + at : NULL;
}

enum err crypt_seal(const struct crypt_key *k, const char *bound, const void *bytes, size_t n,
                    struct buf *out) {
    if (n > SIZE_MAX - NONCE - TAG) return ERR_LIMIT;
    unsigned char *p = grow(out, NONCE + n + TAG);
    if (!p) return buf_err(out);
    randombytes_buf(p, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(p + NONCE, NULL, bytes, n,
                                               (const unsigned char *)bound, strlen(bound), NULL, p,
                                               k->b);
    return OK;
}

enum err crypt_open(const struct crypt_key *k, const char *bound, const void *sealed, size_t n,
                    struct buf *out) {
    if (n < NONCE + TAG) return ERR_INVALID;
    const unsigned char *nonce = sealed;
    size_t at = out->len;
    unsigned char *p = grow(out, n - NONCE - TAG + 1); /* + 1: never an empty growth */
    if (!p) return buf_err(out);
    int bad = crypto_aead_xchacha20poly1305_ietf_decrypt(p, NULL, NULL, nonce + NONCE, n - NONCE,
                                                         (const unsigned char *)bound,
                                                         strlen(bound), nonce, k->b);
    out->len = bad ? at : out->len - 1;
    out->data[out->len] = '\0';
    return bad ? ERR_INVALID : OK;
}

_Static_assert(CRYPT_KEY == crypto_sign_SEEDBYTES && CRYPT_SIGN_KEY == crypto_sign_PUBLICKEYBYTES, "sign key sizes");
_Static_assert(CRYPT_SIGNATURE == crypto_sign_BYTES, "signature size");
_Static_assert(CRYPT_KEY == crypto_box_SECRETKEYBYTES && CRYPT_BOX_KEY == crypto_box_PUBLICKEYBYTES, "box key sizes");
_Static_assert(CRYPT_BOX_NONCE == crypto_box_NONCEBYTES, "box nonce size");

void crypt_sign_public(const struct crypt_key *seed, uint8_t out[CRYPT_SIGN_KEY]) {
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(out, secret, seed->b);
    sodium_memzero(secret, sizeof secret);
}

void crypt_sign(const struct crypt_key *seed, const void *bytes, size_t n, uint8_t out[CRYPT_SIGNATURE]) {
    unsigned char public[CRYPT_SIGN_KEY], secret[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(public, secret, seed->b);
    crypto_sign_detached(out, NULL, bytes, n, secret);
    sodium_memzero(secret, sizeof secret);
}

bool crypt_sign_ok(const uint8_t key[CRYPT_SIGN_KEY], const void *bytes, size_t n, const uint8_t signature[CRYPT_SIGNATURE]) {
    return crypto_sign_verify_detached(signature, bytes, n, key) == 0;
}

void crypt_box_public(const struct crypt_key *secret, uint8_t out[CRYPT_BOX_KEY]) {
    crypto_scalarmult_base(out, secret->b);
}

enum err crypt_box_seal(const struct crypt_key *mine, const uint8_t theirs[CRYPT_BOX_KEY], const uint8_t nonce[CRYPT_BOX_NONCE],
                        const void *bytes, size_t n, struct buf *out) {
    size_t at = out->len;
    unsigned char *p = grow(out, n + crypto_box_MACBYTES);
    if (!p) return buf_err(out);
    if (crypto_box_easy(p, bytes, n, nonce, theirs, mine->b) == 0) return OK;
    out->len = at;
    out->data[at] = '\0';
    return ERR_INVALID;
}

enum err crypt_box_open(const struct crypt_key *mine, const uint8_t theirs[CRYPT_BOX_KEY], const uint8_t nonce[CRYPT_BOX_NONCE],
                        const void *sealed, size_t n, struct buf *out) {
    if (n < crypto_box_MACBYTES) return ERR_INVALID;
    size_t at = out->len, most = n - crypto_box_MACBYTES;
    unsigned char *p = grow(out, most + 1); /* + 1: never an empty growth */
    if (!p) return buf_err(out);
    int bad = crypto_box_open_easy(p, sealed, n, nonce, theirs, mine->b);
    out->len = bad ? at : at + most;
    out->data[out->len] = '\0';
    return bad ? ERR_INVALID : OK;
}

enum err crypt_password_hash(const char *password, char out[128]) {
    _Static_assert(crypto_pwhash_STRBYTES <= 128, "room for the text form");
    int bad = crypto_pwhash_str(out, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                crypto_pwhash_MEMLIMIT_INTERACTIVE);
    return bad ? ERR_NOMEM : OK; /* it fails only when it cannot have its 64 MiB */
}

bool crypt_password_ok(const char *hash, const char *password) {
    return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}
