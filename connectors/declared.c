/* declared.c - from a description to connector_ops; requests as the description says. */
#include "connectors/declared.h"

#include <string.h>

#include "base/buf.h"
#include "base/crypt.h"
#include "base/text.h"
#include "connectors/declared_reply.h"
#include "connectors/http_call.h"
#include "connectors/shape.h"

struct declared {
    json_t *description;
    struct declared_ask ask;
    struct connector_ops ops;
    struct limits limits;
    struct shaping shaping;
    struct shape *shapes;
    struct operation *operations;
    char **texts; /* schemas and samples as JSON texts */
    size_t n, n_texts;
};
struct keys { /* of an opened one */
    const struct declared *d;
    char secret[512];
};

const struct connector_ops *declared_ops(const struct declared *d) { return &d->ops; }

/* --- the secret ------------------------------------------------------------------------------------- */

static enum err open_keys(const void *of, const json_t *config, void **out, struct fault *f) {
    const struct declared *d = of;
    const char *path = json_text(config, "token_file", NULL);
    struct keys *k = calloc(1, sizeof *k);
    if (!k) return fault_set(f, ERR_NOMEM, "", "no memory");
    k->d = d;
    FILE *in = path ? fopen(path, "re") : NULL;
    bool read = in && fgets(k->secret, sizeof k->secret, in);
    if (in) fclose(in);
    k->secret[strcspn(k->secret, "\r\n")] = 0;
    bool wants = strcmp(json_text(json_object_get(d->description, "auth"), "kind", "none"), "none") != 0;
    if ((path && !read) || (wants && !path && json_text(config, "url", NULL) && strcmp(json_text(config, "trust", ""), "sandbox"))) {
        free(k);
        return fault_set(f, ERR_INVALID, "token_file", "connector %s needs its secret: a readable token_file", d->ops.name);
    }
    *out = k;
    return OK;
}

static void close_keys(void *p) {
    explicit_bzero(p, sizeof(struct keys));
    free(p);
}

static void add_hex(struct buf *b, const uint8_t *bytes, size_t n) {
    for (size_t i = 0; i < n; i++) buf_addf(b, "%02x", bytes[i]);
}

static void sign(const struct keys *k, const char *name, struct wire *w) {
    uint8_t mac[CRYPT_HASH];
    struct crypt_part parts[] = {{w->method, strlen(w->method)}, {"\n", 1}, {buf_text(&w->path), w->path.len}, {"\n", 1}, {buf_text(&w->body), w->body.len}};
    crypt_hmac_sha256_parts(k->secret, strlen(k->secret), parts, ARRAY_LEN(parts), mac);
    buf_addf(&w->headers, "%s: ", name);
    add_hex(&w->headers, mac, sizeof mac);
    buf_addc(&w->headers, '\n');
}

static void add_escaped(struct buf *b, const char *s) {
    for (; *s; s++) {
        bool plain = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') || strchr("-._~", *s);
        if (plain) buf_addc(b, *s);
        else buf_addf(b, "%%%02X", (unsigned char)*s);
    }
}

static void authenticate(const struct keys *k, struct wire *w) {
    const json_t *auth = json_object_get(k->d->description, "auth");
    const char *kind = json_text(auth, "kind", "none"), *name = json_text(auth, "name", "");
    if (!k->secret[0]) return;
    if (!strcmp(kind, "bearer")) buf_addf(&w->headers, "Authorization: Bearer %s\n", k->secret);
    else if (!strcmp(kind, "header")) buf_addf(&w->headers, "%s: %s\n", name, k->secret);
    else if (!strcmp(kind, "hmac")) sign(k, name, w);
    else if (!strcmp(kind, "basic")) {
        buf_adds(&w->headers, "Authorization: Basic ");
        buf_add_base64(&w->headers, k->secret, strlen(k->secret));
        buf_addc(&w->headers, '\n');
    } else if (!strcmp(kind, "query")) {
        buf_addf(&w->path, "%c%s=", strchr(buf_text(&w->path), '?') ? '&' : '?', name);
        add_escaped(&w->path, k->secret);
    }
}

/* --- the request ------------------------------------------------------------------------------------ */

static const json_t *operation_of(const struct declared *d, const char *name) {
    const json_t *one;
    size_t i;
    json_array_foreach(json_object_get(d->description, "operations"), i, one)
        if (!strcmp(json_text(one, "name", ""), name)) return one;
    return NULL;
}

static const json_t *way_of(const struct shaped *s, bool look) {
    const struct keys *k = s->keys;
    return json_object_get(operation_of(k->d, s->op->name), look ? "look" : "ask");
}

static json_t *ask(const struct shaped *s, struct answer *a) {
    const struct keys *k = s->keys;
    struct fault why = {0};
    json_t *content = NULL;
    enum err e = k->d->ask.make(k->d->ask.who, s->op->name, false, s->input, s->key, s->now_ms, &content, &why);
    if (e == OK) return content;
    if (e == ERR_NOMEM) answer_set(a, CALL_FAILED, NULL, "no memory for the request");
    else answer_set(a, CALL_REFUSED, "bad_request", "the input cannot be said in the provider's form");
    return NULL;
}

static void add_query(const json_t *pairs, char first, struct buf *out) {
    const json_t *pair;
    size_t i;
    json_array_foreach(pairs, i, pair) {
        buf_addc(out, i ? '&' : first);
        add_escaped(out, json_string_value(json_array_get(pair, 0)));
        buf_addc(out, '=');
        add_escaped(out, json_string_value(json_array_get(pair, 1)));
    }
}

static enum err add_headers(const json_t *pairs, struct buf *out) {
    const json_t *pair;
    size_t i;
    json_array_foreach(pairs, i, pair) {
        const char *value = json_string_value(json_array_get(pair, 1));
        for (const char *p = value; *p; p++)
            if ((unsigned char)*p < ' ' || *p == 127) return ERR_INVALID; /* it must not be able to end the line */
        buf_addf(out, "%s: %s\n", json_string_value(json_array_get(pair, 0)), value);
    }
    return OK;
}

/* name=value&name=value, as a web page sends it. */
static void write_form(const json_t *body, struct buf *out) {
    const char *name;
    json_t *v;
    bool first = true;
    json_object_foreach((json_t *)body, name, v) {
        char number[40];
        const char *text = json_is_string(v) ? json_string_value(v) : json_is_true(v) ? "true" : json_is_false(v) ? "false" : number;
        if (json_is_integer(v)) (void)snprintf(number, sizeof number, "%lld", (long long)json_integer_value(v));
        else if (json_is_real(v)) (void)snprintf(number, sizeof number, "%.15g", json_real_value(v));
        if (!first) buf_addc(out, '&');
        add_escaped(out, name);
        buf_addc(out, '=');
        add_escaped(out, text);
        first = false;
    }
}

static enum err write_body(const json_t *way, const json_t *body, struct wire *out) {
    if (!body) return OK;
    bool form = !strcmp(json_text(way, "form", "json"), "form");
    out->type = form ? "application/x-www-form-urlencoded" : "application/json";
    if (!form) return json_write(body, &out->body);
    write_form(body, &out->body);
    return OK;
}

static enum err request(const struct shaped *s, bool look, const json_t *content, struct wire *out) {
    const struct keys *k = s->keys;
    const json_t *way = way_of(s, look);
    struct fault why = {0};
    json_t *made = NULL;
    enum err e = look ? k->d->ask.make(k->d->ask.who, s->op->name, true, s->input, s->key, s->now_ms, &made, &why) : OK;
    if (e != OK) return e;
    if (!look) made = json_incref((json_t *)content);
    (void)text_copy(out->method, sizeof out->method, json_text(way, "method", "POST"));
    buf_adds(&out->path, json_text(made, "path", "/"));
    add_query(json_object_get(made, "query"), '?', &out->path);
    buf_adds(&out->headers, "Accept: application/json\n");
    buf_addf(&out->headers, "%s: %s\n", json_text(way, "key_header", "Idempotency-Key"), s->key);
    e = add_headers(json_object_get(made, "headers"), &out->headers);
    if (e == OK) e = write_body(way, json_object_get(made, "body"), out);
    json_decref(made);
    if (e == OK) authenticate(k, out);
    return e;
}

/* --- the reply -------------------------------------------------------------------------------------- */

static bool judge(const struct shaped *s, bool look, const struct reply *reply, struct answer *a) {
    return declared_judge(way_of(s, look), s->op, look, reply, a);
}

static json_t *hear(const struct shaped *s, const json_t *said, struct answer *a) { return declared_answer_new(way_of(s, s->look), said, a); }

/* --- making one ------------------------------------------------------------------------------------- */

static const char *keep_text(struct declared *d, const json_t *v) {
    char *text = v ? json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    if (text) d->texts[d->n_texts++] = text;
    return text;
}

static enum op_kind kind_of(const char *word) { return !strcmp(word, "money") ? OP_MONEY : !strcmp(word, "effect") ? OP_EFFECT : OP_READ; }

static enum err add_operation(struct declared *d, const json_t *from, struct fault *f) {
    struct operation *op = &d->operations[d->n];
    *op = (struct operation){.name = json_text(from, "name", NULL), .contract = json_text(from, "contract", NULL), .about = json_text(from, "about", ""),
                             .kind = kind_of(json_text(from, "kind", "read")), .timeout_ms = (unsigned)json_int(from, "timeout_ms", 5000),
                             .can_look = json_object_get(from, "look") != NULL, .undoes = json_bool(from, "undoes", false),
                             .cache_s = (unsigned)json_int(from, "cache_s", 0), .stale_on = json_text(from, "stale_on", NULL)};
    op->input = keep_text(d, json_object_get(from, "input"));
    op->output = keep_text(d, json_object_get(from, "output"));
    op->sample = keep_text(d, json_object_get(from, "sample"));
    if (!op->name || !op->input || !op->output || !op->sample) return fault_set(f, ERR_INVALID, op->name ? op->name : "operations", "an operation is not whole");
    d->shapes[d->n++] = (struct shape){.operation = op->name, .ask = ask, .hear = hear, .request = request, .judge = judge};
    return OK;
}

static void set_limits(struct declared *d) {
    const json_t *l = json_object_get(d->description, "limits");
    d->limits = (struct limits){.per_s = (unsigned)json_int(l, "per_s", 0), .burst = (unsigned)json_int(l, "burst", 0),
                                .at_once = (unsigned)json_int(l, "at_once", 0), .breaker_after = (unsigned)json_int(l, "breaker_after", 0),
                                .slow_ms = (unsigned)json_int(l, "slow_ms", 0), .open_ms = (unsigned)json_int(l, "open_ms", 0)};
}

static enum err build(struct declared *d, struct fault *f) {
    const json_t *all = json_object_get(d->description, "operations"), *one;
    size_t i, n = json_array_size(all);
    if (!json_text(d->description, "name", NULL) || !n) return fault_set(f, ERR_INVALID, "name", "a declared connector has a name and operations");
    d->operations = calloc(n + 1, sizeof *d->operations), d->shapes = calloc(n + 1, sizeof *d->shapes), d->texts = calloc(3 * n, sizeof *d->texts);
    enum err e = d->operations && d->shapes && d->texts ? OK : ERR_NOMEM;
    json_array_foreach(all, i, one)
        if (e == OK) e = add_operation(d, one, f);
    set_limits(d);
    d->shaping = (struct shaping){.open_of = open_keys, .of = d, .close = close_keys, .shapes = d->shapes};
    d->ops = (struct connector_ops){.name = json_text(d->description, "name", ""), .shaping = &d->shaping, .limits = &d->limits,
                                    .described = json_text(d->description, "hash", NULL),
                                    .operations = d->operations, .start = http_connector_start, .cancel = http_connector_cancel,
                                    .close = http_connector_close};
    return e;
}

enum err declared_new(const json_t *description, const struct declared_ask *with, struct declared **out, struct fault *f) {
    struct declared *d = calloc(1, sizeof *d);
    if (!d) return fault_set(f, ERR_NOMEM, "", "no memory");
    d->ask = *with;
    d->description = json_deep_copy(description);
    enum err e = d->description ? build(d, f) : ERR_NOMEM;
    if (e == OK) *out = d;
    else declared_free(d);
    return e;
}

void declared_free(struct declared *d) {
    if (!d) return;
    for (size_t i = 0; i < d->n_texts; i++) free(d->texts[i]);
    free(d->texts), free(d->operations), free(d->shapes);
    json_decref(d->description);
    free(d);
}
