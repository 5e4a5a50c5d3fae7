/* jws.h - signed tokens in the compact form of JSON Web Signature (RFC 7515): header.payload.signature. Pure.
 *
 * Two algorithms: EdDSA with Ed25519 (RFC 8037), which our own sandbox uses, and RS256, which account aggregators sign
 * consents with today. Which one counts is a property of the trusted key, never of the token: a header that names another
 * (also "none") is refused, so there is nothing to confuse. Headers with "crit" or "b64" are refused. */
#ifndef CONNECTORS_JWS_H
#define CONNECTORS_JWS_H

#include "base/crypt.h"
#include "base/json.h"

#define JWS_MAX ((size_t)64 << 10)

struct rsa_key;
struct jws_key {
    uint8_t ed25519[CRYPT_SIGN_KEY];
    struct rsa_key *rsa; /* not NULL: RS256 with this key; NULL: EdDSA */
    char id[80];         /* "": any kid; else the token must name it */
};

/* A JWK of Ed25519 ({"kty":"OKP","crv":"Ed25519","x":"...","kid":"..."}), or PEM of an RSA key or certificate. */
MUST_CHECK enum err jws_key_read(const char *text, size_t n, struct jws_key *out, struct fault *f);
void jws_key_reset(struct jws_key *k);

/* The payload of a token that this key has signed: a JSON object. f->where is jws_form (ERR_INVALID), jws_key (ERR_REFUSED:
 * another algorithm or kid) or jws_signature (ERR_REFUSED). */
MUST_CHECK enum err jws_check(const struct jws_key *k, const char *token, json_t **payload_new, struct fault *f);
/* Signs with Ed25519; for what the sandbox issues. */
MUST_CHECK enum err jws_sign(const struct crypt_key *seed, const char *id, const json_t *payload, struct buf *out);

/* Base64 for URLs without padding (RFC 4648, section 5). ERR_INVALID: not that. */
void jws_add_base64url(struct buf *out, const void *bytes, size_t n);
MUST_CHECK enum err jws_from_base64url(const char *text, size_t n, struct buf *out);

#endif
