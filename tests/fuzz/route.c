/* route.c - fuzz: "METHOD /path?query", an empty line, a body: through the whole API as somebody without a
 * key, and the body against the schema of every route that takes one. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/request.h"
#include "api/route.h"
#include "api/schemas.h"
#include "base/text.h"
#include "connectors/connector.h"
#include "flow/definitions.h"
#include "io/http_inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int64_t still(struct loop *l) { return (void)l, 1700000000000; }
static struct loop_timer *no_timer(struct loop *l, int64_t after_ms, loop_fn *fn, void *who) {
    return (void)l, (void)after_ms, (void)fn, (void)who, NULL;
}
static const struct loop_ops ops = {.now_ms = still, .mono_us = still, .timer = no_timer};
static struct loop loop = {&ops};
static struct http_server server;
static struct http_conn conn;
static struct api *api;

static void begin(void) {
    struct fault f = {0};
    struct registry *registry = registry_new();
    struct definitions *definitions = NULL;
    INVARIANT(registry && definitions_new(".", registry, &definitions, &f) == OK);
    struct api_config c = {.loop = &loop, .definitions = definitions, .registry = registry};
    INVARIANT(api_new(&c, &api, &f) == OK);
    server = (struct http_server){.loop = &loop, .lim = HTTP_LIMITS_API, .fd = -1};
    conn = (struct http_conn){.server = &server, .fd = -1, .running = true}; /* answers stay in `out` */
}

/* What is open to all, or is answered before a key is looked up: every answer is whole, every problem JSON. */
static void ask(const char *line, size_t n) {
    AUTO(buf_reset) struct buf head;
    buf_init(&head, 1 << 16);
    buf_add(&head, line, n);
    buf_adds(&head, " HTTP/1.1\r\nHost: x\r\n\r\n");
    struct http_request *r = buf_ok(&head) ? http_request_new(&conn) : NULL;
    if (!r || http_request_read(r, head.data, head.len) != 0) {
        http_request_free(r);
        return;
    }
    buf_init(&conn.out, 64u << 20);
    conn.request = r, conn.state = HTTP_ASKED, conn.close_after = false, server.n_asked = 1;
    bool bare = !strcmp(http_method(r), "HEAD");
    api_handle(api, r);
    const char *answer = buf_text(&conn.out), *body = strstr(answer, "\r\n\r\n");
    INVARIANT(text_starts(answer, "HTTP/1.1 ") && body && server.n_asked == 0);
    if (strstr(answer, "application/problem+json") && strstr(answer, "application/problem+json") < body && !bare) {
        json_auto_t *p = json_loads(body + 4, 0, NULL);
        INVARIANT(p && json_int(p, "status", 0) == strtol(answer + 9, NULL, 10) && *json_text(p, "detail", ""));
        INVARIANT(json_int(p, "status", 0) < 500);
    }
    buf_reset(&conn.out);
}

static void told(void *who, const char *pointer, const char *text) {
    (void)who;
    INVARIANT(text_is_utf8(pointer, strlen(pointer)) && text_is_utf8(text, strlen(text)) && *text);
}

static void check(const json_t *body) {
    for (const struct route *const *t = all_routes; *t; t++)
        for (const struct route *r = *t; r->method; r++) {
            struct fault f = {0};
            if (!r->body) continue;
            enum err e = schema_check(api_schema(api, r->body), body, told, NULL, &f);
            INVARIANT(e == OK || e == ERR_INVALID || e == ERR_LIMIT);
            if (e) INVARIANT(f.text[0] && text_is_utf8(f.text, strlen(f.text)) && text_is_utf8(f.where, strlen(f.where)));
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    if (!api) begin();
    const char *text = (const char *)data, *cut = memmem(text, n, "\n\n", 2);
    size_t line = cut ? (size_t)(cut - text) : n;
    ask(text, line);
    json_t *body = NULL;
    if (cut && json_parse(cut + 2, n - line - 2, &JSON_LIMITS_BODY, &body, NULL) == OK) check(body);
    json_decref(body);
    return 0;
}
