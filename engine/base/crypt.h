/* crypt.h - sealing, hashing and passwords; libsodium's one home. No algorithm of our own.
 *
 * Sealing is XChaCha20-Poly1305 with a random nonce; the associated text binds a sealed value to its
 * place (run and field), so that it cannot be moved. Keys are 32 bytes. A master key wraps one key
 * per person; destroying the wrapped key erases the person (SEMANTICS 15). */
#ifndef BASE_CRYPT_H
#define BASE_CRYPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define CRYPT_KEY 32
#define CRYPT_HASH 32
#define CRYPT_SHORT_KEY 16
struct crypt_key {
    uint8_t b[CRYPT_KEY];
};

MUST_CHECK enum err crypt_start(void); /* once per process, before anything else here */
void crypt_random(void *out, size_t n);
void crypt_wipe(void *secret, size_t n);
struct crypt_part { /* of a message that is nowhere whole */
    const void *bytes;
    size_t n;
};
void crypt_sha256(const void *bytes, size_t n, uint8_t out[CRYPT_HASH]);
void crypt_sha256_hex(const void *bytes, size_t n, char out[65]);
void crypt_hmac_sha256(const void *key, size_t key_n, const void *bytes, size_t n,
                       uint8_t out[CRYPT_HASH]);
void crypt_hmac_sha256_parts(const void *key, size_t key_n, const struct crypt_part *parts, size_t n_parts,
                             uint8_t out[CRYPT_HASH]);
/* Keyed BLAKE2b, for turning identifiers into customer ids and shards. */
void crypt_keyed_hash(const struct crypt_key *k, const void *bytes, size_t n,
                      uint8_t out[CRYPT_HASH]);
/* SipHash-2-4, for hash tables: quick, and hard to make collide. */
uint64_t crypt_short_hash(const uint8_t key[CRYPT_SHORT_KEY], const void *bytes, size_t n);
/* Appends nonce, cipher text and tag to `out`. `bound` is the associated text. */
MUST_CHECK enum err crypt_seal(const struct crypt_key *k, const char *bound, const void *bytes,
                               size_t n, struct buf *out);
/* ERR_INVALID if key, bytes or `bound` differ from the sealing. */
MUST_CHECK enum err crypt_open(const struct crypt_key *k, const char *bound, const void *sealed,
                               size_t n, struct buf *out);
/* Signatures by Ed25519 (RFC 8032). The secret is the seed; no state is kept. */
#define CRYPT_SIGN_KEY 32
#define CRYPT_SIGNATURE 64
void crypt_sign_public(const struct crypt_key *seed, uint8_t out[CRYPT_SIGN_KEY]);
void crypt_sign(const struct crypt_key *seed, const void *bytes, size_t n, uint8_t out[CRYPT_SIGNATURE]);
bool crypt_sign_ok(const uint8_t key[CRYPT_SIGN_KEY], const void *bytes, size_t n, const uint8_t signature[CRYPT_SIGNATURE]);
/* Sealing from one party's key to another's (libsodium's box: X25519, XSalsa20-Poly1305). A pair of keys with one nonce
 * serves one message only. */
#define CRYPT_BOX_KEY 32
#define CRYPT_BOX_NONCE 24
void crypt_box_public(const struct crypt_key *secret, uint8_t out[CRYPT_BOX_KEY]);
/* Appends the sealed bytes: 16 more than n. ERR_INVALID: `theirs` is no key that may be used. */
MUST_CHECK enum err crypt_box_seal(const struct crypt_key *mine, const uint8_t theirs[CRYPT_BOX_KEY],
                                   const uint8_t nonce[CRYPT_BOX_NONCE], const void *bytes, size_t n, struct buf *out);
/* ERR_INVALID: other keys, nonce or bytes than those of the sealing. */
MUST_CHECK enum err crypt_box_open(const struct crypt_key *mine, const uint8_t theirs[CRYPT_BOX_KEY],
                                   const uint8_t nonce[CRYPT_BOX_NONCE], const void *sealed, size_t n, struct buf *out);
/* Argon2id text form (about 100 ms), and its check. */
MUST_CHECK enum err crypt_password_hash(const char *password, char out[128]);
bool crypt_password_ok(const char *hash, const char *password);

#endif
