#include "base/json.h"

#include <limits.h>
#include <string.h>

#include "base/crypt.h"

const struct json_limits JSON_LIMITS_BODY = {256 * 1024, 16};
const struct json_limits JSON_LIMITS_ANSWER = {8 * 1024 * 1024, 32};
const struct json_limits JSON_LIMITS_OWN = {64 * 1024 * 1024, 64};

/* Looked at before parsing, because Jansson recurses to 2048 levels and keeps what it has built. */
static unsigned depth_of(const char *text, size_t n) {
    unsigned depth = 0, most = 0;
    bool quoted = false;
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        if (quoted) {
            if (c == '\\') i++;
            else if (c == '"') quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '[' || c == '{') {
            if (++depth > most) most = depth;
        } else if ((c == ']' || c == '}') && depth) {
            depth--;
        }
    }
    return most;
}

/* Jansson's text without its "near '...'", which repeats the sender's bytes into logs. */
static enum err parse_fault(const json_error_t *e, struct fault *f) {
    int keep = (int)strcspn(e->text, "'");
    const char *near = strstr(e->text, " near ");
    if (near) keep = (int)(near - e->text);
    if (json_error_code(e) == json_error_duplicate_key) keep = (int)strlen("duplicate object key");
    char where[64];
    snprintf(where, sizeof where, "%d:%d", e->line, e->column);
    bool silent = e->line < 0 && !*e->text; /* Jansson says nothing about most of its failed allocations */
    if (silent || json_error_code(e) == json_error_out_of_memory)
        return fault_set(f, ERR_NOMEM, where, "no memory to read the JSON text");
    return fault_set(f, ERR_INVALID, where, "not valid JSON at line %d, column %d: %.*s", e->line,
                     e->column, keep, e->text);
}

enum err json_parse(const char *text, size_t n, const struct json_limits *lim, json_t **out_new,
                    struct fault *f) {
    *out_new = NULL;
    if (n > lim->bytes)
        return fault_set(f, ERR_LIMIT, "", "the JSON text has %zu bytes; the most is %zu", n,
                         lim->bytes);
    if (depth_of(text, n) > lim->depth)
        return fault_set(f, ERR_LIMIT, "", "the JSON text is nested deeper than %u", lim->depth);
    if (n && memchr(text, 0, n)) /* Jansson takes a NUL after the value for its end */
        return fault_set(f, ERR_INVALID, "", "the JSON text holds a NUL byte");
    json_error_t e;
    *out_new = json_loadb(text ? text : "", n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
    return *out_new ? OK : parse_fault(&e, f);
}

enum err json_hash(const json_t *v, char out[65]) {
    AUTO(buf_reset) struct buf b;
    buf_init(&b, JSON_LIMITS_OWN.bytes);
    enum err e = json_canonical(v, &b);
    if (e) return e;
    crypt_sha256_hex(b.data, b.len, out);
    return OK;
}

json_t *json_at(const json_t *v, const char *path) {
    const char *dot = path;
    for (;;) {
        size_t n = strcspn(dot, ".");
        v = json_object_getn(v, dot, n);
        if (!v || json_is_null(v)) return NULL;
        if (!dot[n]) return (json_t *)v;
        dot += n + 1;
    }
}

const char *json_text(const json_t *obj, const char *key, const char *otherwise) {
    const char *text = json_string_value(json_object_get(obj, key));
    return text ? text : otherwise;
}

int64_t json_int(const json_t *obj, const char *key, int64_t otherwise) {
    const json_t *v = json_object_get(obj, key);
    return json_is_integer(v) ? json_integer_value(v) : otherwise;
}

bool json_bool(const json_t *obj, const char *key, bool otherwise) {
    const json_t *v = json_object_get(obj, key);
    return json_is_boolean(v) ? json_is_true(v) : otherwise;
}

enum err json_put_take(json_t *obj, const char *key, json_t *value) {
    return json_object_set_new(obj, key, value) ? ERR_NOMEM : OK;
}
