/* http.c - fuzz: a connection's bytes through the reader of HTTP/1.1, pure: heads, paths, queries, bodies
 * by length and by chunks, one request after the other as they come down a pipeline. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "io/http_inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int64_t still(struct loop *l) { return (void)l, 0; }
static const struct loop_ops ops = {.now_ms = still, .mono_us = still};
static struct loop loop = {&ops};
static struct http_server server;
static struct http_conn conn;

static void collect(void *who, const char *bytes, size_t n) { buf_add(who, bytes, n); }

/* A header can be passed on as a line of its own: nothing in it ends the line. */
static void header_is_clean(void *who, const char *name, const char *value) {
    (void)who;
    INVARIANT(*name && !strpbrk(name, " \t\r\n:") && !strpbrk(value, "\r\n"));
    for (; *value; value++) INVARIANT((unsigned char)*value >= ' ' || *value == '\t');
}

static void head_is_sound(const struct http_request *r) {
    const struct http_head *h = &r->head;
    INVARIANT(*h->method && strlen(h->method) <= 16 && (*h->target == '/' || !strcmp(h->target, "*")));
    INVARIANT(!strpbrk(h->target, " \r\n\t") && text_is_utf8(r->path, strlen(r->path)));
    INVARIANT(!h->chunked || (h->length == 0 && !h->old)); /* one way to know the end, never two */
    INVARIANT(http_header(r, "Host") || h->old);
    INVARIANT(h->headers.n <= HTTP_HEADERS_MAX);
    http_header_each(&h->headers, header_is_clean, NULL);
    for (const char *k = r->query, *end = r->query + r->query_n; k < end;) {
        const char *v = k + strlen(k) + 1;
        INVARIANT(v < end && http_query(r, k) && text_is_utf8(v, strlen(v)));
        k = v + strlen(v) + 1;
    }
}

/* However the bytes are cut on their way, the body is the same. Returns the bytes it took; 0: unfinished. */
static size_t chunked_body(const char *bytes, size_t n) {
    AUTO(buf_reset) struct buf whole, pieces;
    buf_init(&whole, 1 << 24), buf_init(&pieces, 1 << 24);
    struct http_chunks all = {.state = CHUNK_SIZE}, cut = all;
    int64_t used = http_chunks_read(&all, bytes, n, collect, &whole), got = 0;
    size_t at = 0;
    for (size_t step = 1; at < n && got >= 0 && cut.state != CHUNK_DONE; step = step * 3 % 17 + 1) {
        size_t now = step < n - at ? step : n - at;
        got = http_chunks_read(&cut, bytes + at, now, collect, &pieces);
        if (got > 0) at += (size_t)got;
    }
    INVARIANT((used < 0) == (got < 0));
    INVARIANT(whole.len == pieces.len && (!whole.len || !memcmp(whole.data, pieces.data, whole.len)));
    if (used < 0) return 0;
    INVARIANT(all.state == cut.state && (size_t)used == at && used <= (int64_t)n);
    return all.state == CHUNK_DONE ? (size_t)used : 0;
}

/* One request; returns its bytes, 0 when it is refused or not there yet. */
static size_t one(const char *bytes, size_t n) {
    size_t head = http_head_size(bytes, n), body;
    if (!head || head > server.lim.header_bytes) return 0;
    struct http_request *r = http_request_new(&conn);
    INVARIANT(r);
    int refused = http_request_read(r, bytes, head);
    INVARIANT(!refused || refused == 400 || refused == 417 || refused == 431 || refused == 501 || refused == 505);
    if (!refused) head_is_sound(r);
    if (refused) body = n + 1;
    else if (r->head.chunked) body = chunked_body(bytes + head, n - head), body = body ? body : n + 1;
    else body = r->head.length <= n - head ? (size_t)r->head.length : n + 1;
    http_request_free(r);
    return body > n ? 0 : head + body;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    server = (struct http_server){.loop = &loop, .lim = HTTP_LIMITS_API, .fd = -1};
    conn = (struct http_conn){.server = &server, .fd = -1};
    char *bytes = malloc(n ? n : 1); /* of its own size, so that a byte too far is found */
    INVARIANT(bytes);
    if (n) memcpy(bytes, data, n);
    for (size_t at = 0, used; at < n && (used = one(bytes + at, n - at)); at += used) {}
    if (n) chunked_body(bytes, n);
    free(bytes);
    return 0;
}
