#include "tests/bench/load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_MAX (16u << 20)

struct conn {
    int fd;
    bool busy;
    struct buf out, in;
    size_t sent;
    uint64_t n;
    int64_t intended_us;
};
struct runner {
    const struct load *l;
    struct load_report *rep;
    struct conn *conns;
    int epoll;
    uint64_t next, finished;
    int64_t start_us;
};

static int64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t cpu_us(void) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * INT64_C(1000000) + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

static int open_conn(struct runner *r, struct conn *c) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)r->l->port)};
    int one = 1;
    inet_pton(AF_INET, r->l->host, &a.sin_addr);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&a, sizeof a)) return -1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event ev = {.events = EPOLLIN, .data.ptr = c};
    return epoll_ctl(r->epoll, EPOLL_CTL_ADD, c->fd, &ev);
}

static void want(struct runner *r, struct conn *c, uint32_t events) {
    struct epoll_event ev = {.events = events, .data.ptr = c};
    epoll_ctl(r->epoll, EPOLL_CTL_MOD, c->fd, &ev);
}

static void push(struct runner *r, struct conn *c) {
    while (c->sent < c->out.len) {
        ssize_t k = send(c->fd, c->out.data + c->sent, c->out.len - c->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (k <= 0) break;
        c->sent += (size_t)k;
    }
    want(r, c, c->sent < c->out.len ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void send_next(struct runner *r, struct conn *c, int64_t intended) {
    c->busy = true;
    c->n = r->next++;
    c->intended_us = intended;
    c->sent = 0;
    buf_clear(&c->out);
    buf_clear(&c->in);
    r->l->build(r->l->who, c->n, &c->out);
    push(r, c);
}

/* Length of the whole answer when it is complete, else 0. */
static size_t complete(const struct conn *c, int *status, const char **body, size_t *len) {
    const char *text = buf_text(&c->in), *end = strstr(text, "\r\n\r\n");
    if (!end) return 0;
    const char *at = strcasestr(text, "content-length:");
    size_t head = (size_t)(end - text) + 4, n = at && at < end ? strtoul(at + 15, NULL, 10) : 0;
    if (c->in.len < head + n) return 0;
    *status = (int)strtol(text + 9, NULL, 10);
    *body = text + head;
    *len = n;
    return head + n;
}

static void broke(struct runner *r, struct conn *c) {
    if (c->busy) r->rep->broken++, r->finished++;
    close(c->fd);
    c->busy = false;
    if (open_conn(r, c)) c->fd = -1;
}

static void receive(struct runner *r, struct conn *c) {
    char chunk[65536];
    ssize_t k = recv(c->fd, chunk, sizeof chunk, MSG_DONTWAIT);
    if (k < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (k <= 0) return broke(r, c);
    buf_add(&c->in, chunk, (size_t)k);
    int status = 0;
    const char *body = NULL;
    size_t len = 0;
    if (!c->busy || !complete(c, &status, &body, &len)) return;
    histogram_add(&r->rep->latency, now_us() - c->intended_us);
    r->rep->done++;
    r->finished++;
    if (!r->l->good(r->l->who, c->n, status, body, len)) r->rep->bad++;
    c->busy = false;
}

static bool may_start(const struct runner *r, int64_t now) {
    if (r->l->requests && r->next >= r->l->requests) return false;
    return r->l->requests || now - r->start_us < (int64_t)(r->l->seconds * 1e6);
}

enum { IDLE_US = 50000 };

/* Starts what is due; returns how long to sleep in us. */
static int64_t start_due(struct runner *r) {
    for (unsigned i = 0; i < r->l->connections; i++) {
        struct conn *c = &r->conns[i];
        int64_t now = now_us(), intended = now;
        if (c->busy || c->fd < 0) continue;
        if (!may_start(r, now)) return IDLE_US;
        if (r->l->rate > 0) {
            intended = r->start_us + (int64_t)((double)r->next * 1e6 / r->l->rate);
            if (intended > now) return intended - now;
        }
        send_next(r, c, intended);
    }
    return IDLE_US;
}

static void run(struct runner *r) {
    struct epoll_event evs[256];
    for (;;) {
        int64_t sleep_us = start_due(r);
        struct timespec sleep = {.tv_sec = sleep_us / 1000000, .tv_nsec = sleep_us % 1000000 * 1000};
        if (r->finished == r->next && !may_start(r, now_us())) return;
        int n = epoll_pwait2(r->epoll, evs, 256, &sleep, NULL);
        for (int i = 0; i < n; i++) {
            struct conn *c = evs[i].data.ptr;
            if (evs[i].events & EPOLLOUT) push(r, c);
            if (evs[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(r, c);
        }
    }
}

int load_run(const struct load *l, struct load_report *out) {
    memset(out, 0, sizeof *out);
    struct runner r = {.l = l, .rep = out, .conns = calloc(l->connections, sizeof *r.conns), .epoll = epoll_create1(EPOLL_CLOEXEC)};
    int rc = r.conns && r.epoll >= 0 ? 0 : -1;
    for (unsigned i = 0; rc == 0 && i < l->connections; i++) {
        buf_init(&r.conns[i].out, 1u << 20);
        buf_init(&r.conns[i].in, ANSWER_MAX);
        rc = open_conn(&r, &r.conns[i]);
    }
    int64_t cpu = cpu_us();
    r.start_us = now_us();
    if (rc == 0) run(&r);
    out->seconds = (double)(now_us() - r.start_us) / 1e6;
    out->cpu_us = cpu_us() - cpu;
    for (unsigned i = 0; r.conns && i < l->connections; i++) {
        if (r.conns[i].fd > 0) close(r.conns[i].fd);
        buf_reset(&r.conns[i].out);
        buf_reset(&r.conns[i].in);
    }
    free(r.conns);
    if (r.epoll >= 0) close(r.epoll);
    return rc;
}
