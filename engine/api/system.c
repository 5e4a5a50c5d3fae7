/* system.c - health, readiness, metrics, the API's own document and pages. */
#include <string.h>

#include "api/request.h"
#include "base/buf.h"
#include "base/embed.h"
#include "base/metric.h"
#include "base/text.h"
#include "base/zone.h"
#include "flow/engine.h"
#include "io/http.h"
#include "store/view.h"

/* Nothing from outside and no script but ours; Swagger UI writes styles and pictures into its pages. */
#define PAGE_POLICY "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; " \
                    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

static void healthz(struct request *r) { answer_json_take(r, 200, json_pack("{s:s}", "status", "alive")); }

/* The first thing that is missing, or NULL. */
static const char *missing(const struct api *a) {
    if (a->draining) return "stopping";
    if (!engine_ready(a->c.engine)) return "taking over its shards";
    return view_up(a->c.view) ? NULL : "waiting for the database";
}

static void readyz(struct request *r) {
    const char *why = missing(r->api);
    if (why) answer_problem(r, 503, NULL, "not ready: %s", why);
    else answer_json_take(r, 200, json_pack("{s:s}", "status", "ready"));
}

static void metrics(struct request *r) {
    AUTO(buf_reset) struct buf b;
    buf_init(&b, 16u << 20);
    metrics_write(r->api->c.metrics, &b);
    answer_text(r, 200, "text/plain; version=0.0.4; charset=utf-8", buf_text(&b), b.len);
}

static void openapi(struct request *r) { answer_json_take(r, 200, json_incref(r->api->openapi)); }

static void asset(struct request *r, const char *name, const char *type) {
    char path[160];
    size_t n = 0;
    snprintf(path, sizeof path, "engine/api/web/%s", name);
    const char *text = embed_find(path, &n);
    if (!text) return answer_problem(r, 404, NULL, "%s was not part of this build", name);
    http_answer_header(r->http, "Content-Security-Policy", PAGE_POLICY);
    http_answer_header(r->http, "Referrer-Policy", "no-referrer");
    answer_file(r, type, text, n);
}

static void docs(struct request *r) { asset(r, "docs.html", "text/html; charset=utf-8"); }

static void docs_file(struct request *r) {
    const char *name = r->params[0];
    const char *type = text_ends(name, ".css") ? "text/css" : text_ends(name, ".js") ? "text/javascript" : "text/plain";
    char full[60];
    snprintf(full, sizeof full, "%s; charset=utf-8", type);
    asset(r, name, full);
}

static void counted(void *who, enum err err, const json_t *answer, const struct fault *f) {
    struct request *r = who;
    if (err != OK) return answer_error(r, err, f);
    const char *why = missing(r->api);
    char since[32];
    answer_json_take(r, 200, json_pack("{s:s, s:s, s:b, s:O}", "status", why ? why : "ready", "since",
                                       instant_text(r->api->started_ms, since), "development",
                                       r->api->c.development, "counts", answer));
}
static void status(struct request *r) { view_counts(r->api->c.view, counted, r); }
static void page(struct request *r) { asset(r, "status.html", "text/html; charset=utf-8"); }

static const struct answer_doc alive[] = {{200, "Health", "Alive"}, {0}};
static const struct answer_doc ready[] = {{200, "Health", "Ready"}, {503, "Problem", "Not yet, and why"}, {0}};
static const struct answer_doc text[] = {{200, NULL, "Text"}, {0}};
static const struct answer_doc document[] = {{200, "Document", "OpenAPI 3.1"}, {0}};
static const struct answer_doc file[] = {{200, NULL, "The file"}, {404, "Problem", "No such file"}, {0}};
static const struct answer_doc counts[] = {{200, "Status", "Counts of runs and tasks"}, {503, "Problem", "Try again soon"}, {0}};

const struct route routes_system[] = {
    {"GET", "/healthz", "isAlive", "system", "The process is alive.", 0, NULL, false, NULL, alive, NULL, healthz},
    {"GET", "/readyz", "isReady", "system", "It holds its shards and reaches its database.", 0, NULL, false, NULL, ready, NULL, readyz},
    {"GET", "/metrics", "readMetrics", "system", "Metrics of this process for Prometheus.", 0, NULL, false, NULL, text, "text/plain", metrics},
    {"GET", "/openapi.json", "readOpenapi", "system", "This document.", 0, NULL, false, NULL, document, NULL, openapi},
    {"GET", "/docs", "readDocs", "system", "This document as pages.", 0, NULL, false, NULL, text, "text/html", docs},
    {"GET", "/docs/{file}", "readDocsFile", "system", "A part of those pages.", 0, NULL, false, NULL, file, "text/javascript", docs_file},
    {"GET", "/v1/status", "readStatus", "system", "What the status page shows.", ROLE_ANY, NULL, false, NULL, counts, NULL, status},
    {"GET", "/", "readPage", "system", "A plain status page.", 0, NULL, false, NULL, text, "text/html", page},
    {0}};
