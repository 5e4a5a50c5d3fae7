/* request.h - one request on its way through the API, and the rows of the route table.
 *
 * A request lives from api_handle until it is answered. Handlers that go asynchronous keep the
 * pointer; every path ends in exactly one answer_* or proxy call, which frees it. */
#ifndef API_REQUEST_H
#define API_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "api/api.h"
#include "api/wait.h"
#include "base/id.h"
#include "base/json.h"
#include "base/schema.h"

#define REQUEST_PARAMS 3

enum role { ROLE_NONE = 0, ROLE_LENDER = 1, ROLE_OFFICER = 2, ROLE_ENGINEER = 4, ROLE_ADMIN = 8 };
#define ROLE_ANY (ROLE_LENDER | ROLE_OFFICER | ROLE_ENGINEER | ROLE_ADMIN)

struct request {
    struct api *api;
    struct http_request *http;
    const struct route *route;
    char params[REQUEST_PARAMS][96]; /* path parameters in order */
    json_t *body;                    /* parsed and checked; NULL when the route takes none */
    json_t *errors;                  /* every fault of the body, for the problem's `errors`; NULL: none */
    enum role role;
    char by[64];                     /* name of the API key */
    char key_hash[65];
    /* for a handler's own use while it waits */
    void (*then)(struct request *r);
    struct watch *watch;
    struct loop_timer *timer;
    struct fetch *passed_on;         /* proxy.c: under way to the owner */
    wait_until_fn *until;
    wait_answer_fn *answer;
    struct request *next_waiting, **waiting_link; /* wait.c; in api.waiting */
    bool reading, missed, late; /* wait.c */
    struct id run;
    bool flag;
    struct loop_timer *deadline;     /* deadline.c */
    bool expired;                    /* answered by it: what follows goes nowhere */
};
typedef void handler_fn(struct request *r);

struct param_doc {
    const char *name, *about;
    const char *schema; /* JSON text */
};
struct answer_doc {
    int status;
    const char *schema; /* name in schemas.json, or NULL: no JSON body */
    const char *about;
};
struct route {
    const char *method, *path; /* "/v1/runs/{run}" */
    const char *id;            /* operationId */
    const char *tag, *about;
    unsigned roles;            /* 0: open to all */
    const char *body;          /* schema name, or NULL */
    bool idempotent;           /* takes Idempotency-Key */
    const struct param_doc *query;  /* ends with a NULL name; NULL: none */
    const struct answer_doc *answers; /* ends with status 0 */
    const char *media;         /* of the success answer; NULL: application/json */
    handler_fn *handle;
};

/* Each resource's file ends in its rows; NULL method ends them. */
extern const struct route routes_applications[], routes_runs[], routes_tasks[], routes_definitions[],
    routes_score[], routes_connectors[], routes_system[], routes_day_ends[], routes_loans[], routes_servicing[],
    routes_case_events[], routes_webhooks[], routes_stream[], routes_subscribers[];
extern const struct route *const all_routes[]; /* the above, NULL-terminated */

void request_drop(struct request *r);
/* One log line and two metrics for an answer. */
void request_record(const struct request *r, int status);
/* Answers take the JSON value. */
void answer_json_take(struct request *r, int status, json_t *v);
void answer_text(struct request *r, int status, const char *type, const char *text, size_t n);
/* A file of the binary. */
void answer_file(struct request *r, const char *type, const char *bytes, size_t n);
/* RFC 9457. `field` is a JSON pointer or parameter name, or NULL. */
void answer_problem(struct request *r, int status, const char *field, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
/* Checks a part of the body that stands at `at` ("/case"; "" the whole); answers 422 with all its faults and returns false. */
bool request_fits(struct request *r, const struct schema *s, const json_t *part, const char *at);
/* The problem that fits an error of the engine: 409, 404, 422, 503 ... */
void answer_error(struct request *r, enum err err, const struct fault *f);
int status_of(enum err err);
/* A view_done_fn: the page as it is. */
void answer_view(void *r, enum err err, const json_t *page, const struct fault *f);

/* 404 as a problem unless params[i] is a run id. */
bool request_run(struct request *r, int i, struct id *run);
/* True when this process may serve the shard of `run`. Otherwise the request has been proxied or
 * answered, and is gone. */
bool request_is_ours(struct request *r, struct id run);
bool request_is_ours_shard(struct request *r, uint16_t shard);
/* Starts a run at its customer's shard, with the request's Idempotency-Key; a repeat is answered like the
 * first. Then as wait_for. `s` needs workflow, version and case_. Takes the request. */
struct start;
void request_start(struct request *r, struct start *s, const char *case_type, wait_until_fn *until,
                   wait_answer_fn *answer);
/* A whole number from the query within bounds; answers 400 itself and returns false. */
bool request_number(struct request *r, const char *name, int64_t least, int64_t most, int64_t otherwise,
                    int64_t *out);
/* An instant or date from the query, 0 when absent; answers 400 itself. */
bool request_instant(struct request *r, const char *name, int64_t *out);

/* The parts of the API that files share. */
struct api_cache;
struct api {
    struct api_config c;
    json_t *schemas;          /* components: schemas.json and the case types */
    struct map *body_schemas; /* name -> struct schema */
    struct map *keys;         /* key hash -> cached identity */
    int64_t lookups, lookups_ms; /* access.c: a bucket of questions about keys never seen */
    json_t *openapi;
    struct buckets *webhook_sources;
    struct request *waiting;  /* with a watch on their run */
    bool draining;
    unsigned n_live;          /* who listen to the stream */
    int64_t started_ms;
};
const struct schema *api_schema(const struct api *a, const char *name);

#endif
