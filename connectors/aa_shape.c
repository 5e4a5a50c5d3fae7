/* aa_shape.c - keys, and what is asked. */
#include "connectors/aa_shape.h"

#include <string.h>

#include "base/digits.h"
#include "base/file.h"
#include "base/text.h"
#include "connectors/sandbox/keys.h"

#define FILE_MAX 65536

void aa_key_id(const struct aa_keys *k, const char *key, char out[25]) {
    struct buf text AUTO(buf_reset);
    uint8_t hash[CRYPT_HASH];
    buf_init(&text, 4096);
    buf_addf(&text, "session %.3000s", key);
    crypt_keyed_hash(&k->secret, buf_text(&text), text.len, hash);
    for (int i = 0; i < 12; i++) snprintf(out + 2 * i, 3, "%02x", hash[i]);
}

void aa_session_key(const struct aa_keys *k, const char *key_id, struct crypt_key *out) {
    char text[60];
    snprintf(text, sizeof text, "x25519 %.24s", key_id);
    crypt_keyed_hash(&k->secret, text, strlen(text), out->b);
}

static enum err read_secret(const char *path, struct aa_keys *k, struct fault *f) {
    struct buf text AUTO(buf_reset) = {0};
    enum err e = file_read(path, FILE_MAX, &text, f);
    bool good = e == OK && strspn(buf_text(&text), "0123456789abcdef") == 64;
    for (size_t i = 0; good && i < sizeof k->secret.b; i++) {
        char pair[3] = {text.data[2 * i], text.data[2 * i + 1], 0};
        k->secret.b[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    if (text.data) crypt_wipe(text.data, text.len);
    k->has_secret = good;
    return e != OK || good ? e : fault_set(f, ERR_INVALID, path, "must hold 64 lower-case hex digits");
}

static enum err read_issuer(const char *path, struct aa_keys *k, struct fault *f) {
    struct buf text AUTO(buf_reset) = {0};
    enum err e = file_read(path, FILE_MAX, &text, f);
    if (e == OK && (e = jws_key_read(buf_text(&text), text.len, &k->issuer, f)) == ERR_INVALID)
        e = fault_set(f, e, path, "is neither a JWK of Ed25519 nor RSA in PEM");
    k->has_issuer = e == OK;
    return e;
}

static enum err fill_keys(const json_t *config, struct aa_keys *k, struct fault *f) {
    const char *issuer = json_text(config, "issuer_key_file", NULL), *secret = json_text(config, "secret_file", NULL);
    bool sandbox = text_eq(json_text(config, "trust", NULL), "sandbox");
    if (!text_copy(k->consumer, sizeof k->consumer, json_text(config, "consumer", "tenor")))
        return fault_set(f, ERR_INVALID, "consumer", "has at most 79 bytes");
    if (sandbox && !issuer) {
        struct crypt_key seed;
        sandbox_aggregator_key(&seed);
        crypt_sign_public(&seed, k->issuer.ed25519);
        text_copy(k->issuer.id, sizeof k->issuer.id, SANDBOX_AGGREGATOR);
        k->has_issuer = true;
    }
    k->has_secret = sandbox && !secret; /* all zero: the sandbox's entries are nobody's */
    enum err e = issuer ? read_issuer(issuer, k, f) : OK;
    return e == OK && secret ? read_secret(secret, k, f) : e;
}

static void close_keys(void *keys) {
    struct aa_keys *k = keys;
    jws_key_reset(&k->issuer);
    crypt_wipe(k, sizeof *k);
    free(k);
}

static enum err open_keys(const json_t *config, void **keys, struct fault *f) {
    struct aa_keys *k = calloc(1, sizeof *k);
    enum err e = k ? fill_keys(config, k, f) : fault_set(f, ERR_NOMEM, "", "no memory");
    if (e == OK) *keys = k;
    else if (k) close_keys(k);
    return e;
}

static json_t *refuse(struct answer *a, const char *code, const char *why) {
    answer_set(a, CALL_REFUSED, code, "not asked: %s", why);
    return NULL;
}

static json_t *ask_consent(const struct shaped *s, struct answer *a) {
    const struct aa_keys *k = s->keys;
    const char *pan = json_text(s->input, "pan", NULL);
    if (pan && digits_pan_fault(pan)) return refuse(a, digits_pan_fault(pan), "the PAN is not well formed");
    if (!strchr(json_text(s->input, "customer", ""), '@')) return refuse(a, "customer_form", "the customer's address is name@aggregator");
    json_t *body = json_copy((json_t *)s->input);
    if (body && json_object_set_new(body, "consumer", json_string(k->consumer))) {
        json_decref(body);
        return NULL;
    }
    return body;
}

static json_t *ask_session(const struct shaped *s, struct answer *a) {
    const struct aa_keys *k = s->keys;
    struct crypt_key mine;
    struct buf text AUTO(buf_reset) = {0};
    uint8_t public[CRYPT_BOX_KEY];
    char key_id[25];
    if (!k->has_secret) return refuse(a, "no_secret", "the configuration has no secret_file");
    buf_init(&text, 100);
    aa_key_id(k, s->key, key_id);
    aa_session_key(k, key_id, &mine);
    crypt_box_public(&mine, public);
    crypt_wipe(&mine, sizeof mine);
    buf_add_base64(&text, public, sizeof public);
    return json_pack("{s:s, s:{s:s, s:s, s:s}}", "consent", json_text(s->input, "consent", ""), "keyMaterial", "curve", "Curve25519",
                     "publicKey", buf_text(&text), "keyId", key_id);
}

static json_t *hear_session(const struct shaped *s, const json_t *said, struct answer *a) {
    char key_id[25];
    aa_key_id(s->keys, s->key, key_id);
    if (!text_eq(json_text(said, "keyId", NULL), key_id)) {
        answer_set(a, CALL_FAILED, "bad_answer", "the session is not for our key");
        return NULL;
    }
    return json_pack("{s:s, s:s}", "session", json_text(said, "sessionId", ""), "key_id", key_id);
}

static json_t *ask_fetch(const struct shaped *s, struct answer *a) {
    const struct aa_keys *k = s->keys;
    const char *key_id = json_text(s->input, "key_id", "");
    if (!k->has_secret) return refuse(a, "no_secret", "the configuration has no secret_file");
    if (strlen(key_id) != 24 || strspn(key_id, "0123456789abcdef") != 24) return refuse(a, "key_id_form", "key_id is that of the session");
    return json_pack("{s:s}", "sessionId", json_text(s->input, "session", ""));
}

static const struct shape shapes[] = {
    {.operation = "consent", .ask = ask_consent},
    {.operation = "consent_status", .hear = aa_read_consent},
    {.operation = "session", .ask = ask_session, .hear = hear_session},
    {.operation = "fetch", .ask = ask_fetch, .hear = aa_read_accounts},
    {.operation = NULL},
};
const struct shaping aa_shaping = {.open = open_keys, .close = close_keys, .shapes = shapes};
