/* http.c - the server: listening, accepting within limits, sweeping slow clients, a clean stop. */
#include "io/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "io/http_inside.h"

enum { SWEEP_MS = 500, BACKLOG = 1024, ACCEPTS_PER_PASS = 64 };

const struct http_limits HTTP_LIMITS_API = {256 << 10, 16 << 10, 30, 12000};

const char *http_reason(int status) {
    static const struct {
        int status;
        const char *reason;
    } known[] = {{200, "OK"}, {201, "Created"}, {202, "Accepted"}, {204, "No Content"},
                 {301, "Moved Permanently"}, {302, "Found"}, {303, "See Other"},
                 {304, "Not Modified"}, {307, "Temporary Redirect"}, {400, "Bad Request"},
                 {401, "Unauthorized"}, {403, "Forbidden"}, {404, "Not Found"},
                 {405, "Method Not Allowed"}, {406, "Not Acceptable"}, {408, "Request Timeout"},
                 {409, "Conflict"}, {410, "Gone"}, {412, "Precondition Failed"},
                 {413, "Content Too Large"}, {415, "Unsupported Media Type"},
                 {417, "Expectation Failed"}, {422, "Unprocessable Content"},
                 {428, "Precondition Required"}, {429, "Too Many Requests"},
                 {431, "Request Header Fields Too Large"}, {500, "Internal Server Error"},
                 {501, "Not Implemented"}, {502, "Bad Gateway"}, {503, "Service Unavailable"},
                 {504, "Gateway Timeout"}, {505, "HTTP Version Not Supported"}};
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (known[i].status == status) return known[i].reason;
    return "Status";
}

static bool full(const struct http_server *s) { return s->n_conns >= s->lim.connections; }

static void listen_if_room(struct http_server *s) {
    unsigned want = s->watch && !s->draining && !full(s) ? WATCH_READ : 0;
    if (s->watch && watch_wanted(s->watch) != want && watch_want(s->watch, want) != OK)
        return; /* the sweep tries again */
}

static void peer_text(const struct sockaddr_storage *a, char out[64]) {
    char host[INET6_ADDRSTRLEN] = "unix";
    const struct sockaddr_in *v4 = (const void *)a;
    const struct sockaddr_in6 *v6 = (const void *)a;
    if (a->ss_family == AF_INET) inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host);
    if (a->ss_family == AF_INET6) inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
    text_copy(out, 64, host);
}

static void acceptable(void *who, unsigned what UNUSED) {
    struct http_server *s = who;
    for (int i = 0; i < ACCEPTS_PER_PASS && !full(s) && !s->draining; i++) {
        struct sockaddr_storage a = {0};
        socklen_t n = sizeof a;
        int fd = accept4(s->fd, (struct sockaddr *)&a, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
        if (fd < 0) { /* out of descriptors: pause until the sweep */
            if (errno != ECONNABORTED && errno != EINTR && watch_want(s->watch, 0) == OK) return;
            continue;
        }
        int one = 1;
        if (a.ss_family != AF_UNIX) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        char peer[64];
        peer_text(&a, peer);
        http_conn_new(s, fd, peer);
    }
    listen_if_room(s);
}

static void drain_over(void *who) {
    struct http_server *s = who;
    s->grace = NULL;
    loop_fn *drained = s->drained;
    s->drained = NULL;
    if (drained) drained(s->drained_who);
}

void http_server_less(struct http_server *s) {
    listen_if_room(s);
    if (!s->draining || s->n_asked || !s->drained) return;
    loop_cancel(s->loop, s->grace);
    s->grace = loop_timer(s->loop, 0, drain_over, s); /* not from inside an answer */
    if (!s->grace) drain_over(s);
}

static void sweep(void *who) {
    struct http_server *s = who;
    int64_t now = loop_mono_us(s->loop);
    for (struct http_conn *c = s->conns; c; c = s->cursor) {
        s->cursor = c->next;
        http_conn_check(c, now);
    }
    listen_if_room(s);
    s->sweep = loop_timer(s->loop, SWEEP_MS, sweep, s);
}

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un path;
};

static bool parse_host(const char *text, union address *a, socklen_t *n) {
    char host[64];
    const char *colon = strrchr(text, ':');
    int64_t port;
    if (!colon || (size_t)(colon - text) >= sizeof host) return false;
    if (text_i64(colon + 1, strlen(colon + 1), &port) != OK || port < 0 || port > 65535) return false;
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = '\0';
    memset(a, 0, sizeof *a);
    size_t len = strlen(host);
    if (host[0] == '[' && host[len - 1] == ']') {
        host[len - 1] = '\0';
        a->v6.sin6_family = AF_INET6;
        a->v6.sin6_port = htons((uint16_t)port);
        *n = sizeof a->v6;
        return inet_pton(AF_INET6, host + 1, &a->v6.sin6_addr) == 1;
    }
    a->v4.sin_family = AF_INET;
    a->v4.sin_port = htons((uint16_t)port);
    *n = sizeof a->v4;
    return inet_pton(AF_INET, !strcmp(host, "localhost") ? "127.0.0.1" : host, &a->v4.sin_addr) == 1;
}

static bool parse_unix(const char *path, union address *a, socklen_t *n) {
    memset(a, 0, sizeof *a);
    a->path.sun_family = AF_UNIX;
    *n = sizeof a->path;
    return text_copy(a->path.sun_path, sizeof a->path.sun_path, path);
}

/* A socket that a killed process left behind is in the way; anything else is not ours to remove. */
static void remove_stale(const char *path) {
    struct stat st;
    if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode)) unlink(path);
}

static enum err open_socket(struct http_server *s, const char *address, bool share, struct fault *f) {
    union address a;
    socklen_t n;
    bool is_unix = text_starts(address, "unix:");
    if (!(is_unix ? parse_unix(address + 5, &a, &n) : parse_host(address, &a, &n)))
        return fault_set(f, ERR_INVALID, "listen", "'%s' is not host:port, [v6]:port or unix:/path (at most 107 bytes)", address);
    int one = 1;
    s->fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s->fd < 0) return fault_set(f, ERR_IO, "listen", "%m");
    if (is_unix) {
        remove_stale(a.path.sun_path);
    } else {
        setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
        if (share) setsockopt(s->fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    }
    if (bind(s->fd, &a.any, n) != 0 || listen(s->fd, BACKLOG) != 0)
        return fault_set(f, errno == EADDRINUSE ? ERR_CONFLICT : ERR_IO, "listen", "%s: %m", address);
    if (is_unix && !(s->unix_path = strdup(a.path.sun_path))) return ERR_NOMEM;
    if (!is_unix && getsockname(s->fd, &a.any, &n) == 0)
        s->port = ntohs(a.any.sa_family == AF_INET6 ? a.v6.sin6_port : a.v4.sin_port);
    return OK;
}

enum err http_listen(struct loop *l, const char *address, bool share, const struct http_limits *lim,
                     http_handler_fn *handler, void *who, struct http_server **out, struct fault *f) {
    struct http_server *s = calloc(1, sizeof *s);
    if (!s) return fault_set(f, ERR_NOMEM, "listen", "no memory");
    *s = (struct http_server){.loop = l, .lim = *lim, .handler = handler, .handler_who = who, .fd = -1};
    enum err e = open_socket(s, address, share, f);
    if (e == OK) {
        s->watch = watch_new(l, s->fd, acceptable, s);
        s->sweep = loop_timer(l, SWEEP_MS, sweep, s);
        if (!s->watch || !s->sweep || watch_want(s->watch, WATCH_READ) != OK)
            e = fault_set(f, ERR_NOMEM, "listen", "no memory");
    }
    if (e == OK)
        *out = s;
    else
        http_close(s);
    return e;
}

void http_set_handler(struct http_server *s, http_handler_fn *handler, void *who) {
    s->handler = handler;
    s->handler_who = who;
}

int http_port(const struct http_server *s) { return s->port; }

static void stop_listening(struct http_server *s) {
    watch_free(s->watch);
    s->watch = NULL;
    if (s->fd >= 0) close(s->fd);
    s->fd = -1;
    if (s->unix_path) unlink(s->unix_path);
    free(s->unix_path);
    s->unix_path = NULL;
}

/* Connections without a request are closed; streams, which would never end, are told and closed. */
void http_drain(struct http_server *s, int64_t grace_ms, loop_fn *done, void *who) {
    s->draining = true;
    stop_listening(s);
    for (struct http_conn *c = s->conns; c; c = s->cursor) {
        s->cursor = c->next;
        bool rests = c->state == HTTP_IDLE && c->out.len == c->out_from && !c->still_n;
        if (!c->running && (rests || c->state == HTTP_STREAM)) http_conn_free(c);
    }
    s->drained = done;
    s->drained_who = who;
    s->grace = loop_timer(s->loop, s->n_asked ? grace_ms : 0, drain_over, s);
    if (!s->grace) drain_over(s);
}

void http_close(struct http_server *s) {
    if (!s) return;
    s->draining = true; /* callbacks of leaving requests see a server that takes nothing */
    s->drained = NULL;
    stop_listening(s);
    while (s->conns) http_conn_free(s->conns);
    loop_cancel(s->loop, s->sweep);
    loop_cancel(s->loop, s->grace);
    free(s);
}
