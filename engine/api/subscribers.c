/* subscribers.c - who is told of the stream by HTTP: made, shown, changed, tried; and the letters that they did not take. */
#include <string.h>

#include "api/request.h"
#include "base/buf.h"
#include "base/text.h"
#include "io/http.h"
#include "stream/stream.h"

#define ROLES (ROLE_ENGINEER | ROLE_ADMIN)
enum { TYPES_TEXT = 2001 };

/* The field that does not fit, as a pointer into the body. */
static void answer_fault(struct request *r, enum err err, const struct fault *f) {
    char field[140];
    if (err != ERR_INVALID || !f || !*f->where) {
        answer_error(r, err, f);
        return;
    }
    snprintf(field, sizeof field, "/%s", f->where);
    answer_problem(r, 422, field, "%s: %s", f->where, f->text);
}

static void told(void *who, enum err err, const json_t *answer, const struct fault *f) {
    struct request *r = who;
    if (err != OK) answer_fault(r, err, f);
    else answer_json_take(r, 200, json_incref((json_t *)answer));
}

static void made(void *who, enum err err, const json_t *answer, const struct fault *f) {
    struct request *r = who;
    char location[120];
    if (err != OK) return answer_fault(r, err, f);
    snprintf(location, sizeof location, "/v1/subscribers/%s", json_text(answer, "id", ""));
    http_answer_header(r->http, "Location", location);
    answer_json_take(r, 201, json_incref((json_t *)answer));
}

/* ["a", "b"] as "a b"; false: too long. */
static bool join_types(const json_t *list, char out[TYPES_TEXT]) {
    AUTO(buf_reset) struct buf b;
    const json_t *word;
    size_t i;
    buf_init(&b, TYPES_TEXT - 1);
    json_array_foreach((json_t *)list, i, word) {
        if (i) buf_addc(&b, ' ');
        buf_adds(&b, json_string_value(word));
    }
    return buf_ok(&b) && text_copy(out, TYPES_TEXT, buf_text(&b));
}

static void create(struct request *r) {
    char types[TYPES_TEXT];
    if (!join_types(json_object_get(r->body, "types"), types)) return answer_problem(r, 422, "/types", "types: too long in all");
    struct subscriber_new n = {.name = json_text(r->body, "name", ""), .url = json_text(r->body, "url", ""), .types = types,
                               .from = json_text(r->body, "from", "now"), .by = r->by,
                               .timeout_ms = json_int(r->body, "timeout_ms", 10000),
                               .max_age_ms = json_int(r->body, "max_age_s", 259200) * 1000};
    subscriber_create(r->api->c.stream, &n, made, r);
}

static void list(struct request *r) { subscriber_list(r->api->c.stream, told, r); }
static void read_one(struct request *r) { subscriber_read(r->api->c.stream, r->params[0], told, r); }
static void delete_one(struct request *r) { subscriber_delete(r->api->c.stream, r->params[0], told, r); }
static void ping(struct request *r) { subscriber_ping(r->api->c.stream, r->params[0], told, r); }
static void enable(struct request *r) { subscriber_switch(r->api->c.stream, r->params[0], NULL, told, r); }

static void disable(struct request *r) {
    subscriber_switch(r->api->c.stream, r->params[0], json_text(r->body, "reason", "disabled"), told, r);
}

static void rotate(struct request *r) {
    subscriber_rotate(r->api->c.stream, r->params[0], json_int(r->body, "overlap_s", 86400) * 1000, told, r);
}

static void replay(struct request *r) {
    subscriber_replay(r->api->c.stream, r->params[0], json_text(r->body, "from", ""), told, r);
}

static void dead_letters(struct request *r) {
    const char *cursor = http_query(r->http, "cursor");
    struct position after = POSITION_START;
    int64_t limit;
    if (cursor && position_parse(cursor, &after) != OK) return answer_problem(r, 400, "cursor", "the cursor is not one of ours");
    if (request_number(r, "limit", 1, 200, 50, &limit)) dead_list(r->api->c.stream, r->params[0], after, (unsigned)limit, told, r);
}

static void redeliver(struct request *r) {
    dead_redeliver(r->api->c.stream, r->params[0], json_text(r->body, "event", NULL), told, r);
}

static const struct param_doc pages[] = {{"cursor", "`next` of the page before", "{\"type\":\"string\"}"},
                                         {"limit", "Items a page", "{\"type\":\"integer\",\"minimum\":1,\"maximum\":200,\"default\":50}"}, {0}};
static const struct answer_doc created[] = {{201, "Subscriber", "Made; `secret` is shown this once"}, {409, "Problem", "The name is taken"},
                                            {422, "Problem", "A field does not fit"}, {503, "Problem", "Try again soon"}, {0}};
static const struct answer_doc all[] = {{200, "SubscriberList", "All of them"}, {503, "Problem", "Try again soon"}, {0}};
static const struct answer_doc one[] = {{200, "Subscriber", "How it stands"}, {404, "Problem", "No such subscriber"},
                                        {422, "Problem", "A field does not fit"}, {503, "Problem", "Try again soon"}, {0}};
static const struct answer_doc gone[] = {{200, "SubscriberGone", "It is told nothing any more"}, {404, "Problem", "No such subscriber"},
                                         {503, "Problem", "Try again soon"}, {0}};
static const struct answer_doc tried[] = {{200, "SubscriberPing", "What came of it"}, {404, "Problem", "No such subscriber"},
                                          {503, "Problem", "Try again soon"}, {0}};
static const struct answer_doc letters[] = {{200, "GivenUpPage", "Oldest first"}, {400, "Problem", "A parameter does not fit"},
                                            {404, "Problem", "No such subscriber"}, {503, "Problem", "Try again soon"}, {0}};
static const struct answer_doc revived[] = {{200, "Redelivered", "How many are tried again"}, {404, "Problem", "No such subscriber"},
                                            {422, "Problem", "A field does not fit"}, {503, "Problem", "Try again soon"}, {0}};

const struct route routes_subscribers[] = {
    {"POST", "/v1/subscribers", "createSubscriber", "stream",
     "Tells a web address of the stream: signed POSTs in the form of Standard Webhooks, each event a CloudEvent.", ROLES, "SubscriberNew",
     false, NULL, created, NULL, create},
    {"GET", "/v1/subscribers", "listSubscribers", "stream", "Who is told, how far each is, what stands out.", ROLES, NULL, false, NULL, all,
     NULL, list},
    {"GET", "/v1/subscribers/{subscriber}", "readSubscriber", "stream", "One of them.", ROLES, NULL, false, NULL, one, NULL, read_one},
    {"DELETE", "/v1/subscribers/{subscriber}", "deleteSubscriber", "stream", "It is told nothing any more; its dead letters go with it.",
     ROLES, NULL, false, NULL, gone, NULL, delete_one},
    {"POST", "/v1/subscribers/{subscriber}/rotate", "rotateSecret", "stream",
     "A new secret, shown this once. Until the old one ends, requests carry a signature by each.", ROLES, "SubscriberRotate", false, NULL, one,
     NULL, rotate},
    {"POST", "/v1/subscribers/{subscriber}/ping", "pingSubscriber", "stream", "Sends one signed event of type tenor.subscriber.ping now.",
     ROLES, NULL, false, NULL, tried, NULL, ping},
    {"POST", "/v1/subscribers/{subscriber}/replay", "replaySubscriber", "stream",
     "Sends again from a position or an instant on; what is not kept any more is left out (`gone`).", ROLES, "SubscriberReplay", false, NULL,
     one, NULL, replay},
    {"POST", "/v1/subscribers/{subscriber}/disable", "disableSubscriber", "stream", "Stops telling it; it keeps its place.", ROLES,
     "SubscriberDisable", false, NULL, one, NULL, disable},
    {"POST", "/v1/subscribers/{subscriber}/enable", "enableSubscriber", "stream", "Tells it again, from where it stood.", ROLES, NULL, false,
     NULL, one, NULL, enable},
    {"GET", "/v1/subscribers/{subscriber}/dead-letters", "listDeliveriesGivenUp", "stream", "Events that it did not take for too long.", ROLES,
     NULL, false, pages, letters, NULL, dead_letters},
    {"POST", "/v1/subscribers/{subscriber}/dead-letters/redeliver", "redeliver", "stream",
     "Tries one of them again, or all; before later events of the same aggregate.", ROLES, "Redeliver", false, NULL, revived, NULL, redeliver},
    {0}};
