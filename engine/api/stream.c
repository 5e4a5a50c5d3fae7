/* stream.c - the event stream for whoever asks: page by page, or as server-sent events. */
#include <string.h>

#include "api/deadline.h"
#include "api/request.h"
#include "base/buf.h"
#include "base/text.h"
#include "io/http.h"
#include "stream/stream.h"

#define ROLES (ROLE_ENGINEER | ROLE_ADMIN)
enum { TYPES_TEXT = 2001, LIVE_MAX = 100, LIVE_PAGE = 100, LIVE_MS = 500, LIVE_MORE_MS = 50, BEAT_MS = 15000 };

/* "a,b" as "a b"; false: it has been answered. */
static bool types_of(struct request *r, char out[TYPES_TEXT]) {
    const char *given = http_query(r->http, "types");
    if (!text_copy(out, TYPES_TEXT, given ? given : "")) return answer_problem(r, 400, "types", "types is too long"), false;
    for (char *c = out; *c; c++)
        if (*c == ',') *c = ' ';
    return true;
}

static bool position_of(struct request *r, const char *text, struct position *out) {
    *out = POSITION_START;
    if (!text || position_parse(text, out) == OK) return true;
    answer_problem(r, 400, "after", "after must be a position such as 7311-2: `next` of the page before, or an event's `position`");
    return false;
}

static void page_known(void *who, enum err err, const json_t *page, const struct fault *f) {
    struct request *r = who;
    if (err != OK) answer_error(r, err, f);
    else answer_json_take(r, 200, json_incref((json_t *)page));
}

struct from_time { /* a page from an instant on: its place is asked first */
    struct request *r;
    char types[TYPES_TEXT];
    unsigned limit;
};
static void place_known(void *who, enum err err, const json_t *place, const struct fault *f) {
    struct from_time *t = who;
    struct position after = POSITION_START;
    if (err == OK) err = position_parse(json_text(place, "after", NULL), &after);
    if (err == ERR_INVALID) answer_problem(t->r, 400, "from", "%s", f ? f->text : "");
    else if (err != OK) answer_error(t->r, err, f);
    else stream_page(t->r->api->c.stream, after, t->types, t->limit, page_known, t->r);
    free(t);
}

static void page(struct request *r) {
    const char *from = http_query(r->http, "from"), *after_text = http_query(r->http, "after");
    struct position after;
    int64_t limit;
    struct from_time t = {.r = r}, *kept;
    if (from && after_text) return answer_problem(r, 400, "from", "either after or from, not both");
    if (!request_number(r, "limit", 1, 500, 100, &limit) || !types_of(r, t.types) || !position_of(r, after_text, &after)) return;
    if (!from) return stream_page(r->api->c.stream, after, t.types, (unsigned)limit, page_known, r);
    t.limit = (unsigned)limit;
    if (!(kept = malloc(sizeof *kept))) return answer_error(r, ERR_NOMEM, NULL);
    *kept = t;
    stream_from(r->api->c.stream, from, place_known, kept);
}

/* --- live ---------------------------------------------------------------------------------------------------------- */

struct live {
    struct request *r;   /* NULL: the client has left */
    struct api *api;
    struct loop_timer *timer;
    char types[TYPES_TEXT];
    struct position after;
    int64_t beat_ms;
    bool asking;
};

static void live_free(struct live *l) {
    l->api->n_live--;
    free(l);
}

static void left(void *who) {
    struct live *l = who;
    struct request *r = l->r;
    loop_cancel(l->api->c.loop, l->timer);
    l->r = NULL, l->timer = NULL;
    http_stream_end(r->http);
    request_drop(r);
    if (!l->asking) live_free(l);
}

static void ask(void *who);

static void again(struct live *l, int64_t ms) {
    l->timer = loop_timer(l->api->c.loop, ms, ask, l);
    if (!l->timer) left(l);
}

static void go_on_from(struct live *l, const json_t *of, const char *key) {
    struct position p;
    if (position_parse(json_text(of, key, NULL), &p) == OK) l->after = p;
}

static void send_event(struct live *l, const json_t *event, struct buf *out) {
    buf_addf(out, "id: %s\nevent: %s\ndata: ", json_text(event, "position", ""), json_text(event, "type", ""));
    if (json_write(event, out) != OK) out->failed = true;
    buf_adds(out, "\n\n");
    go_on_from(l, event, "position");
}

static void live_page(void *who, enum err err, const json_t *page_, const struct fault *f) {
    struct live *l = who;
    const json_t *items = json_object_get(page_, "items"), *event;
    size_t i;
    (void)f;
    l->asking = false;
    if (!l->r) return live_free(l);
    AUTO(buf_reset) struct buf out;
    buf_init(&out, 16u << 20);
    json_array_foreach((json_t *)items, i, event) send_event(l, event, &out);
    if (err == OK) go_on_from(l, page_, "next");
    int64_t now_ms = loop_now_ms(l->api->c.loop);
    if (!out.len && now_ms >= l->beat_ms + BEAT_MS) buf_adds(&out, ": still here\n\n");
    if (out.len) l->beat_ms = now_ms;
    http_on_gone(l->r->http, NULL, NULL); /* a reader too slow for this may be closed here: see below */
    if (buf_ok(&out)) http_stream_send(l->r->http, out.data, out.len);
    if (!buf_ok(&out) || http_is_gone(l->r->http) || l->api->draining) return left(l);
    http_on_gone(l->r->http, left, l);
    again(l, json_bool(page_, "more", false) ? LIVE_MORE_MS : LIVE_MS);
}

static void ask(void *who) {
    struct live *l = who;
    l->timer = NULL;
    l->asking = true;
    stream_page(l->api->c.stream, l->after, l->types, LIVE_PAGE, live_page, l);
}

static void live_begin(struct live *l) {
    struct request *r = l->r;
    request_record(r, 200);
    deadline_end(r);
    r->deadline = NULL;
    http_answer_header(r->http, "Cache-Control", "no-store");
    http_stream_start(r->http, 200, "text/event-stream; charset=utf-8");
    if (http_is_gone(r->http)) return left(l);
    http_on_gone(r->http, left, l);
    ask(l);
}

static void live_from(void *who, enum err err, const json_t *place, const struct fault *f) {
    struct live *l = who;
    if (err == OK) err = position_parse(json_text(place, "after", NULL), &l->after);
    if (err == OK) return live_begin(l);
    answer_error(l->r, err, f);
    live_free(l);
}

static void live(struct request *r) {
    const char *id = http_header(r->http, "Last-Event-ID"), *after = id ? id : http_query(r->http, "after");
    if (!strcmp(http_method(r->http), "HEAD")) return answer_text(r, 200, "text/event-stream", NULL, 0);
    if (r->api->n_live >= LIVE_MAX) return answer_problem(r, 503, NULL, "%d listen already, as many as may", LIVE_MAX);
    struct live *l = calloc(1, sizeof *l);
    if (!l) return answer_error(r, ERR_NOMEM, NULL);
    *l = (struct live){.r = r, .api = r->api, .beat_ms = loop_now_ms(r->api->c.loop)};
    if (!types_of(r, l->types) || !position_of(r, after, &l->after)) return free(l);
    r->api->n_live++;
    if (after) live_begin(l);
    else stream_from(r->api->c.stream, "now", live_from, l);
}

static const struct param_doc page_query[] = {
    {"after", "Events behind this position: `next` of the page before", "{\"type\":\"string\"}"},
    {"from", "Instead: a position or an instant; the first event at or after it comes first", "{\"type\":\"string\"}"},
    {"types", "Only these, by comma; tenor.loan.* takes all that begin so", "{\"type\":\"string\"}"},
    {"limit", "Items a page", "{\"type\":\"integer\",\"minimum\":1,\"maximum\":500,\"default\":100}"},
    {0}};
static const struct param_doc live_query[] = {
    {"after", "Events behind this position; left out: those from now on. The header Last-Event-ID does the same", "{\"type\":\"string\"}"},
    {"types", "Only these, by comma; tenor.loan.* takes all that begin so", "{\"type\":\"string\"}"},
    {0}};
static const struct answer_doc paged[] = {{200, "EventPage", "In the order of the stream"}, {400, "Problem", "A parameter does not fit"},
                                          {503, "Problem", "Try again soon"}, {0}};
static const struct answer_doc flowing[] = {{200, NULL, "Server-sent events: id is the position, data a CloudEvent"},
                                            {400, "Problem", "A parameter does not fit"}, {503, "Problem", "Try again soon"}, {0}};

const struct route routes_stream[] = {
    {"GET", "/v1/stream", "readStream", "stream",
     "What happened, in order, as CloudEvents. Kept for the configured days; go on with `after` = `next`.", ROLES, NULL, false, page_query, paged,
     NULL, page},
    {"GET", "/v1/stream/live", "listenStream", "stream", "The same as it happens.", ROLES, NULL, false, live_query, flowing, "text/event-stream",
     live},
    {0}};
