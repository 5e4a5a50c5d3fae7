/* webhook.c - webhooks that nobody here understood. */
#include "store/pg_store.h"
#include "store_sql.h"

static void full_row(struct ask *a, const struct pg_row *r) { a->found = pg_int(r, 0) != 0; }

static void keep_end(struct ask *a, enum err err, const struct fault *f) {
    struct fault full;
    if (err == OK && a->found) {
        err = fault_set(&full, ERR_LIMIT, "", "%d webhooks that nobody understood are kept already", WEBHOOKS_KEPT_MAX);
        f = &full;
    }
    a->done(a->who, err, f);
}

enum err webhook_keep(struct store *s, const struct kept_webhook *w, store_done_fn *done, void *who) {
    struct pg_param p[] = {pg_text(w->connector), pg_text(w->webhook_id), pg_raw(w->body, w->n), pg_text(w->reason),
                           pg_i8(w->at_ms), pg_i8(WEBHOOKS_KEPT_MAX)};
    struct ask like = {.row = full_row, .end = keep_end, .done = done, .who = who};
    return ask_statement(s, &like, &SQL_WEBHOOK_KEEP, p);
}

static void found_row(struct ask *a, const struct pg_row *r) {
    struct kept_webhook w = {.connector = pg_str(r, 0, NULL), .webhook_id = pg_str(r, 1, NULL), .reason = pg_str(r, 3, NULL),
                             .at_ms = pg_int(r, 4)};
    w.body = pg_str(r, 2, &w.n);
    a->found = true;
    ((store_webhook_fn *)a->each)(a->who, OK, &w);
}

static void found_end(struct ask *a, enum err err, const struct fault *f UNUSED) {
    if (!a->found) ((store_webhook_fn *)a->each)(a->who, err == OK ? ERR_NOT_FOUND : err, NULL);
}

enum err webhook_find(struct store *s, int64_t no, store_webhook_fn *done, void *who) {
    struct pg_param p[] = {pg_i8(no)};
    struct ask like = {.row = found_row, .end = found_end, .each = (void (*)(void))done, .who = who};
    return ask_statement(s, &like, &SQL_WEBHOOK_FIND, p);
}

static void settled_row(struct ask *a, const struct pg_row *r UNUSED) { a->found = true; }

static void settled_end(struct ask *a, enum err err, const struct fault *f) {
    struct fault none;
    if (err == OK && !a->found) {
        err = fault_set(&none, ERR_NOT_FOUND, "", "there is no such webhook, or it is settled");
        f = &none;
    }
    a->done(a->who, err, f);
}

enum err webhook_settle(struct store *s, int64_t no, bool heard, const char *by, const char *why, int64_t now_ms,
                        store_done_fn *done, void *who) {
    struct pg_param p[] = {pg_i8(no), pg_text(heard ? "heard" : "dropped"), pg_text(by), pg_i8(now_ms), pg_text(why)};
    struct ask like = {.row = settled_row, .end = settled_end, .done = done, .who = who};
    return ask_statement(s, &like, &SQL_WEBHOOK_SETTLE, p);
}
