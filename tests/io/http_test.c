/* http_test.c - the server against raw sockets and our own client: good, slow, huge, rude. */
#include <CUnit/CUnit.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "io/fetch.h"
#include "io/http.h"
#include "io/http_inside.h"
#include "io/loop.h"

static struct loop *l;
static struct http_server *s;
static struct http_request *parked;
static int asked, gone, drained;
static char got[65536];
static size_t got_n;

static void count(void *who) { ++*(int *)who; }

/* "/echo" answers method, path, query x, header and body size; "/park" waits; "/stream" streams. */
static void handler(void *who UNUSED, struct http_request *r) {
    asked++;
    size_t n;
    const char *body = http_body(r, &n), *x = http_query(r, "x"), *h = http_header(r, "x-test");
    if (!strcmp(http_path(r), "/park")) {
        parked = r;
        http_on_gone(r, count, &gone);
    } else if (!strcmp(http_path(r), "/stream")) {
        http_stream_start(r, 200, "text/event-stream");
        http_stream_send(r, "one", 3);
        http_stream_send(r, "two", 3);
        http_stream_end(r);
    } else if (!strcmp(http_path(r), "/flood")) {
        parked = r;
        http_on_gone(r, count, &gone);
        http_stream_start(r, 200, "text/event-stream");
    } else if (!strcmp(http_path(r), "/big") || !strcmp(http_path(r), "/still")) {
        static char big[3 << 20];
        memset(big, 'x', sizeof big);
        if (http_path(r)[1] == 's') http_answer_static(r, 200, "text/plain", big, sizeof big);
        else http_answer(r, 200, "text/plain", big, sizeof big);
    } else {
        struct buf b;
        buf_init(&b, 4096);
        buf_addf(&b, "%s %s x=%s h=%s n=%zu %.20s", http_method(r), http_path(r), x ? x : "-",
                 h ? h : "-", n, n ? body : "");
        http_answer_header(r, "X-Sly", "a\r\nSet-Cookie: b");
        http_answer(r, 200, "text/plain", b.data, b.len);
        buf_reset(&b);
    }
}

static void begin_with(struct http_limits lim) {
    struct fault f = {0};
    asked = gone = drained = 0;
    parked = NULL;
    l = io_loop_new();
    CU_ASSERT_FATAL(http_listen(l, "127.0.0.1:0", false, &lim, handler, NULL, &s, &f) == OK);
}
static void begin(void) {
    begin_with((struct http_limits){.body_bytes = 4096, .header_bytes = 2048, .idle_s = 1, .connections = 50});
}
static void end(void) {
    http_close(s);
    io_loop_free(l);
}

static int dial(void) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(s))};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CU_ASSERT_EQUAL(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    got_n = 0;
    got[0] = '\0';
    return fd;
}
static void say_n(int fd, const char *text, size_t n) {
    for (int tries = 0; n && tries < 2000; tries++) {
        ssize_t w = send(fd, text, n, MSG_NOSIGNAL);
        if (w < 0 && errno != EAGAIN) return;
        if (w > 0) text += w, n -= (size_t)w;
        io_loop_turn(l, 0);
    }
}
static void say(int fd, const char *text) { say_n(fd, text, strlen(text)); }
/* Reads for at most ms; true when the server closed. */
static bool hear(int fd, int64_t ms) {
    int64_t until = loop_mono_us(l) + ms * 1000;
    while (loop_mono_us(l) < until) {
        io_loop_turn(l, 5);
        ssize_t n = recv(fd, got + got_n, sizeof got - 1 - got_n, 0);
        if (n == 0) return true;
        if (n < 0 && errno != EAGAIN) return true;
        if (n > 0) got_n += (size_t)n, got[got_n] = '\0';
    }
    return false;
}
static int times(const char *what) {
    int n = 0;
    for (const char *p = got; (p = strstr(p, what)); p++) n++;
    return n;
}
/* One raw exchange; the status line's number, 0 when none came. */
static int status_of(const char *request) {
    int fd = dial();
    say(fd, request);
    for (int i = 0; i < 40 && !got_n; i++)
        if (hear(fd, 10)) break;
    close(fd);
    int status = 0;
    return sscanf(got, "HTTP/1.1 %d", &status) == 1 ? status : 0;
}

void test_http__answers_and_keeps_alive(void) {
    begin();
    int fd = dial();
    say(fd, "POST /e%63ho?y=1&x=a%20b+c HTTP/1.1\r\nHost: a\r\nX-TEST:  v \r\nContent-Length: 3\r\n\r\nabc");
    CU_ASSERT(!hear(fd, 50));
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "POST /echo x=a b c h=v n=3 abc"));
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "\r\nX-Sly: a  Set-Cookie: b\r\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "\r\nDate: "));
    got_n = 0;
    say(fd, "HEAD /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    CU_ASSERT(hear(fd, 300));
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "Content-Length: "));
    CU_ASSERT_STRING_EQUAL(got + got_n - 4, "\r\n\r\n"); /* no body */
    close(fd);
    end();
}

void test_http__pipelined_requests_in_order(void) {
    begin();
    int fd = dial();
    say(fd, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /park HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\n\r\n");
    hear(fd, 50);
    CU_ASSERT_EQUAL(times("HTTP/1.1 200"), 1);
    CU_ASSERT_EQUAL(asked, 2); /* the third waits for the second */
    CU_ASSERT_PTR_NOT_NULL_FATAL(parked);
    http_answer(parked, 202, NULL, NULL, 0);
    hear(fd, 50);
    CU_ASSERT_EQUAL(times("HTTP/1.1 20"), 3);
    CU_ASSERT(strstr(got, "GET /1") < strstr(got, "HTTP/1.1 202"));
    CU_ASSERT(strstr(got, "HTTP/1.1 202") < strstr(got, "GET /3"));
    close(fd);
    end();
}

void test_http__a_thousand_pipelined(void) {
    begin();
    int fd = dial();
    for (int i = 0; i < 1000; i++) {
        say(fd, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
        got_n = 0;
        recv(fd, got, sizeof got, 0);
    }
    hear(fd, 100);
    CU_ASSERT_EQUAL(asked, 1000);
    close(fd);
    end();
}

void test_http__chunked_bodies(void) {
    begin();
    int fd = dial();
    const char *text = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;q=1\r\nabc\r\n2\r\nde\r\n0\r\nT: x\r\n\r\n";
    for (; *text; text++) say_n(fd, text, 1); /* every seam */
    hear(fd, 50);
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "n=5 abcde"));
    close(fd);
    CU_ASSERT_EQUAL(status_of("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxx\r\n"), 400);
    CU_ASSERT_EQUAL(status_of("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n"), 400);
    CU_ASSERT_EQUAL(status_of("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n123456789\r\n"), 400);
    end();
}

void test_http__bad_requests(void) {
    static const struct {
        int status;
        const char *text;
    } cases[] = {
        {400, "GET\r\n\r\n"}, {400, "GET / HTTP/1.1\r\n\r\n"}, {400, "G@T / HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "GET x HTTP/1.1\r\nHost: a\r\n\r\n"}, {505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"},
        {400, "GET / HTTQ/1.1\r\nHost: a\r\n\r\n"}, {400, "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n"}, {400, "GET /%ff HTTP/1.1\r\nHost: a\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"}, {400, "GET / HTTP/1.1\r\nHost : a\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n"}, {400, "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"},
        {400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx"},
        {400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"},
        {400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n"},
        {413, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4097\r\n\r\n"},
        {501, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"},
        {417, "POST / HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\n\r\n"},
        {200, "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"}, {200, "GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n"},
        {200, "GET / HTTP/1.0\r\n\r\n"}};
    begin();
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int status = status_of(cases[i].text);
        if (status != cases[i].status) printf("case %zu: %d, not %d\n", i, status, cases[i].status);
        CU_ASSERT_EQUAL(status, cases[i].status);
    }
    CU_ASSERT_EQUAL(asked, 3);
    end();
}

void test_http__huge_headers_and_bodies(void) {
    begin();
    char *big = malloc(300001);
    memset(big, 'a', 300000);
    big[300000] = '\0';
    int fd = dial();
    say(fd, "GET / HTTP/1.1\r\nHost: a\r\nX: ");
    say(fd, big);
    CU_ASSERT(hear(fd, 3000)); /* the refusal is read before the connection ends */
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "HTTP/1.1 431"));
    close(fd);
    fd = dial();
    say(fd, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n");
    say(fd, big);
    CU_ASSERT(hear(fd, 3000));
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "HTTP/1.1 413"));
    close(fd);
    fd = dial();
    say(fd, "GET / HTTP/1.1\r\nHost: a\r\n");
    for (int i = 0; i < 150; i++) say(fd, "a:b\r\n");
    say(fd, "\r\n");
    hear(fd, 50);
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "HTTP/1.1 431"));
    close(fd);
    free(big);
    CU_ASSERT_EQUAL(asked, 0);
    end();
}

void test_http__slow_heads_and_bodies_are_closed(void) {
    begin(); /* idle_s 1 */
    int64_t from = loop_mono_us(l);
    int fd = dial();
    say(fd, "GET / HTTP/1.1\r\nHost: a\r\nX: ");
    bool closed = false;
    for (int i = 0; i < 60 && !closed && !got_n; i++) { /* a byte every 50 ms: never idle, never done */
        say(fd, "y");
        closed = hear(fd, 50);
    }
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "HTTP/1.1 408"));
    CU_ASSERT(loop_mono_us(l) - from < 2500000);
    close(fd);
    fd = dial();
    say(fd, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nab");
    closed = hear(fd, 4500);
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "HTTP/1.1 408"));
    CU_ASSERT(closed);
    close(fd);
    fd = dial(); /* and one that says nothing at all */
    CU_ASSERT(hear(fd, 2500));
    CU_ASSERT_EQUAL(got_n, 0);
    close(fd);
    end();
}

void test_http__a_client_that_leaves(void) {
    begin();
    int fd = dial();
    say(fd, "GET /park HTTP/1.1\r\nHost: a\r\n\r\n");
    hear(fd, 20);
    CU_ASSERT_PTR_NOT_NULL_FATAL(parked);
    CU_ASSERT_EQUAL(gone, 0);
    close(fd);
    io_loop_turn(l, 100);
    CU_ASSERT_EQUAL(gone, 1);
    CU_ASSERT_STRING_EQUAL(http_path(parked), "/park"); /* still there until answered */
    http_answer(parked, 200, "text/plain", "late", 4);
    CU_ASSERT_EQUAL(gone, 1);
    end();
}

void test_http__an_early_answer_frees_the_connection_but_not_the_request(void) {
    begin();
    int fd = dial();
    say(fd, "GET /park HTTP/1.1\r\nHost: a\r\n\r\n");
    hear(fd, 20);
    CU_ASSERT_PTR_NOT_NULL_FATAL(parked);
    struct http_request *slow = parked;
    http_answer_early(slow, 503, "text/plain", "later", 5);
    hear(fd, 50);
    CU_ASSERT_EQUAL(times("HTTP/1.1 503"), 1);
    say(fd, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n"); /* the same connection goes on */
    hear(fd, 50);
    CU_ASSERT_EQUAL(times("HTTP/1.1 200"), 1);
    CU_ASSERT_STRING_EQUAL(http_path(slow), "/park");
    http_answer(slow, 200, "text/plain", "nobody", 6);
    hear(fd, 30);
    CU_ASSERT_EQUAL(times("HTTP/1.1"), 2);
    CU_ASSERT_EQUAL(gone, 0);
    close(fd);
    end();
}

void test_http__streams(void) {
    begin();
    int fd = dial();
    say(fd, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\nGET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    hear(fd, 50);
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "3\r\none\r\n3\r\ntwo\r\n0\r\n\r\nHTTP/1.1 200"));
    close(fd);
    fd = dial();
    say(fd, "GET /stream HTTP/1.0\r\n\r\n");
    CU_ASSERT(hear(fd, 500));
    CU_ASSERT_STRING_EQUAL(got + got_n - 6, "onetwo");
    close(fd);
    fd = dial(); /* a reader that stalls while much is sent */
    say(fd, "GET /flood HTTP/1.1\r\nHost: a\r\n\r\n");
    io_loop_turn(l, 20);
    CU_ASSERT_PTR_NOT_NULL_FATAL(parked);
    char piece[65536] = {0};
    for (int i = 0; i < 400 && !gone; i++) http_stream_send(parked, piece, sizeof piece);
    CU_ASSERT_EQUAL(gone, 1);
    http_stream_end(parked);
    close(fd);
    end();
}

void test_http__connections_past_the_limit_wait(void) {
    begin_with((struct http_limits){4096, 2048, 5, 2});
    int a = dial(), b = dial(), c = dial();
    io_loop_turn(l, 20);
    say(c, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    hear(c, 100);
    CU_ASSERT_EQUAL(asked, 0);
    close(a);
    hear(c, 200);
    CU_ASSERT_EQUAL(asked, 1);
    close(b);
    close(c);
    end();
}

void test_http__drain_waits_for_answers(void) {
    begin();
    int fd = dial(), idle = dial();
    say(fd, "GET /park HTTP/1.1\r\nHost: a\r\n\r\n");
    hear(fd, 20);
    http_drain(s, 5000, count, &drained);
    CU_ASSERT(hear(idle, 200));
    CU_ASSERT_EQUAL(drained, 0);
    http_answer(parked, 200, "text/plain", "yes", 3);
    CU_ASSERT(hear(fd, 300));
    CU_ASSERT_PTR_NOT_NULL(strstr(got, "Connection: close\r\n\r\nyes"));
    CU_ASSERT_EQUAL(drained, 1);
    close(fd);
    close(idle);
    end();
}

void test_http__drain_ends_by_grace(void) {
    begin();
    int fd = dial();
    say(fd, "GET /park HTTP/1.1\r\nHost: a\r\n\r\n");
    hear(fd, 20);
    http_drain(s, 60, count, &drained);
    hear(fd, 150);
    CU_ASSERT_EQUAL(drained, 1);
    http_close(s);
    CU_ASSERT_EQUAL(gone, 1);
    http_answer(parked, 200, NULL, NULL, 0); /* its server is no more */
    close(fd);
    io_loop_free(l);
}

void test_http__bad_addresses(void) {
    l = io_loop_new();
    struct fault f = {0};
    static const char *const bad[] = {"", "8080", "127.0.0.1:", "127.0.0.1:99999", "nohost:80", "[::1:80", "unix:"};
    for (size_t i = 0; i < ARRAY_LEN(bad) - 1; i++)
        CU_ASSERT(http_listen(l, bad[i], false, &HTTP_LIMITS_API, handler, NULL, &s, &f) == ERR_INVALID);
    char path[200] = "unix:/tmp/";
    memset(path + strlen(path), 'x', 150);
    CU_ASSERT(http_listen(l, path, false, &HTTP_LIMITS_API, handler, NULL, &s, &f) == ERR_INVALID);
    struct http_server *one, *two;
    char again[40];
    CU_ASSERT(http_listen(l, "127.0.0.1:0", false, &HTTP_LIMITS_API, handler, NULL, &one, &f) == OK);
    snprintf(again, sizeof again, "127.0.0.1:%d", http_port(one));
    CU_ASSERT(http_listen(l, again, false, &HTTP_LIMITS_API, handler, NULL, &two, &f) == ERR_CONFLICT);
    http_close(one);
    CU_ASSERT(http_listen(l, again, true, &HTTP_LIMITS_API, handler, NULL, &one, &f) == OK);
    CU_ASSERT(http_listen(l, again, true, &HTTP_LIMITS_API, handler, NULL, &two, &f) == OK);
    http_close(one);
    http_close(two);
    io_loop_free(l);
}

/* --- the client --- */
struct answer {
    int fired, status;
    enum err err;
    size_t n;
    char body[200], why[160];
};
static void done(void *who, const struct fetch_answer *a) {
    struct answer *x = who;
    x->fired++;
    x->status = a->status;
    x->err = a->err;
    x->n = a->n;
    snprintf(x->body, sizeof x->body, "%s", a->body);
    snprintf(x->why, sizeof x->why, "%s", a->why);
}
static void until(const struct answer *a) {
    for (int i = 0; i < 500 && !a->fired; i++) io_loop_turn(l, 20);
    CU_ASSERT_EQUAL(a->fired, 1);
}
static struct answer fetch_wait(struct fetcher *f, const char *method, const char *path, const char *body, int64_t ms, size_t max) {
    static struct answer a;
    memset(&a, 0, sizeof a);
    char url[200];
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", http_port(s), path);
    struct fetch_request r = {.method = method, .url = url, .body = body, .body_n = body ? strlen(body) : 0,
                              .timeout_ms = ms, .answer_max = max,
                              .headers = (const char *const[]){"X-Test: t", NULL}};
    CU_ASSERT_PTR_NOT_NULL(fetch_start(f, &r, done, &a));
    CU_ASSERT_EQUAL(a.fired, 0);
    until(&a);
    return a;
}

void test_http__fetch_round_trips(void) {
    begin();
    struct fetcher *f;
    CU_ASSERT(fetcher_new(l, 4, &f) == OK);
    struct answer a = fetch_wait(f, "GET", "/echo?x=1", NULL, 2000, 0);
    CU_ASSERT(a.err == OK && a.status == 200);
    CU_ASSERT_STRING_EQUAL(a.body, "GET /echo x=1 h=t n=0 ");
    a = fetch_wait(f, "POST", "/echo", "body", 2000, 0);
    CU_ASSERT_STRING_EQUAL(a.body, "POST /echo x=- h=t n=4 body");
    a = fetch_wait(f, "PUT", "/echo", "body", 2000, 0);
    CU_ASSERT_STRING_EQUAL(a.body, "PUT /echo x=- h=t n=4 body");
    a = fetch_wait(f, "DELETE", "/echo", NULL, 2000, 0);
    CU_ASSERT_STRING_EQUAL(a.body, "DELETE /echo x=- h=t n=0 ");
    a = fetch_wait(f, "POST", "/echo", NULL, 2000, 0);
    CU_ASSERT_STRING_EQUAL(a.body, "POST /echo x=- h=t n=0 ");
    a = fetch_wait(f, "HEAD", "/echo", NULL, 2000, 0);
    CU_ASSERT(a.err == OK && a.n == 0);
    a = fetch_wait(f, "GET", "/stream", NULL, 2000, 0);
    CU_ASSERT_STRING_EQUAL(a.body, "onetwo");
    a = fetch_wait(f, "GET", "/big", NULL, 5000, 4 << 20);
    CU_ASSERT(a.err == OK && a.n == 3 << 20);
    a = fetch_wait(f, "GET", "/big", NULL, 5000, 1 << 20);
    CU_ASSERT_EQUAL(a.err, ERR_LIMIT);
    fetcher_free(f);
    end();
}

/* Names count too: what they resolve to is asked, not how they are written. */
void test_http__fetch_stays_out_of_private_networks(void) {
    begin();
    struct fetcher *f;
    CU_ASSERT(fetcher_new(l, 4, &f) == OK);
    static const char *const hosts[] = {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"};
    for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
        static struct answer a;
        char url[100];
        memset(&a, 0, sizeof a);
        snprintf(url, sizeof url, "http://%s:%d/echo", hosts[i], http_port(s));
        struct fetch_request r = {.method = "POST", .url = url, .body = "x", .body_n = 1, .timeout_ms = 3000, .public_only = true};
        CU_ASSERT_PTR_NOT_NULL(fetch_start(f, &r, done, &a));
        until(&a);
        CU_ASSERT_EQUAL(a.err, ERR_IO);
        CU_ASSERT_STRING_EQUAL(a.why, "the address is not one of the public internet");
    }
    fetcher_free(f);
    end();
}

/* Bytes of answers until `wanted` have come or nothing comes for a second. */
static size_t drink(int fd, size_t wanted, char *last, size_t last_n) {
    static char bytes[1 << 16];
    size_t n = 0;
    for (int quiet = 0; n < wanted && quiet < 100;) {
        ssize_t got_now = recv(fd, bytes, sizeof bytes, 0);
        if (got_now > 0) {
            n += (size_t)got_now, quiet = 0;
            size_t keep = (size_t)got_now < last_n - 1 ? (size_t)got_now : last_n - 1;
            memcpy(last, bytes + got_now - keep, keep), last[keep] = '\0';
        } else {
            quiet++;
        }
        io_loop_turn(l, got_now > 0 ? 0 : 10);
    }
    return n;
}

/* Answers longer than what may wait hold back the requests behind them, never for longer than that. */
void test_http__requests_behind_a_big_answer_go_on(void) {
    static const char *const paths[] = {"/still", "/big"};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        begin();
        struct buf ask;
        char last[400] = "";
        buf_init(&ask, 4096);
        for (int k = 0; k < 4; k++) buf_addf(&ask, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", paths[i]);
        buf_adds(&ask, "HEAD /still HTTP/1.1\r\nHost: a\r\n\r\nGET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        int fd = dial();
        say_n(fd, ask.data, ask.len);
        buf_reset(&ask);
        CU_ASSERT(drink(fd, 4 * (3u << 20) + 1000, last, sizeof last) > 4 * (3u << 20));
        CU_ASSERT_EQUAL(asked, 6);
        CU_ASSERT_PTR_NOT_NULL(strstr(last, "GET /last"));
        close(fd);
        end();
    }
}

/* A slow reader of a built-in file holds no copy of it; leaving half-way is no harm. */
void test_http__a_still_answer_is_not_copied(void) {
    begin();
    int fd = dial(), small = 16 << 10;
    for (int k = 0; k < 200 && !s->conns; k++) io_loop_turn(l, 10);
    CU_ASSERT_FATAL(s->conns && setsockopt(s->conns->fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small) == 0);
    CU_ASSERT_EQUAL(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
    say(fd, "GET /still HTTP/1.1\r\nHost: a\r\n\r\n");
    for (int k = 0; k < 200 && !asked; k++) io_loop_turn(l, 10);
    CU_ASSERT(asked == 1 && s->conns && s->conns->still_n && s->conns->out.cap <= 64 << 10);
    close(fd);
    for (int k = 0; k < 200 && s->n_conns; k++) io_loop_turn(l, 10);
    CU_ASSERT_EQUAL(s->n_conns, 0);
    end();
}

void test_http__fetch_tells_what_may_have_happened(void) {
    begin();
    struct fetcher *f;
    CU_ASSERT(fetcher_new(l, 4, &f) == OK);
    struct answer a = fetch_wait(f, "POST", "/park", "pay", 200, 0);
    CU_ASSERT_EQUAL(a.err, ERR_TIMEOUT); /* it was sent; nobody answered */
    http_answer(parked, 200, NULL, NULL, 0);
    struct answer b = {0};
    char url[60];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/park", http_port(s));
    struct fetch_request r = {.method = "POST", .url = url, .body = "x", .body_n = 1, .timeout_ms = 5000};
    struct fetch *x = fetch_start(f, &r, done, &b);
    for (int i = 0; i < 100 && asked < 2; i++) io_loop_turn(l, 20);
    fetch_cancel(x);
    CU_ASSERT_EQUAL(b.fired, 0);
    until(&b);
    CU_ASSERT_EQUAL(b.err, ERR_CLOSED);
    io_loop_turn(l, 50);
    http_answer(parked, 200, NULL, NULL, 0);
    memset(&b, 0, sizeof b);
    CU_ASSERT_PTR_NOT_NULL(fetch_start(f, &r, done, &b));
    for (int i = 0; i < 100 && asked < 3; i++) io_loop_turn(l, 20);
    http_close(s); /* the server dies holding the request: perhaps it acted */
    until(&b);
    CU_ASSERT_EQUAL(b.err, ERR_CLOSED);
    http_answer(parked, 200, NULL, NULL, 0);
    memset(&b, 0, sizeof b);
    CU_ASSERT_PTR_NOT_NULL(fetch_start(f, &r, done, &b));
    until(&b);
    CU_ASSERT_EQUAL(b.err, ERR_IO); /* refused: surely not sent */
    memset(&b, 0, sizeof b);
    CU_ASSERT_PTR_NOT_NULL(fetch_start(f, &r, done, &b));
    fetcher_free(f);
    CU_ASSERT(b.fired == 1 && b.err == ERR_CLOSED);
    io_loop_free(l);
}

void test_http__fetch_over_a_unix_socket(void) {
    l = io_loop_new();
    struct fault f = {0};
    char address[] = "unix:/tmp/tenor-http-test-XXXXXX";
    int tmp = mkstemp(address + 5);
    close(tmp);
    unlink(address + 5);
    CU_ASSERT_FATAL(http_listen(l, address, false, &HTTP_LIMITS_API, handler, NULL, &s, &f) == OK);
    struct fetcher *fetcher;
    CU_ASSERT(fetcher_new(l, 4, &fetcher) == OK);
    struct answer a = {0};
    struct fetch_request r = {.method = "GET", .url = "/echo", .socket = address + 5, .timeout_ms = 2000};
    CU_ASSERT_PTR_NOT_NULL(fetch_start(fetcher, &r, done, &a));
    until(&a);
    CU_ASSERT_STRING_EQUAL(a.body, "GET /echo x=- h=- n=0 ");
    fetcher_free(fetcher);
    end();
    CU_ASSERT(access(address + 5, F_OK) != 0);
}
