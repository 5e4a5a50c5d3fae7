/* http_head.h - the head of an HTTP/1.1 request, read strictly (RFC 9112); pure, no I/O.
 *
 * Strict means: what two servers could read differently is refused, so that nothing can be smuggled
 * past a proxy: bare LF, folded lines, space before a colon, two lengths, length with chunks. */
#ifndef IO_HTTP_HEAD_H
#define IO_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HTTP_HEADERS_MAX = 100 };

struct http_headers {
    size_t n;
    struct {
        const char *name, *value;
    } items[HTTP_HEADERS_MAX];
};
struct http_head {
    const char *method, *target; /* target: raw, origin form */
    bool old;                    /* HTTP/1.0 */
    bool keep_alive, chunked, expects_continue;
    uint64_t length;             /* 0 when absent */
    struct http_headers headers;
};

/* Bytes up to and with the empty line; 0 when it has not arrived yet. */
size_t http_head_size(const char *bytes, size_t n);
/* Cuts `text` (n bytes that end in the empty line) into pieces in place; pointers go into it.
 * Returns 0, or the status to refuse with: 400, 501, 505, 417, 431. */
int http_head_read(char *text, size_t n, struct http_head *out);
/* Percent-decodes in place (`plus`: '+' is a space, as in queries). False on a bad or NUL escape. */
bool http_decode(char *text, bool plus);

/* Incremental decoder of a chunked body. */
struct http_chunks {
    enum { CHUNK_SIZE, CHUNK_DATA, CHUNK_END, CHUNK_TRAILER, CHUNK_DONE } state;
    uint64_t left;
    unsigned line; /* bytes of the current size or trailer line */
    bool digits, extension, cr;
    unsigned trailer_bytes;
};
/* Takes bytes; calls data for each piece of the body. Returns bytes used, or -1: malformed. */
int64_t http_chunks_read(struct http_chunks *c, const char *bytes, size_t n,
                         void (*data)(void *who, const char *bytes, size_t n), void *who);

#endif
