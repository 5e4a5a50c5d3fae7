/* fetch.h - the HTTP client: libcurl's multi interface on the loop, keep-alive, one place for limits. */
#ifndef IO_FETCH_H
#define IO_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/loop.h"

struct fetcher;
struct fetch; /* one request in flight */

struct fetch_request {
    const char *method, *url;        /* "http://127.0.0.1:9100/..", or a path with `socket` */
    const char *socket;              /* unix socket path, or NULL */
    const char *const *headers;      /* "Name: value", NULL-terminated; NULL: none */
    const void *body;
    size_t body_n;
    int64_t timeout_ms, connect_ms;  /* whole request; connection only (0: 2 s) */
    size_t answer_max;               /* bytes; past it the request fails with ERR_LIMIT */
    /* Connect to addresses of the public internet only (address.h), whatever the name resolves to. A kept connection is
     * not asked again: give such requests a fetcher of their own. */
    bool public_only;
};
struct fetch_answer {
    /* OK: an answer of any status was read whole. ERR_IO: surely nothing was sent (refused, no route,
     * name unknown). ERR_TIMEOUT, ERR_CLOSED, ERR_LIMIT: the request may have been acted on. */
    enum err err;
    int status;
    const char *type;                /* Content-Type, or "" */
    const char *retry_after;         /* or "" */
    const char *body;                /* NUL-terminated; borrowed */
    size_t n;
    char why[160];
    int64_t took_us;
    const char *headers;             /* raw response header lines, for proxying */
};
typedef void fetch_done_fn(void *who, const struct fetch_answer *a);

MUST_CHECK enum err fetcher_new(struct loop *l, unsigned connections_per_host, struct fetcher **out);
void fetcher_free(struct fetcher *f); /* running fetches end with ERR_CLOSED */
/* Copies the request. `done` fires exactly once, never before return. NULL: no memory. */
struct fetch *fetch_start(struct fetcher *f, const struct fetch_request *r, fetch_done_fn *done,
                          void *who);
void fetch_cancel(struct fetch *x); /* done still fires, with ERR_CLOSED */

#endif
