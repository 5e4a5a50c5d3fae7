/* runs.c - runs of any workflow: list, read, timeline, signal, cancel, unstick. */
#include "api/redact.h"
#include "api/request.h"
#include "base/text.h"
#include "flow/cases.h"
#include "flow/definitions.h"
#include "flow/engine.h"
#include "io/http.h"
#include "store/view.h"

#define LIVE_ROLES (ROLE_OFFICER | ROLE_ENGINEER | ROLE_ADMIN)

static void list(struct request *r) {
    int64_t limit;
    struct runs_filter f = {.workflow = http_query(r->http, "workflow"), .state = http_query(r->http, "state"),
                            .outcome = http_query(r->http, "outcome"), .decision = http_query(r->http, "decision"),
                            .customer = http_query(r->http, "customer"), .case_key = http_query(r->http, "case_key")};
    if (!request_number(r, "limit", 1, 200, 50, &limit) || !request_instant(r, "from", &f.from_ms) ||
        !request_instant(r, "till", &f.till_ms) || !request_number(r, "amount_min", 0, INT64_MAX, 0, &f.amount_min) ||
        !request_number(r, "amount_max", 0, INT64_MAX, 0, &f.amount_max))
        return;
    view_runs(r->api->c.view, &f, http_query(r->http, "cursor"), (unsigned)limit, answer_view, r);
}

static void answer_state(void *who, enum err err, const json_t *state, const struct fault *f) {
    struct request *r = who;
    if (err != OK) return answer_error(r, err, f);
    bool clear = r->role & (ROLE_OFFICER | ROLE_ADMIN);
    answer_json_take(r, 200, clear ? json_incref((json_t *)state) : redact_state_new(state, r->api->c.definitions));
}

static void read_one(struct request *r) {
    struct id run;
    if (!request_run(r, 0, &run) || !request_is_ours(r, run)) return;
    enum err e = engine_read(r->api->c.engine, run, answer_state, r);
    if (e != OK) answer_error(r, e, NULL);
}

static void answer_timeline(void *who, enum err err, const json_t *facts, const struct fault *f) {
    struct request *r = who;
    if (err != OK) answer_error(r, err, f);
    else answer_json_take(r, 200, json_pack("{s:O}", "items", facts));
}

static bool is_over(const json_t *state) {
    return text_eq(json_text(state, "state", ""), "ended") || text_eq(json_text(state, "state", ""), "stuck");
}

static void answer_started(struct request *r, int status, const json_t *state) {
    char location[80];
    snprintf(location, sizeof location, "/v1/runs/%s", json_text(state, "id", ""));
    http_answer_header(r->http, "Location", location);
    bool clear = r->role & (ROLE_LENDER | ROLE_OFFICER | ROLE_ADMIN);
    answer_json_take(r, status, clear ? json_incref((json_t *)state) : redact_state_new(state, r->api->c.definitions));
}

/* A key that the schema marks readOnly is ours to fill, so it may be missing here. */
static bool case_fits(struct request *r, const struct case_type *ct) {
    const json_t *field = ct->key ? json_object_get(json_object_get(ct->case_schema, "properties"), ct->key) : NULL;
    json_auto_t *whole = json_copy(json_object_get(r->body, "case"));
    if (whole && json_bool(field, "readOnly", false)) (void)json_object_set_new(whole, ct->key, json_string("ours to fill"));
    return request_fits(r, ct->schema, whole, "/case");
}

/* Any workflow; a lender's applications have their own resource. */
static void start(struct request *r) {
    const char *workflow = json_text(r->body, "workflow", "");
    int version = (int)json_int(r->body, "version", 0);
    const struct plan *plan = definitions_flow(r->api->c.definitions, workflow, version);
    if (!plan) return answer_problem(r, 422, "/workflow", "there is no workflow %s", workflow);
    const struct case_type *ct = definitions_case(r->api->c.definitions, plan->case_type);
    if (ct && !case_fits(r, ct)) return;
    request_start(r, &(struct start){.workflow = workflow, .version = version, .case_ = json_object_get(r->body, "case")},
                  plan->case_type, is_over, answer_started);
}

static void timeline(struct request *r) {
    struct id run;
    if (!request_run(r, 0, &run) || !request_is_ours(r, run)) return;
    enum err e = engine_timeline(r->api->c.engine, run, answer_timeline, r);
    if (e != OK) answer_error(r, e, NULL);
}

static void changed(void *who, enum err err, const struct fault *f) {
    struct request *r = who;
    if (err != OK) return answer_error(r, err, f);
    if (engine_read(r->api->c.engine, r->run, answer_state, r) != OK) answer_error(r, ERR_BUSY, NULL);
}

static void signal_run(struct request *r) {
    if (!request_run(r, 0, &r->run) || !request_is_ours(r, r->run)) return;
    struct event ev = {.name = json_text(r->body, "name", ""), .event_id = json_text(r->body, "id", ""),
                       .by = r->by, .data = json_object_get(r->body, "data")};
    enum err e = engine_signal(r->api->c.engine, r->run, &ev, changed, r);
    if (e != OK) answer_error(r, e, NULL);
}

static void cancel(struct request *r) {
    if (!request_run(r, 0, &r->run) || !request_is_ours(r, r->run)) return;
    enum err e = engine_cancel(r->api->c.engine, r->run, json_text(r->body, "reason", ""), r->by, changed, r);
    if (e != OK) answer_error(r, e, NULL);
}

static void unstick(struct request *r) {
    if (!request_run(r, 0, &r->run) || !request_is_ours(r, r->run)) return;
    enum err e = engine_unstick(r->api->c.engine, r->run, json_text(r->body, "act", ""),
                                json_object_get(r->body, "form"), r->by, changed, r);
    if (e != OK) answer_error(r, e, NULL);
}

static const struct param_doc list_query[] = {
    {"workflow", "Name and version, such as loan_approval@1", "{\"type\":\"string\"}"},
    {"state", "", "{\"type\":\"string\",\"enum\":[\"running\",\"waiting\",\"stuck\",\"undoing\",\"ended\"]}"},
    {"outcome", "", "{\"type\":\"string\"}"},
    {"decision", "", "{\"type\":\"string\"}"},
    {"customer", "Keyed hash of the customer", "{\"type\":\"string\"}"},
    {"case_key", "", "{\"type\":\"string\"}"},
    {"from", "Started at or after (date or instant)", "{\"type\":\"string\"}"},
    {"till", "Started before (date or instant)", "{\"type\":\"string\"}"},
    {"amount_min", "Minor units", "{\"type\":\"integer\"}"},
    {"amount_max", "Minor units", "{\"type\":\"integer\"}"},
    {"cursor", "`next` of the page before", "{\"type\":\"string\"}"},
    {"limit", "Items a page", "{\"type\":\"integer\",\"minimum\":1,\"maximum\":200,\"default\":50}"},
    {0}};
static const struct answer_doc page[] = {{200, "RunPage", "A page"}, {400, "Problem", "A parameter does not fit"},
                                         {503, "Problem", "Try again soon"}, {0}};
static const struct answer_doc begun[] = {
    {200, "Run", "Ended in time, or before"}, {202, "Run", "Started; read it at Location"}, {400, "Problem", "Not well formed"},
    {409, "Problem", "The key was used with another body"}, {422, "Problem", "A field does not fit"},
    {503, "Problem", "Try again soon"}, {0}};
static const struct answer_doc one[] = {
    {200, "Run", "The run"}, {404, "Problem", "No such run"}, {409, "Problem", "Not possible where it stands"},
    {422, "Problem", "A field does not fit"}, {503, "Problem", "Try again soon"}, {0}};
static const struct answer_doc story[] = {{200, "Timeline", "Oldest first"}, {404, "Problem", "No such run"},
                                          {503, "Problem", "Try again soon"}, {0}};

const struct route routes_runs[] = {
    {"GET", "/v1/runs", "listRuns", "runs", "Runs by their attributes, newest first; may lag a second.", LIVE_ROLES, NULL,
     false, list_query, page, NULL, list},
    {"POST", "/v1/runs", "startRun", "runs", "Starts any workflow. With `Prefer: wait=N` waits up to N seconds for its end.",
     ROLE_ANY, "RunStart", true, NULL, begun, NULL, start},
    {"GET", "/v1/runs/{run}", "readRun", "runs", "The live state, from its owner. Engineers see no personal fields.",
     LIVE_ROLES, NULL, false, NULL, one, NULL, read_one},
    {"GET", "/v1/runs/{run}/timeline", "readTimeline", "runs", "Every fact of its journal.", ROLE_OFFICER | ROLE_ADMIN, NULL,
     false, NULL, story, NULL, timeline},
    {"POST", "/v1/runs/{run}/signal", "signalRun", "runs", "Tells the run of an event; an id seen before changes nothing.",
     LIVE_ROLES, "Event", false, NULL, one, NULL, signal_run},
    {"POST", "/v1/runs/{run}/cancel", "cancelRun", "runs", "Undoes what stands, last first; refused after the pivot.",
     LIVE_ROLES, "Cancel", false, NULL, one, NULL, cancel},
    {"POST", "/v1/runs/{run}/unstick", "unstickRun", "runs",
     "For a run that is stuck: try the paragraph again, answer it by hand, or abandon it.", LIVE_ROLES, "Unstick", false,
     NULL, one, NULL, unstick},
    {0}};
