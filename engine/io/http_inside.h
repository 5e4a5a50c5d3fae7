/* http_inside.h - what the http*.c files share: http.c listens and ends, http_conn.c reads and
 * writes one connection, http_request.c answers questions about a request and takes its answer. */
#ifndef IO_HTTP_INSIDE_H
#define IO_HTTP_INSIDE_H

#include "base/arena.h"
#include "io/http.h"
#include "io/http_head.h"
#include "io/watch.h"

enum {
    HTTP_OUT_MAX = 4 << 20,      /* a stream's unread bytes; past it the client is too slow: closed */
    HTTP_AHEAD_MAX = 64 << 10,   /* pipelined bytes kept while a request is being answered */
    HTTP_LINGER_MS = 2000,       /* after a refusal, so that the client reads why */
    HTTP_LINGER_BYTES = 1 << 20,
};

enum http_state {
    HTTP_IDLE,    /* waits for the first byte of a request */
    HTTP_HEAD,
    HTTP_BODY,
    HTTP_ASKED,   /* the handler has it */
    HTTP_STREAM,
    HTTP_LINGER,  /* refused: what still comes is thrown away */
};
struct http_conn {
    struct http_conn *next, **link;
    struct http_server *server;
    int fd;
    struct watch *watch;
    enum http_state state;
    struct buf in, out;
    size_t in_from, out_from;    /* read and written up to here */
    const char *still;           /* goes out after `out`; borrowed for ever */
    size_t still_n;
    int64_t deadline_us;         /* of what the state waits for; 0: none */
    int64_t write_deadline_us;   /* of the next byte going out; 0: nothing waits */
    struct http_request *request;
    struct http_chunks chunks;
    bool running;                /* inside conn_run: only it may free */
    bool dead, close_after;      /* close when the output has gone */
    size_t lingered;
    char peer[64];
};
struct http_request {
    struct http_conn *conn;      /* NULL: the client has left */
    struct arena *arena;
    struct http_head head;
    char *path, *query;          /* query: decoded pairs, "name\0value\0" ... ; */
    size_t query_n;
    struct buf body;
    struct buf extra;            /* answer headers */
    loop_fn *gone;
    void *gone_who;
    int64_t started_us;
    bool streaming, ended;
    char peer[64];
};
struct http_server {
    struct loop *loop;
    struct http_limits lim;
    http_handler_fn *handler;
    void *handler_who;
    int fd;
    struct watch *watch;
    char *unix_path;
    int port;
    struct http_conn *conns, *cursor; /* cursor: next in a walk during which any may be freed */
    unsigned n_conns, n_asked;   /* asked: requests with the handler */
    struct loop_timer *sweep, *grace;
    bool draining;
    loop_fn *drained;
    void *drained_who;
};

/* Takes the descriptor, also on failure. */
void http_conn_new(struct http_server *s, int fd, const char *peer);
void http_conn_free(struct http_conn *c); /* the request, if any, is told that its client has gone */
/* Goes on with what can go on: reads requests that are here, writes what waits. May free `c`. */
void http_conn_run(struct http_conn *c);
void http_conn_check(struct http_conn *c, int64_t now_us); /* time-outs; may free `c` */
/* Appends a whole head. `length` -1: chunked, or until close for HTTP/1.0. */
void http_conn_head(struct http_conn *c, const struct http_request *r, int status, const char *type,
                    int64_t length);
void http_conn_asked(struct http_conn *c);    /* hands the complete request to the handler */
void http_conn_answered(struct http_conn *c); /* the request has its whole answer */
void http_server_less(struct http_server *s); /* a request or connection fewer */

struct http_request *http_request_new(struct http_conn *c);
/* Reads the head text (n bytes); 0 or the status to refuse with. */
int http_request_read(struct http_request *r, const char *text, size_t n);
void http_request_free(struct http_request *r);
/* The client has left: tells the owner once; the request lives until it is answered. */
void http_request_orphan(struct http_request *r);
const char *http_reason(int status);

#endif
