#include "base/signature.h"

#include <string.h>

#include "base/crypt.h"
#include "base/text.h"

enum {
    SECRET_LEAST = 24,
    SECRET_MADE = 32,
    ID_MAX = 256,
    SIGNATURES_MAX = 2048, /* bytes of the header: many more than any rotation needs */
    ONE_MAX = 64,          /* "v1," and 44 characters, with room */
};
static const char PREFIX[] = "whsec_";

enum err signature_secret_make(struct buf *out) {
    uint8_t raw[SECRET_MADE];
    crypt_random(raw, sizeof raw);
    buf_adds(out, PREFIX);
    buf_add_base64(out, raw, sizeof raw);
    crypt_wipe(raw, sizeof raw);
    return buf_err(out);
}

enum err signature_secret_read(const char *text, struct signature_secret *out, struct fault *f) {
    *out = (struct signature_secret){0};
    if (!text) return fault_set(f, ERR_INVALID, "secret", "a webhook secret is missing");
    if (text_starts(text, PREFIX)) text += strlen(PREFIX);
    AUTO(buf_reset) struct buf raw;
    buf_init(&raw, SIGNATURE_SECRET_MAX);
    enum err err = buf_add_from_base64(&raw, text, strlen(text));
    if (err == OK && raw.len >= SECRET_LEAST) {
        memcpy(out->b, raw.data, raw.len);
        out->n = raw.len;
    }
    if (raw.data) crypt_wipe(raw.data, raw.len);
    if (out->n || err == ERR_NOMEM) return err;
    return fault_set(f, ERR_INVALID, "secret", "a webhook secret is \"whsec_\" and the base64 of %d to %d random bytes",
                     SECRET_LEAST, SIGNATURE_SECRET_MAX);
}

static bool id_ok(const char *id) {
    size_t n = id ? strnlen(id, ID_MAX + 1) : 0;
    return n && n <= ID_MAX && !strchr(id, '.');
}

/* One "v1,BASE64" over the three parts; `timestamp` as it stands in the header. */
static void add_signature(struct buf *out, const struct signature_secret *k, const char *id, const char *timestamp,
                          const void *body, size_t body_n) {
    const struct crypt_part parts[] = {{id, strlen(id)}, {".", 1}, {timestamp, strlen(timestamp)}, {".", 1}, {body, body_n}};
    uint8_t mac[CRYPT_HASH];
    crypt_hmac_sha256_parts(k->b, k->n, parts, ARRAY_LEN(parts), mac);
    buf_adds(out, "v1,");
    buf_add_base64(out, mac, sizeof mac);
}

enum err signature_sign(const struct signature_secret *secrets, size_t n, const char *id, int64_t at_s,
                        const void *body, size_t body_n, struct buf *out) {
    if (!id_ok(id) || !n || at_s < 0) return ERR_INVALID;
    char timestamp[24];
    (void)snprintf(timestamp, sizeof timestamp, "%lld", (long long)at_s);
    for (size_t i = 0; i < n; i++) {
        if (!secrets[i].n) return ERR_INVALID; /* a key of no bytes would sign for everybody */
        if (i) buf_addc(out, ' ');
        add_signature(out, &secrets[i], id, timestamp, body, body_n);
    }
    return buf_err(out);
}

static enum err headers_ok(const struct signature_headers *h, int64_t now_s, int64_t window_s, struct fault *f) {
    int64_t at_s;
    if (!id_ok(h->id))
        return fault_set(f, ERR_INVALID, "webhook-id", "the header is missing, longer than %d or has a full stop", ID_MAX);
    if (!h->timestamp || text_i64(h->timestamp, strlen(h->timestamp), &at_s) != OK || at_s < 0)
        return fault_set(f, ERR_INVALID, "webhook-timestamp", "the header is missing or not a number of unix seconds");
    if (!h->signature || !*h->signature || strlen(h->signature) > SIGNATURES_MAX)
        return fault_set(f, ERR_INVALID, "webhook-signature", "the header is missing or longer than %d", SIGNATURES_MAX);
    if (at_s > now_s + window_s || at_s < now_s - window_s)
        return fault_set(f, ERR_TIMEOUT, "webhook-timestamp", "%s the window of %lld s; is the sender's clock right?",
                         at_s > now_s ? "ahead of" : "older than", (long long)window_s);
    return OK;
}

/* Does any of the words of `list` equal `mine`? */
static bool among(const char *list, const char *mine, size_t n) {
    bool found = false;
    for (size_t len; *list; list += len) {
        list += strspn(list, " ");
        len = strcspn(list, " ");
        if (len == n && text_same_secret(list, mine, n)) found = true;
    }
    return found;
}

enum err signature_verify(const struct signature_secret *secrets, size_t n, const struct signature_headers *h,
                          const void *body, size_t body_n, int64_t now_s, int64_t window_s, struct fault *f) {
    enum err err = headers_ok(h, now_s, window_s, f);
    if (err != OK) return err;
    bool found = false;
    AUTO(buf_reset) struct buf mine;
    buf_init(&mine, ONE_MAX);
    for (size_t i = 0; i < n; i++) {
        if (!secrets[i].n) continue;
        buf_clear(&mine);
        add_signature(&mine, &secrets[i], h->id, h->timestamp, body, body_n);
        if (!buf_ok(&mine)) return fault_set(f, ERR_NOMEM, "webhook-signature", "no memory");
        if (among(h->signature, mine.data, mine.len)) found = true;
    }
    if (found) return OK;
    return fault_set(f, ERR_REFUSED, "webhook-signature", "no signature of the header is ours: another secret, or the body was changed");
}
