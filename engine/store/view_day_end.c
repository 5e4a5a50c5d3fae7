/* view_day_end.c - how far the end of a day is: what each shard's run last wrote, summed. */
#include <string.h>

#include "base/id.h"
#include "base/text.h"
#include "base/zone.h"
#include "store/view_inner.h"
#include "store_sql.h"

static const char *const counts[] = {"done", "changed", "entries", "failed"};

static void head_row(struct question *q, const struct pg_row *r) {
    question_text(q, q->answer, "date", pg_str(r, 1, NULL));
    question_put(q, q->answer, "state", json_string(pg_int(r, 4) ? "ended" : "waiting"));
    question_instant(q, q->answer, "asked", pg_int(r, 2)), question_text(q, q->answer, "asked_by", pg_str(r, 3, NULL));
    question_instant(q, q->answer, "ended", pg_int(r, 4));
    question_put(q, q->answer, "left", json_integer(0));
    for (size_t i = 0; i < ARRAY_LEN(counts); i++) question_put(q, q->answer, counts[i], json_integer(0));
    question_put(q, q->answer, "shards", json_array());
}

static void add(struct question *q, const char *key, int64_t n) {
    question_put(q, q->answer, key, json_integer(json_int(q->answer, key, 0) + n));
}

/* The counts of the last row: [..., {"f":"page","done":..}]. */
static void put_counts(struct question *q, json_t *o, const struct pg_row *r) {
    json_t *facts = NULL;
    size_t n = 0;
    const char *body = pg_null(r, 5) ? NULL : pg_str(r, 5, &n);
    if (body) (void)!json_parse(body, n, &JSON_LIMITS_OWN, &facts, NULL);
    const json_t *last = json_array_get(facts, json_array_size(facts) - 1);
    for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
        question_put(q, o, counts[i], json_integer(json_int(last, counts[i], 0)));
        add(q, counts[i], json_int(last, counts[i], 0));
    }
    json_decref(facts);
}

static void put_run(struct question *q, json_t *o, const struct pg_row *r) {
    struct id id = {{0}};
    char text[ID_TEXT];
    size_t n = 0;
    const char *bytes = pg_null(r, 4) ? NULL : pg_str(r, 4, &n);
    if (!bytes || n != sizeof id.b) return;
    memcpy(id.b, bytes, n);
    question_put(q, o, "run", json_string(id_text(id, text)));
}

static void shard_row(struct question *q, const struct pg_row *r) {
    json_t *o = json_object();
    const char *state = pg_str(r, 1, NULL);
    if (json_array_append_new(json_object_get(q->answer, "shards"), o) != 0) {
        q->failed = true;
        return;
    }
    question_put(q, o, "shard", json_integer(pg_int(r, 0)));
    question_put(q, o, "state", json_string(*state ? state : "waiting"));
    question_put(q, o, "left", json_integer(pg_int(r, 6)));
    question_instant(q, o, "started", pg_int(r, 2)), question_instant(q, o, "ended", pg_int(r, 3));
    put_run(q, o, r), put_counts(q, o, r);
    add(q, "left", pg_int(r, 6));
    if (*state && !text_eq(json_text(q->answer, "state", ""), "ended")) question_put(q, q->answer, "state", json_string("running"));
}

static void row(struct question *q, int statement, const struct pg_row *r) {
    if (statement == 0) head_row(q, r);
    else if (json_object_get(q->answer, "shards")) shard_row(q, r);
}

void view_day_end(struct view *v, int32_t day, view_done_fn *done, void *who) {
    struct question *q = question_new(v, done, who);
    struct pg_batch *b = pg_batch_new(v->pg);
    char date[16];
    struct pg_param head[] = {pg_text(day_text(day, date))}, shards[] = {pg_text(date), pg_i4(day)};
    q->row = row;
    q->must_find = true;
    pg_batch_add(b, &SQL_VIEW_DAY_END, head);
    pg_batch_add(b, &SQL_VIEW_DAY_END_SHARDS, shards);
    question_send_take(q, b);
}
