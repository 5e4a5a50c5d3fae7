/* seal.c - personal fields leave this process sealed and come back opened.
 *
 * A sealed value stands in place as {"$sealed": base64}; it is bound to its run and place, so that it
 * cannot be moved. What a schema does not mark, but what may hold marked values (the input of an
 * effect, the values that decided), is sealed whole. */
#include <stdlib.h>
#include <string.h>

#include "flow/inner.h"

enum { SEAL_DEPTH = 24, SEAL_CEILING = 16 * 1024 * 1024 };

static void bound_to(const struct run *r, const char *at, char out[400]) {
    (void)snprintf(out, 400, "%s:%s", r->text, at);
}

json_t *seal_whole_new(const struct run *r, const char *at, const json_t *v) {
    if (!r->has_person) return NULL;
    char bound[400];
    AUTO(buf_reset) struct buf text, sealed, b64;
    buf_init(&text, SEAL_CEILING), buf_init(&sealed, SEAL_CEILING), buf_init(&b64, 2 * SEAL_CEILING);
    bound_to(r, at, bound);
    if (json_write(v, &text) != OK || crypt_seal(&r->person, bound, text.data, text.len, &sealed) != OK) return json_null();
    buf_add_base64(&b64, sealed.data, sealed.len);
    return buf_ok(&b64) ? json_pack("{s:s}", "$sealed", buf_text(&b64)) : json_null();
}

static json_t *seal_object_new(const struct run *r, const char *at, const json_t *schema, const json_t *v, int depth);

static json_t *seal_value_new(const struct run *r, const char *at, const json_t *schema, const json_t *v, int depth) {
    if (!json_is_object(schema) || depth > SEAL_DEPTH || json_is_null(v)) return NULL;
    if (json_bool(schema, "x-personal", false)) return seal_whole_new(r, at, v);
    if (json_is_object(v)) return seal_object_new(r, at, schema, v, depth);
    const json_t *items = json_object_get(schema, "items");
    if (!items || !json_is_array(v)) return NULL;
    json_t *out = NULL;
    for (size_t i = 0; i < json_array_size(v); i++) {
        char deeper[300];
        (void)snprintf(deeper, sizeof deeper, "%s.%zu", at, i);
        json_t *sealed = seal_value_new(r, deeper, items, json_array_get(v, i), depth + 1);
        if (!sealed) continue;
        if (!out) out = json_copy((json_t *)v);
        if (!out || json_array_set_new(out, i, sealed)) return out;
    }
    return out;
}

static json_t *seal_object_new(const struct run *r, const char *at, const json_t *schema, const json_t *v, int depth) {
    json_t *out = NULL, *part;
    const char *key;
    json_object_foreach(json_object_get(schema, "properties"), key, part) {
        const json_t *field = json_object_get(v, key);
        char deeper[300];
        (void)snprintf(deeper, sizeof deeper, "%s.%s", at, key);
        json_t *sealed = field ? seal_value_new(r, deeper, part, field, depth + 1) : NULL;
        if (!sealed) continue;
        if (!out) out = json_copy((json_t *)v);
        if (!out || json_object_set_new(out, key, sealed)) return out;
    }
    return out;
}

json_t *seal_fields_new(const struct run *r, const char *at, const json_t *schema, const json_t *v) {
    return r->has_person && schema ? seal_value_new(r, at, schema, v, 0) : NULL;
}

/* What cannot be opened (the key is destroyed) stays as it is. */
static json_t *open_one_new(const struct run *r, const char *at, const char *b64) {
    char bound[400];
    json_t *v = NULL;
    AUTO(buf_reset) struct buf sealed, text;
    buf_init(&sealed, SEAL_CEILING), buf_init(&text, SEAL_CEILING);
    bound_to(r, at, bound);
    if (!r->has_person || buf_add_from_base64(&sealed, b64, strlen(b64)) != OK) return NULL;
    if (crypt_open(&r->person, bound, sealed.data, sealed.len, &text) != OK) return NULL;
    v = json_loadb(text.data, text.len, JSON_DECODE_ANY, NULL);
    return v;
}

static json_t *open_new(const struct run *r, const char *at, const json_t *v, int depth) {
    const char *sealed = json_is_object(v) && json_object_size(v) == 1 ? json_text(v, "$sealed", NULL) : NULL;
    if (sealed) return open_one_new(r, at, sealed);
    if (depth > SEAL_DEPTH || (!json_is_object(v) && !json_is_array(v))) return NULL;
    json_t *out = NULL, *part;
    const char *key;
    char deeper[300];
    json_object_foreach((json_t *)v, key, part) {
        (void)snprintf(deeper, sizeof deeper, "%s.%s", at, key);
        json_t *opened = open_new(r, deeper, part, depth + 1);
        if (!opened) continue;
        if (!out) out = json_copy((json_t *)v);
        if (!out || json_object_set_new(out, key, opened)) return out;
    }
    for (size_t i = 0; json_is_array(v) && i < json_array_size(v); i++) {
        (void)snprintf(deeper, sizeof deeper, "%s.%zu", at, i);
        json_t *opened = open_new(r, deeper, json_array_get(v, i), depth + 1);
        if (!opened) continue;
        if (!out) out = json_copy((json_t *)v);
        if (!out || json_array_set_new(out, i, opened)) return out;
    }
    return out;
}

json_t *seal_open_new(const struct run *r, const char *at, const json_t *v) {
    json_t *opened = open_new(r, at, v, 0);
    return opened ? opened : json_incref((json_t *)v);
}

/* Large answers go whole; their name is the hash of what they say. A person's is hashed under the person's
 * key: equal answers of two people must not show as equal. */
enum err seal_artifact(const struct run *r, const json_t *v, struct artifact *out) {
    AUTO(buf_reset) struct buf text;
    buf_init(&text, SEAL_CEILING);
    enum err e = json_write(v, &text);
    if (e != OK) return e;
    buf_addc(&out->bytes, r->has_person ? 'S' : 'P');
    if (!r->has_person) {
        crypt_sha256_hex(text.data, text.len, out->hash);
        buf_add(&out->bytes, text.data, text.len);
        return buf_err(&out->bytes);
    }
    uint8_t keyed[CRYPT_HASH]; /* BLAKE2b: SHA-256 without its instructions took longer than the sealing */
    crypt_keyed_hash(&r->person, text.data, text.len, keyed);
    for (size_t i = 0; i < sizeof keyed; i++) (void)snprintf(out->hash + 2 * i, 3, "%02x", keyed[i]);
    return crypt_seal(&r->person, out->hash, text.data, text.len, &out->bytes);
}

json_t *seal_artifact_open_new(const struct run *r, const char *hash, const void *bytes, size_t n) {
    const char *b = bytes;
    if (n < 1) return NULL;
    if (b[0] == 'P') return json_loadb(b + 1, n - 1, JSON_DECODE_ANY, NULL);
    AUTO(buf_reset) struct buf text;
    buf_init(&text, SEAL_CEILING);
    if (!r->has_person || crypt_open(&r->person, hash, b + 1, n - 1, &text) != OK) return NULL;
    return json_loadb(text.data, text.len, JSON_DECODE_ANY, NULL);
}

enum err seal_kept(const struct engine *e, const char *id, const json_t *v, struct buf *out) {
    char bound[400];
    AUTO(buf_reset) struct buf text, sealed;
    buf_init(&text, SEAL_CEILING), buf_init(&sealed, SEAL_CEILING);
    (void)snprintf(bound, sizeof bound, "event:%s", id ? id : "");
    enum err err = json_write(v, &text);
    if (err == OK) err = crypt_seal(&e->c.master, bound, text.data, text.len, &sealed);
    if (err != OK) return err;
    buf_adds(out, "{\"$sealed\":\"");
    buf_add_base64(out, sealed.data, sealed.len);
    buf_adds(out, "\"}");
    return buf_err(out);
}

json_t *seal_kept_open_new(const struct engine *e, const char *id, const char *body) {
    char bound[400];
    AUTO(buf_reset) struct buf sealed, text;
    buf_init(&text, SEAL_CEILING), buf_init(&sealed, SEAL_CEILING);
    json_auto_t *j = json_loads(body, 0, NULL);
    const char *b64 = json_text(j, "$sealed", NULL);
    if (!b64) return json_incref(j);
    (void)snprintf(bound, sizeof bound, "event:%s", id ? id : "");
    if (buf_add_from_base64(&sealed, b64, strlen(b64)) != OK || crypt_open(&e->c.master, bound, sealed.data, sealed.len, &text) != OK) return NULL;
    return json_loadb(text.data, text.len, JSON_DECODE_ANY, NULL);
}
