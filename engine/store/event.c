/* event.c - events from outside: which run is owed which (SEMANTICS 9). The rules stand in event.sql. */
#include <string.h>

#include "store/pg_store.h"
#include "store_sql.h"

enum { ROUTED_AT_ONCE = 200, SWEPT_AT_ONCE = 1000 };
#define WEBHOOK_UNREAD_MS (INT64_C(60) * 86400000) /* so much longer than others a webhook that nobody looked at is kept */

static void found_row(struct ask *a, const struct pg_row *r) {
    struct event_found *f = &a->event;
    size_t n;
    f->known |= pg_int(r, 0) == 0, f->stale |= pg_int(r, 0) == 1;
    if (pg_int(r, 0) < 2) return;
    const char *run = pg_str(r, 1, &n);
    if (n == sizeof f->run.b) memcpy(f->run.b, run, n);
    f->open++;
    f->owed |= pg_int(r, 2) != 0;
}

static void found_end(struct ask *a, enum err err, const struct fault *f UNUSED) {
    ((store_found_fn *)a->each)(a->who, err, &a->event);
}

static const char *or_empty(const char *s) { return s ? s : ""; }

enum err event_find(struct store *s, const struct kept_event *e, store_found_fn *done, void *who) {
    struct pg_param p[] = {pg_text(e->case_type), pg_text(e->key), pg_text(e->event_id), pg_text(or_empty(e->subject)),
                           pg_i8(e->sequence)};
    struct ask like = {.row = found_row, .end = found_end, .each = (void (*)(void))done, .who = who};
    return ask_statement(s, &like, &SQL_EVENT_FIND, p);
}

static void full_row(struct ask *a, const struct pg_row *r) { a->found = pg_int(r, 0) != 0; }

static void keep_end(struct ask *a, enum err err, const struct fault *f) {
    struct fault full;
    if (err == OK && a->found) {
        err = fault_set(&full, ERR_LIMIT, "key", "%d events wait for this key already", EVENTS_WAITING_MAX);
        f = &full;
    }
    a->done(a->who, err, f);
}

enum err event_keep(struct store *s, const struct kept_event *e, store_done_fn *done, void *who) {
    struct pg_param p[] = {pg_text(e->case_type), pg_text(e->key), pg_text(e->event_id), pg_text(e->name),
                           pg_text(e->body), pg_text(or_empty(e->by)), pg_i8(e->at_ms), pg_i8(EVENTS_WAITING_MAX),
                           pg_text(or_empty(e->subject)), pg_i8(e->sequence), pg_text(or_empty(e->dropped))};
    struct ask like = {.row = full_row, .end = keep_end, .done = done, .who = who};
    return ask_statement(s, &like, &SQL_EVENT_KEEP, p);
}

static void owed_row(struct ask *a, const struct pg_row *r) {
    struct owed_event o = {.no = pg_int(r, 8)};
    size_t n;
    const char *run = pg_str(r, 0, &n);
    if (n == sizeof o.run.b) memcpy(o.run.b, run, n);
    o.event = (struct kept_event){.case_type = pg_str(r, 1, NULL), .key = pg_str(r, 2, NULL), .name = pg_str(r, 3, NULL),
                                  .event_id = pg_str(r, 4, NULL), .body = pg_str(r, 5, NULL), .by = pg_str(r, 6, NULL),
                                  .at_ms = pg_int(r, 7), .subject = pg_str(r, 9, NULL), .sequence = pg_int(r, 10)};
    ((store_owed_fn *)a->each)(a->who, &o);
}

enum err events_owed(struct store *s, const int32_t *shards, size_t n, int64_t after, unsigned limit,
                     store_owed_fn *each, store_done_fn *done, void *who) {
    struct pg_batch *b = pg_batch_new(store_pg_of(s)->reads);
    struct pg_param most[] = {pg_i8(ROUTED_AT_ONCE)};
    struct pg_param p[] = {{.type = PG_INT4_ARRAY, .items = shards, .count = n}, pg_i8(after), pg_i8(limit)};
    struct ask like = {.row = owed_row, .each = (void (*)(void))each, .done = done, .who = who, .answer = 1};
    pg_batch_add(b, &SQL_EVENT_ROUTE, most);
    pg_batch_add(b, &SQL_EVENTS_OWED, p);
    return ask_batch_take(s, ASK_OTHERS, &like, b);
}

enum err event_settle(struct store *s, struct id run, const struct kept_event *e, enum event_end how,
                      const char *why, int64_t now_ms, store_done_fn *done, void *who) {
    static const char *const words[] = {[EVENT_HEARD] = "heard", [EVENT_GONE] = "gone", [EVENT_FULL] = "full"};
    struct pg_param p[] = {pg_text(e->case_type), pg_text(e->key), pg_text(e->event_id), pg_raw(run.b, sizeof run.b),
                           pg_text(words[how]), pg_text(or_empty(why)), pg_i8(now_ms)};
    struct ask like = {.done = done, .who = who};
    return ask_statement(s, &like, &SQL_EVENT_SETTLE, p);
}

enum err events_sweep(struct store *s, int64_t before_ms, int64_t now_ms, const char *why,
                      store_done_fn *done, void *who) {
    struct pg_batch *b = pg_batch_new(store_pg_of(s)->reads);
    struct pg_param died[] = {pg_i8(before_ms), pg_i8(now_ms), pg_text(why), pg_i8(SWEPT_AT_ONCE)};
    struct pg_param forgotten[] = {pg_i8(before_ms), pg_i8(SWEPT_AT_ONCE)};
    struct ask like = {.done = done, .who = who};
    pg_batch_add(b, &SQL_EVENT_BODIES_EMPTIED, NULL);
    pg_batch_add(b, &SQL_EVENTS_DIED, died);
    pg_batch_add(b, &SQL_EVENTS_FORGOTTEN, forgotten);
    struct pg_param webhooks[] = {pg_i8(before_ms), pg_i8(SWEPT_AT_ONCE), pg_i8(WEBHOOK_UNREAD_MS)};
    pg_batch_add(b, &SQL_WEBHOOKS_FORGOTTEN, webhooks);
    return ask_batch_take(s, ASK_OTHERS, &like, b);
}

static void dead_row(struct ask *a, const struct pg_row *r UNUSED) { a->found = true; }

static void dead_end(struct ask *a, enum err err, const struct fault *f) {
    struct fault none;
    if (err == OK && !a->found) {
        err = fault_set(&none, ERR_NOT_FOUND, "", "there is no such dead letter, or it is settled");
        f = &none;
    }
    a->done(a->who, err, f);
}

enum err event_dead(struct store *s, int64_t no, bool replay, const char *by, const char *why,
                    int64_t now_ms, store_done_fn *done, void *who) {
    struct pg_param p[] = {pg_i8(no), pg_text(by), pg_i8(now_ms), pg_text(why)};
    struct ask like = {.row = dead_row, .end = dead_end, .done = done, .who = who};
    return ask_statement(s, &like, replay ? &SQL_DEAD_EVENT_REPLAYED : &SQL_DEAD_EVENT_DROPPED, p);
}
