/* rsa.h - RSA signatures with SHA-256 (PKCS 1 v1.5), for documents and tokens that others have signed; OpenSSL's one home.
 *
 * It reads no socket: it stands here because its library does. Keys are immutable once read and may be used by several
 * threads at a time. */
#ifndef IO_RSA_H
#define IO_RSA_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct rsa_key;

/* PEM text: a certificate (X.509) or a public key. ERR_INVALID: neither, no RSA, or under 2048 bits. */
MUST_CHECK enum err rsa_key_read(const char *pem, size_t n, struct rsa_key **out, struct fault *f);
/* A private key, PKCS 8 in DER; only for signing what the sandbox plays. */
MUST_CHECK enum err rsa_key_private(const void *der, size_t n, struct rsa_key **out);
void rsa_key_free(struct rsa_key *k);
/* The certificate's validity in unix ms; a bare key has none: INT64_MIN and INT64_MAX. */
void rsa_key_validity(const struct rsa_key *k, int64_t *from_ms, int64_t *until_ms);

/* OK, or ERR_REFUSED: not signed with this key. ERR_NOMEM. */
MUST_CHECK enum err rsa_check(const struct rsa_key *k, const void *bytes, size_t n, const void *signature, size_t signature_n);
/* Appends the signature. ERR_INVALID without a private key. */
MUST_CHECK enum err rsa_sign(const struct rsa_key *k, const void *bytes, size_t n, struct buf *out);

#endif
