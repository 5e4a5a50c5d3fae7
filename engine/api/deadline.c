/* deadline.c - see deadline.h. */
#include "api/deadline.h"

#include "api/request.h"
#include "io/http.h"

static const char LATE[] =
    "{\"type\":\"about:blank\",\"title\":\"Not available at the moment\",\"status\":503,"
    "\"detail\":\"the database did not answer in time; send the same request again, with the same key\"}";

static void late(void *who) {
    struct request *r = who;
    r->deadline = NULL;
    request_record(r, 503);
    r->expired = true;
    http_answer_header(r->http, "Retry-After", "1");
    http_answer_early(r->http, 503, "application/problem+json", LATE, sizeof LATE - 1);
}

void deadline_start(struct request *r) {
    r->deadline = loop_timer(r->api->c.loop, DEADLINE_MS + wait_patience_ms(r), late, r);
}

void deadline_end(struct request *r) { loop_cancel(r->api->c.loop, r->deadline); }
