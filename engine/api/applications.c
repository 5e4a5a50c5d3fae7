/* applications.c - loan applications: submit, read, accept or decline the offer, withdraw.
 *
 * An application is a run of the workflow `loan_approval`, seen as the lender sees it: where it stands,
 * the decision with its reasons, the offer. Everything else about the run is under /v1/runs. */
#include <string.h>

#include "api/redact.h"
#include "api/request.h"
#include "api/wait.h"
#include "base/text.h"
#include "base/zone.h"
#include "flow/definitions.h"
#include "flow/engine.h"
#include "io/http.h"

#define WORKFLOW "loan_approval"
#define CASE_TYPE "loan_application"
#define LIVE_ROLES (ROLE_LENDER | ROLE_OFFICER | ROLE_ADMIN)

/* Where it stands, in the lender's words. */
static const char *status_of_run(const json_t *state) {
    const char *engine_state = json_text(state, "state", "");
    if (text_eq(engine_state, "ended")) return json_text(state, "outcome", "ended");
    if (text_eq(engine_state, "stuck")) return "held";
    if (json_array_size(json_object_get(state, "tasks"))) return "in_review";
    const json_t *answers = json_object_get(state, "answers");
    if (json_at(answers, "acceptance.data") || json_at(answers, "hold")) return "paying_out";
    if (json_at(answers, "offer.data")) return "offered";
    return "deciding";
}

static json_t *reasons_new(const struct api *a, const json_t *codes) {
    json_t *out = json_array(), *code;
    size_t i;
    json_array_foreach(codes, i, code) {
        const char *word = json_is_string(code) ? json_string_value(code) : json_text(code, "code", "");
        const json_t *known = json_object_get(definitions_reasons(a->c.definitions), word);
        json_array_append_new(out, json_pack("{s:s, s:s, s:s}", "code", word, "text",
                                             json_text(known, "text", word), "customer_text",
                                             json_text(known, "customer_text", json_text(known, "text", word))));
    }
    return out;
}

static json_t *decision_new(const struct api *a, const json_t *state) {
    const json_t *d = json_object_get(state, "decision");
    if (!json_is_object(d)) return json_null();
    json_t *out = json_pack("{s:s, s:s, s:o}", "outcome", json_text(d, "outcome", "refer"), "policy",
                            json_text(d, "policy", ""), "reasons", reasons_new(a, json_object_get(d, "reasons")));
    json_t *amount = json_object_get(d, "amount");
    if (out && amount) json_object_set(out, "amount_minor", amount);
    json_t *flips = json_object_get(d, "flips");
    if (out && flips) json_object_set(out, "flips", flips);
    return out;
}

static json_t *application_new(const struct api *a, const json_t *state) {
    json_t *offer = json_at(state, "answers.offer.data"), *loan = json_at(state, "answers.book.data");
    return json_pack("{s:s, s:s, s:s, s:o, s:O, s:O, s:O}", "id", json_text(state, "id", ""), "status",
                     status_of_run(state), "workflow", json_text(state, "workflow", ""), "decision",
                     decision_new(a, state), "offer", offer ? offer : json_null(), "loan",
                     loan ? loan : json_null(), "case", json_object_get(state, "case") ? json_object_get(state, "case") : json_null());
}

static void answer_application(struct request *r, int status, const json_t *state) {
    json_t *view = application_new(r->api, state);
    char location[80];
    snprintf(location, sizeof location, "/v1/applications/%s", json_text(state, "id", ""));
    http_answer_header(r->http, "Location", location);
    answer_json_take(r, status, view);
}

/* Decided: the policy (and, where it referred, a person's queue) has spoken, or nothing more will come. */
static bool is_decided(const json_t *state) {
    const char *s = json_text(state, "state", "");
    return text_eq(s, "ended") || text_eq(s, "stuck") || json_array_size(json_object_get(state, "tasks")) ||
           json_at(state, "answers.offer.data");
}

/* After an answer to the offer: the payout has ended, or a person has it. */
static bool is_settled(const json_t *state) {
    const char *s = json_text(state, "state", "");
    return text_eq(s, "ended") || text_eq(s, "stuck") || json_array_size(json_object_get(state, "tasks"));
}

/* A run of another workflow is none, whatever its id: a lender sees and moves applications only. */
static bool is_application(struct request *r, const json_t *state) {
    if (text_starts(json_text(state, "workflow", ""), WORKFLOW "@")) return true;
    answer_problem(r, 404, NULL, "%s is not the id of an application", r->params[0]);
    return false;
}

/* Then `then`, if it is an application. */
static void found(void *who, enum err err, const json_t *state, const struct fault *f) {
    struct request *r = who;
    if (err != OK) answer_error(r, err, f);
    else if (is_application(r, state)) r->then(r);
}

static void find_then(struct request *r, void (*then)(struct request *r)) {
    r->then = then;
    if (!request_run(r, 0, &r->run) || !request_is_ours(r, r->run)) return;
    enum err e = engine_read(r->api->c.engine, r->run, found, r);
    if (e != OK) answer_error(r, e, NULL);
}

static void submit(struct request *r) {
    request_start(r, &(struct start){.workflow = WORKFLOW, .case_ = r->body}, CASE_TYPE, is_decided, answer_application);
}

static void answer_read(void *who, enum err err, const json_t *state, const struct fault *f) {
    struct request *r = who;
    if (err != OK) answer_error(r, err, f);
    else if (is_application(r, state)) answer_application(r, 200, state);
}

static void read_one(struct request *r) {
    struct id run;
    if (!request_run(r, 0, &run) || !request_is_ours(r, run)) return;
    enum err e = engine_read(r->api->c.engine, run, answer_read, r);
    if (e != OK) answer_error(r, e, NULL);
}

static void signalled(void *who, enum err err, const struct fault *f) {
    struct request *r = who;
    if (err != OK) return answer_error(r, err, f);
    wait_for(r, r->flag ? is_settled : is_decided, answer_application);
}

/* The offer must be the one that stands: an old id is a conflict, not a silent acceptance. */
static void offer_known(void *who, enum err err, const json_t *state, const struct fault *f) {
    struct request *r = who;
    if (err != OK) return answer_error(r, err, f);
    if (!is_application(r, state)) return;
    const char *given = json_text(r->body, "offer", ""), *standing = json_text(json_at(state, "answers.offer.data"), "id", "");
    if (!*standing) return answer_problem(r, 409, NULL, "there is no offer to answer; the application is %s", status_of_run(state));
    if (!text_eq(given, standing))
        return answer_problem(r, 409, "/offer", "this is not the offer that stands; read the application again");
    bool accept = r->flag;
    char id[160];
    snprintf(id, sizeof id, "%s:%.100s", accept ? "accept" : "decline", given);
    json_auto_t *data = json_pack("{s:s}", "offer", given);
    struct event ev = {.name = accept ? "offer.accepted" : "offer.declined", .event_id = id, .by = r->by, .data = data};
    enum err e = engine_signal(r->api->c.engine, r->run, &ev, signalled, r);
    if (e != OK) answer_error(r, e, NULL);
}

static void answer_offer(struct request *r, bool accept) {
    r->flag = accept;
    if (!request_run(r, 0, &r->run) || !request_is_ours(r, r->run)) return;
    enum err e = engine_read(r->api->c.engine, r->run, offer_known, r);
    if (e != OK) answer_error(r, e, NULL);
}
static void accept_offer(struct request *r) { answer_offer(r, true); }
static void decline_offer(struct request *r) { answer_offer(r, false); }

static void tell_event(struct request *r) {
    struct event ev = {.name = json_text(r->body, "name", ""), .event_id = json_text(r->body, "id", ""),
                       .by = r->by, .data = json_object_get(r->body, "data")};
    enum err e = engine_signal(r->api->c.engine, r->run, &ev, signalled, r);
    if (e != OK) answer_error(r, e, NULL);
}

static void hear_event(struct request *r) { find_then(r, tell_event); }

static void cancel(struct request *r) {
    enum err e = engine_cancel(r->api->c.engine, r->run, json_text(r->body, "reason", "withdrawn by the applicant"),
                               r->by, signalled, r);
    if (e != OK) answer_error(r, e, NULL);
}

static void withdraw(struct request *r) { find_then(r, cancel); }

static const struct answer_doc decided[] = {
    {200, "Application", "Decided in time, or known before"}, {202, "Application", "Taken; read it at Location"},
    {400, "Problem", "Not well formed"}, {409, "Problem", "The key was used with another body"},
    {422, "Problem", "A field does not fit"}, {503, "Problem", "Try again soon"}, {0}};
static const struct answer_doc known[] = {
    {200, "Application", "The application"}, {202, "Application", "Taken; still on its way"},
    {404, "Problem", "No such application"}, {409, "Problem", "Not possible where it stands"},
    {422, "Problem", "A field does not fit"}, {503, "Problem", "Try again soon"}, {0}};

const struct route routes_applications[] = {
    {"POST", "/v1/applications", "submitApplication", "applications",
     "Submits a loan application. With `Prefer: wait=N` the answer waits up to N seconds for the decision.",
     LIVE_ROLES, "LoanApplication", true, NULL, decided, NULL, submit},
    {"GET", "/v1/applications/{application}", "readApplication", "applications", "Where it stands: decision, reasons, offer, loan.",
     LIVE_ROLES, NULL, false, NULL, known, NULL, read_one},
    {"POST", "/v1/applications/{application}/offer/accept", "acceptOffer", "applications", "The applicant accepts the offer that stands.",
     LIVE_ROLES, "OfferAnswer", false, NULL, known, NULL, accept_offer},
    {"POST", "/v1/applications/{application}/offer/decline", "declineOffer", "applications", "The applicant does not want the offer.",
     LIVE_ROLES, "OfferAnswer", false, NULL, known, NULL, decline_offer},
    {"POST", "/v1/applications/{application}/events", "tellApplication", "applications", "Something happened that the case should hear of.",
     LIVE_ROLES, "Event", false, NULL, known, NULL, hear_event},
    {"POST", "/v1/applications/{application}/cancel", "cancelApplication", "applications",
     "Withdraws it: finished steps are undone, last first; refused after the money has left.",
     LIVE_ROLES, "Cancel", false, NULL, known, NULL, withdraw},
    {0}};
