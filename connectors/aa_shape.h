/* aa_shape.h - account aggregator: consents whose artefact is signed, sessions with a key pair each, answers that only we can
 * open. In the manner of India's account aggregators (ReBIT), spoken to the sandbox; the differences stand in README.md. Pure.
 *
 * Configuration: {"url": ..., "consumer": "our id as a user of financial information", "issuer_key_file": "JWK of Ed25519 or PEM
 * of RSA: whose consent artefacts we believe", "secret_file": "64 hex digits"}. No key of a session is stored: its private
 * half is the keyed hash of our secret and the session's key_id, so that a session begun before a crash is finished after
 * it by any process, and whoever has the journal alone opens nothing. {"trust": "sandbox"} stands in for both files with
 * keys that everybody has. */
#ifndef CONNECTORS_AA_SHAPE_H
#define CONNECTORS_AA_SHAPE_H

#include "connectors/jws.h"
#include "connectors/shape.h"

extern const struct shaping aa_shaping;

struct aa_keys {
    struct jws_key issuer;
    bool has_issuer, has_secret;
    struct crypt_key secret;
    char consumer[80];
};

/* The name of the key pair of a session, made from the idempotency key: 24 hex digits. */
void aa_key_id(const struct aa_keys *k, const char *key, char out[25]);
/* Its private half. */
void aa_session_key(const struct aa_keys *k, const char *key_id, struct crypt_key *out);

/* aa_consent.c: the artefact of a consent that is ACTIVE: signed, and about what we asked. The answer of consent_status, or
 * NULL after answer_set (REFUSED: jws_..., artefact_...). */
json_t *aa_read_consent(const struct shaped *s, const json_t *said, struct answer *a);
/* aa_accounts.c: opens what each bank has sent and lays all entries side by side: the answer of fetch. */
json_t *aa_read_accounts(const struct shaped *s, const json_t *said, struct answer *a);

#endif
