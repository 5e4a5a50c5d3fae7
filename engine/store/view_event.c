/* view_event.c - events by case for people: those that wait for a run, and dead letters; webhooks nobody understood. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/view_inner.h"
#include "store_sql.h"

/* no, case_type, key, name, event_id, by, at_ms, state, settled_ms, reason [, body] */
static void put_event(struct question *q, json_t *o, const struct pg_row *r) {
    static const char *const texts[] = {"case_type", "key", "event", "event_id", "by"};
    char id[24];
    (void)snprintf(id, sizeof id, "%" PRId64, pg_int(r, 0));
    question_put(q, o, "id", json_string(id));
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) question_text(q, o, texts[i], pg_str(r, (int)i + 1, NULL));
    question_instant(q, o, "at", pg_int(r, 6));
    if (!text_eq(pg_str(r, 7, NULL), "dead")) return;
    question_instant(q, o, "since", pg_int(r, 8));
    question_text(q, o, "reason", pg_str(r, 9, NULL));
}

static json_t *item_new(struct question *q) {
    json_t *o = json_object();
    if (json_array_append_new(q->items, o) == 0) return o;
    q->failed = true;
    return NULL;
}

static void next_is(struct question *q, int64_t at_ms, int64_t no) {
    if (json_array_size(q->items) <= q->limit) (void)snprintf(q->next, sizeof q->next, "%" PRId64 ".%" PRId64, at_ms, no);
}

static void list_row(struct question *q, int statement UNUSED, const struct pg_row *r) {
    json_t *o = item_new(q);
    if (!o) return;
    put_event(q, o, r);
    next_is(q, pg_int(r, 6), pg_int(r, 0));
}

/* "at_ms.no" */
static bool cursor_read(const char *cursor, int64_t *at_ms, int64_t *no) {
    const char *dot = strchr(cursor, '.');
    return dot && text_i64(cursor, (size_t)(dot - cursor), at_ms) == OK && text_i64(dot + 1, strlen(dot + 1), no) == OK;
}

void view_events(struct view *v, const struct events_filter *f, const char *cursor, unsigned limit, view_done_fn *done, void *who) {
    struct question *q = question_new(v, done, who);
    int64_t before_ms = INT64_MAX, before = INT64_MAX;
    question_page(q, limit);
    q->row = list_row;
    if (cursor && !cursor_read(cursor, &before_ms, &before)) {
        question_wrong_cursor(q);
        return;
    }
    struct pg_param p[] = {pg_text(f->case_type), pg_text(f->key), pg_i8(before_ms), pg_i8(before), pg_i8((int64_t)q->limit + 1)};
    question_ask(q, f->dead ? &SQL_VIEW_EVENTS_DEAD : &SQL_VIEW_EVENTS_KEPT, p);
}

static void one_row(struct question *q, int statement UNUSED, const struct pg_row *r) {
    put_event(q, q->answer, r);
    question_text(q, q->answer, "body", pg_str(r, 10, NULL));
}

void view_event(struct view *v, int64_t no, view_done_fn *done, void *who) {
    struct question *q = question_new(v, done, who);
    struct pg_param p[] = {pg_i8(no)};
    q->row = one_row, q->must_find = true;
    question_ask(q, &SQL_VIEW_EVENT, p);
}

/* --- webhooks ------------------------------------------------------------------------------------- */

static void webhook_row(struct question *q, int statement UNUSED, const struct pg_row *r) {
    static const char *const texts[] = {"connector", "webhook_id", "reason"};
    json_t *o = item_new(q);
    char id[24];
    if (!o) return;
    (void)snprintf(id, sizeof id, "%" PRId64, pg_int(r, 0));
    question_put(q, o, "id", json_string(id));
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) question_text(q, o, texts[i], pg_str(r, (int)i + 1, NULL));
    question_instant(q, o, "at", pg_int(r, 4));
    next_is(q, pg_int(r, 4), pg_int(r, 0));
}

void view_webhooks(struct view *v, const char *connector, const char *cursor, unsigned limit, view_done_fn *done, void *who) {
    struct question *q = question_new(v, done, who);
    int64_t before_ms = INT64_MAX, before = INT64_MAX;
    question_page(q, limit);
    q->row = webhook_row;
    if (cursor && !cursor_read(cursor, &before_ms, &before)) {
        question_wrong_cursor(q);
        return;
    }
    struct pg_param p[] = {pg_text(connector), pg_i8(before_ms), pg_i8(before), pg_i8((int64_t)q->limit + 1)};
    question_ask(q, &SQL_VIEW_WEBHOOKS, p);
}
