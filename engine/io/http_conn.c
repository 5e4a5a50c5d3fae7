/* http_conn.c - one connection: bytes in, requests out, answers written, slow clients closed.
 *
 * One request at a time; pipelined ones wait as bytes, so answers keep their order. conn_run is the
 * only loop: an answer given inside a handler returns to it instead of recursing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "io/http_inside.h"

enum { READ_BYTES = 16 << 10, BODY_BYTES_PER_S = 16 << 10, ANSWER_MAX = 64 << 20 };

static int64_t now_us(const struct http_conn *c) { return loop_mono_us(c->server->loop); }
static int64_t idle_us(const struct http_conn *c) { return c->server->lim.idle_s * INT64_C(1000000); }
static size_t unread(const struct http_conn *c) { return c->in.len - c->in_from; }
static size_t unwritten(const struct http_conn *c) { return c->out.len - c->out_from + c->still_n; }
static bool may_step(const struct http_conn *c) { return !c->still_n && unwritten(c) <= HTTP_OUT_MAX; }

static void enter(struct http_conn *c, enum http_state state, int64_t within_us) {
    c->state = state;
    c->deadline_us = within_us ? now_us(c) + within_us : 0;
}

static void consume(struct http_conn *c, size_t n) {
    c->in_from += n;
    if (c->in_from < c->in.len) return;
    buf_clear(&c->in);
    c->in_from = 0;
}

static void ready(void *who, unsigned what);

void http_conn_new(struct http_server *s, int fd, const char *peer) {
    struct http_conn *c = calloc(1, sizeof *c);
    if (c) c->watch = watch_new(s->loop, fd, ready, c);
    if (!c || !c->watch || watch_want(c->watch, WATCH_READ) != OK) {
        if (c) watch_free(c->watch);
        free(c);
        close(fd);
        return;
    }
    c->server = s;
    c->fd = fd;
    text_copy(c->peer, sizeof c->peer, peer);
    buf_init(&c->in, s->lim.header_bytes + 2 * HTTP_AHEAD_MAX + READ_BYTES);
    buf_init(&c->out, ANSWER_MAX);
    enter(c, HTTP_IDLE, idle_us(c));
    c->next = s->conns;
    c->link = &s->conns;
    if (c->next) c->next->link = &c->next;
    s->conns = c;
    s->n_conns++;
}

void http_conn_free(struct http_conn *c) {
    struct http_server *s = c->server;
    if (s->cursor == c) s->cursor = c->next;
    *c->link = c->next;
    if (c->next) c->next->link = c->link;
    s->n_conns--;
    watch_free(c->watch);
    close(c->fd);
    buf_reset(&c->in);
    buf_reset(&c->out);
    struct http_request *r = c->request;
    bool asked = r && (c->state == HTTP_ASKED || c->state == HTTP_STREAM);
    if (asked) s->n_asked--;
    if (asked)
        http_request_orphan(r);
    else
        http_request_free(r);
    free(c);
    http_server_less(s);
}

static void add_date(struct buf *b) {
    static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct timespec now;
    struct tm t;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &t);
    buf_addf(b, "Date: %.3s, %02d %.3s %d %02d:%02d:%02d GMT\r\n", days + 3 * t.tm_wday, t.tm_mday,
             months + 3 * t.tm_mon, t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

void http_conn_head(struct http_conn *c, const struct http_request *r, int status, const char *type,
                    int64_t length) {
    struct buf *b = &c->out;
    if (c->server->draining || !r->head.keep_alive) c->close_after = true;
    buf_addf(b, "HTTP/1.1 %d %s\r\n", status, http_reason(status));
    add_date(b);
    if (type) buf_addf(b, "Content-Type: %s\r\n", type);
    bool bodyless = status == 204 || status == 304;
    if (length >= 0 && !bodyless) buf_addf(b, "Content-Length: %lld\r\n", (long long)length);
    if (length < 0 && !r->head.old) buf_adds(b, "Transfer-Encoding: chunked\r\n");
    if (r->extra.len) buf_add(b, r->extra.data, r->extra.len);
    if (c->close_after) buf_adds(b, "Connection: close\r\n");
    if (!c->close_after && r->head.old) buf_adds(b, "Connection: keep-alive\r\n");
    buf_adds(b, "\r\n");
}

/* Says why in the house's problem form (RFC 9457), then reads over what still comes. */
static void refuse(struct http_conn *c, int status) {
    char body[160];
    int n = snprintf(body, sizeof body, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d}",
                     http_reason(status), status);
    struct http_request none = {0};
    c->close_after = true;
    http_conn_head(c, &none, status, "application/problem+json", n);
    buf_add(&c->out, body, (size_t)n);
    http_request_free(c->request);
    c->request = NULL;
    consume(c, unread(c));
    enter(c, HTTP_LINGER, HTTP_LINGER_MS * INT64_C(1000));
}

static void body_piece(void *who, const char *bytes, size_t n) {
    struct http_conn *c = who;
    buf_add(&c->request->body, bytes, n); /* its ceiling is the limit and one byte */
}

static void begin_body(struct http_conn *c) {
    const struct http_head *h = &c->request->head;
    size_t max = c->server->lim.body_bytes;
    if (h->length > max) {
        refuse(c, 413);
        return;
    }
    c->chunks = (struct http_chunks){.state = CHUNK_SIZE};
    size_t most = h->chunked ? max : (size_t)h->length;
    enter(c, HTTP_BODY, idle_us(c) + (int64_t)(most / BODY_BYTES_PER_S) * 1000000);
    if (h->expects_continue && (h->chunked || h->length) && !unread(c))
        buf_adds(&c->out, "HTTP/1.1 100 Continue\r\n\r\n");
}

/* The steps below return true when something was done and there may be more to do. */
static bool read_head(struct http_conn *c) {
    const char *from = c->in.data + c->in_from;
    if (unread(c) >= 2 && from[0] == '\r' && from[1] == '\n') {
        consume(c, 2); /* an empty line before a request is read over (RFC 9112 2.2) */
        return unread(c) > 0;
    }
    size_t n = http_head_size(from, unread(c)), max = c->server->lim.header_bytes;
    if (n > max || (!n && unread(c) > max)) {
        refuse(c, 431);
        return false;
    }
    if (!n) return false;
    c->request = http_request_new(c);
    int refused = c->request ? http_request_read(c->request, from, n) : 503;
    if (refused) {
        refuse(c, refused);
        return false;
    }
    consume(c, n);
    begin_body(c);
    return true;
}

static bool read_body(struct http_conn *c) {
    struct http_request *r = c->request;
    bool whole;
    if (r->head.chunked) {
        int64_t used = !unread(c) ? 0
                                  : http_chunks_read(&c->chunks, c->in.data + c->in_from,
                                                     unread(c), body_piece, c);
        if (used < 0) {
            refuse(c, 400);
            return false;
        }
        consume(c, (size_t)used);
        whole = c->chunks.state == CHUNK_DONE;
    } else {
        size_t want = (size_t)r->head.length - r->body.len;
        size_t take = unread(c) < want ? unread(c) : want;
        if (take) body_piece(c, c->in.data + c->in_from, take);
        consume(c, take);
        whole = take == want;
    }
    if (r->body.failed || r->body.len > c->server->lim.body_bytes)
        refuse(c, 413);
    else if (whole)
        http_conn_asked(c);
    return whole;
}

void http_conn_asked(struct http_conn *c) {
    struct http_server *s = c->server;
    enter(c, HTTP_ASKED, 0);
    s->n_asked++;
    if (s->handler)
        s->handler(s->handler_who, c->request);
    else
        http_answer(c->request, 503, NULL, NULL, 0);
}

void http_conn_answered(struct http_conn *c) {
    struct http_server *s = c->server;
    s->n_asked--;
    if (c->close_after)
        enter(c, HTTP_LINGER, HTTP_LINGER_MS * INT64_C(1000));
    else
        enter(c, HTTP_IDLE, idle_us(c));
    http_conn_run(c); /* may free c */
    http_server_less(s);
}

static bool step(struct http_conn *c) {
    switch (c->state) {
    case HTTP_IDLE:
        if (!unread(c)) return false;
        enter(c, HTTP_HEAD, idle_us(c)); /* for the whole head, however slowly it drips */
        return true;
    case HTTP_HEAD:
        if (unread(c)) return read_head(c);
        enter(c, HTTP_IDLE, idle_us(c)); /* there were only empty lines */
        return false;
    case HTTP_BODY: return read_body(c);
    case HTTP_LINGER: consume(c, unread(c)); return false;
    default: return false;
    }
}

/* All is written: memory of a big answer is given back, a closing connection says so. */
static void written(struct http_conn *c) {
    c->out_from = 0;
    c->write_deadline_us = 0;
    if (c->out.cap > READ_BYTES)
        buf_reset(&c->out);
    else
        buf_clear(&c->out);
    if (c->state != HTTP_LINGER || !c->close_after) return;
    shutdown(c->fd, SHUT_WR); /* the client reads to the end; its own end closes us */
    c->close_after = false;
}

static ssize_t send_some(struct http_conn *c) {
    size_t own = c->out.len - c->out_from;
    ssize_t n = own ? send(c->fd, c->out.data + c->out_from, own, MSG_NOSIGNAL | (c->still_n ? MSG_MORE : 0))
                    : send(c->fd, c->still, c->still_n, MSG_NOSIGNAL);
    if (n > 0 && own) c->out_from += (size_t)n;
    if (n > 0 && !own) c->still += n, c->still_n -= (size_t)n;
    return n;
}

static void write_out(struct http_conn *c) {
    while (unwritten(c)) {
        ssize_t n = send_some(c);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
        if (n <= 0) {
            c->dead = true;
            return;
        }
        c->write_deadline_us = now_us(c) + idle_us(c);
    }
    if (!unwritten(c))
        written(c);
    else if (!c->write_deadline_us)
        c->write_deadline_us = now_us(c) + idle_us(c);
}

static void set_watch(struct http_conn *c) {
    bool full = (c->state == HTTP_ASKED || c->state == HTTP_STREAM || unwritten(c) > HTTP_AHEAD_MAX) &&
                unread(c) >= HTTP_AHEAD_MAX;
    unsigned want = (full ? 0 : WATCH_READ) | (unwritten(c) ? WATCH_WRITE : 0);
    if (want != watch_wanted(c->watch) && watch_want(c->watch, want) != OK) c->dead = true;
}

void http_conn_run(struct http_conn *c) {
    if (c->running) return; /* an answer inside a handler: the loop below goes on */
    c->running = true;
    for (bool held = true; held;) {
        while (!c->dead && may_step(c) && step(c)) {}
        held = !may_step(c);
        if (!c->dead && !c->out.failed) write_out(c);
        held &= !c->dead && !c->out.failed && may_step(c); /* what was pipelined behind it waits for no event */
    }
    if (c->out.failed || (c->state == HTTP_STREAM && unwritten(c) > HTTP_OUT_MAX)) c->dead = true;
    if (!c->dead) set_watch(c);
    c->running = false;
    if (c->dead) http_conn_free(c);
}

/* False when the client has ended. */
static bool read_in(struct http_conn *c) {
    char bytes[READ_BYTES];
    ssize_t n = recv(c->fd, bytes, sizeof bytes, 0);
    if (n < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    if (n == 0) return false;
    if (c->state == HTTP_LINGER) {
        c->lingered += (size_t)n;
        return c->lingered <= HTTP_LINGER_BYTES;
    }
    if (c->in_from > HTTP_AHEAD_MAX / 2) { /* move the rest to the front, not on every read */
        memmove(c->in.data, c->in.data + c->in_from, unread(c));
        c->in.len = unread(c);
        c->in_from = 0;
    }
    buf_add(&c->in, bytes, (size_t)n);
    return !c->in.failed;
}

static void ready(void *who, unsigned what) {
    struct http_conn *c = who;
    if ((what & WATCH_READ) && !read_in(c)) {
        http_conn_free(c);
        return;
    }
    http_conn_run(c);
}

void http_conn_check(struct http_conn *c, int64_t now) {
    bool write_late = c->write_deadline_us && now > c->write_deadline_us;
    bool late = c->deadline_us && now > c->deadline_us;
    if (late && (c->state == HTTP_HEAD || c->state == HTTP_BODY)) {
        refuse(c, 408);
        http_conn_run(c);
    } else if (write_late || (late && !unwritten(c))) {
        http_conn_free(c);
    }
}
