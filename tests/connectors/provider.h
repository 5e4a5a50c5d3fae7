/* provider.h - a provider in a test: one HTTP server that answers what it is told to, and an opened
 * connector that talks to it through the real client. Remembers the last request. */
#ifndef TESTS_PROVIDER_H
#define TESTS_PROVIDER_H

#include "connectors/http_call.h"
#include "io/fetch.h"
#include "io/http.h"
#include "io/loop.h"
#include "io/pool.h"
#include "tests/connectors/asking.h"

struct provider {
    struct loop *loop;
    struct fetcher *fetch;
    struct pool *pool;
    struct http_server *http;
    struct connector *connector;
    int status;
    const char *says;
    char method[8], path[200], key[100], body[2000], target[400];
    const char *wants[4];    /* names of headers whose values are kept */
    char heads[4][200];
    unsigned asked;
    const char *token_file;  /* of the configuration; NULL none */
};

static inline void provider_route(void *who, struct http_request *r) {
    struct provider *p = who;
    size_t n;
    const char *body = http_body(r, &n), *key = http_header(r, "Idempotency-Key");
    snprintf(p->method, sizeof p->method, "%s", http_method(r));
    snprintf(p->path, sizeof p->path, "%s", http_path(r));
    snprintf(p->key, sizeof p->key, "%s", key ? key : "");
    snprintf(p->body, sizeof p->body, "%.*s", n < sizeof p->body ? (int)n : 0, body ? body : "");
    snprintf(p->target, sizeof p->target, "%s", http_target(r));
    p->asked++;
    for (size_t i = 0; i < ARRAY_LEN(p->wants) && p->wants[i]; i++) {
        const char *value = http_header(r, p->wants[i]);
        snprintf(p->heads[i], sizeof p->heads[i], "%s", value ? value : "");
    }
    http_answer(r, p->status, "application/json", p->says, strlen(p->says));
}

static inline int provider_open(struct provider *p, const struct connector_ops *ops) {
    char url[64];
    struct fault f;
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", http_port(p->http));
    json_t *config = json_pack("{s:s, s:s*}", "url", url, "token_file", p->token_file);
    struct connector_env env = {.loop = p->loop, .fetch = p->fetch, .pool = p->pool, .config = config};
    enum err e = ops->open ? ops->open(&env, &p->connector, &f) : http_connector_open(ops, &env, &p->connector, &f);
    json_decref(config);
    return e != OK;
}

/* 0 when all is up, as a suite's setup wants. */
static inline int provider_start(struct provider *p, const struct connector_ops *ops) {
    static const struct http_limits limits = {(size_t)1 << 20, 16384, 30, 100};
    struct fault f;
    *p = (struct provider){.token_file = p->token_file};
    p->loop = io_loop_new();
    if (!p->loop || fetcher_new(p->loop, 4, &p->fetch) != OK || pool_new(p->loop, 1, 100, &p->pool) != OK) return 1;
    if (http_listen(p->loop, "127.0.0.1:0", false, &limits, provider_route, p, &p->http, &f) != OK) return 1;
    return provider_open(p, ops);
}

static inline void provider_stop(struct provider *p) {
    if (p->connector) p->connector->ops->close(p->connector);
    if (p->http) http_close(p->http);
    if (p->pool) pool_free(p->pool);
    if (p->fetch) fetcher_free(p->fetch);
    if (p->loop) io_loop_free(p->loop);
}

static inline void provider_says(struct provider *p, int status, const char *body) {
    p->status = status;
    p->says = body;
}

static inline void provider_look_again(void *who) {
    struct provider *p = ((void **)who)[0];
    struct asking *x = ((void **)who)[1];
    if (x->ended) io_loop_stop(p->loop);
    else if (!loop_timer(p->loop, 2, provider_look_again, who)) io_loop_stop(p->loop);
}

/* Runs the loop until the call has ended. */
static inline void provider_wait(struct provider *p, struct asking *x) {
    void *both[2] = {p, x};
    provider_look_again(both);
    if (!x->ended) io_loop_run(p->loop);
    CU_ASSERT_EQUAL(x->ended, 1);
}

/* `input` NULL: a look. */
static inline void provider_ask(struct provider *p, struct asking *x, const char *operation, const char *key,
                                const char *input) {
    asking_start(x, p->connector, operation, key, input, NULL);
    provider_wait(p, x);
}

#endif
