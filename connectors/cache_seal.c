/* cache_seal.c - see cache_seal.h. */
#include "connectors/cache_seal.h"

#include <stdlib.h>
#include <string.h>

void cache_seal_init(struct cache_seal *s, const struct crypt_key *master) {
    static const char name[] = "tenor cache name 1", value[] = "tenor cache value 1";
    crypt_keyed_hash(master, name, sizeof name - 1, s->name.b);
    crypt_keyed_hash(master, value, sizeof value - 1, s->value.b);
}

void cache_seal_reset(struct cache_seal *s) { crypt_wipe(s, sizeof *s); }

/* Takes what its text has at least from `left`: a history is told from a form without being written out. */
static void weigh(const json_t *v, int64_t *left) {
    const char *key;
    json_t *part;
    size_t i;
    *left -= 2;
    if (json_is_string(v)) *left -= (int64_t)json_string_length(v);
    for (i = 0; json_is_array(v) && *left >= 0 && i < json_array_size(v); i++) weigh(json_array_get(v, i), left);
    json_object_foreach((json_t *)v, key, part) {
        *left -= (int64_t)strlen(key) + 3;
        if (*left < 0) return;
        weigh(part, left);
    }
}

enum err cache_key_of(const struct cache_seal *s, const struct question *q, struct cache_key *out) {
    int64_t left = (int64_t)CACHE_INPUT_MAX;
    weigh(q->input, &left);
    if (left < 0) return ERR_LIMIT;
    AUTO(buf_reset) struct buf b;
    buf_init(&b, CACHE_INPUT_MAX + 1000);
    buf_addf(&b, "%s\n%s\n%s\n%llu %llu\n", q->operation, q->answered_by, q->customer, (unsigned long long)q->epoch,
             (unsigned long long)q->era);
    enum err e = json_canonical(q->input, &b);
    if (e == OK) e = buf_err(&b);
    if (e == OK) crypt_keyed_hash(&s->name, b.data, b.len, out->b);
    if (b.data) crypt_wipe(b.data, b.len);
    return e;
}

void cache_field(const char *operation, const struct cache_key *k, char out[CACHE_FIELD]) {
    int n = snprintf(out, CACHE_FIELD, "%.80s ", operation);
    for (size_t i = 0; i < sizeof k->b; i++) n += snprintf(out + n, CACHE_FIELD - (size_t)n, "%02x", k->b[i]);
}

enum err cache_wrap(const struct cache_seal *s, const char *field, const struct cached *what, struct buf *out) {
    AUTO(buf_reset) struct buf b;
    buf_init(&b, CACHE_ANSWER_MAX + 100);
    buf_addf(&b, "%lld %lld\n", (long long)what->stored_ms, (long long)what->ends_ms);
    buf_add(&b, what->text, what->n);
    enum err e = buf_err(&b);
    if (e == OK) e = crypt_seal(&s->value, field, b.data, b.len, out);
    if (b.data) crypt_wipe(b.data, b.len);
    return e;
}

enum err cache_unwrap(const struct cache_seal *s, const char *field, const void *sealed, size_t n, struct buf *text,
                      struct cached *out) {
    char *at;
    enum err e = crypt_open(&s->value, field, sealed, n, text);
    if (e != OK) return e;
    out->stored_ms = strtoll(text->data, &at, 10);
    out->ends_ms = strtoll(at, &at, 10);
    if (*at != '\n') return ERR_INVALID; /* sealed by us, so this would be a slip of ours */
    out->text = at + 1;
    out->n = (size_t)(text->data + text->len - out->text);
    return OK;
}
