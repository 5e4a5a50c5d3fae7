/* day_ends.c - the end of a day in our own books: ask for it, see how far it is. */
#include <stdio.h>
#include <string.h>

#include "api/request.h"
#include "base/zone.h"
#include "flow/engine.h"
#include "io/http.h"
#include "store/view.h"

static void asked(void *who, enum err err, const struct fault *f) {
    struct request *r = who;
    char location[64];
    if (err != OK) return answer_error(r, err, f);
    snprintf(location, sizeof location, "/v1/day-ends/%.10s", r->params[0]);
    http_answer_header(r->http, "Location", location);
    answer_json_take(r, 202, json_pack("{s:s}", "date", r->params[0]));
}

/* Any process may take it: those that hold the shards see it when they renew their leases. */
static void ask(struct request *r) {
    struct fault f = {0};
    const char *date = json_text(r->body, "date", NULL);
    int32_t day = engine_today(r->api->c.engine) - 1;
    if (date && day_parse(date, &day) != OK) return answer_problem(r, 422, "/date", "%s is not a date such as 2026-01-31", date);
    (void)day_text(day, r->params[0]);
    enum err e = engine_day_end(r->api->c.engine, day, r->by, asked, r, &f);
    if (e == ERR_INVALID) answer_problem(r, 422, "/date", "%s", f.text);
    else if (e != OK) answer_error(r, e, &f);
}

static void told(void *who, enum err err, const json_t *answer, const struct fault *f) {
    struct request *r = who;
    if (err == ERR_NOT_FOUND) return answer_problem(r, 404, NULL, "nobody has asked for the end of %s", r->params[0]);
    if (err != OK) return answer_error(r, err, f);
    answer_json_take(r, 200, json_incref((json_t *)answer));
}

static void read_one(struct request *r) {
    int32_t day;
    if (day_parse(r->params[0], &day) != OK) answer_problem(r, 404, NULL, "%s is not a date such as 2026-01-31", r->params[0]);
    else view_day_end(r->api->c.view, day, told, r);
}

static const struct answer_doc taken[] = {{202, "DayEndDate", "It is asked for; read it at Location"},
                                          {404, "Problem", "No loans are kept in the books here"},
                                          {422, "Problem", "No date, or a day that is not over"}, {503, "Problem", "Try again soon"}, {0}};
static const struct answer_doc one[] = {{200, "DayEnd", "How far it is, in all and by shard"},
                                        {404, "Problem", "Nobody has asked for it"}, {503, "Problem", "Try again soon"}, {0}};

const struct route routes_day_ends[] = {
    {"POST", "/v1/day-ends", "endDay", "books", "Ends a day (yesterday) in the books; again changes nothing.", ROLE_ADMIN, "DayEndAsk",
     false, NULL, taken, NULL, ask},
    {"GET", "/v1/day-ends/{date}", "readDayEnd", "books", "How far the end of a day is.", ROLE_ADMIN, NULL, false, NULL, one, NULL,
     read_one},
    {0}};
