/* fetch.c - see fetch.h; libcurl's one home. */
#include "io/fetch.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/text.h"
#include "io/address.h"
#include "io/watch.h"

enum { CONNECT_MS = 2000, ANSWER_MAX = 8 << 20, HEADERS_MAX = 64 << 10, KEPT_MAX = 256,
       KEPT_S = 15 /* below the idle limit of servers, so that we close first */ };

struct fetch {
    struct fetch *next, **link; /* all that run */
    struct fetcher *fetcher;
    CURL *easy;
    struct curl_slist *headers;
    char *body;
    size_t body_n, body_from;
    struct buf answer, lines;
    char type[128], retry_after[64], error[CURL_ERROR_SIZE];
    int64_t from_us;
    bool cancelled, not_public;
    struct loop_timer *ending; /* it was cancelled: done is told in a later turn */
    fetch_done_fn *done;
    void *who;
};
struct fetcher {
    struct loop *loop;
    CURLM *multi;
    struct loop_timer *timer;
    struct fetch *running;
};
struct socket_watch {
    struct fetcher *fetcher;
    curl_socket_t fd;
    struct watch *watch;
};

static void fetch_free(struct fetch *x) {
    if (x->link) {
        *x->link = x->next;
        if (x->next) x->next->link = x->link;
    }
    curl_easy_cleanup(x->easy);
    curl_slist_free_all(x->headers);
    free(x->body);
    buf_reset(&x->answer);
    buf_reset(&x->lines);
    free(x);
}

/* Whether a byte of the request may have reached the other side. */
static bool was_sent(const struct fetch *x) {
    long head = 0;
    curl_off_t body = 0;
    curl_easy_getinfo(x->easy, CURLINFO_REQUEST_SIZE, &head);
    curl_easy_getinfo(x->easy, CURLINFO_SIZE_UPLOAD_T, &body);
    return head > 0 || body > 0;
}

static enum err err_of(const struct fetch *x, CURLcode code) {
    if (code == CURLE_OK) return OK;
    if (x->answer.failed || x->lines.failed) return ERR_LIMIT;
    if (!was_sent(x)) return ERR_IO;
    return code == CURLE_OPERATION_TIMEDOUT ? ERR_TIMEOUT : ERR_CLOSED;
}

static void finish(struct fetch *x, enum err err, const char *why) {
    long status = 0;
    curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
    struct fetch_answer a = {.err = err, .status = (int)status, .type = x->type,
                             .retry_after = x->retry_after, .body = buf_text(&x->answer),
                             .n = x->answer.len, .headers = buf_text(&x->lines),
                             .took_us = loop_mono_us(x->fetcher->loop) - x->from_us};
    text_copy(a.why, sizeof a.why, why);
    x->done(x->who, &a);
    fetch_free(x);
}

static void collect(struct fetcher *f) {
    int left;
    for (CURLMsg *m; (m = curl_multi_info_read(f->multi, &left));) {
        if (m->msg != CURLMSG_DONE) continue;
        CURLcode code = m->data.result;
        char *mine = NULL;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &mine);
        struct fetch *x = (struct fetch *)(void *)mine;
        curl_multi_remove_handle(f->multi, x->easy);
        enum err err = err_of(x, code);
        const char *why = err == ERR_LIMIT ? "answer too large"
                          : err == ERR_IO && x->not_public ? "the address is not one of the public internet"
                          : *x->error      ? x->error
                                           : curl_easy_strerror(code);
        finish(x, err, err == OK ? "" : why);
    }
}

static void timer_fired(void *who) {
    struct fetcher *f = who;
    int running;
    f->timer = NULL;
    curl_multi_socket_action(f->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect(f);
}

static int want_timer(CURLM *m UNUSED, long ms, void *who) {
    struct fetcher *f = who;
    loop_cancel(f->loop, f->timer);
    f->timer = NULL;
    if (ms < 0) return 0;
    f->timer = loop_timer(f->loop, ms, timer_fired, f);
    return f->timer ? 0 : -1;
}

static void socket_ready(void *who, unsigned ready) {
    struct socket_watch *s = who;
    struct fetcher *f = s->fetcher; /* curl may free `s` in the call */
    int running, what = (ready & WATCH_READ ? CURL_CSELECT_IN : 0) | (ready & WATCH_WRITE ? CURL_CSELECT_OUT : 0);
    curl_multi_socket_action(f->multi, s->fd, what, &running);
    collect(f);
}

static int want_socket(CURL *e UNUSED, curl_socket_t fd, int what, void *who, void *mine) {
    struct fetcher *f = who;
    struct socket_watch *s = mine;
    if (what == CURL_POLL_REMOVE) {
        if (s) watch_free(s->watch);
        free(s);
        return curl_multi_assign(f->multi, fd, NULL) == CURLM_OK ? 0 : -1;
    }
    if (!s) {
        s = calloc(1, sizeof *s);
        if (!s) return -1;
        *s = (struct socket_watch){.fetcher = f, .fd = fd};
        s->watch = watch_new(f->loop, fd, socket_ready, s);
        if (!s->watch || curl_multi_assign(f->multi, fd, s) != CURLM_OK) {
            watch_free(s->watch);
            free(s);
            return -1;
        }
    }
    unsigned want = (what & CURL_POLL_IN ? WATCH_READ : 0) | (what & CURL_POLL_OUT ? WATCH_WRITE : 0);
    return watch_want(s->watch, want) == OK ? 0 : -1;
}

static size_t take_body(char *bytes, size_t size, size_t n, void *who) {
    struct fetch *x = who;
    buf_add(&x->answer, bytes, size * n);
    return buf_ok(&x->answer) ? size * n : 0;
}

static void keep_value(char *out, size_t cap, const char *line, size_t n, const char *name) {
    size_t len = strlen(name);
    if (n <= len || strncasecmp(line, name, len) != 0) return;
    for (line += len, n -= len; n && (*line == ' ' || *line == '\t'); line++) n--;
    while (n && (unsigned char)line[n - 1] <= ' ') n--;
    if (n >= cap) n = cap - 1;
    memcpy(out, line, n);
    out[n] = '\0';
}

static size_t take_header(char *line, size_t size, size_t count, void *who) {
    struct fetch *x = who;
    size_t n = size * count;
    if (n > 5 && !strncmp(line, "HTTP/", 5)) { /* the last answer counts, not a 100 before it */
        buf_clear(&x->lines);
        x->type[0] = x->retry_after[0] = '\0';
        return n;
    }
    if (n > 2) buf_add(&x->lines, line, n);
    keep_value(x->type, sizeof x->type, line, n, "content-type:");
    keep_value(x->retry_after, sizeof x->retry_after, line, n, "retry-after:");
    return x->lines.failed ? 0 : n;
}

static size_t give_body(char *to, size_t size, size_t n, void *who) {
    struct fetch *x = who;
    size_t take = x->body_n - x->body_from;
    if (take > size * n) take = size * n;
    if (take) memcpy(to, x->body + x->body_from, take);
    x->body_from += take;
    return take;
}

static bool safe_twice(const char *m) {
    return !strcmp(m, "GET") || !strcmp(m, "HEAD") || !strcmp(m, "PUT") || !strcmp(m, "DELETE");
}

/* libcurl sends a request again by itself when a kept connection dies before the answer, if it can
 * rewind the body. Whoever answered may have acted, so a POST's body comes from a callback that
 * cannot be rewound: the caller learns ERR_CLOSED and decides. */
static void set_body(struct fetch *x, const struct fetch_request *r) {
    bool post = !strcmp(r->method, "POST");
    if (r->body_n == 0 && !post) return;
    if (safe_twice(r->method) || r->body_n == 0) {
        curl_easy_setopt(x->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_n);
        curl_easy_setopt(x->easy, CURLOPT_POSTFIELDS, x->body ? x->body : "");
    } else {
        curl_easy_setopt(x->easy, CURLOPT_POST, 1L);
        curl_easy_setopt(x->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_n);
        curl_easy_setopt(x->easy, CURLOPT_READFUNCTION, give_body);
        curl_easy_setopt(x->easy, CURLOPT_READDATA, x);
    }
}

static bool set_headers(struct fetch *x, const struct fetch_request *r) {
    struct curl_slist *more = curl_slist_append(NULL, "Expect:"); /* never wait for a 100 */
    bool typed = false;
    for (const char *const *h = r->headers; more && h && *h; h++) {
        struct curl_slist *longer = curl_slist_append(more, *h);
        if (!longer) curl_slist_free_all(more);
        more = longer;
        typed |= !strncasecmp(*h, "content-type:", 13);
    }
    if (more && !typed) { /* not curl's form type */
        struct curl_slist *longer = curl_slist_append(more, "Content-Type:");
        if (!longer) curl_slist_free_all(more);
        more = longer;
    }
    x->headers = more;
    curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, more);
    return more != NULL;
}

static void set_url(struct fetch *x, const struct fetch_request *r) {
    char url[4096];
    snprintf(url, sizeof url, "%s%s", r->socket && *r->url == '/' ? "http://localhost" : "", r->url);
    curl_easy_setopt(x->easy, CURLOPT_URL, url); /* copied */
    if (r->socket) curl_easy_setopt(x->easy, CURLOPT_UNIX_SOCKET_PATH, r->socket);
    if (!strcmp(r->method, "HEAD"))
        curl_easy_setopt(x->easy, CURLOPT_NOBODY, 1L);
    else
        curl_easy_setopt(x->easy, CURLOPT_CUSTOMREQUEST, r->method);
}

/* Asked for each address that a name resolves to, before anything is sent there: a name that changes its address
 * between a check and the connection gains nothing. */
static curl_socket_t open_public(void *who, curlsocktype purpose UNUSED, struct curl_sockaddr *to) {
    struct fetch *x = who;
    if (address_is_public(&to->addr)) return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
    x->not_public = true;
    return CURL_SOCKET_BAD;
}

static void set_limits(struct fetch *x, const struct fetch_request *r) {
    CURL *e = x->easy;
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(e, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(e, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, (long)KEPT_S);
    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)r->timeout_ms);
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)(r->connect_ms ? r->connect_ms : CONNECT_MS));
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, x->error);
    curl_easy_setopt(e, CURLOPT_PRIVATE, x);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, x);
    if (r->public_only) curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_public);
    if (r->public_only) curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, x);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(e, CURLOPT_HEADERDATA, x);
}

struct fetch *fetch_start(struct fetcher *f, const struct fetch_request *r, fetch_done_fn *done,
                          void *who) {
    struct fetch *x = calloc(1, sizeof *x);
    if (!x) return NULL;
    *x = (struct fetch){.fetcher = f, .done = done, .who = who, .body_n = r->body_n,
                        .from_us = loop_mono_us(f->loop)};
    buf_init(&x->answer, r->answer_max ? r->answer_max : ANSWER_MAX);
    buf_init(&x->lines, HEADERS_MAX);
    x->easy = curl_easy_init();
    x->body = r->body_n ? malloc(r->body_n) : NULL;
    bool good = x->easy && (x->body || !r->body_n) && set_headers(x, r);
    if (good) {
        if (r->body_n) memcpy(x->body, r->body, r->body_n);
        set_limits(x, r);
        set_body(x, r);
        set_url(x, r); /* after the body: the method word wins over curl's POST */
        good = curl_multi_add_handle(f->multi, x->easy) == CURLM_OK;
    }
    if (!good) {
        fetch_free(x);
        return NULL;
    }
    x->next = f->running;
    x->link = &f->running;
    if (x->next) x->next->link = &x->next;
    f->running = x;
    return x;
}

static void cancelled(void *who) {
    struct fetch *x = who;
    x->ending = NULL;
    finish(x, ERR_CLOSED, "cancelled");
}

void fetch_cancel(struct fetch *x) {
    if (x->cancelled) return;
    x->cancelled = true;
    curl_multi_remove_handle(x->fetcher->multi, x->easy);
    x->ending = loop_timer(x->fetcher->loop, 0, cancelled, x);
    INVARIANT(x->ending);
}

enum err fetcher_new(struct loop *l, unsigned connections_per_host, struct fetcher **out) {
    static bool begun;
    if (!begun && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return ERR_NOMEM;
    begun = true;
    struct fetcher *f = calloc(1, sizeof *f);
    if (!f || !(f->multi = curl_multi_init())) {
        free(f);
        return ERR_NOMEM;
    }
    f->loop = l;
    curl_multi_setopt(f->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
    curl_multi_setopt(f->multi, CURLMOPT_SOCKETDATA, f);
    curl_multi_setopt(f->multi, CURLMOPT_TIMERFUNCTION, want_timer);
    curl_multi_setopt(f->multi, CURLMOPT_TIMERDATA, f);
    curl_multi_setopt(f->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)connections_per_host);
    curl_multi_setopt(f->multi, CURLMOPT_MAXCONNECTS, (long)KEPT_MAX);
    *out = f;
    return OK;
}

void fetcher_free(struct fetcher *f) {
    if (!f) return;
    while (f->running) {
        struct fetch *x = f->running;
        if (!x->cancelled) curl_multi_remove_handle(f->multi, x->easy);
        loop_cancel(f->loop, x->ending);
        finish(x, ERR_CLOSED, "closing");
    }
    curl_multi_cleanup(f->multi); /* closes kept connections, which frees their watches */
    loop_cancel(f->loop, f->timer);
    free(f);
}
