/* route.c - finds the row, the key, the body; then the handler. */
#include <string.h>
#include <strings.h>

#include "api/access.h"
#include "api/deadline.h"
#include "api/request.h"
#include "api/route.h"
#include "base/log.h"
#include "base/map.h"
#include "base/text.h"
#include "base/zone.h"
#include "flow/engine.h"
#include "io/http.h"

#define KEPT_BODY_MAX 65536 /* events and forms stay in memory with their run, up to a thousand of them */

const struct route *const all_routes[] = {routes_system,  routes_applications, routes_runs, routes_tasks,
                                          routes_definitions, routes_score, routes_connectors, routes_day_ends,
                                          routes_loans, routes_servicing, routes_case_events, routes_webhooks, routes_stream,
                                          routes_subscribers, NULL};

/* One segment of a path; returns its length. */
static size_t segment(const char *p) { return strcspn(p, "/"); }

/* Fills params from `path` if it fits the template. */
static bool path_fits(const char *template_, const char *path, char params[][96]) {
    int n = 0;
    while (*template_ && *path) {
        if (*template_ == '{') {
            size_t len = segment(path);
            if (!len || len >= 96 || n == REQUEST_PARAMS) return false;
            memcpy(params[n], path, len);
            params[n++][len] = 0;
            template_ += strcspn(template_, "}") + 1;
            path += len;
        } else if (*template_++ != *path++) {
            return false;
        }
    }
    return !*template_ && !*path;
}

const struct route *route_find(const char *method, const char *path, char params[][96], bool *known) {
    *known = false;
    if (!strcmp(method, "HEAD")) method = "GET"; /* the server leaves the body out */
    for (const struct route *const *table = all_routes; *table; table++)
        for (const struct route *r = *table; r->method; r++) {
            if (!path_fits(r->path, path, params)) continue;
            *known = true;
            if (!strcmp(r->method, method)) return r;
        }
    return NULL;
}

void route_allowed(const char *path, char out[64]) {
    static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
    char params[REQUEST_PARAMS][96];
    size_t n = 0;
    bool known;
    out[0] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(methods); i++)
        if (route_find(methods[i], path, params, &known))
            n += (size_t)snprintf(out + n, 64 - n, "%s%s", n ? ", " : "", methods[i]);
}

/* "application/json", "application/merge-patch+json; charset=utf-8": the type itself must end in json. */
static bool is_json(const char *type) {
    size_t n = type ? strcspn(type, "; \t") : 0;
    if (n < 16 || strncasecmp(type, "application/", 12) != 0) return false;
    return strncasecmp(type + n - 4, "json", 4) == 0 && (n == 16 || type[n - 5] == '+');
}

/* Parses and checks the body; answers and returns false when it does not fit. */
static bool read_body(struct request *r) {
    const struct route *route = r->route;
    if (!route->body) return true;
    size_t n = 0;
    const void *bytes = http_body(r->http, &n);
    if (n && !is_json(http_header(r->http, "Content-Type")))
        return answer_problem(r, 415, NULL, "send the body as Content-Type: application/json"), false;
    if (n > KEPT_BODY_MAX && (text_eq(route->body, "Event") || text_eq(route->body, "CaseEvent") || text_eq(route->body, "TaskAnswer")))
        return answer_problem(r, 413, NULL, "the body may have at most %d bytes here", KEPT_BODY_MAX), false;
    struct fault f = {0};
    enum err e = json_parse(n ? bytes : "{}", n ? n : 2, &JSON_LIMITS_BODY, &r->body, &f);
    if (e != OK) return answer_problem(r, e == ERR_LIMIT ? 413 : 400, f.where, "%s", f.text), false;
    const struct schema *s = api_schema(r->api, route->body);
    return !s || request_fits(r, s, r->body, "");
}

/* After the key is known. */
void route_go(struct request *r) {
    if (r->expired) return answer_error(r, ERR_TIMEOUT, NULL); /* looking up the key took too long */
    if (r->route->roles && !(r->role & r->route->roles)) {
        answer_problem(r, 403, NULL, "this needs another role; see the document at /openapi.json");
        return;
    }
    if (read_body(r)) r->route->handle(r);
}

/* What is between two slashes of a path is one word: "%2F" in it would make two. */
static bool has_escaped_slash(const char *target) {
    const char *at = strcasestr(target, "%2f");
    return at && (size_t)(at - target) < strcspn(target, "?#");
}

static void answer_wrong_method(struct request *r) {
    char allowed[64];
    route_allowed(http_path(r->http), allowed);
    http_answer_header(r->http, "Allow", allowed);
    if (!strcmp(http_method(r->http), "OPTIONS")) return answer_text(r, 204, NULL, NULL, 0);
    answer_problem(r, 405, NULL, "this path takes %s", allowed);
}

void api_handle(void *api, struct http_request *http) {
    struct api *a = api;
    struct request *r = calloc(1, sizeof *r);
    if (!r) {
        http_answer_header(http, "Retry-After", "1");
        http_answer(http, 503, NULL, NULL, 0);
        return;
    }
    r->api = a;
    r->http = http;
    bool known = false;
    if (!has_escaped_slash(http_target(http)))
        r->route = route_find(http_method(http), http_path(http), r->params, &known);
    http_answer_header(http, "X-Content-Type-Options", "nosniff");
    if (r->route && r->route->roles) http_answer_header(http, "Cache-Control", "no-store");
    if (!r->route && known) {
        answer_wrong_method(r);
    } else if (!r->route) {
        answer_problem(r, 404, NULL, "there is nothing at %.200s; /openapi.json lists what there is", http_path(http));
    } else if (a->draining && r->route->roles) {
        answer_problem(r, 503, NULL, "this process is stopping; try again in a second");
    } else if (!r->route->roles) {
        route_go(r);
    } else {
        deadline_start(r);
        access_check(r);
    }
}

bool request_run(struct request *r, int i, struct id *run) {
    if (id_parse(r->params[i], run) == OK) return true;
    answer_problem(r, 404, NULL, "%s is not the id of a run", r->params[i]);
    return false;
}

bool route_key_fits(const char *key) {
    size_t n = strlen(key);
    return n > 0 && n <= 200 && text_is_utf8(key, n);
}

static void started(void *who, enum err err, struct id run, bool joined, const struct fault *f) {
    struct request *r = who;
    (void)joined; /* a repeat is answered like the first */
    if (err == ERR_CONFLICT)
        return answer_problem(r, 409, "Idempotency-Key", "this key was used before with another body");
    if (err != OK) return answer_error(r, err, f);
    r->run = run;
    wait_for(r, r->until, r->answer);
}

void request_start(struct request *r, struct start *s, const char *case_type, wait_until_fn *until,
                   wait_answer_fn *answer) {
    const char *key = http_header(r->http, "Idempotency-Key");
    char hash[65];
    if (key && !route_key_fits(key))
        return answer_problem(r, 400, "Idempotency-Key", "the key must have 1 to 200 characters of UTF-8");
    uint16_t shard = s->customer ? engine_customer_shard(r->api->c.engine, s->customer)
                                 : engine_shard_of(r->api->c.engine, case_type, s->case_);
    if (!request_is_ours_shard(r, shard)) return;
    if (json_hash(r->body, hash) != OK) return answer_error(r, ERR_NOMEM, NULL);
    s->by = r->by;
    r->until = until;
    r->answer = answer;
    if (key) s->dedup_route = r->route->path, s->dedup_key = key, s->dedup_hash = hash;
    enum err e = engine_start(r->api->c.engine, s, started, r);
    if (e != OK) answer_error(r, e, NULL);
}

bool request_number(struct request *r, const char *name, int64_t least, int64_t most, int64_t otherwise,
                    int64_t *out) {
    const char *text = http_query(r->http, name);
    *out = otherwise;
    if (!text) return true;
    if (text_i64(text, strlen(text), out) == OK && *out >= least && *out <= most) return true;
    answer_problem(r, 400, name, "%s must be a whole number from %lld to %lld", name, (long long)least,
                   (long long)most);
    return false;
}

bool request_instant(struct request *r, const char *name, int64_t *out) {
    const char *text = http_query(r->http, name);
    int32_t day;
    *out = 0;
    if (!text || instant_parse(text, out) == OK) return true;
    if (day_parse(text, &day) == OK) return *out = (int64_t)day * 86400000, true;
    answer_problem(r, 400, name, "%s must be a date such as 2026-12-01 or an instant such as 2026-12-01T09:00:00Z", name);
    return false;
}
