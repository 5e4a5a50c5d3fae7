/* http_call.c - request out, reply in, worker thread for the big ones. */
#include "connectors/http_call.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/schema.h"
#include "base/text.h"
#include "connectors/shape.h"
#include "io/fetch.h"
#include "io/pool.h"

#define ANSWER_MAX ((size_t)8 << 20)
#define REQUEST_MAX ((size_t)1 << 20)
#define BIG_ANSWER ((size_t)8 << 10) /* about 0.1 ms of parsing */

struct http_call;
struct http_connector {
    struct connector base;
    struct fetcher *fetch;
    struct pool *pool;
    unsigned refs; /* the opener's and one per call: a fetch may outlive close */
    struct http_call *first;
    size_t n_operations;
    struct schema **outputs;
    void *keys; /* of the shaping */
    char url[256], token[256]; /* token: a whole header line, or "" */
};
struct http_call {
    struct http_connector *c;
    struct call *call; /* NULL once dropped by close */
    struct http_call *prev, *next;
    struct fetch *fetch;
    const struct operation *op;
    const struct schema *output;
    const struct shape *shape;
    struct shaped shaped; /* with an own reference to the input and an own key: a worker may outlive the call */
    char *key;
    bool look;
    int64_t took_us;
    int status;
    char *body; /* the worker's own copy */
    size_t n;
    char retry_after[24];
    struct answer answer;
};

static size_t count_operations(const struct connector_ops *ops) {
    size_t n = 0;
    while (ops->operations[n].name) n++;
    return n;
}

static void connector_unref(struct http_connector *c) {
    if (--c->refs) return;
    for (size_t k = 0; c->outputs && k < c->n_operations; k++) schema_free(c->outputs[k]);
    free(c->outputs);
    shaping_close(c->base.ops, c->keys);
    explicit_bzero(c->token, sizeof c->token);
    free(c);
}

static enum err compile_output(const struct operation *op, struct schema **out, struct fault *f) {
    json_t *v = NULL;
    enum err e = json_parse(op->output, strlen(op->output), &JSON_LIMITS_BODY, &v, f);
    if (e == OK) e = schema_new(v, out, f);
    json_decref(v);
    return e;
}

static enum err read_token(const char *path, struct http_connector *c, struct fault *f) {
    if (!path) return OK;
    char line[200] = "";
    FILE *in = fopen(path, "re");
    if (!in || !fgets(line, sizeof line, in)) {
        if (in) fclose(in);
        return fault_set(f, ERR_INVALID, "token_file", "cannot read the token file of %s", c->base.ops->name);
    }
    fclose(in);
    line[strcspn(line, "\r\n")] = 0;
    snprintf(c->token, sizeof c->token, "Authorization: Bearer %s", line);
    explicit_bzero(line, sizeof line);
    return OK;
}

static enum err configure(struct http_connector *c, const json_t *config, struct fault *f) {
    const char *url = json_text(config, "url", "");
    if (*url && !text_starts(url, "http://") && !text_starts(url, "https://"))
        return fault_set(f, ERR_INVALID, "url", "the url of %s must start with http:// or https://",
                         c->base.ops->name);
    if (!text_copy(c->url, sizeof c->url, url))
        return fault_set(f, ERR_INVALID, "url", "the url of %s is too long", c->base.ops->name);
    size_t n = strlen(c->url);
    while (n && c->url[n - 1] == '/') c->url[--n] = 0;
    return read_token(json_text(config, "token_file", NULL), c, f);
}

enum err http_connector_open(const struct connector_ops *ops, const struct connector_env *env,
                             struct connector **out, struct fault *f) {
    struct http_connector *c = calloc(1, sizeof *c);
    if (!c) return fault_set(f, ERR_NOMEM, "", "no memory");
    *c = (struct http_connector){.base.ops = ops, .fetch = env->fetch, .pool = env->pool, .refs = 1};
    c->n_operations = count_operations(ops);
    c->outputs = calloc(c->n_operations + 1, sizeof *c->outputs);
    enum err e = c->outputs ? configure(c, env->config, f) : fault_set(f, ERR_NOMEM, "", "no memory");
    if (e == OK) e = shaping_open(ops, env->config, &c->keys, f);
    for (size_t k = 0; e == OK && k < c->n_operations; k++)
        e = compile_output(&ops->operations[k], &c->outputs[k], f);
    if (e != OK) {
        connector_unref(c);
        return e;
    }
    *out = &c->base;
    return OK;
}

const void *http_connector_keys(const struct connector *c) { return ((const struct http_connector *)c)->keys; }

static void call_free(struct http_call *h) {
    struct http_connector *c = h->c;
    answer_reset(&h->answer);
    json_decref((json_t *)h->shaped.input);
    free(h->key);
    free(h->body);
    free(h);
    connector_unref(c);
}

/* Unlinks, tells the caller, frees. The caller may free its call inside done. */
static void call_end(struct http_call *h) {
    if (h->prev) h->prev->next = h->next;
    else h->c->first = h->next;
    if (h->next) h->next->prev = h->prev;
    if (h->call) {
        h->answer.result.provider_us = h->took_us;
        h->call->inner = NULL;
        h->call->done(h->call, &h->answer.result);
    }
    call_free(h);
}

static void read_reply(struct http_call *h, const char *body, size_t n, const char *retry_after) {
    struct reply reply = {h->status, body, n, retry_after, h->shape, &h->shaped, true};
    answer_read(&h->answer, h->op, h->look, h->output, &reply);
}

static void parse_in_worker(void *job) {
    struct http_call *h = job;
    read_reply(h, h->body, h->n, h->retry_after);
}

static void parse_done(void *job) {
    struct http_call *h = job;
    /* A pool that is being freed hands jobs back unworked. */
    if (!h->answer.result.answer && !h->answer.result.why)
        answer_lost(&h->answer, h->op, h->look, ERR_CLOSED);
    call_end(h);
}

static bool hand_to_worker(struct http_call *h, const struct fetch_answer *a) {
    if (!h->c->pool || a->n < BIG_ANSWER) return false;
    h->body = malloc(a->n + 1);
    if (!h->body) return false;
    memcpy(h->body, a->body, a->n);
    h->body[a->n] = 0;
    h->n = a->n;
    text_copy(h->retry_after, sizeof h->retry_after, a->retry_after);
    return pool_run(h->c->pool, parse_in_worker, parse_done, h) == OK;
}

static void fetched(void *who, const struct fetch_answer *a) {
    struct http_call *h = who;
    h->fetch = NULL;
    h->took_us = a->took_us;
    h->status = a->status;
    if (a->err != OK) answer_lost(&h->answer, h->op, h->look, a->err);
    else if (h->call && hand_to_worker(h, a)) return;
    else read_reply(h, a->body, a->n, a->retry_after);
    call_end(h);
}

static void add_escaped(struct buf *b, const char *s) {
    for (; *s; s++)
        if (isalnum((unsigned char)*s) || strchr("-._~", *s)) buf_addc(b, *s);
        else buf_addf(b, "%%%02X", (unsigned char)*s);
}

/* A key travels raw in a header, so it must not be able to end one. */
static bool key_fits_header(const char *key) {
    for (; *key; key++)
        if (iscntrl((unsigned char)*key)) return false;
    return true;
}

static enum err write_body(const struct http_call *h, const json_t *content, struct buf *out) {
    if (h->look) return OK;
    if (!h->shape || !h->shape->write) return json_write(content, out);
    enum err e = h->shape->write(&h->shaped, content, out);
    return e == OK ? buf_err(out) : e;
}

static void write_url(const struct http_call *h, const char *key, struct buf *out) {
    buf_addf(out, "%s/%s/%s", h->c->url, h->c->base.ops->name, h->op->name);
    if (!h->look) return;
    buf_addc(out, '/');
    add_escaped(out, key);
}

static enum err send_with_key(struct http_call *h, const char *key, const struct buf *body) {
    struct buf url AUTO(buf_reset), idempotency AUTO(buf_reset), type AUTO(buf_reset), accept AUTO(buf_reset);
    const struct shape *s = h->shape;
    buf_init(&url, 2048);
    buf_init(&idempotency, 512);
    buf_init(&type, 128);
    buf_init(&accept, 128);
    write_url(h, key, &url);
    buf_addf(&idempotency, "Idempotency-Key: %s", key);
    buf_addf(&type, "Content-Type: %s", s && s->write ? s->type : "application/json");
    buf_addf(&accept, "Accept: %s", s && s->read ? s->type : "application/json");
    bool fits = buf_ok(&url) && buf_ok(&idempotency) && buf_ok(&type) && buf_ok(&accept);
    if (!fits || !key_fits_header(key)) return ERR_LIMIT;
    const char *headers[] = {buf_text(&accept), buf_text(&idempotency), h->look ? NULL : buf_text(&type), NULL, NULL};
    headers[h->look ? 2 : 3] = h->c->token[0] ? h->c->token : NULL;
    struct fetch_request r = {.method = h->look ? "GET" : "POST", .url = buf_text(&url),
                              .headers = headers, .body = body->data, .body_n = body->len,
                              .timeout_ms = h->op->timeout_ms, .answer_max = ANSWER_MAX};
    h->fetch = fetch_start(h->c->fetch, &r, fetched, h);
    return h->fetch ? OK : ERR_NOMEM;
}

enum { HEADERS_MOST = 32 };

/* A request that its shape has written whole. */
static enum err send_wire(struct http_call *h, struct wire *w) {
    struct buf url AUTO(buf_reset), type AUTO(buf_reset);
    const char *headers[HEADERS_MOST + 2];
    int n = 0;
    buf_init(&url, 16384);
    buf_init(&type, 128);
    buf_addf(&url, "%s%s", h->c->url, buf_text(&w->path));
    if (w->type) buf_addf(&type, "Content-Type: %s", w->type);
    if (!buf_ok(&url) || !buf_ok(&type) || !buf_ok(&w->headers) || !buf_ok(&w->body)) return ERR_LIMIT;
    for (char *line = w->headers.len ? w->headers.data : NULL, *end; line && *line && n < HEADERS_MOST; line = end + 1) {
        if (!(end = strchr(line, '\n'))) break;
        *end = 0;
        if (!key_fits_header(line)) return ERR_INVALID;
        headers[n++] = line;
    }
    if (w->type) headers[n++] = buf_text(&type);
    headers[n] = NULL;
    struct fetch_request r = {.method = w->method, .url = buf_text(&url), .headers = headers, .body = w->body.data, .body_n = w->body.len,
                              .timeout_ms = h->op->timeout_ms, .answer_max = ANSWER_MAX};
    h->fetch = fetch_start(h->c->fetch, &r, fetched, h);
    return h->fetch ? OK : ERR_NOMEM;
}

static enum err send_as_shaped(struct http_call *h, const json_t *content) {
    struct wire w = {.method = "POST"};
    buf_init(&w.path, 16384);
    buf_init(&w.headers, 16384);
    buf_init(&w.body, REQUEST_MAX);
    enum err e = h->shape->request(&h->shaped, h->look, content, &w);
    if (e == OK) e = send_wire(h, &w);
    if (w.headers.data) explicit_bzero(w.headers.data, w.headers.len); /* it may hold a secret */
    buf_reset(&w.path), buf_reset(&w.headers), buf_reset(&w.body);
    return e;
}

static enum err send_call(struct http_call *h, const json_t *content) {
    if (h->shape && h->shape->request) return send_as_shaped(h, content);
    struct buf body AUTO(buf_reset), key AUTO(buf_reset);
    buf_init(&body, REQUEST_MAX);
    buf_init(&key, 512);
    if (h->shape && h->shape->key && !h->look) h->shape->key(&h->shaped, &key);
    else buf_adds(&key, h->key);
    enum err e = write_body(h, content, &body);
    if (e == OK) e = buf_err(&key);
    return e == OK ? send_with_key(h, buf_text(&key), &body) : e;
}

static void end_at_once(struct call *call, const char *why) {
    struct call_result r = {.end = call->look ? CALL_UNCERTAIN : CALL_FAILED, .why = why};
    call->done(call, &r);
}

static void not_sent(struct call *call, enum err e) {
    struct call_result r = {.end = CALL_REFUSED, .code = "bad_request", .why = "the input cannot be said in the provider's form"};
    if (e == ERR_INVALID && !call->look) call->done(call, &r);
    else end_at_once(call, "the request could not be built");
}

/* Linked, and from now on ended by call_end. */
static void call_link(struct http_call *h) {
    struct http_connector *c = h->c;
    h->next = c->first;
    if (c->first) c->first->prev = h;
    c->first = h;
    h->call->inner = h;
}

static struct http_call *call_new(struct http_connector *c, struct call *call) {
    struct http_call *h = calloc(1, sizeof *h);
    if (!h) return NULL;
    *h = (struct http_call){.c = c, .call = call, .op = call->op, .look = call->look,
                            .output = c->outputs[call->op - c->base.ops->operations],
                            .shape = shape_of(c->base.ops, call->op->name), .key = strdup(call->key)};
    h->shaped = (struct shaped){c->keys, call->op, json_incref((json_t *)call->input), h->key, call->now_ms, call->look};
    c->refs++;
    if (h->key) return h;
    call_free(h);
    return NULL;
}

static void own_in_worker(void *job) {
    struct http_call *h = job;
    shape_own(h->shape, &h->shaped, h->output, &h->answer);
}

static void answer_by_ourselves(struct http_call *h) {
    call_link(h);
    if (h->c->pool && pool_run(h->c->pool, own_in_worker, parse_done, h) == OK) return;
    own_in_worker(h);
    call_end(h);
}

static void ask_provider(struct http_call *h) {
    json_t *content = h->look ? NULL : shape_ask(h->shape, &h->shaped, &h->answer);
    struct call *call = h->call;
    if (!h->look && !content) {
        call->done(call, &h->answer.result);
        call_free(h);
        return;
    }
    enum err e = send_call(h, content);
    json_decref(content);
    if (e == OK) {
        call_link(h);
    } else {
        call_free(h);
        not_sent(call, e);
    }
}

void http_connector_start(struct connector *base, struct call *call) {
    struct http_connector *c = (struct http_connector *)base;
    const struct shape *shape = shape_of(base->ops, call->op->name);
    bool own = shape && shape->own;
    const char *lacks = !own && (!c->fetch || !c->url[0]) ? "this connector has no url in the configuration"
                        : !call->key                      ? "the call has no key"
                        : !call->look && !call->input     ? "the call has no input"
                                                          : NULL;
    struct http_call *h = lacks ? NULL : call_new(c, call);
    if (!h) end_at_once(call, lacks ? lacks : "no memory for the request");
    else if (own) answer_by_ourselves(h);
    else ask_provider(h);
}

void http_connector_cancel(struct connector *base, struct call *call) {
    (void)base;
    struct http_call *h = call->inner;
    if (h && h->fetch) fetch_cancel(h->fetch);
}

void http_connector_close(struct connector *base) {
    struct http_connector *c = (struct http_connector *)base;
    c->refs++; /* fetch_cancel may end calls before it returns */
    for (struct http_call *h = c->first, *next; h; h = next) {
        next = h->next;
        h->call = NULL;
        if (h->fetch) fetch_cancel(h->fetch);
    }
    connector_unref(c);
    connector_unref(c);
}
