/* desk.c - subscribers: made, shown, changed, tried. Whatever is changed raises the generation, so that the relay begins
 * that subscriber anew with what the database says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "stream/query.h"
#include "stream_sql.h"

static void random_id(const char *prefix, char out[ID_MAX]) {
    static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
    uint8_t raw[20];
    crypt_random(raw, sizeof raw);
    size_t n = (size_t)snprintf(out, ID_MAX, "%s", prefix);
    for (size_t i = 0; i < sizeof raw; i++) out[n++] = digits[raw[i] % 32];
    out[n] = '\0';
}

/* --- showing ------------------------------------------------------------------------------------------------------------ */

static json_t *types_new(const char *types) {
    json_t *list = json_array();
    for (size_t n; list && *(types += strspn(types, " ")); types += n) {
        n = strcspn(types, " ");
        if (json_array_append_new(list, json_stringn(types, n)) != 0) json_decref(list), list = NULL;
    }
    return list;
}

static const char *state_word(const struct pg_row *r) {
    if (*pg_str(r, 6, NULL)) return "disabled";
    return pg_int(r, 7) ? "failing" : "active";
}

static void subscriber_row(struct query *q, json_t *o, const struct pg_row *r) {
    query_put_text(q, o, "id", pg_str(r, 0, NULL)), query_put_text(q, o, "name", pg_str(r, 1, NULL));
    query_put_text(q, o, "url", pg_str(r, 2, NULL));
    query_put(q, o, "types", types_new(pg_str(r, 3, NULL)));
    query_put(q, o, "state", json_string(state_word(r)));
    query_put_text(q, o, "disabled", pg_str(r, 6, NULL));
    query_put_instant(q, o, "failing_since", pg_int(r, 7));
    query_put_position(q, o, "position", (struct position){pg_int(r, 4), (int32_t)pg_int(r, 5)});
    query_put(q, o, "parked", json_integer(pg_int(r, 13)));
    query_put(q, o, "dead", json_integer(pg_int(r, 14)));
    query_put(q, o, "timeout_ms", json_integer(pg_int(r, 8)));
    query_put(q, o, "max_age_s", json_integer(pg_int(r, 9) / 1000));
    query_put_text(q, o, "by", pg_str(r, 10, NULL));
    query_put_instant(q, o, "created", pg_int(r, 11));
    if (pg_int(r, 12) > loop_now_ms(q->s->c.loop)) query_put_instant(q, o, "old_secret_until", pg_int(r, 12));
}

static void one_row(struct query *q, int statement UNUSED, const struct pg_row *r) { subscriber_row(q, q->answer, r); }

static void list_row(struct query *q, int statement UNUSED, const struct pg_row *r) {
    json_t *o = json_object();
    if (!o || json_array_append_new(json_object_get(q->answer, "items"), o) != 0) q->failed = true;
    else subscriber_row(q, o, r);
}

void subscriber_list(struct stream *s, stream_done_fn *done, void *who) {
    struct query *q = query_new(s, 0, done, who);
    if (!q) return;
    q->row = list_row;
    query_put(q, q->answer, "items", json_array());
    query_one(q, &SQL_SUBSCRIBER_LIST, (struct pg_param[]){param_text(NULL)});
}

/* As it stands after whatever was done before. */
static void show(struct query *q, const char *id) {
    q->row = one_row, q->then = NULL, q->must_find = true, q->found = false, q->taken = NULL;
    query_one(q, &SQL_SUBSCRIBER_LIST, (struct pg_param[]){param_text(id)});
}

void subscriber_read(struct stream *s, const char *id, stream_done_fn *done, void *who) {
    struct query *q = query_new(s, 0, done, who);
    if (q) show(q, id);
}

/* --- making ---------------------------------------------------------------------------------------------------------------- */

struct making {
    char id[ID_MAX], name[SUBSCRIBER_NAME_MAX + 1], url[URL_MAX + 1], types[TYPES_MAX + 1], by[80];
    int64_t timeout_ms, max_age_ms, overlap_ms, others;
    struct position after;
    char secret[200];
};

static void show_made(struct query *q) {
    const struct making *m = q->more;
    query_put_text(q, q->answer, "secret", m->secret);
    show(q, m->id);
}

/* The text of a new secret in m->secret, and its sealed form. */
static bool new_secret(struct query *q, const char *id, char text[200], struct buf *sealed) {
    AUTO(buf_reset) struct buf made;
    buf_init(&made, 200);
    bool good = signature_secret_make(&made) == OK && secret_seal(q->s, id, buf_text(&made), sealed) == OK;
    if (good) (void)text_copy(text, 200, made.data);
    if (made.data) crypt_wipe(made.data, made.len);
    return good;
}

static void insert(struct query *q) {
    struct making *m = q->more;
    AUTO(buf_reset) struct buf sealed;
    buf_init(&sealed, 1000);
    if (m->others >= SUBSCRIBERS_MAX) {
        struct fault f;
        query_end(q, fault_set(&f, ERR_CONFLICT, "", "there are %d subscribers already, as many as may be", SUBSCRIBERS_MAX), &f);
        return;
    }
    random_id("sub_", m->id);
    if (!new_secret(q, m->id, m->secret, &sealed)) {
        query_end(q, ERR_NOMEM, NULL);
        return;
    }
    q->row = NULL, q->then = show_made, q->taken = "there is a subscriber of this name already";
    query_one(q, &SQL_SUBSCRIBER_PUT,
                 (struct pg_param[]){param_text(m->id), param_text(m->name), param_text(m->url), param_text(m->types),
                                     param_bytes(sealed.data, sealed.len), param_i8(m->after.tx), param_i4(m->after.n),
                                     param_i4(m->timeout_ms), param_i8(m->max_age_ms), param_text(m->by), param_i8(loop_now_ms(q->s->c.loop))});
}

static void count_row(struct query *q, int statement UNUSED, const struct pg_row *r) {
    ((struct making *)q->more)->others = pg_int(r, 0);
}

/* False: it has been told why. */
static bool place_of(struct query *q, enum err err, const json_t *place, const struct fault *f, struct position *out) {
    if (err == OK) err = position_parse(json_text(place, "after", NULL), out);
    if (err == OK && json_bool(place, "gone", false)) query_put(q, q->answer, "gone", json_true());
    if (err != OK) query_end(q, err, f);
    return err == OK;
}

static void place_for_new(void *who, enum err err, const json_t *place, const struct fault *f) {
    struct query *q = who;
    struct making *m = q->more;
    if (!place_of(q, err, place, f, &m->after)) return;
    q->row = count_row, q->then = insert;
    query_one(q, &SQL_SUBSCRIBER_COUNT, NULL);
}

static enum err check_new(const struct subscriber_new *n, bool private_addresses, struct fault *f) {
    if (strlen(n->url) > URL_MAX) return fault_set(f, ERR_INVALID, "url", "at most %d characters", URL_MAX);
    if (strlen(n->types) > TYPES_MAX) return fault_set(f, ERR_INVALID, "types", "at most %d characters in all", TYPES_MAX);
    if (!*n->name || strlen(n->name) > SUBSCRIBER_NAME_MAX) return fault_set(f, ERR_INVALID, "name", "1 to %d characters", SUBSCRIBER_NAME_MAX);
    if (n->timeout_ms < 100 || n->timeout_ms > 60000) return fault_set(f, ERR_INVALID, "timeout_ms", "100 to 60000");
    enum err err = webhook_url_check(n->url, private_addresses, f);
    return err == OK ? event_types_check(n->types, f) : err;
}

void subscriber_create(struct stream *s, const struct subscriber_new *n, stream_done_fn *done, void *who) {
    struct query *q = query_new(s, sizeof(struct making), done, who);
    struct fault f = {0};
    if (!q) return;
    struct making *m = q->more;
    if (check_new(n, s->c.private_addresses, &f) != OK) {
        query_end_later(q, f.kind, f.where, "%s", f.text);
        return;
    }
    (void)text_copy(m->name, sizeof m->name, n->name), (void)text_copy(m->url, sizeof m->url, n->url);
    (void)text_copy(m->types, sizeof m->types, n->types), (void)text_copy(m->by, sizeof m->by, n->by);
    m->timeout_ms = n->timeout_ms, m->max_age_ms = n->max_age_ms;
    stream_from(s, n->from, place_for_new, q);
}

/* --- changing -------------------------------------------------------------------------------------------------------------- */

static void show_changed(struct query *q) { show_made(q); }

static struct query *change(struct stream *s, const char *id, stream_done_fn *done, void *who) {
    struct query *q = query_new(s, sizeof(struct making), done, who);
    if (!q) return NULL;
    (void)text_copy(((struct making *)q->more)->id, ID_MAX, id);
    q->must_find = true, q->then = show_changed;
    return q;
}

void subscriber_delete(struct stream *s, const char *id, stream_done_fn *done, void *who) {
    struct query *q = change(s, id, done, who);
    if (!q) return;
    q->then = NULL;
    query_put(q, q->answer, "id", json_string(id));
    query_one(q, &SQL_SUBSCRIBER_DROP, (struct pg_param[]){param_text(id)});
}

void subscriber_rotate(struct stream *s, const char *id, int64_t overlap_ms, stream_done_fn *done, void *who) {
    struct query *q = change(s, id, done, who);
    AUTO(buf_reset) struct buf sealed = {0};
    if (!q) return;
    buf_init(&sealed, 1000);
    if (!new_secret(q, id, ((struct making *)q->more)->secret, &sealed)) {
        query_end_later(q, ERR_NOMEM, "", "no memory");
        return;
    }
    query_one(q, &SQL_SUBSCRIBER_ROTATE, (struct pg_param[]){param_text(id), param_bytes(sealed.data, sealed.len),
                                                                param_i8(loop_now_ms(s->c.loop) + overlap_ms)});
}

void subscriber_switch(struct stream *s, const char *id, const char *why, stream_done_fn *done, void *who) {
    struct query *q = change(s, id, done, who);
    if (q) query_one(q, &SQL_SUBSCRIBER_SWITCH, (struct pg_param[]){param_text(id), param_text(why ? why : "")});
}

static void place_for_replay(void *who, enum err err, const json_t *place, const struct fault *f) {
    struct query *q = who;
    const struct making *m = q->more;
    struct position after;
    if (!place_of(q, err, place, f, &after)) return;
    query_one(q, &SQL_SUBSCRIBER_REPLAY, (struct pg_param[]){param_text(m->id), param_i8(after.tx), param_i4(after.n)});
}

void subscriber_replay(struct stream *s, const char *id, const char *from, stream_done_fn *done, void *who) {
    struct query *q = change(s, id, done, who);
    if (q) stream_from(s, from, place_for_replay, q);
}

/* --- trying ------------------------------------------------------------------------------------------------------------------- */

enum { PING_MS = 6000 }; /* somebody waits for the answer */
struct trying {
    char id[ID_MAX], event_id[ID_MAX], url[URL_MAX + 1], data[100];
    struct secrets secrets;
    int64_t timeout_ms;
    enum err unreadable;
};

static void secrets_row(struct query *q, int statement UNUSED, const struct pg_row *r) {
    struct trying *t = q->more;
    struct pg_bytes newest = {0}, old = {0};
    newest.p = pg_str(r, 1, &newest.n);
    if (!pg_null(r, 2)) old.p = pg_str(r, 2, &old.n);
    (void)text_copy(t->url, sizeof t->url, pg_str(r, 0, NULL));
    t->timeout_ms = pg_int(r, 4);
    t->unreadable = secrets_open(q->s, t->id, &newest, &old, pg_int(r, 3), &t->secrets);
}

static void tried(void *who, const struct fetch_answer *a) {
    struct query *q = who;
    char why[PUMP_WHY];
    struct pump_result r = webhook_result(a, why);
    query_put(q, q->answer, "delivered", json_boolean(r.end == PUMP_TAKEN));
    if (r.status) query_put(q, q->answer, "status", json_integer(r.status));
    query_put(q, q->answer, "ms", json_integer(a->took_us / 1000));
    if (r.end != PUMP_TAKEN) query_put_text(q, q->answer, "why", why);
    query_put_text(q, q->answer, "event", ((struct trying *)q->more)->event_id);
    query_end(q, OK, NULL);
}

static void try_now(struct query *q) {
    struct trying *t = q->more;
    struct fault f;
    random_id("ping_", t->event_id);
    snprintf(t->data, sizeof t->data, "{\"subscriber\":\"%s\"}", t->id);
    struct event e = {.id = t->event_id, .aggregate_type = "subscriber", .aggregate_id = t->id, .type = "tenor.subscriber.ping",
                      .payload = t->data, .at_ms = loop_now_ms(q->s->c.loop)};
    if (t->unreadable != OK)
        query_end(q, fault_set(&f, ERR_BUG, "", "the secret cannot be opened with this master key: rotate it"), &f);
    else if (!webhook_send(q->s, &(struct webhook){t->url, &e, &t->secrets, t->timeout_ms < PING_MS ? t->timeout_ms : PING_MS}, tried, q))
        query_end(q, ERR_NOMEM, NULL);
}

void subscriber_ping(struct stream *s, const char *id, stream_done_fn *done, void *who) {
    struct query *q = query_new(s, sizeof(struct trying), done, who);
    if (!q) return;
    (void)text_copy(((struct trying *)q->more)->id, ID_MAX, id);
    q->must_find = true, q->row = secrets_row, q->then = try_now;
    query_one(q, &SQL_SUBSCRIBER_SECRETS, (struct pg_param[]){param_text(id)});
}
