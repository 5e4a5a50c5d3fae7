/* view_loan.c - loans for people: one, lists, and the story of one. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/text.h"
#include "base/zone.h"
#include "store/view_inner.h"
#include "store_sql.h"

static void put_day(struct question *q, json_t *to, const char *key, int64_t day) {
    char text[16];
    if (day && day != INT32_MAX) question_put(q, to, key, json_string(day_text((int32_t)day, text)));
}

static void put_loan(struct question *q, json_t *o, const struct pg_row *r) {
    static const char *const texts[] = {"product", "currency", "state", "bucket"};
    question_text(q, o, "id", pg_str(r, 0, NULL)), question_text(q, o, "customer", pg_str(r, 1, NULL));
    question_put(q, o, "shard", json_integer(pg_int(r, 2)));
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) question_text(q, o, texts[i], pg_str(r, (int)i + 3, NULL));
    question_put(q, o, "n", json_integer(pg_int(r, 7)));
    question_put(q, o, "outstanding_minor", json_integer(pg_int(r, 8)));
    question_put(q, o, "overdue_minor", json_integer(pg_int(r, 9)));
    put_day(q, o, "oldest_due", pg_int(r, 10)), put_day(q, o, "next_day", pg_int(r, 11));
    question_instant(q, o, "updated", pg_int(r, 12));
}

static void one_row(struct question *q, int statement UNUSED, const struct pg_row *r) { put_loan(q, q->answer, r); }

void view_loan(struct view *v, const char *id, view_done_fn *done, void *who) {
    struct question *q = question_new(v, done, who);
    struct pg_param p[] = {pg_text(id)};
    q->row = one_row;
    q->must_find = true;
    question_ask(q, &SQL_VIEW_LOAN, p);
}

static json_t *item_new(struct question *q) {
    json_t *o = json_object();
    if (json_array_append_new(q->items, o) == 0) return o;
    q->failed = true;
    return NULL;
}

static void list_row(struct question *q, int statement UNUSED, const struct pg_row *r) {
    json_t *o = item_new(q);
    if (!o) return;
    put_loan(q, o, r);
    if (json_array_size(q->items) <= q->limit && !text_copy(q->next, sizeof q->next, pg_str(r, 0, NULL))) q->failed = true;
}

void view_loans(struct view *v, const struct loans_filter *f, const char *cursor, unsigned limit, view_done_fn *done, void *who) {
    struct question *q = question_new(v, done, who);
    struct pg_param p[] = {pg_text(f->customer), pg_text(f->state), pg_text(f->bucket), pg_text(cursor ? cursor : ""), pg_i8(0)};
    question_page(q, limit);
    q->row = list_row;
    p[4] = pg_i8((int64_t)q->limit + 1);
    if (cursor && !*cursor) question_wrong_cursor(q);
    else question_ask(q, &SQL_VIEW_LOANS, p);
}

static void put_body(struct question *q, json_t *o, const struct pg_row *r) {
    size_t n;
    const char *text = pg_str(r, 5, &n);
    json_t *body = NULL;
    if (json_parse(text, n, &JSON_LIMITS_OWN, &body, NULL) == OK) question_put(q, o, "body", body);
}

static void put_run(struct question *q, json_t *o, const struct pg_row *r) {
    struct id id = {{0}};
    char text[ID_TEXT];
    size_t n;
    const char *bytes = pg_str(r, 6, &n);
    if (n == sizeof id.b) memcpy(id.b, bytes, n);
    question_put(q, o, "run", json_string(id_text(id, text)));
}

static void entry_row(struct question *q, int statement UNUSED, const struct pg_row *r) {
    json_t *o = item_new(q);
    if (!o) return;
    question_put(q, o, "n", json_integer(pg_int(r, 0)));
    question_text(q, o, "kind", pg_str(r, 1, NULL));
    put_day(q, o, "effective", pg_int(r, 2));
    question_instant(q, o, "known", pg_int(r, 3));
    if (pg_int(r, 4)) question_put(q, o, "amount_minor", json_integer(pg_int(r, 4)));
    put_body(q, o, r), put_run(q, o, r);
    question_put(q, o, "seq", json_integer(pg_int(r, 7)));
    if (json_array_size(q->items) <= q->limit) snprintf(q->next, sizeof q->next, "%" PRId64, pg_int(r, 0));
}

void view_loan_entries(struct view *v, const char *loan, const char *cursor, unsigned limit, view_done_fn *done, void *who) {
    struct question *q = question_new(v, done, who);
    int64_t before = INT32_MAX;
    question_page(q, limit);
    q->row = entry_row;
    if (cursor && (text_i64(cursor, strlen(cursor), &before) != OK || before < 1 || before > INT32_MAX)) {
        question_wrong_cursor(q);
        return;
    }
    struct pg_param p[] = {pg_text(loan), pg_i4((int32_t)before), pg_i8((int64_t)q->limit + 1)};
    question_ask(q, &SQL_VIEW_LOAN_ENTRIES, p);
}

static void file_row(struct question *q, int statement UNUSED, const struct pg_row *r) {
    size_t n_kind, n_body;
    const char *kind = pg_str(r, 1, &n_kind), *body = pg_str(r, 5, &n_body);
    if (json_array_append_new(q->items, json_pack("{s:I, s:s%, s:I, s:I, s:I, s:s%}", "n", (json_int_t)pg_int(r, 0), "kind", kind, n_kind,
                                                       "day", (json_int_t)pg_int(r, 2), "known_ms", (json_int_t)pg_int(r, 3),
                                                       "amount_minor", (json_int_t)pg_int(r, 4), "body", body, n_body)))
        q->failed = true;
}

void view_loan_file(struct view *v, const char *loan, view_done_fn *done, void *who) {
    struct question *q = question_new(v, done, who);
    struct pg_param p[] = {pg_text(loan), pg_i8(VIEW_FILE_MAX + 1)};
    q->row = file_row;
    q->items = json_array();
    question_put(q, q->answer, "items", q->items);
    question_ask(q, &SQL_VIEW_LOAN_FILE, p);
}
