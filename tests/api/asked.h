/* asked.h - requests to the API without a socket, an engine or a database: text in, the raw answer out. */
#ifndef TESTS_API_ASKED_H
#define TESTS_API_ASKED_H

#include <CUnit/CUnit.h>
#include <string.h>

#include "api/request.h"
#include "api/route.h"
#include "base/text.h"
#include "connectors/connector.h"
#include "flow/definitions.h"
#include "io/http_inside.h"
#include "tests/connectors/still_loop.h"

struct asked {
    struct still_loop loop;
    struct registry *registry;
    struct definitions *definitions;
    struct api *api;
    struct http_server server;
    struct http_conn conn;
};

static inline bool asked_begin(struct asked *a) {
    struct fault f = {0};
    *a = (struct asked){0};
    still_init(&a->loop, 1700000000000);
    a->registry = registry_new();
    if (!a->registry || definitions_new(".", a->registry, &a->definitions, &f) != OK) return false;
    struct api_config c = {.loop = &a->loop.loop, .definitions = a->definitions, .registry = a->registry};
    if (api_new(&c, &a->api, &f) != OK) return false;
    a->server = (struct http_server){.loop = &a->loop.loop, .lim = HTTP_LIMITS_API, .fd = -1};
    /* `running`: an answer stays in `out`, as if a handler were still busy */
    a->conn = (struct http_conn){.server = &a->server, .fd = -1, .running = true};
    buf_init(&a->conn.out, 64u << 20);
    return true;
}

static inline void asked_end(struct asked *a) {
    buf_reset(&a->conn.out);
    api_free(a->api);
    definitions_free(a->definitions);
    registry_free(a->registry);
}

/* The request of a head and a body; NULL when the server would have refused it. */
static inline struct http_request *asked_read(struct asked *a, const char *head, const char *body) {
    struct http_request *r = http_request_new(&a->conn);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    buf_clear(&a->conn.out);
    if (http_request_read(r, head, strlen(head)) != 0) {
        http_request_free(r);
        return NULL;
    }
    buf_adds(&r->body, body);
    a->conn.request = r;
    a->conn.close_after = false;
    a->conn.state = HTTP_ASKED;
    a->server.n_asked = 1;
    return r;
}

static inline const char *asked_answer(struct asked *a) { return buf_text(&a->conn.out); }
static inline int asked_status(struct asked *a) {
    const char *text = asked_answer(a);
    return strlen(text) > 12 ? (int)strtol(text + 9, NULL, 10) : 0;
}
/* The body as JSON; NULL when it is not. */
static inline json_t *asked_json_new(struct asked *a) {
    const char *body = strstr(asked_answer(a), "\r\n\r\n");
    return body ? json_loads(body + 4, 0, NULL) : NULL;
}

/* As the world asks: "GET /docs HTTP/1.1" and the headers, each line ended. Returns the status. */
static inline int asked_handle(struct asked *a, const char *line, const char *headers) {
    struct buf head;
    buf_init(&head, 1 << 16);
    buf_addf(&head, "%s HTTP/1.1\r\nHost: x\r\n%s\r\n", line, headers);
    struct http_request *r = asked_read(a, buf_text(&head), "");
    buf_reset(&head);
    if (!r) return 400;
    api_handle(a->api, r);
    return asked_status(a);
}

/* With a body, as somebody whose key is known. Only for what is answered before a handler asks the engine. */
static inline int asked_with_body(struct asked *a, const char *path, enum role role, const char *headers, const char *body) {
    struct buf head;
    bool known;
    buf_init(&head, 1 << 16);
    buf_addf(&head, "POST %s HTTP/1.1\r\nHost: x\r\n%s\r\n", path, headers);
    struct request *r = calloc(1, sizeof *r);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    r->api = a->api;
    r->http = asked_read(a, buf_text(&head), body);
    buf_reset(&head);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r->http);
    r->role = role;
    r->route = route_find("POST", http_path(r->http), r->params, &known);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r->route);
    route_go(r);
    return asked_status(a);
}

#endif
