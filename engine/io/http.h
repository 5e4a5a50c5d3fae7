/* http.h - an HTTP/1.1 server with limits before parsing, deadlines for slow clients, a clean stop.
 *
 * A request is answered exactly once, now or later; if the client leaves first, `gone` is called and
 * answering becomes a no-op. Strings of a request are borrowed and live until it is answered. */
#ifndef IO_HTTP_H
#define IO_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/loop.h"

struct http_server;
struct http_request;
struct http_headers; /* case-insensitive names */

struct http_limits {
    size_t body_bytes, header_bytes;
    unsigned idle_s;           /* for a whole head, between requests, and for a reader that stalls;
                                * a body may take that and a second per 16 KiB more */
    unsigned connections;      /* past it new ones wait in the listen queue */
};
extern const struct http_limits HTTP_LIMITS_API; /* 256 KiB, 16 KiB, 30 s, 12000 */

typedef void http_handler_fn(void *who, struct http_request *r);
/* `address` is "127.0.0.1:8080", "[::1]:8080" or "unix:/path"; port 0 picks one. `share` sets
 * SO_REUSEPORT so that several processes serve one port. */
MUST_CHECK enum err http_listen(struct loop *l, const char *address, bool share,
                                const struct http_limits *lim, http_handler_fn *handler, void *who,
                                struct http_server **out, struct fault *f);
/* For a server that must exist before its handler does: requests before it get 503. */
void http_set_handler(struct http_server *s, http_handler_fn *handler, void *who);
int http_port(const struct http_server *s);
/* Takes no new connections; `done` when the last request has been answered or after grace_ms. */
void http_drain(struct http_server *s, int64_t grace_ms, loop_fn *done, void *who);
void http_close(struct http_server *s); /* not from inside a handler; NULL is fine */

const char *http_method(const struct http_request *r);  /* "GET" */
const char *http_path(const struct http_request *r);    /* decoded, without the query; "/v1/runs" */
const char *http_query(const struct http_request *r, const char *name); /* decoded, or NULL */
const char *http_target(const struct http_request *r);  /* raw path and query, for proxying */
const char *http_header(const struct http_request *r, const char *name);
const struct http_headers *http_all_headers(const struct http_request *r);
const char *http_header_of(const struct http_headers *h, const char *name);
void http_header_each(const struct http_headers *h, void (*each)(void *who, const char *name, const char *value), void *who);
const void *http_body(const struct http_request *r, size_t *n);
const char *http_peer(const struct http_request *r);
int64_t http_started_us(const struct http_request *r);  /* mono */
/* `gone` is called once when the client leaves before the answer; it may answer, which frees the request. */
void http_on_gone(struct http_request *r, loop_fn *gone, void *who);
bool http_is_gone(const struct http_request *r);

void http_answer_header(struct http_request *r, const char *name, const char *value);
/* Sends and ends the request. `type` may be NULL when n is 0. Bytes are copied. */
void http_answer(struct http_request *r, int status, const char *type, const void *body, size_t n);
/* The same without a copy: the bytes must live as long as the program, so that slow readers cost nothing. */
void http_answer_static(struct http_request *r, int status, const char *type, const void *body, size_t n);
/* Ends the request by closing its connection without an answer. Not from inside the handler. */
void http_break(struct http_request *r);
/* Sends an answer now although the request is still being worked on: its connection goes on as if it were
 * answered, and the request lives, like one whose client has gone, until its owner answers it (which then
 * sends nothing). `gone` is not called. */
void http_answer_early(struct http_request *r, int status, const char *type, const void *body, size_t n);
/* Streams (server-sent events): start, chunks, end. */
void http_stream_start(struct http_request *r, int status, const char *type);
void http_stream_send(struct http_request *r, const void *bytes, size_t n);
void http_stream_end(struct http_request *r);

#endif
