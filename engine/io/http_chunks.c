/* http_chunks.c - chunked bodies (RFC 9112 7.1), byte by byte at the seams, by block inside. */
#include "io/http_head.h"

enum { SIZE_LINE_MAX = 64, TRAILER_MAX = 4096 };

static int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static void begin_line(struct http_chunks *c) {
    c->line = 0;
    c->digits = c->extension = c->cr = false;
    c->left = 0;
}

/* "1a;name=value\r\n": the extension is skipped. At most 8 digits, so nothing overflows. */
static bool size_byte(struct http_chunks *c, char b) {
    if (++c->line > SIZE_LINE_MAX) return false;
    if (c->cr) {
        if (b != '\n' || !c->digits) return false;
        uint64_t size = c->left;
        begin_line(c);
        c->left = size;
        c->state = size ? CHUNK_DATA : CHUNK_TRAILER;
        return true;
    }
    if (b == '\r') return c->cr = true;
    if (b == '\n' || b == '\0') return false;
    if (c->extension) return true;
    if (b == ';' && c->digits) return c->extension = true;
    int d = digit(b);
    if (d < 0 || c->line > 8) return false;
    c->digits = true;
    c->left = c->left * 16 + (uint64_t)d;
    return true;
}

static bool end_byte(struct http_chunks *c, char b) {
    if (!c->cr) return (c->cr = b == '\r');
    begin_line(c);
    c->state = CHUNK_SIZE;
    return b == '\n';
}

/* Trailer fields are read over; an empty line ends the body. */
static bool trailer_byte(struct http_chunks *c, char b) {
    if (++c->trailer_bytes > TRAILER_MAX || b == '\0') return false;
    if (c->cr) {
        if (b != '\n') return false;
        c->cr = false;
        if (c->line == 0) c->state = CHUNK_DONE;
        c->line = 0;
        return true;
    }
    if (b == '\n') return false;
    if (b == '\r')
        c->cr = true;
    else
        c->line++;
    return true;
}

static bool seam_byte(struct http_chunks *c, char b) {
    switch (c->state) {
    case CHUNK_SIZE: return size_byte(c, b);
    case CHUNK_END: return end_byte(c, b);
    default: return trailer_byte(c, b);
    }
}

int64_t http_chunks_read(struct http_chunks *c, const char *bytes, size_t n,
                         void (*data)(void *who, const char *bytes, size_t n), void *who) {
    size_t at = 0;
    while (at < n && c->state != CHUNK_DONE) {
        if (c->state != CHUNK_DATA) {
            if (!seam_byte(c, bytes[at++])) return -1;
            continue;
        }
        size_t take = n - at < c->left ? n - at : (size_t)c->left;
        data(who, bytes + at, take);
        at += take;
        c->left -= take;
        if (!c->left) c->state = CHUNK_END;
    }
    return (int64_t)at;
}
