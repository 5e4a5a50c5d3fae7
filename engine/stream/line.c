/* line.c - one subscriber: its pump, with the database behind it and the requests before it.
 *
 * A line counts what is under way (`refs`), because answers come after it was stopped; the last one frees it. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/text.h"
#include "store/columns.h"
#include "stream/inner.h"
#include "stream_sql.h"

enum { AT_ONCE = 8, SCRATCH_BYTES = 64 << 20 };

struct request {
    struct line *line;
    struct pump_item *item; /* NULL: free */
    struct fetch *fetch;
    bool unsent;            /* no memory for it: failed at the next tick */
};
struct line {
    struct line *next, **link;
    struct stream *stream;
    char id[ID_MAX], name[SUBSCRIBER_NAME_MAX + 1];
    char *url, *types;
    struct secrets secrets;
    struct pg_bytes secret, secret_old; /* sealed; opened again when the old one's time is over */
    int64_t old_until_ms, generation, timeout_ms, max_age_ms, failing_since_ms;
    struct position done;
    struct pump *pump;      /* NULL until what is parked has been read */
    struct request requests[AT_ONCE];
    struct event *page[PUMP_WINDOW];
    size_t n_page;
    struct position page_after, page_head; /* asked for what is behind; known to exist then */
    bool seen, loading, disabled, stopped;
    bool cut;               /* no memory for a row: the page ends before it */
    bool unread, unsaved;   /* no memory for the question: it fails at the next tick */
    bool unsound;           /* no memory for what is parked */
    unsigned refs;
};

static void line_free(struct line *l) {
    pump_free(l->pump);
    for (size_t i = 0; i < l->n_page; i++) free(l->page[i]);
    crypt_wipe(&l->secrets, sizeof l->secrets);
    free((void *)l->secret.p), free((void *)l->secret_old.p);
    free(l->url), free(l->types), free(l);
}

static void unref(struct line *l) {
    if (--l->refs == 0 && l->stopped) line_free(l);
}

static void gauge(const struct line *l, const char *name, const char *help, double value) {
    metric_set(metric_get(l->stream->c.metrics, METRIC_GAUGE, name, help, "subscriber", (const char *const[]){l->name}), value);
}

static void measure(const struct line *l, const struct pump_state *st) {
    int64_t now_ms = loop_now_ms(l->stream->c.loop), lag_ms = st->oldest_ms && now_ms > st->oldest_ms ? now_ms - st->oldest_ms : 0;
    gauge(l, "tenor_stream_lag_seconds", "Age of the oldest event that a subscriber has not taken.", (double)lag_ms / 1000);
    gauge(l, "tenor_stream_parked", "Events of a subscriber that failed, and those that wait behind them.", st->parked);
    gauge(l, "tenor_stream_down", "1: nothing reaches the subscriber.", st->down);
}

static void line_stop(struct line *l) {
    *l->link = l->next;
    if (l->next) l->next->link = l->link;
    l->stopped = true, l->refs++;
    measure(l, &(struct pump_state){0});
    for (unsigned i = 0; i < AT_ONCE; i++)
        if (l->requests[i].fetch) fetch_cancel(l->requests[i].fetch);
    unref(l);
}

static void go(struct line *l) { pump_go(l->pump, loop_now_ms(l->stream->c.loop)); }

struct event event_of_row(const struct pg_row *r, int col) {
    return (struct event){.at = {pg_int(r, col), (int32_t)pg_int(r, col + 1)}, .id = pg_str(r, col + 2, NULL),
                          .aggregate_type = pg_str(r, col + 3, NULL), .aggregate_id = pg_str(r, col + 4, NULL),
                          .type = pg_str(r, col + 5, NULL), .payload = pg_str(r, col + 6, NULL), .at_ms = pg_int(r, col + 7)};
}

static void send_batch(struct line *l, struct pg_batch *b, pg_row_fn *each, pg_done_fn *done) {
    l->refs++;
    pg_send_take(l->stream->pg, -1, b, each, done, l);
}

/* --- reading ---------------------------------------------------------------------------------------------- */

static void page_row(void *who, int statement UNUSED, const struct pg_row *r) {
    struct line *l = who;
    struct event e = event_of_row(r, 0);
    if (l->stopped || l->cut || l->n_page == PUMP_WINDOW) return;
    if ((l->page[l->n_page] = event_copy_new(&e))) l->n_page++;
    else l->cut = true;
}

/* An empty page says that nothing is left up to the head that was known: it may have been swept. */
static struct position page_till(const struct line *l, bool good) {
    if (good && l->n_page) return l->page[l->n_page - 1]->at;
    bool empty = good && !l->cut && position_compare(l->page_head, l->page_after) > 0;
    return empty ? l->page_head : l->page_after;
}

static void page_end(void *who, const struct pg_end *end) {
    struct line *l = who;
    if (!l->stopped) {
        bool good = end->err == OK;
        pump_page(l->pump, (const struct event *const *)l->page, good ? l->n_page : 0, page_till(l, good));
        for (size_t i = 0; i < l->n_page; i++) free(l->page[i]);
        l->n_page = 0;
        if (good && !l->cut) go(l); /* else at the next tick */
    }
    unref(l);
}

static void ask_page(void *who, struct position after, unsigned limit) {
    struct line *l = who;
    struct pg_batch *b = pg_batch_new(l->stream->pg);
    l->page_after = after, l->page_head = l->stream->head, l->cut = false;
    if (!b) {
        l->unread = true;
        return;
    }
    pg_batch_add(b, &SQL_STREAM_PAGE, (struct pg_param[]){param_i8(after.tx), param_i4(after.n), param_i4(limit)});
    send_batch(l, b, page_row, page_end);
}

/* --- saving ------------------------------------------------------------------------------------------------- */

static void put_parked(struct columns *c, const struct parked *q, const char *state) {
    const struct event *e = q->event;
    put_i8(c, 0, e->at.tx), put_i4(c, 1, e->at.n);
    put_text(c, 2, e->id), put_text(c, 3, e->aggregate_type), put_text(c, 4, e->aggregate_id);
    put_text(c, 5, e->type), put_text(c, 6, e->payload), put_i8(c, 7, e->at_ms);
    put_text(c, 8, state), put_i4(c, 9, q->attempts), put_i8(c, 10, q->since_ms), put_i8(c, 11, q->next_ms);
    put_i4(c, 12, q->status), put_text(c, 13, q->why);
    c->n++;
}

static bool add_parked(struct line *l, struct pg_batch *b, struct arena *a, const struct pump_save *s) {
    struct columns c;
    struct pg_param p[16];
    if (!s->n_parked && !s->n_dead) return true;
    if (!columns_begin(&c, a, "84ttttt8t4884t", s->n_parked + s->n_dead)) return false;
    for (size_t i = 0; i < s->n_parked; i++) put_parked(&c, &s->parked[i], "parked");
    for (size_t i = 0; i < s->n_dead; i++) put_parked(&c, &s->dead[i], "dead");
    columns_end(&c);
    p[0] = param_text(l->id), p[15] = param_i8(loop_now_ms(l->stream->c.loop));
    memcpy(p + 1, c.p, 14 * sizeof *p);
    pg_batch_add(b, &SQL_STREAM_PARK, p);
    return true;
}

static bool add_dropped(struct line *l, struct pg_batch *b, struct arena *a, const struct pump_save *s) {
    struct columns c;
    if (!s->n_dropped) return true;
    if (!columns_begin(&c, a, "84", s->n_dropped)) return false;
    for (size_t i = 0; i < s->n_dropped; i++) put_i8(&c, 0, s->dropped[i].tx), put_i4(&c, 1, s->dropped[i].n), c.n++;
    columns_end(&c);
    pg_batch_add(b, &SQL_STREAM_DROP, (struct pg_param[]){param_text(l->id), c.p[0], c.p[1]});
    return true;
}

static void saved(void *who, const struct pg_end *end) {
    struct line *l = who;
    if (!l->stopped && !strcmp(end->sqlstate, "TN004")) {
        line_stop(l); /* somebody has changed it: it is read and begun anew */
    } else if (!l->stopped) {
        if (end->err != OK) log_warn("stream_unsaved", "subscriber=%s sqlstate=%s why=%s", l->id, end->sqlstate, log_quote(end->text));
        pump_saved(l->pump, end->err == OK, loop_now_ms(l->stream->c.loop));
        if (end->err == OK) go(l);
    }
    unref(l);
}

static void save(void *who, const struct pump_save *s) {
    struct line *l = who;
    struct pg_batch *b = pg_batch_new(l->stream->pg);
    struct arena *a = arena_new(SCRATCH_BYTES);
    if (b) pg_batch_add(b, &SQL_STREAM_HOLD, (struct pg_param[]){param_text(l->id), param_i8(l->generation)});
    if (!b || !a || !add_parked(l, b, a, s) || !add_dropped(l, b, a, s)) {
        pg_batch_free(b);
        l->unsaved = true;
    } else {
        pg_batch_add(b, &SQL_STREAM_PROGRESS, (struct pg_param[]){param_text(l->id), param_i8(s->done.tx), param_i4(s->done.n),
                                                                  param_i8(s->failing_since_ms), param_text(s->disabled)});
        if (*s->disabled) log_warn("subscriber_disabled", "subscriber=%s why=%s", l->id, log_quote(s->disabled));
        send_batch(l, b, NULL, saved);
    }
    arena_free(a);
}

/* --- sending ------------------------------------------------------------------------------------------------- */

static void answered(void *who, const struct fetch_answer *a) {
    struct request *q = who;
    struct line *l = q->line;
    struct pump_item *item = q->item;
    char why[PUMP_WHY];
    q->item = NULL, q->fetch = NULL;
    if (!l->stopped) {
        struct pump_result r = webhook_result(a, why);
        pump_sent(l->pump, item, &r, loop_now_ms(l->stream->c.loop));
        go(l);
    }
    unref(l);
}

static void send(void *who, const struct event *e, struct pump_item *item) {
    struct line *l = who;
    unsigned i = 0;
    while (i < AT_ONCE && l->requests[i].item) i++;
    INVARIANT(i < AT_ONCE);
    struct request *q = &l->requests[i];
    struct webhook w = {l->url, e, &l->secrets, l->timeout_ms};
    *q = (struct request){.line = l, .item = item};
    q->fetch = webhook_send(l->stream, &w, answered, q);
    if (q->fetch) l->refs++;
    else q->unsent = true;
}

static void count(void *who, const char *end) {
    struct line *l = who;
    metric_add(metric_get(l->stream->c.metrics, METRIC_COUNTER, "tenor_stream_deliveries_total",
                          "Webhook deliveries by their end: taken, failed (tried again) or dead (given up).", "subscriber,end",
                          (const char *const[]){l->name, end}), 1);
}

static const struct pump_ops ops = {.read = ask_page, .send = send, .save = save, .count = count};

/* --- beginning ------------------------------------------------------------------------------------------------ */

static struct pump *make_pump(struct line *l) {
    struct pump_rules rules = PUMP_RULES;
    rules.at_once = AT_ONCE, rules.max_age_ms = l->max_age_ms;
    if (rules.disable_after_ms < 2 * l->max_age_ms) rules.disable_after_ms = 2 * l->max_age_ms;
    return pump_new(&(struct pump_config){&ops, l, &l->stream->rng, rules, l->types, l->done, l->failing_since_ms, l->disabled});
}

static void delivery_row(void *who, int statement UNUSED, const struct pg_row *r) {
    struct line *l = who;
    struct event e = event_of_row(r, 0);
    if (l->stopped || l->unsound) return;
    struct parked q = {&e, (unsigned)pg_int(r, 9), pg_int(r, 10), pg_int(r, 11), (int)pg_int(r, 12), pg_str(r, 13, NULL)};
    bool dead = text_eq(pg_str(r, 8, NULL), "dead");
    if ((dead ? pump_skip(l->pump, e.at) : pump_restore(l->pump, &q)) != OK) l->unsound = true;
}

static void delivery_end(void *who, const struct pg_end *end) {
    struct line *l = who;
    l->loading = false;
    if (!l->stopped && (end->err != OK || l->unsound)) line_stop(l); /* and begun anew when it is seen again */
    else if (!l->stopped) go(l);
    unref(l);
}

static void restore(struct line *l) {
    struct pg_batch *b = pg_batch_new(l->stream->pg);
    l->pump = b ? make_pump(l) : NULL;
    if (!l->pump) {
        pg_batch_free(b);
        line_stop(l);
        return;
    }
    pump_head(l->pump, l->stream->head);
    pg_batch_add(b, &SQL_STREAM_DELIVERY, (struct pg_param[]){param_text(l->id), param_i8(l->done.tx), param_i4(l->done.n), param_i4(PUMP_RESTORE_MAX)});
    l->loading = true;
    send_batch(l, b, delivery_row, delivery_end);
}

static struct pg_bytes bytes_copy(const struct pg_bytes *b) {
    void *p = b->p ? malloc(b->n + 1) : NULL;
    if (p) memcpy(p, b->p, b->n);
    return (struct pg_bytes){p, p ? b->n : 0};
}

static void line_begin(struct stream *s, const struct line_row *r) {
    struct line *l = calloc(1, sizeof *l);
    if (!l) return;
    *l = (struct line){.stream = s, .url = strdup(r->url), .types = strdup(r->types), .secret = bytes_copy(&r->secret),
                       .secret_old = bytes_copy(&r->secret_old), .old_until_ms = r->old_until_ms, .generation = r->generation,
                       .timeout_ms = r->timeout_ms, .max_age_ms = r->max_age_ms, .failing_since_ms = r->failing_since_ms,
                       .done = r->done, .seen = true, .disabled = *r->disabled != 0};
    (void)text_copy(l->id, sizeof l->id, r->id), (void)text_copy(l->name, sizeof l->name, r->name);
    enum err err = l->url && l->types ? secrets_open(s, l->id, &l->secret, &l->secret_old, l->old_until_ms, &l->secrets) : ERR_NOMEM;
    if (err != OK) {
        log_error("subscriber_unreadable", "subscriber=%s err=%s why=%s", l->id, err_word(err), "its secret cannot be opened with this master key");
        line_free(l);
        return;
    }
    l->next = s->lines, l->link = &s->lines;
    if (l->next) l->next->link = &l->next;
    s->lines = l;
    restore(l);
}

void line_seen(struct stream *s, const struct line_row *r) {
    struct line *l = s->lines;
    while (l && strcmp(l->id, r->id)) l = l->next;
    if (l && l->generation != r->generation) line_stop(l), l = NULL;
    if (l) l->seen = true;
    else if (!*r->disabled) line_begin(s, r);
}

void lines_forget_unseen(struct stream *s) {
    for (struct line *l = s->lines, *next; l; l = next) {
        next = l->next;
        if (!l->seen) line_stop(l);
        else l->seen = false;
    }
}

/* --- time passes ----------------------------------------------------------------------------------------------- */

/* What could not be asked for lack of memory is answered now. */
static void settle(struct line *l, int64_t now_ms) {
    static const struct pump_result unsent = {.end = PUMP_FAILED, .why = "no memory to send it"};
    if (l->unread) l->unread = false, pump_page(l->pump, NULL, 0, l->page_after);
    if (l->unsaved) l->unsaved = false, pump_saved(l->pump, false, now_ms);
    for (unsigned i = 0; i < AT_ONCE; i++) {
        struct request *q = &l->requests[i];
        struct pump_item *item = q->item;
        if (!q->unsent) continue;
        *q = (struct request){.line = l};
        pump_sent(l->pump, item, &unsent, now_ms);
    }
}

void lines_tick(struct stream *s) {
    int64_t now_ms = loop_now_ms(s->c.loop);
    for (struct line *l = s->lines, *next; l; l = next) {
        next = l->next;
        if (!l->pump || l->loading) continue;
        if (l->secrets.n > 1 && l->old_until_ms <= now_ms) l->secrets.n = 1;
        settle(l, now_ms);
        pump_head(l->pump, s->head);
        go(l);
    }
}

void lines_measure(struct stream *s) {
    for (const struct line *l = s->lines; l; l = l->next) {
        if (!l->pump || l->loading) continue;
        struct pump_state st = pump_state(l->pump);
        measure(l, &st);
    }
}

void lines_stop(struct stream *s) {
    while (s->lines) line_stop(s->lines);
}
