/* webhooks.c - what providers post. No API key: the signature says who it is, and the connector checks it. Every webhook
 * that was taken is answered alike, the first time, again, and when nobody understands it. */
#include <string.h>

#include "api/bucket.h"
#include "api/deadline.h"
#include "api/request.h"
#include "base/metric.h"
#include "base/text.h"
#include "base/zone.h"
#include "connectors/connector.h"
#include "flow/engine.h"
#include "io/http.h"
#include "store/view.h"

#define LIVE_ROLES (ROLE_OFFICER | ROLE_ENGINEER | ROLE_ADMIN)
#define WEBHOOK_MAX 131072 /* a notice of the most entries that are read, four times */

static void counted(const struct request *r, const char *end) {
    metric_add(metric_get(r->api->c.metrics, METRIC_COUNTER, "tenor_webhooks_total", "Webhooks received, by what became of them.",
                          "connector,end", (const char *const[]){r->params[0], end}), 1);
}

/* One text for a wrong secret, a changed body, and a secret whose time is over. */
static void answer_untrusted(struct request *r, enum err err) {
    counted(r, "refused");
    if (err == ERR_TIMEOUT) answer_problem(r, 401, "webhook-timestamp", "the time of this webhook is too far from ours");
    else answer_problem(r, 401, "webhook-signature", "this webhook is not signed by whom we trust");
}

static void taken(void *who, enum err err, bool kept, const struct fault *f) {
    struct request *r = who;
    if (err != OK) {
        counted(r, "failed");
        return answer_problem(r, 503, NULL, "it could not be written down; send it again");
    }
    (void)f;
    counted(r, kept ? "kept" : "heard");
    answer_json_take(r, 200, json_pack("{s:b}", "taken", 1));
}

static bool may_ask(struct request *r) {
    char source[160];
    (void)snprintf(source, sizeof source, "%s %s", r->params[0], http_peer(r->http));
    if (buckets_take(r->api->webhook_sources, source, loop_now_ms(r->api->c.loop))) return true;
    counted(r, "too_many");
    answer_problem(r, 429, NULL, "too many webhooks from one source; wait a second");
    return false;
}

static void receive(struct request *r) {
    const struct connector *c = registry_connector(r->api->c.registry, r->params[0]);
    const char *id = http_header(r->http, "webhook-id");
    struct webhook w = {.connector = r->params[0], .id = id ? id : "", .headers = http_all_headers(r->http)};
    struct fault f = {0};
    if (!c || !c->ops->hear) return answer_problem(r, 404, NULL, "no webhooks are taken for '%s'", r->params[0]);
    if (r->api->draining) return answer_problem(r, 503, NULL, "this process is stopping; try again in a second");
    if (!may_ask(r)) return;
    w.body = http_body(r->http, &w.n);
    if (w.n > WEBHOOK_MAX) return answer_problem(r, 413, NULL, "a webhook may have at most %d bytes", WEBHOOK_MAX);
    deadline_start(r);
    enum err err = engine_webhook(r->api->c.engine, &w, taken, r, &f);
    if (err == ERR_REFUSED || err == ERR_TIMEOUT) answer_untrusted(r, err);
    else if (err != OK) taken(r, err, false, &f);
}

/* --- those that nobody understood ------------------------------------------------------------------- */

static void list(struct request *r) {
    int64_t limit;
    if (request_number(r, "limit", 1, 200, 50, &limit))
        view_webhooks(r->api->c.view, http_query(r->http, "connector"), http_query(r->http, "cursor"), (unsigned)limit, answer_view, r);
}

static bool number_of(struct request *r, int64_t *no) {
    if (text_i64(r->params[0], strlen(r->params[0]), no) == OK && *no > 0) return true;
    answer_problem(r, 404, NULL, "%s is not the id of a webhook", r->params[0]);
    return false;
}

/* What it says may be personal, and nobody knows where: engineers do not see it. */
static void shown(void *who, enum err err, const struct kept_webhook *w, const struct fault *f) {
    struct request *r = who;
    char at[32];
    if (err != OK) return answer_error(r, err, f);
    bool clear = r->role & (ROLE_OFFICER | ROLE_ADMIN), text = text_is_utf8(w->body, w->n) && !memchr(w->body, 0, w->n);
    AUTO(buf_reset) struct buf b64;
    buf_init(&b64, 2 * WEBHOOK_MAX + 16);
    if (!text) buf_add_base64(&b64, w->body, w->n);
    json_t *body = !clear ? json_string("<personal>") : text ? json_stringn(w->body, w->n) : json_string(buf_text(&b64));
    answer_json_take(r, 200, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "id", r->params[0], "connector", w->connector, "webhook_id",
                                       w->webhook_id, "reason", w->reason, "at", instant_text(w->at_ms, at), "encoding",
                                       text ? "text" : "base64", "body", body));
}

static void show(struct request *r) {
    int64_t no;
    if (!number_of(r, &no)) return;
    enum err e = engine_webhook_show(r->api->c.engine, no, shown, r);
    if (e != OK) answer_error(r, e, NULL);
}

static void answer_settled(struct request *r, const char *state) {
    answer_json_take(r, 200, json_pack("{s:s, s:s}", "id", r->params[0], "state", state));
}

static void read_again(void *who, enum err err, bool kept, const struct fault *f) {
    struct request *r = who;
    (void)kept;
    if (err == ERR_INVALID) return answer_problem(r, 409, NULL, "nobody understands it yet: %s", f->text);
    if (err != OK) return answer_error(r, err, f);
    answer_settled(r, "heard");
}

static void replay(struct request *r) {
    int64_t no;
    if (!number_of(r, &no)) return;
    enum err e = engine_webhook_again(r->api->c.engine, no, r->by, read_again, r);
    if (e != OK) answer_error(r, e, NULL);
}

static void dropped(void *who, enum err err, const struct fault *f) {
    if (err != OK) answer_error(who, err, f);
    else answer_settled(who, "dropped");
}

static void drop(struct request *r) {
    int64_t no;
    if (!number_of(r, &no)) return;
    enum err e = engine_webhook_drop(r->api->c.engine, no, r->by, json_text(r->body, "reason", ""), dropped, r);
    if (e != OK) answer_error(r, e, NULL);
}

static const struct param_doc list_query[] = {
    {"connector", "", "{\"type\":\"string\"}"},
    {"cursor", "`next` of the page before", "{\"type\":\"string\"}"},
    {"limit", "Items a page", "{\"type\":\"integer\",\"minimum\":1,\"maximum\":200,\"default\":50}"},
    {0}};
static const struct answer_doc received[] = {
    {200, "WebhookTaken", "What it says is durable, now or since it first came"}, {401, "Problem", "Not signed by whom we trust, or too old"},
    {404, "Problem", "No webhooks are taken for this connector"}, {413, "Problem", "Too big"}, {429, "Problem", "Too many at once"},
    {503, "Problem", "Send it again"}, {0}};
static const struct answer_doc page[] = {{200, "KeptWebhookPage", "A page, the newest first"}, {400, "Problem", "A parameter does not fit"},
                                         {503, "Problem", "Try again soon"}, {0}};
static const struct answer_doc one[] = {{200, "KeptWebhook", "The webhook"}, {404, "Problem", "No such webhook"},
                                        {503, "Problem", "Try again soon"}, {0}};
static const struct answer_doc settled[] = {{200, "KeptWebhookEnd", "Done"}, {404, "Problem", "No such webhook, or it is settled"},
                                            {409, "Problem", "Nobody understands it yet"}, {503, "Problem", "Try again soon"}, {0}};

const struct route routes_webhooks[] = {
    {"POST", "/v1/webhooks/{connector}", "receiveWebhook", "events",
     "For providers: signed in the form of Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature).", 0, NULL, false, NULL,
     received, NULL, receive},
    {"GET", "/v1/kept-webhooks", "listKeptWebhooks", "events", "Webhooks that were rightly signed and that nobody here understood.",
     LIVE_ROLES, NULL, false, list_query, page, NULL, list},
    {"GET", "/v1/kept-webhooks/{webhook}", "readKeptWebhook", "events", "One of them as it came; engineers do not see its body.", LIVE_ROLES,
     NULL, false, NULL, one, NULL, show},
    {"POST", "/v1/kept-webhooks/{webhook}/replay", "replayKeptWebhook", "events", "Has it read again, once somebody may understand it.",
     LIVE_ROLES, NULL, false, NULL, settled, NULL, replay},
    {"POST", "/v1/kept-webhooks/{webhook}/drop", "dropKeptWebhook", "events", "Nobody shall read it, and why.", LIVE_ROLES, "Cancel", false,
     NULL, settled, NULL, drop},
    {0}};
