/* proxy.c - a request for a shard held by another process goes there, once. */
#include <string.h>
#include <strings.h>

#include "api/request.h"
#include "flow/engine.h"
#include "io/fetch.h"
#include "io/http.h"

#define HOP_HEADER "X-Tenor-Hop"
#define PROXY_MS 35000 /* longer than the longest Prefer: wait */
#define FORWARDED_MAX 8

static const char *const forwarded[] = {"Authorization", "X-API-Key", "Content-Type", "Idempotency-Key",
                                        "Prefer", "Accept", NULL};
static const char *const returned[] = {"Location", "Retry-After", "Preference-Applied", NULL};

static void copy_header(struct request *r, const char *headers, const char *name) {
    size_t n = strlen(name);
    for (const char *line = headers; line && *line;) {
        size_t len = strcspn(line, "\r\n");
        if (len > n + 1 && len < 400 && !strncasecmp(line, name, n) && line[n] == ':') {
            char value[400];
            snprintf(value, sizeof value, "%.*s", (int)(len - n - 1), line + n + 1);
            http_answer_header(r->http, name, value + strspn(value, " "));
            return;
        }
        line += len;
        line += strspn(line, "\r\n");
    }
}

static void proxied(void *who, const struct fetch_answer *a) {
    struct request *r = who;
    if (a->err != OK) {
        answer_problem(r, 503, NULL, "the process that owns this case did not answer; try again in a second");
        return;
    }
    for (const char *const *h = returned; *h; h++) copy_header(r, a->headers, *h);
    answer_text(r, a->status, *a->type ? a->type : NULL, a->body, a->n);
}

/* The owner sees its client leave in turn; `proxied` ends the request. */
static void client_left(void *who) {
    struct request *r = who;
    fetch_cancel(r->passed_on);
}

static void proxy(struct request *r, const char *address) {
    char url[2200], lines[FORWARDED_MAX][600];
    const char *headers[FORWARDED_MAX + 1] = {0};
    int n = 0;
    snprintf(lines[n], sizeof lines[n], HOP_HEADER ": 1");
    headers[n] = lines[n], n++;
    for (const char *const *h = forwarded; *h; h++) {
        const char *v = http_header(r->http, *h);
        if (!v || n == FORWARDED_MAX) continue;
        if (snprintf(lines[n], sizeof lines[n], "%s: %s", *h, v) >= (int)sizeof lines[n]) {
            answer_problem(r, 431, *h, "%s is too long", *h); /* half of it would say something else */
            return;
        }
        headers[n] = lines[n], n++;
    }
    if (snprintf(url, sizeof url, "http://%s%s", address, http_target(r->http)) >= (int)sizeof url) {
        answer_problem(r, 400, NULL, "the address is too long");
        return;
    }
    size_t body_n = 0;
    const void *body = http_body(r->http, &body_n);
    struct fetch_request q = {.method = r->route->method /* GET for HEAD */, .url = url, .headers = headers, .body = body,
                              .body_n = body_n, .timeout_ms = PROXY_MS, .answer_max = 64u << 20};
    r->passed_on = fetch_start(r->api->c.fetch, &q, proxied, r);
    if (r->passed_on) http_on_gone(r->http, client_left, r);
    else answer_problem(r, 503, NULL, "no memory to pass the request on; try again in a second");
}

bool request_is_ours_shard(struct request *r, uint16_t shard) {
    const char *address = NULL;
    enum owner owner = engine_owner(r->api->c.engine, shard, &address);
    if (owner == OWNER_SELF) return true;
    if (owner == OWNER_OTHER && address && *address && !http_header(r->http, HOP_HEADER))
        proxy(r, address);
    else
        answer_error(r, ERR_CLOSED, NULL);
    return false;
}

bool request_is_ours(struct request *r, struct id run) { return request_is_ours_shard(r, id_shard(run)); }
