/* http_request.c - a request seen by its handler: what was asked, and the one answer. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "io/http_inside.h"

enum { EXTRA_MAX = 16 << 10 };

struct http_request *http_request_new(struct http_conn *c) {
    struct http_request *r = calloc(1, sizeof *r);
    if (!r) return NULL;
    size_t head = c->server->lim.header_bytes;
    r->arena = arena_new(3 * head + 4096);
    if (!r->arena) {
        free(r);
        return NULL;
    }
    r->conn = c;
    r->started_us = loop_mono_us(c->server->loop);
    buf_init(&r->body, c->server->lim.body_bytes + 1);
    buf_init(&r->extra, EXTRA_MAX);
    text_copy(r->peer, sizeof r->peer, c->peer);
    return r;
}

void http_request_free(struct http_request *r) {
    if (!r) return;
    arena_free(r->arena);
    buf_reset(&r->body);
    buf_reset(&r->extra);
    free(r);
}

/* "a=1&b=x%20y" becomes "a\0" "1\0" "b\0" "x y\0", each piece decoded in its place. */
static bool split_query(struct http_request *r, const char *raw) {
    size_t n = strlen(raw);
    r->query = arena_alloc(r->arena, 2 * n + 2);
    if (!r->query) return false;
    char *out = r->query;
    while (*raw) {
        size_t len = strcspn(raw, "&"), name = strcspn(raw, "=&");
        const char *value = name < len ? raw + name + 1 : "";
        size_t value_n = name < len ? len - name - 1 : 0;
        char *k = out;
        memcpy(k, raw, name);
        k[name] = '\0';
        if (!http_decode(k, true)) return false;
        char *v = k + strlen(k) + 1;
        memcpy(v, value, value_n);
        v[value_n] = '\0';
        if (!http_decode(v, true)) return false;
        out = v + strlen(v) + 1;
        raw += len + (raw[len] == '&');
    }
    r->query_n = (size_t)(out - r->query);
    return text_is_utf8(r->query, r->query_n);
}

int http_request_read(struct http_request *r, const char *text, size_t n) {
    char *own = arena_alloc(r->arena, n + 1);
    if (!own) return 503;
    memcpy(own, text, n);
    int refused = http_head_read(own, n, &r->head);
    if (refused) return refused;
    size_t path_n = strcspn(r->head.target, "?#");
    r->path = arena_strndup(r->arena, r->head.target, path_n);
    if (!r->path) return 503;
    if (!http_decode(r->path, false) || !text_is_utf8(r->path, strlen(r->path))) return 400;
    const char *question = r->head.target[path_n] == '?' ? r->head.target + path_n + 1 : "";
    return split_query(r, question) ? 0 : 400;
}

void http_request_orphan(struct http_request *r) {
    if (!r->conn) return;
    r->conn = NULL;
    loop_fn *gone = r->gone;
    r->gone = NULL;
    if (gone) gone(r->gone_who);
}

const char *http_method(const struct http_request *r) { return r->head.method; }
const char *http_path(const struct http_request *r) { return r->path; }
const char *http_target(const struct http_request *r) { return r->head.target; }
const char *http_peer(const struct http_request *r) { return r->peer; }
int64_t http_started_us(const struct http_request *r) { return r->started_us; }
const struct http_headers *http_all_headers(const struct http_request *r) {
    return &r->head.headers;
}

const char *http_query(const struct http_request *r, const char *name) {
    for (const char *k = r->query, *end = r->query + r->query_n; k < end;) {
        const char *v = k + strlen(k) + 1;
        if (!strcmp(k, name)) return v;
        k = v + strlen(v) + 1;
    }
    return NULL;
}

const char *http_header_of(const struct http_headers *h, const char *name) {
    for (size_t i = 0; i < h->n; i++)
        if (!strcasecmp(h->items[i].name, name)) return h->items[i].value;
    return NULL;
}

const char *http_header(const struct http_request *r, const char *name) {
    return http_header_of(&r->head.headers, name);
}

void http_header_each(const struct http_headers *h,
                      void (*each)(void *who, const char *name, const char *value), void *who) {
    for (size_t i = 0; i < h->n; i++) each(who, h->items[i].name, h->items[i].value);
}

const void *http_body(const struct http_request *r, size_t *n) {
    *n = r->body.len;
    return buf_text(&r->body);
}

void http_on_gone(struct http_request *r, loop_fn *gone, void *who) {
    r->gone = gone;
    r->gone_who = who;
}

bool http_is_gone(const struct http_request *r) { return !r->conn; }

static void add_clean(struct buf *b, const char *s) { /* a header cannot be ended from inside */
    for (; *s; s++) buf_addc(b, (unsigned char)*s < ' ' && *s != '\t' ? ' ' : *s);
}

void http_answer_header(struct http_request *r, const char *name, const char *value) {
    add_clean(&r->extra, name);
    buf_adds(&r->extra, ": ");
    add_clean(&r->extra, value);
    buf_adds(&r->extra, "\r\n");
}

/* The owner is done with the request; its connection, if it is still there, goes on. */
static void finish(struct http_request *r) {
    struct http_conn *c = r->conn;
    r->gone = NULL;
    if (c) {
        c->request = NULL;
        http_conn_answered(c);
    }
    http_request_free(r);
}

static bool is_head(const struct http_request *r) { return !strcmp(r->head.method, "HEAD"); }

static void write_answer(struct http_request *r, int status, const char *type, const void *body, size_t n) {
    INVARIANT(!r->streaming);
    if (!r->conn) return;
    http_conn_head(r->conn, r, status, type, (int64_t)n);
    if (!is_head(r) && n) buf_add(&r->conn->out, body, n);
}

void http_answer(struct http_request *r, int status, const char *type, const void *body, size_t n) {
    write_answer(r, status, type, body, n);
    finish(r);
}

void http_answer_static(struct http_request *r, int status, const char *type, const void *body, size_t n) {
    INVARIANT(!r->streaming);
    if (r->conn) {
        http_conn_head(r->conn, r, status, type, (int64_t)n);
        if (!is_head(r)) r->conn->still = body, r->conn->still_n = n;
    }
    finish(r);
}

void http_answer_early(struct http_request *r, int status, const char *type, const void *body, size_t n) {
    struct http_conn *c = r->conn;
    write_answer(r, status, type, body, n);
    r->gone = NULL;
    r->conn = NULL;
    if (!c) return;
    c->request = NULL;
    http_conn_answered(c);
}

void http_break(struct http_request *r) {
    struct http_conn *c = r->conn;
    r->gone = NULL;
    if (c) http_conn_free(c); /* orphans the request */
    http_request_free(r);
}

void http_stream_start(struct http_request *r, int status, const char *type) {
    INVARIANT(!r->streaming);
    r->streaming = true;
    if (!r->conn) return;
    if (r->head.old) r->conn->close_after = true;
    http_conn_head(r->conn, r, status, type, -1);
    r->conn->state = HTTP_STREAM;
    http_conn_run(r->conn);
}

void http_stream_send(struct http_request *r, const void *bytes, size_t n) {
    INVARIANT(r->streaming);
    if (!r->conn || n == 0 || is_head(r)) return;
    struct buf *out = &r->conn->out;
    if (!r->head.old) buf_addf(out, "%zx\r\n", n);
    buf_add(out, bytes, n);
    if (!r->head.old) buf_adds(out, "\r\n");
    http_conn_run(r->conn);
}

void http_stream_end(struct http_request *r) {
    INVARIANT(r->streaming);
    if (r->conn && !r->head.old && !is_head(r)) buf_adds(&r->conn->out, "0\r\n\r\n");
    finish(r);
}
