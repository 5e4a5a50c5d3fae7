/* api.h - the REST API: one route table that serves, validates, authorises and documents itself.
 *
 * Every answer is JSON (problems are RFC 9457). The handler may be given to several servers (the public
 * port and the process's private address); requests for a shard held elsewhere are proxied once. */
#ifndef API_API_H
#define API_API_H

#include "base/err.h"
#include "base/json.h"
#include "base/loop.h"

struct api;
struct http_request;

struct api_config {
    struct loop *loop;
    struct engine *engine;
    struct store *store;
    struct view *view;
    struct stream *stream;       /* the event stream and its subscribers */
    struct definitions *definitions;
    struct registry *registry;
    struct guards *guards;
    struct fetcher *fetch;       /* for proxying to the owner of a shard */
    struct metrics *metrics;
    unsigned webhooks_per_s, webhooks_burst; /* from one source for one connector, per process; 0: 50 and 200 */
    bool development;            /* shown on the status page */
    loop_fn *published;          /* a definition was published here: tell the other processes */
    void *who;
};
MUST_CHECK enum err api_new(const struct api_config *c, struct api **out, struct fault *f);
/* After everything that could still answer one of its requests: the engine, the view, the fetcher. */
void api_free(struct api *a);
void api_handle(void *api, struct http_request *r); /* an http_handler_fn */
/* From now on every new request gets 503 with Retry-After; who waits for a decision is told where it stands. */
void api_drain(struct api *a);
/* The OpenAPI 3.1 document of this instance. */
json_t *api_openapi_new(const struct api *a);

#endif
