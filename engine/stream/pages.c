/* pages.c - the stream page by page, places in it by time, and the letters that nobody took. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/zone.h"
#include "stream/query.h"
#include "stream_sql.h"

enum { SCAN_ROWS = 1000, PAGE_MAX = 500 };

static unsigned bounded(unsigned limit) { return limit == 0 ? 1 : limit > PAGE_MAX ? PAGE_MAX : limit; }

/* --- pages ------------------------------------------------------------------------------------------------------------ */

struct paging {
    char types[TYPES_MAX + 1];
    unsigned limit, scanned;
    struct position next;
    bool full; /* there may be more where this page ends */
};

static void page_row(struct query *q, int statement UNUSED, const struct pg_row *r) {
    struct paging *p = q->more;
    json_t *items = json_object_get(q->answer, "items");
    struct event e = event_of_row(r, 0);
    if (p->full) return;
    p->next = e.at, p->scanned++;
    if (event_wanted(p->types, e.type) && json_array_append_new(items, query_event_new(q, &e)) != 0) q->failed = true;
    p->full = json_array_size(items) == p->limit || p->scanned == SCAN_ROWS;
}

static void page_done(struct query *q) {
    const struct paging *p = q->more;
    query_put_position(q, q->answer, "next", p->next);
    query_put(q, q->answer, "more", json_boolean(p->full));
    query_end(q, OK, NULL);
}

void stream_page(struct stream *s, struct position after, const char *types, unsigned limit, stream_done_fn *done, void *who) {
    struct query *q = query_new(s, sizeof(struct paging), done, who);
    if (!q) return;
    struct paging *p = q->more;
    q->row = page_row, q->then = page_done;
    p->next = after, p->limit = bounded(limit);
    query_put(q, q->answer, "items", json_array());
    if (!text_copy(p->types, sizeof p->types, types)) {
        query_end_later(q, ERR_INVALID, "types", "at most %d characters", TYPES_MAX);
        return;
    }
    query_one(q, &SQL_STREAM_PAGE, (struct pg_param[]){param_i8(after.tx), param_i4(after.n), param_i4(SCAN_ROWS)});
}

/* --- places --------------------------------------------------------------------------------------------------------------- */

enum from { FROM_START, FROM_NOW, FROM_POSITION, FROM_INSTANT };
struct place {
    enum from from;
    struct position after, head, swept;
};

static void place_row(struct query *q, int statement, const struct pg_row *r) {
    struct place *p = q->more;
    struct position at = {pg_int(r, 0), (int32_t)pg_int(r, 1)};
    if (statement == 0) p->head = at;
    else if (statement == 1) p->swept = at;
    else p->after = position_before(at);
}

static void place_known(struct query *q) {
    struct place *p = q->more;
    if (p->from == FROM_NOW || (p->from == FROM_INSTANT && !position_compare(p->after, POSITION_START))) p->after = p->head;
    bool gone = p->from != FROM_START && position_compare(p->after, p->swept) < 0;
    if (position_compare(p->after, p->swept) < 0) p->after = p->swept;
    query_put_position(q, q->answer, "after", p->after);
    if (gone) query_put(q, q->answer, "gone", json_true()); /* what is asked for is not kept any more: from the oldest on */
    query_end(q, OK, NULL);
}

static enum err read_from(const char *text, struct place *p, int64_t *at_ms) {
    if (text_eq(text, "start")) return p->from = FROM_START, OK;
    if (text_eq(text, "now")) return p->from = FROM_NOW, OK;
    if (position_parse(text, &p->after) == OK) return p->from = FROM_POSITION, p->after = position_before(p->after), OK;
    p->from = FROM_INSTANT, p->after = POSITION_START;
    return instant_parse(text, at_ms);
}

void stream_from(struct stream *s, const char *from, stream_done_fn *done, void *who) {
    struct query *q = query_new(s, sizeof(struct place), done, who);
    if (!q) return;
    struct place *p = q->more;
    int64_t at_ms = 0;
    q->row = place_row, q->then = place_known;
    if (read_from(from, p, &at_ms) != OK) {
        query_end_later(q, ERR_INVALID, "from", "write a position such as 7311-2, an instant such as 2026-12-01T09:00:00Z, start or now");
        return;
    }
    struct pg_batch *b = pg_batch_new(s->pg);
    if (b) pg_batch_add(b, &SQL_STREAM_HEAD, NULL), pg_batch_add(b, &SQL_STREAM_SWEPT, NULL);
    if (b && p->from == FROM_INSTANT) pg_batch_add(b, &SQL_STREAM_SINCE, (struct pg_param[]){param_i8(at_ms)});
    query_send_take(q, b);
}

/* --- dead letters ----------------------------------------------------------------------------------------------------------- */

/* The subscriber must be there: else an empty list would look like good news. */
static void send_about(struct query *q, const char *id, const struct pg_statement *st, const struct pg_param *params) {
    struct pg_batch *b = pg_batch_new(q->s->pg);
    q->must_find = true;
    if (b) pg_batch_add(b, &SQL_SUBSCRIBER_SECRETS, (struct pg_param[]){param_text(id)}), pg_batch_add(b, st, params);
    query_send_take(q, b);
}

static void dead_row(struct query *q, int statement, const struct pg_row *r) {
    if (statement == 0) return;
    struct paging *p = q->more;
    json_t *items = json_object_get(q->answer, "items"), *o;
    struct event e = event_of_row(r, 0);
    if (p->full) return;
    if (json_array_size(items) == p->limit) {
        p->full = true;
        return;
    }
    p->next = e.at;
    if (!(o = json_object()) || json_array_append_new(items, o) != 0) {
        q->failed = true;
        return;
    }
    query_put(q, o, "event", query_event_new(q, &e));
    query_put(q, o, "attempts", json_integer(pg_int(r, 8)));
    query_put_instant(q, o, "first_failed", pg_int(r, 9));
    if (pg_int(r, 10)) query_put(q, o, "status", json_integer(pg_int(r, 10)));
    query_put_text(q, o, "why", pg_str(r, 11, NULL));
    query_put_instant(q, o, "given_up", pg_int(r, 12));
}

static void dead_done(struct query *q) {
    const struct paging *p = q->more;
    char text[POSITION_TEXT];
    query_put(q, q->answer, "next", p->full ? json_string(position_text(p->next, text)) : json_null());
    query_end(q, OK, NULL);
}

void dead_list(struct stream *s, const char *id, struct position after, unsigned limit, stream_done_fn *done, void *who) {
    struct query *q = query_new(s, sizeof(struct paging), done, who);
    if (!q) return;
    struct paging *p = q->more;
    q->row = dead_row, q->then = dead_done;
    p->limit = bounded(limit);
    query_put(q, q->answer, "items", json_array());
    send_about(q, id, &SQL_DEAD_LIST, (struct pg_param[]){param_text(id), param_i8(after.tx), param_i4(after.n), param_i4(p->limit + 1)});
}

static void revived_row(struct query *q, int statement, const struct pg_row *r) {
    if (statement == 1) query_put(q, q->answer, "redelivered", json_integer(pg_int(r, 0)));
}

void dead_redeliver(struct stream *s, const char *id, const char *event, stream_done_fn *done, void *who) {
    struct query *q = query_new(s, 0, done, who);
    if (!q) return;
    q->row = revived_row;
    send_about(q, id, &SQL_DEAD_REVIVE, (struct pg_param[]){param_text(id), param_text(event), param_i4(PUMP_PARKED_MAX),
                                                            param_i8(loop_now_ms(s->c.loop))});
}
