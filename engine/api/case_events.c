/* case_events.c - events by case: told, kept until their run comes, and dead letters for a person to decide on. */
#include <string.h>

#include "api/redact.h"
#include "api/request.h"
#include "base/text.h"
#include "dsl/dsl.h"
#include "flow/definitions.h"
#include "flow/engine.h"
#include "io/http.h"
#include "store/view.h"

#define LIVE_ROLES (ROLE_OFFICER | ROLE_ENGINEER | ROLE_ADMIN)

static const json_t *case_of(const struct api *a, const char *case_type) {
    const struct catalog *c = definitions_catalog(a->c.definitions);
    return c->case_type ? c->case_type(c->who, case_type) : NULL;
}

static void names_of(const json_t *events, char *out, size_t room) {
    const char *name;
    json_t *schema;
    size_t n = 0;
    out[0] = '\0';
    json_object_foreach((json_t *)events, name, schema)
        if (n < room) n += (size_t)snprintf(out + n, room - n, "%s%s", n ? ", " : "", name);
}

/* Its data must fit what the case type declares: the flows read it, and its personal fields are sealed by that. */
static bool fits(struct request *r, const json_t *events, const char *name, const json_t *data) {
    const json_t *definition = json_object_get(events, name);
    struct schema *s = NULL;
    struct fault f = {0};
    char names[300];
    if (!definition) {
        names_of(events, names, sizeof names);
        answer_problem(r, 422, "/event", "a case of this type has no event %s; it has: %s", name, *names ? names : "none");
        return false;
    }
    json_auto_t *none = json_object();
    enum err e = schema_new(definition, &s, &f);
    if (e == OK) e = schema_check(s, data ? data : none, NULL, NULL, &f);
    schema_free(s);
    char field[200];
    (void)snprintf(field, sizeof field, "/data%s", f.where);
    if (e != OK) answer_problem(r, e == ERR_NOMEM ? 503 : 422, field, "%s %s", field, f.text);
    return e == OK;
}

static void told(void *who, enum err err, const struct fault *f) {
    struct request *r = who;
    if (err == ERR_LIMIT) return answer_problem(r, 409, "/key", "%s", f->text);
    if (err != OK) return answer_error(r, err, f);
    answer_json_take(r, 200, json_pack("{s:O, s:O, s:O}", "case_type", json_object_get(r->body, "case_type"), "key",
                                       json_object_get(r->body, "key"), "id", json_object_get(r->body, "id")));
}

static void tell(struct request *r) {
    const char *type = json_text(r->body, "case_type", ""), *name = json_text(r->body, "event", "");
    const json_t *case_ = case_of(r->api, type), *data = json_object_get(r->body, "data");
    if (!case_) return answer_problem(r, 422, "/case_type", "there is no case type %s", type);
    if (!fits(r, json_object_get(case_, "events"), name, data)) return;
    struct event ev = {.name = name, .event_id = json_text(r->body, "id", ""), .by = r->by, .data = data,
                       .subject = json_text(r->body, "subject", NULL), .sequence = json_int(r->body, "sequence", 0),
                       .unkept = !json_bool(json_object_get(json_object_get(case_, "events"), name), "x-keep", true)};
    if (!ev.subject != !json_object_get(r->body, "sequence"))
        return answer_problem(r, 422, ev.subject ? "/sequence" : "/subject", "subject and sequence come together");
    enum err e = engine_hear(r->api->c.engine, type, json_text(r->body, "key", ""), &ev, told, r);
    if (e != OK) answer_error(r, e, NULL);
}

static void list(struct request *r, bool dead) {
    int64_t limit;
    struct events_filter f = {.case_type = http_query(r->http, "case_type"), .key = http_query(r->http, "key"), .dead = dead};
    if (request_number(r, "limit", 1, 200, 50, &limit))
        view_events(r->api->c.view, &f, http_query(r->http, "cursor"), (unsigned)limit, answer_view, r);
}
static void list_kept(struct request *r) { list(r, false); }
static void list_dead(struct request *r) { list(r, true); }

/* --- dead letters --------------------------------------------------------------------------------- */

static bool letter_of(struct request *r, int64_t *no) {
    if (text_i64(r->params[0], strlen(r->params[0]), no) == OK && *no > 0) return true;
    answer_problem(r, 404, NULL, "%s is not the id of a dead letter", r->params[0]);
    return false;
}

/* What it says, without personal fields for engineers. */
static json_t *data_new(const struct request *r, const json_t *letter) {
    json_t *data = engine_event_new(r->api->c.engine, json_text(letter, "event_id", ""), json_text(letter, "body", ""));
    const json_t *events = json_object_get(case_of(r->api, json_text(letter, "case_type", "")), "events");
    if (!data || r->role & (ROLE_OFFICER | ROLE_ADMIN)) return data ? data : json_null();
    json_t *shown = redact_new(data, json_object_get(events, json_text(letter, "event", "")));
    json_decref(data);
    return shown;
}

static void found(void *who, enum err err, const json_t *letter, const struct fault *f) {
    struct request *r = who;
    if (err != OK) return answer_error(r, err, f);
    json_t *out = json_copy((json_t *)letter);
    (void)json_object_del(out, "body");
    if (json_put_take(out, "data", data_new(r, letter)) != OK) return json_decref(out), answer_error(r, ERR_NOMEM, NULL);
    answer_json_take(r, 200, out);
}

static void read_letter(struct request *r) {
    int64_t no;
    if (letter_of(r, &no)) view_event(r->api->c.view, no, found, r);
}

static void decided(void *who, enum err err, const struct fault *f) {
    struct request *r = who;
    if (err != OK) return answer_error(r, err, f);
    answer_json_take(r, 200, json_pack("{s:s, s:s}", "id", r->params[0], "state", r->flag ? "replayed" : "dropped"));
}

static void decide(struct request *r, bool replay) {
    int64_t no;
    if (!letter_of(r, &no)) return;
    r->flag = replay;
    enum err e = engine_dead_event(r->api->c.engine, no, replay, r->by, json_text(r->body, "reason", ""), decided, r);
    if (e != OK) answer_error(r, e, NULL);
}
static void replay(struct request *r) { decide(r, true); }
static void drop(struct request *r) { decide(r, false); }

static const struct param_doc list_query[] = {
    {"case_type", "", "{\"type\":\"string\"}"},
    {"key", "Key of the case", "{\"type\":\"string\"}"},
    {"cursor", "`next` of the page before", "{\"type\":\"string\"}"},
    {"limit", "Items a page", "{\"type\":\"integer\",\"minimum\":1,\"maximum\":200,\"default\":50}"},
    {0}};
static const struct answer_doc taken[] = {
    {200, "CaseEventTaken", "It is durable, now or since it was first told"}, {409, "Problem", "Too many events wait for this key"},
    {422, "Problem", "A field does not fit"}, {503, "Problem", "Try again soon"}, {0}};
static const struct answer_doc page[] = {{200, "KeptEventPage", "A page, the newest first"}, {400, "Problem", "A parameter does not fit"},
                                         {503, "Problem", "Try again soon"}, {0}};
static const struct answer_doc letters[] = {{200, "DeadLetterPage", "A page, the newest first"},
                                            {400, "Problem", "A parameter does not fit"}, {503, "Problem", "Try again soon"}, {0}};
static const struct answer_doc letter[] = {{200, "DeadLetter", "The letter"}, {404, "Problem", "No such letter"},
                                           {503, "Problem", "Try again soon"}, {0}};
static const struct answer_doc settled[] = {{200, "DeadLetterEnd", "Decided"}, {404, "Problem", "No such letter, or it is settled"},
                                            {503, "Problem", "Try again soon"}, {0}};

const struct route routes_case_events[] = {
    {"POST", "/v1/events", "tellEvent", "events",
     "Tells every open run of a case of an event; without one it is kept for 30 days. A repeat of its id changes nothing.", LIVE_ROLES,
     "CaseEvent", false, NULL, taken, NULL, tell},
    {"GET", "/v1/events/kept", "listKeptEvents", "events", "Events that wait for a run of their case.", LIVE_ROLES, NULL, false,
     list_query, page, NULL, list_kept},
    {"GET", "/v1/dead-letters", "listDeadLetters", "events", "Events that nobody came to hear, or could.", LIVE_ROLES, NULL, false,
     list_query, letters, NULL, list_dead},
    {"GET", "/v1/dead-letters/{letter}", "readDeadLetter", "events", "One of them, with its data; engineers see no personal fields.",
     LIVE_ROLES, NULL, false, NULL, letter, NULL, read_letter},
    {"POST", "/v1/dead-letters/{letter}/replay", "replayDeadLetter", "events", "Lets it be heard after all.", LIVE_ROLES, NULL, false,
     NULL, settled, NULL, replay},
    {"POST", "/v1/dead-letters/{letter}/drop", "dropDeadLetter", "events", "Nobody shall hear it, and why.", LIVE_ROLES, "Cancel", false,
     NULL, settled, NULL, drop},
    {0}};
