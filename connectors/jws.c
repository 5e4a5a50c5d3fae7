/* jws.c - see jws.h. */
#include "connectors/jws.h"

#include <string.h>

#include "base/text.h"
#include "io/rsa.h"

static const struct json_limits TOKEN_LIMITS = {JWS_MAX, 8};

void jws_add_base64url(struct buf *out, const void *bytes, size_t n) {
    size_t at = out->len;
    buf_add_base64(out, bytes, n);
    if (!buf_ok(out)) return;
    while (out->len > at && out->data[out->len - 1] == '=') out->data[--out->len] = 0;
    for (size_t k = at; k < out->len; k++)
        if (out->data[k] == '+') out->data[k] = '-';
        else if (out->data[k] == '/') out->data[k] = '_';
}

enum err jws_from_base64url(const char *text, size_t n, struct buf *out) {
    struct buf plain AUTO(buf_reset);
    buf_init(&plain, n + 1);
    for (size_t k = 0; k < n; k++) {
        if (strchr("+/=", text[k])) return ERR_INVALID; /* also NUL */
        buf_addc(&plain, text[k] == '-' ? '+' : text[k] == '_' ? '/' : text[k]);
    }
    return buf_ok(&plain) ? buf_add_from_base64(out, buf_text(&plain), plain.len) : buf_err(&plain);
}

static enum err read_jwk(const char *text, size_t n, struct jws_key *out, struct fault *f) {
    json_t *v = NULL;
    struct buf key AUTO(buf_reset);
    buf_init(&key, 64);
    enum err e = json_parse(text, n, &TOKEN_LIMITS, &v, f);
    if (e == OK) {
        const char *x = json_text(v, "x", "");
        bool good = text_eq(json_text(v, "kty", ""), "OKP") && text_eq(json_text(v, "crv", ""), "Ed25519") &&
                    jws_from_base64url(x, strlen(x), &key) == OK && key.len == CRYPT_SIGN_KEY &&
                    text_copy(out->id, sizeof out->id, json_text(v, "kid", ""));
        if (good) memcpy(out->ed25519, key.data, CRYPT_SIGN_KEY);
        else e = fault_set(f, ERR_INVALID, "", "the key is no JWK of Ed25519 (kty OKP, crv Ed25519, x)");
    }
    json_decref(v);
    return e;
}

enum err jws_key_read(const char *text, size_t n, struct jws_key *out, struct fault *f) {
    memset(out, 0, sizeof *out);
    size_t blanks = strspn(text, " \t\r\n");
    return text[blanks] == '{' ? read_jwk(text, n, out, f) : rsa_key_read(text, n, &out->rsa, f);
}

void jws_key_reset(struct jws_key *k) {
    rsa_key_free(k->rsa);
    memset(k, 0, sizeof *k);
}

static enum err part_json(const char *text, size_t n, json_t **out) {
    struct buf plain AUTO(buf_reset);
    buf_init(&plain, JWS_MAX);
    enum err e = jws_from_base64url(text, n, &plain);
    if (e == OK) e = json_parse(buf_text(&plain), plain.len, &TOKEN_LIMITS, out, NULL);
    if (e != OK || json_is_object(*out)) return e;
    json_decref(*out);
    *out = NULL;
    return ERR_INVALID;
}

static bool header_fits(const struct jws_key *k, const json_t *header) {
    if (json_object_get(header, "crit") || json_object_get(header, "b64")) return false;
    if (!text_eq(json_text(header, "alg", NULL), k->rsa ? "RS256" : "EdDSA")) return false;
    return !*k->id || text_eq(json_text(header, "kid", NULL), k->id);
}

static enum err check_signature(const struct jws_key *k, const char *token, size_t signed_n, const char *signature) {
    struct buf raw AUTO(buf_reset);
    buf_init(&raw, 4096);
    enum err e = jws_from_base64url(signature, strlen(signature), &raw);
    if (e != OK) return e == ERR_LIMIT ? ERR_INVALID : e;
    if (k->rsa) return rsa_check(k->rsa, token, signed_n, buf_text(&raw), raw.len);
    return raw.len == CRYPT_SIGNATURE && crypt_sign_ok(k->ed25519, token, signed_n, (const uint8_t *)raw.data) ? OK : ERR_REFUSED;
}

enum err jws_check(const struct jws_key *k, const char *token, json_t **payload_new, struct fault *f) {
    size_t n = strlen(token);
    const char *dot = memchr(token, '.', n), *second = dot ? strchr(dot + 1, '.') : NULL;
    json_t *header = NULL;
    *payload_new = NULL;
    if (n > JWS_MAX || !second || strchr(second + 1, '.')) return fault_set(f, ERR_INVALID, "jws_form", "not three parts, or too long");
    enum err e = part_json(token, (size_t)(dot - token), &header);
    if (e == OK && !header_fits(k, header)) e = ERR_REFUSED;
    json_decref(header);
    if (e != OK) return fault_set(f, e, e == ERR_REFUSED ? "jws_key" : "jws_form", "a header that is not taken");
    e = check_signature(k, token, (size_t)(second - token), second + 1);
    if (e != OK) return fault_set(f, e, e == ERR_INVALID ? "jws_form" : "jws_signature", "not signed with the trusted key");
    e = part_json(dot + 1, (size_t)(second - dot - 1), payload_new);
    return e == OK ? OK : fault_set(f, e, "jws_form", "the payload is no JSON object");
}

enum err jws_sign(const struct crypt_key *seed, const char *id, const json_t *payload, struct buf *out) {
    struct buf body AUTO(buf_reset), header AUTO(buf_reset);
    uint8_t signature[CRYPT_SIGNATURE];
    size_t at = out->len;
    buf_init(&body, JWS_MAX);
    buf_init(&header, 512);
    buf_adds(&header, "{\"alg\":\"EdDSA\",\"kid\":");
    buf_add_json_string(&header, id, strlen(id));
    buf_addc(&header, '}');
    enum err e = json_canonical(payload, &body);
    if (e != OK) return e;
    jws_add_base64url(out, header.data, header.len);
    buf_addc(out, '.');
    jws_add_base64url(out, body.data, body.len);
    if (!buf_ok(out) || !buf_ok(&header)) return ERR_LIMIT;
    crypt_sign(seed, out->data + at, out->len - at, signature);
    buf_addc(out, '.');
    jws_add_base64url(out, signature, sizeof signature);
    return buf_err(out);
}
