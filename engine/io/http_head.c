/* http_head.c - see http_head.h. */
#include "io/http_head.h"

#include <string.h>
#include <strings.h>

static bool is_token(unsigned char c) { /* RFC 9110 5.6.2 */
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool all_tokens(const char *s, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!is_token((unsigned char)s[i])) return false;
    return n > 0;
}

size_t http_head_size(const char *bytes, size_t n) {
    const char *end = n < 4 ? NULL : memmem(bytes, n, "\r\n\r\n", 4);
    return end ? (size_t)(end - bytes) + 4 : 0;
}

/* Ends the line at `s` with NUL and returns the next one; NULL on a bare CR, LF or NUL inside it. */
static char *cut_line(char *s, char *end) {
    for (; s < end; s++) {
        if (*s == '\r' && s + 1 < end && s[1] == '\n') {
            *s = '\0';
            return s + 2;
        }
        if (*s == '\r' || *s == '\n' || *s == '\0') return NULL;
    }
    return NULL;
}

/* "http://host/path" is allowed to a server that is no proxy (RFC 9112 3.2.2); the host is dropped. */
static const char *origin_form(char *target) {
    if (*target == '/' || !strcmp(target, "*")) return target;
    if (strncasecmp(target, "http://", 7) != 0) return NULL;
    char *end = target + 7 + strcspn(target + 7, "/?#");
    if (!*end) return "/";
    return *end == '/' ? end : NULL; /* "http://host?a=/b": its path is empty, and nobody sends that */
}

static int read_request_line(char *line, struct http_head *h) {
    char *space = strchr(line, ' ');
    if (!space || space - line > 16 || !all_tokens(line, (size_t)(space - line))) return 400;
    *space = '\0';
    h->method = line;
    char *target = space + 1, *version = strchr(target, ' ');
    if (!version) return 400;
    *version++ = '\0';
    for (const unsigned char *p = (unsigned char *)target; *p; p++)
        if (*p <= ' ' || *p == 0x7f) return 400;
    h->target = origin_form(target);
    if (!h->target) return 400;
    if (!strcmp(version, "HTTP/1.1")) return 0;
    h->old = true;
    if (!strcmp(version, "HTTP/1.0")) return 0;
    return strncmp(version, "HTTP/", 5) == 0 ? 505 : 400;
}

static char *trim(char *s) {
    while (*s == ' ' || *s == '\t') s++;
    size_t n = strlen(s);
    while (n && (s[n - 1] == ' ' || s[n - 1] == '\t')) s[--n] = '\0';
    return s;
}

static int read_header(char *line, struct http_head *h) {
    char *colon = strchr(line, ':');
    if (!colon || !all_tokens(line, (size_t)(colon - line))) return 400;
    if (h->headers.n == HTTP_HEADERS_MAX) return 431;
    *colon = '\0';
    char *value = trim(colon + 1);
    for (const unsigned char *p = (unsigned char *)value; *p; p++)
        if ((*p < ' ' && *p != '\t') || *p == 0x7f) return 400;
    h->headers.items[h->headers.n].name = line;
    h->headers.items[h->headers.n++].value = value;
    return 0;
}

static int read_length(const char *v, struct http_head *h) {
    uint64_t n = 0;
    if (!*v || strlen(v) > 18) return 400;
    for (; *v; v++) {
        if (*v < '0' || *v > '9') return 400;
        n = n * 10 + (uint64_t)(*v - '0');
    }
    h->length = n;
    return 0;
}

/* Whether a comma-separated list holds the word. */
static bool lists(const char *v, const char *word) {
    size_t n = strlen(word);
    for (; *v; v += strcspn(v, ","), v += *v == ',') {
        v += strspn(v, " \t");
        size_t len = strcspn(v, ", \t");
        if (len == n && !strncasecmp(v, word, n)) return true;
    }
    return false;
}

struct seen {
    int hosts, lengths, codings, closes, keeps;
};

static int understand_one(const char *name, const char *v, struct http_head *h, struct seen *s) {
    if (!strcasecmp(name, "host")) s->hosts++;
    if (!strcasecmp(name, "connection")) {
        s->closes += lists(v, "close");
        s->keeps += lists(v, "keep-alive");
    }
    if (!strcasecmp(name, "content-length")) {
        s->lengths++;
        return read_length(v, h);
    }
    if (!strcasecmp(name, "transfer-encoding")) {
        s->codings++;
        h->chunked = !strcasecmp(v, "chunked");
        return h->chunked ? 0 : 501;
    }
    if (!strcasecmp(name, "expect")) {
        h->expects_continue = !strcasecmp(v, "100-continue");
        return h->expects_continue ? 0 : 417;
    }
    return 0;
}

static int understand(struct http_head *h) {
    struct seen s = {0};
    for (size_t i = 0; i < h->headers.n; i++) {
        int refused = understand_one(h->headers.items[i].name, h->headers.items[i].value, h, &s);
        if (refused) return refused;
    }
    if (s.hosts > 1 || (s.hosts == 0 && !h->old)) return 400;
    if (s.lengths > 1 || s.codings > 1 || (s.lengths && s.codings)) return 400;
    if (h->old && s.codings) return 400;
    h->keep_alive = !s.closes && (!h->old || s.keeps);
    return 0;
}

int http_head_read(char *text, size_t n, struct http_head *out) {
    memset(out, 0, offsetof(struct http_head, headers));
    out->headers.n = 0;
    char *end = text + n, *line = text, *next = cut_line(line, end);
    if (!next) return 400;
    int refused = read_request_line(line, out);
    while (!refused) {
        line = next;
        next = cut_line(line, end);
        if (!next) return 400;
        if (!*line) break;
        refused = read_header(line, out); /* a folded line has no token before its colon: 400 */
    }
    return refused ? refused : understand(out);
}

static int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool http_decode(char *text, bool plus) {
    char *out = text;
    for (const char *s = text; *s; s++) {
        if (*s == '%') {
            int hi = hex(s[1]), lo = hi < 0 ? -1 : hex(s[2]);
            if (lo < 0 || (hi == 0 && lo == 0)) return false;
            *out++ = (char)(hi * 16 + lo);
            s += 2;
        } else {
            *out++ = plus && *s == '+' ? ' ' : *s;
        }
    }
    *out = '\0';
    return true;
}
