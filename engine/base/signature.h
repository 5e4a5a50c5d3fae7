/* signature.h - webhook signatures in the form of Standard Webhooks 1.0 (standardwebhooks.com), symmetric scheme v1.
 *
 * Signed is "ID.TIMESTAMP.BODY" with HMAC-SHA256; the headers are webhook-id, webhook-timestamp (unix seconds) and
 * webhook-signature ("v1,BASE64", several separated by spaces). Several secrets may be valid at once, so that a secret
 * can be changed without losing a message: a sender signs with each, a receiver takes any of them.
 * An id may hold no full stop: "a.1" + "2" and "a" + "1.2" would sign the same bytes. */
#ifndef BASE_SIGNATURE_H
#define BASE_SIGNATURE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define SIGNATURE_SECRET_MAX 64  /* bytes, by the standard; the least is 24 */
#define SIGNATURE_WINDOW_S 300   /* how old, or how far ahead, a timestamp may be when nothing else is declared */

struct signature_secret {
    uint8_t b[SIGNATURE_SECRET_MAX];
    size_t n;
};
struct signature_headers { /* as they came; NULL: the header was missing */
    const char *id, *timestamp, *signature;
};

/* Appends a new random secret of 32 bytes in the text form that is shown once: "whsec_" and base64. crypt_start first. */
MUST_CHECK enum err signature_secret_make(struct buf *out);
/* Reads that text; "whsec_" may be missing. ERR_INVALID with what is wrong; the fault never repeats the secret. */
MUST_CHECK enum err signature_secret_read(const char *text, struct signature_secret *out, struct fault *f);

/* Appends the value of webhook-signature: one signature for each secret. ERR_INVALID: an id that is empty or has a full
 * stop, or no secret; else what buf_err says. */
MUST_CHECK enum err signature_sign(const struct signature_secret *secrets, size_t n, const char *id, int64_t at_s,
                                   const void *body, size_t body_n, struct buf *out);

/* OK: signed with one of the secrets, at most `window_s` away from `now_s`. Compares in constant time. Else
 * ERR_INVALID: a header is missing or malformed; ERR_TIMEOUT: right or not, it is outside the window; ERR_REFUSED: no
 * signature fits (wrong secret, changed body, or no v1 among them); ERR_NOMEM. The fault says which. */
MUST_CHECK enum err signature_verify(const struct signature_secret *secrets, size_t n, const struct signature_headers *h,
                                     const void *body, size_t body_n, int64_t now_s, int64_t window_s,
                                     struct fault *f);

#endif
