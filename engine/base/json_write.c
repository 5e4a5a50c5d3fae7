/* Writing JSON: an own writer, because Jansson prints 0.1 as 0.10000000000000001, leaves 1 and
 * 1.0 different bytes in canonical form, and calls back once per token. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

enum { DEPTH_MAX = 256 }; /* also ends values that contain themselves */

struct writer {
    struct buf *out;
    bool canonical;
    enum err err;
};

static void value(struct writer *w, const json_t *v, unsigned depth);

static void integer(struct buf *out, json_int_t v) {
    char digits[24], *at = digits + sizeof digits;
    uint64_t left = v < 0 ? -(uint64_t)v : (uint64_t)v;
    do *--at = (char)('0' + left % 10);
    while (left /= 10);
    if (v < 0) *--at = '-';
    buf_add(out, at, (size_t)(digits + sizeof digits - at));
}

/* The shortest digits that read back as the same double. */
static void real(struct writer *w, double v) {
    if (w->canonical && v == floor(v) && v >= -0x1p63 && v < 0x1p63) {
        integer(w->out, (json_int_t)v);
        return;
    }
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, v);
        if (strtod(text, NULL) == v) break;
    }
    buf_adds(w->out, text);
    if (!strpbrk(text, ".e")) buf_adds(w->out, ".0"); /* stays a real when read again */
}

static void array(struct writer *w, const json_t *v, unsigned depth) {
    buf_addc(w->out, '[');
    size_t n = json_array_size(v);
    for (size_t i = 0; i < n; i++) {
        if (i) buf_addc(w->out, ',');
        value(w, json_array_get(v, i), depth);
    }
    buf_addc(w->out, ']');
}

static void member(struct writer *w, const char *key, const json_t *v, unsigned depth) {
    buf_add_json_string(w->out, key, strlen(key));
    buf_addc(w->out, ':');
    value(w, v, depth);
}

struct pair {
    const char *key;
    const json_t *value;
};

static int by_key(const void *a, const void *b) {
    return strcmp(((const struct pair *)a)->key, ((const struct pair *)b)->key);
}

static void sorted_members(struct writer *w, const json_t *v, unsigned depth) {
    size_t n = json_object_size(v), i = 0;
    struct pair few[32], *pairs = n > ARRAY_LEN(few) ? calloc(n, sizeof *pairs) : few;
    if (!pairs) {
        w->err = ERR_NOMEM;
        return;
    }
    const char *key;
    json_t *item;
    json_object_foreach((json_t *)v, key, item) pairs[i++] = (struct pair){key, item};
    qsort(pairs, n, sizeof *pairs, by_key);
    for (i = 0; i < n; i++) {
        if (i) buf_addc(w->out, ',');
        member(w, pairs[i].key, pairs[i].value, depth);
    }
    if (pairs != few) free(pairs);
}

static void object(struct writer *w, const json_t *v, unsigned depth) {
    buf_addc(w->out, '{');
    if (w->canonical) {
        sorted_members(w, v, depth);
    } else {
        bool first = true;
        const char *key;
        json_t *item;
        json_object_foreach((json_t *)v, key, item) {
            if (!first) buf_addc(w->out, ',');
            first = false;
            member(w, key, item, depth);
        }
    }
    buf_addc(w->out, '}');
}

static void value(struct writer *w, const json_t *v, unsigned depth) {
    if (w->err || !buf_ok(w->out)) return;
    if (depth >= DEPTH_MAX || !v) {
        w->err = v ? ERR_LIMIT : ERR_NOMEM; /* NULL: what should have been built was not */
        return;
    }
    switch (json_typeof(v)) {
    case JSON_OBJECT: object(w, v, depth + 1); break;
    case JSON_ARRAY: array(w, v, depth + 1); break;
    case JSON_STRING: buf_add_json_string(w->out, json_string_value(v), json_string_length(v)); break;
    case JSON_INTEGER: integer(w->out, json_integer_value(v)); break;
    case JSON_REAL: real(w, json_real_value(v)); break;
    case JSON_TRUE: buf_adds(w->out, "true"); break;
    case JSON_FALSE: buf_adds(w->out, "false"); break;
    case JSON_NULL: buf_adds(w->out, "null"); break;
    }
}

static enum err write_all(const json_t *v, struct buf *out, bool canonical) {
    struct writer w = {.out = out, .canonical = canonical};
    value(&w, v, 0);
    return w.err ? w.err : buf_err(out);
}

enum err json_write(const json_t *v, struct buf *out) {
    return write_all(v, out, false);
}

enum err json_canonical(const json_t *v, struct buf *out) {
    return write_all(v, out, true);
}
