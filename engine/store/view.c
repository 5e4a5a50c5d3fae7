/* view.c - filters and cursors to parameters, rows to JSON. */
#include "store/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/text.h"
#include "base/zone.h"
#include "io/pg.h"
#include "store/view_inner.h"
#include "store_sql.h"

enum { VIEW_CONNECTIONS = 2 };

static const struct pg_statement *const statements[] = {
    &SQL_VIEW_RUNS,          &SQL_VIEW_TASKS,   &SQL_VIEW_COUNT_RUNS, &SQL_VIEW_COUNT_TASKS,
    &SQL_VIEW_TRIAL_BALANCE, &SQL_VIEW_API_KEY, &SQL_VIEW_LOAN,       &SQL_VIEW_LOANS,
    &SQL_VIEW_LOAN_ENTRIES,  &SQL_VIEW_LOAN_FILE, &SQL_VIEW_DAY_END, &SQL_VIEW_DAY_END_SHARDS,
    &SQL_VIEW_EVENTS_KEPT,   &SQL_VIEW_EVENTS_DEAD, &SQL_VIEW_EVENT, &SQL_VIEW_WEBHOOKS,
};

enum err view_open(struct loop *l, const char *dsn, struct view **out, struct fault *f) {
    AUTO(buf_reset) struct buf mine = {0};
    struct view *v = calloc(1, sizeof *v);
    if (!v) return fault_set(f, ERR_NOMEM, "", "no memory");
    v->loop = l;
    buf_init(&mine, 16384);
    dsn_for_views(dsn, &mine);
    enum err e = buf_ok(&mine) ? pg_new(l, buf_text(&mine), VIEW_CONNECTIONS, statements, ARRAY_LEN(statements), &v->pg, f)
                               : fault_set(f, ERR_LIMIT, "database", "the connection string is too long");
    if (e != OK) free(v);
    else *out = v;
    return e;
}

void view_close(struct view *v) {
    if (!v) return;
    pg_free(v->pg);
    free(v);
}

bool view_up(const struct view *v) { return pg_up(v->pg); }

void question_put(struct question *q, json_t *to, const char *key, json_t *value) {
    if (json_object_set_new(to, key, value) != 0) q->failed = true;
}
void question_text(struct question *q, json_t *to, const char *key, const char *text) {
    if (*text) question_put(q, to, key, json_string(text));
}
void question_instant(struct question *q, json_t *to, const char *key, int64_t ms) {
    char text[32];
    if (ms) question_put(q, to, key, json_string(instant_text(ms, text)));
}
static void put_run(struct question *q, json_t *to, const char *key, const struct pg_row *r, int col) {
    struct id id = {{0}};
    char text[ID_TEXT];
    size_t n;
    const char *bytes = pg_str(r, col, &n);
    if (n == sizeof id.b) memcpy(id.b, bytes, n);
    question_put(q, to, key, json_string(id_text(id, text)));
}

static void on_row(void *who, int statement, const struct pg_row *r) {
    struct question *q = who;
    q->row(q, statement, r);
}

/* The page asked for one row more than its limit, to know whether there is a next one. */
static void finish_page(struct question *q) {
    size_t n = json_array_size(q->items);
    bool more = n > q->limit;
    if (more && json_array_remove(q->items, n - 1) != 0) q->failed = true;
    question_put(q, q->answer, "next", more ? json_string(q->next) : json_null());
}

static void on_end(void *who, const struct pg_end *end) {
    struct question *q = who;
    struct fault f;
    enum err e = OK;
    char now[32];
    if (end->err != OK) e = fault_set(&f, end->err, end->sqlstate, "%s", end->text);
    if (e == OK && q->paged) finish_page(q);
    if (e == OK && !q->must_find) question_put(q, q->answer, "as_of", json_string(instant_text(loop_now_ms(q->v->loop), now)));
    if (e == OK && q->must_find && json_object_size(q->answer) == 0) e = fault_set(&f, ERR_NOT_FOUND, "", "no such thing");
    if (e == OK && q->failed) e = fault_set(&f, ERR_NOMEM, "", "no memory");
    q->done(q->who, e, e == OK ? q->answer : NULL, e == OK ? NULL : &f);
    json_decref(q->answer);
    free(q);
}

/* NULL after it has arranged for `done` to be told. */
struct question *question_new(struct view *v, view_done_fn *done, void *who) {
    struct question *q = calloc(1, sizeof *q);
    INVARIANT(q);
    *q = (struct question){.v = v, .done = done, .who = who, .answer = json_object()};
    if (!q->answer) q->failed = true;
    return q;
}

void question_page(struct question *q, unsigned limit) {
    q->paged = true;
    q->limit = limit == 0 ? 1 : limit > VIEW_LIMIT_MAX ? VIEW_LIMIT_MAX : limit;
    q->items = json_array();
    question_put(q, q->answer, "items", q->items);
}

static void wrong_cursor(void *who) {
    static const struct pg_end end = {.err = ERR_INVALID, .statement = -1, .text = "the cursor is not one of ours"};
    on_end(who, &end);
}

void question_wrong_cursor(struct question *q) { INVARIANT(loop_post(q->v->loop, wrong_cursor, q) == OK); }

void question_send_take(struct question *q, struct pg_batch *b) { pg_send_take(q->v->pg, -1, b, on_row, on_end, q); }

void question_ask(struct question *q, const struct pg_statement *s, const struct pg_param *params) {
    struct pg_batch *b = pg_batch_new(q->v->pg);
    pg_batch_add(b, s, params);
    pg_send_take(q->v->pg, -1, b, on_row, on_end, q);
}

/* "number.text" */
static bool cursor_parse(const char *cursor, int64_t *number, const char **rest) {
    const char *dot = strchr(cursor, '.');
    if (!dot || text_i64(cursor, (size_t)(dot - cursor), number) != OK) return false;
    *rest = dot + 1;
    return **rest != 0;
}

static void run_row(struct question *q, int statement UNUSED, const struct pg_row *r) {
    static const char *const texts[] = {"workflow", "case_type", "case_key", "customer", "state", "at",
                                        "outcome", "decision", "currency"};
    json_t *o = json_object();
    if (json_array_append_new(q->items, o) != 0) {
        q->failed = true;
        return;
    }
    put_run(q, o, "id", r, 0);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) question_text(q, o, texts[i], pg_str(r, (int)i + 1, NULL));
    if (pg_int(r, 10)) question_put(q, o, "amount_minor", json_integer(pg_int(r, 10)));
    question_instant(q, o, "started", pg_int(r, 11)), question_instant(q, o, "updated", pg_int(r, 12));
    question_instant(q, o, "ended", pg_int(r, 13)), question_instant(q, o, "wake", pg_int(r, 14));
    if (json_array_size(q->items) <= q->limit)
        snprintf(q->next, sizeof q->next, "%" PRId64 ".%s", pg_int(r, 11), json_text(o, "id", ""));
}

void view_runs(struct view *v, const struct runs_filter *f, const char *cursor, unsigned limit,
               view_done_fn *done, void *who) {
    struct question *q = question_new(v, done, who);
    int64_t before_ms = INT64_MAX;
    struct id before = {{0}};
    const char *rest;
    question_page(q, limit);
    q->row = run_row;
    if (cursor && (!cursor_parse(cursor, &before_ms, &rest) || id_parse(rest, &before) != OK)) {
        question_wrong_cursor(q);
        return;
    }
    bool open = f->state && !text_eq(f->state, "ended");
    struct pg_param p[] = {pg_text(f->workflow), pg_text(f->state), pg_text(f->outcome), pg_text(f->decision),
                           pg_text(f->customer), pg_text(f->case_type), pg_text(f->case_key), pg_i8(f->from_ms),
                           pg_i8(f->till_ms ? f->till_ms : INT64_MAX), pg_i8(f->amount_min),
                           pg_i8(f->amount_max ? f->amount_max : INT64_MAX), pg_i8(before_ms),
                           pg_raw(before.b, sizeof before.b), {.type = PG_BOOL, .i = open}, pg_i8((int64_t)q->limit + 1)};
    question_ask(q, &SQL_VIEW_RUNS, p);
}

static void task_row(struct question *q, int statement UNUSED, const struct pg_row *r) {
    json_t *o = json_object();
    if (json_array_append_new(q->items, o) != 0) {
        q->failed = true;
        return;
    }
    question_text(q, o, "id", pg_str(r, 0, NULL)), put_run(q, o, "run", r, 1);
    question_text(q, o, "paragraph", pg_str(r, 2, NULL)), question_put(q, o, "visit", json_integer(pg_int(r, 3)));
    question_text(q, o, "queue", pg_str(r, 4, NULL)), question_text(q, o, "state", pg_str(r, 5, NULL));
    question_text(q, o, "assignee", pg_str(r, 6, NULL)), question_text(q, o, "answer", pg_str(r, 7, NULL));
    question_instant(q, o, "created", pg_int(r, 9)), question_instant(q, o, "due", pg_int(r, 10));
    question_instant(q, o, "updated", pg_int(r, 11));
    if (json_array_size(q->items) <= q->limit)
        snprintf(q->next, sizeof q->next, "%" PRId64 ".%s", pg_int(r, 12), pg_str(r, 0, NULL));
}

void view_tasks(struct view *v, const struct tasks_filter *f, const char *cursor, unsigned limit,
                view_done_fn *done, void *who) {
    struct question *q = question_new(v, done, who);
    int64_t after_due = INT64_MIN;
    const char *after = "";
    struct id run = {{0}};
    question_page(q, limit);
    q->row = task_row;
    bool good = !cursor || cursor_parse(cursor, &after_due, &after);
    if (!good || (f->run && id_parse(f->run, &run) != OK)) {
        question_wrong_cursor(q);
        return;
    }
    struct pg_param p[] = {pg_text(f->queue), pg_text(f->state), pg_text(f->assignee),
                           pg_raw(f->run ? run.b : NULL, sizeof run.b), pg_i8(after_due), pg_text(after),
                           pg_i8((int64_t)q->limit + 1)};
    question_ask(q, &SQL_VIEW_TASKS, p);
}

static void count_row(struct question *q, int statement, const struct pg_row *r) {
    json_t *group = json_object_get(q->answer, statement == 0 ? "runs" : "tasks");
    const char *name = pg_str(r, 0, NULL);
    if (statement == 1) { /* queue, state, count */
        if (!json_object_get(group, name)) question_put(q, group, name, json_object());
        group = json_object_get(group, name);
    }
    question_put(q, group, pg_str(r, statement, NULL), json_integer(pg_int(r, statement + 1)));
}

void view_counts(struct view *v, view_done_fn *done, void *who) {
    struct question *q = question_new(v, done, who);
    struct pg_batch *b = pg_batch_new(v->pg);
    q->row = count_row;
    question_put(q, q->answer, "runs", json_object()), question_put(q, q->answer, "tasks", json_object());
    pg_batch_add(b, &SQL_VIEW_COUNT_RUNS, NULL);
    pg_batch_add(b, &SQL_VIEW_COUNT_TASKS, NULL);
    pg_send_take(v->pg, -1, b, on_row, on_end, q);
}

static void balance_row(struct question *q, int statement UNUSED, const struct pg_row *r) {
    json_int_t debits = pg_int(r, 2), credits = pg_int(r, 3);
    json_t *o = json_pack("{s:s, s:s, s:I, s:I, s:I}", "currency", pg_str(r, 0, NULL), "account", pg_str(r, 1, NULL),
                          "debits", debits, "credits", credits, "balance", debits - credits);
    if (json_array_append_new(q->items, o) != 0) q->failed = true;
}

void view_trial_balance(struct view *v, view_done_fn *done, void *who) {
    struct question *q = question_new(v, done, who);
    q->row = balance_row;
    q->items = json_array();
    question_put(q, q->answer, "items", q->items), question_put(q, q->answer, "next", json_null());
    question_ask(q, &SQL_VIEW_TRIAL_BALANCE, NULL);
}

static void key_row(struct question *q, int statement UNUSED, const struct pg_row *r) {
    question_text(q, q->answer, "name", pg_str(r, 0, NULL)), question_text(q, q->answer, "role", pg_str(r, 1, NULL));
}

void view_api_key(struct view *v, const char *key_hash, view_done_fn *done, void *who) {
    struct question *q = question_new(v, done, who);
    struct pg_param p[] = {pg_text(key_hash)};
    q->row = key_row;
    q->must_find = true;
    question_ask(q, &SQL_VIEW_API_KEY, p);
}
