/* stream.c - opening, closing, and the tick of the process that relays. */
#include "stream/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "store/dsn.h"
#include "stream/inner.h"
#include "stream_sql.h"

enum { TICK_MS = 100, SUBSCRIBERS_MS = 1000, MEASURE_MS = 1000, SWEEP_MS = 5000, SWEEP_ROWS = 5000,
       CONNECTIONS = 2, PER_HOST = 1024 };

/* --- what the leader reads ----------------------------------------------------------------------------------- */

static struct pg_bytes bytes_at(const struct pg_row *r, int col) {
    struct pg_bytes b = {NULL, 0};
    if (!pg_null(r, col)) b.p = pg_str(r, col, &b.n);
    return b;
}

static void subscriber_row(struct stream *s, const struct pg_row *r) {
    line_seen(s, &(struct line_row){.id = pg_str(r, 0, NULL), .name = pg_str(r, 1, NULL), .url = pg_str(r, 2, NULL),
                                    .types = pg_str(r, 3, NULL), .secret = bytes_at(r, 4), .secret_old = bytes_at(r, 5),
                                    .old_until_ms = pg_int(r, 6), .done = {pg_int(r, 7), (int32_t)pg_int(r, 8)},
                                    .generation = pg_int(r, 9), .disabled = pg_str(r, 10, NULL), .failing_since_ms = pg_int(r, 11),
                                    .timeout_ms = pg_int(r, 12), .max_age_ms = pg_int(r, 13)});
}

static void held(struct stream *s, int64_t oldest_ms) {
    int64_t now_ms = loop_now_ms(s->c.loop), lag_ms = oldest_ms && now_ms > oldest_ms ? now_ms - oldest_ms : 0;
    metric_set(metric_get(s->c.metrics, METRIC_GAUGE, "tenor_stream_held_seconds",
                          "Age of the oldest event that waits for another transaction of the cluster to end.", NULL, NULL), (double)lag_ms / 1000);
}

static void asked_row(void *who, int statement, const struct pg_row *r) {
    struct stream *s = who;
    if (s->closing || !s->leading) return;
    if (statement == 0) s->head = (struct position){pg_int(r, 0), (int32_t)pg_int(r, 1)};
    else if (statement == 1) held(s, pg_null(r, 0) ? 0 : pg_int(r, 0));
    else subscriber_row(s, r);
}

static void asked(void *who, const struct pg_end *end) {
    struct stream *s = who;
    s->asking = false;
    if (s->closing || !s->leading) return;
    if (end->err != OK) {
        s->subscribers_ms = 0; /* again, and only a whole reading tells who is gone */
        return;
    }
    lines_tick(s);
    feed_tick(s->feed);
}

static void asked_all(void *who, const struct pg_end *end) {
    struct stream *s = who;
    if (end->err == OK && !s->closing && s->leading) lines_forget_unseen(s);
    asked(who, end);
}

static void ask(struct stream *s, int64_t now_ms) {
    bool all = now_ms >= s->subscribers_ms + SUBSCRIBERS_MS;
    struct pg_batch *b = pg_batch_new(s->pg);
    if (!b) return;
    pg_batch_add(b, &SQL_STREAM_HEAD, NULL);
    if (all) pg_batch_add(b, &SQL_STREAM_HELD, NULL), pg_batch_add(b, &SQL_STREAM_SUBSCRIBERS, NULL);
    if (all) s->subscribers_ms = now_ms;
    s->asking = true;
    pg_send_take(s->pg, -1, b, asked_row, all ? asked_all : asked, s);
}

/* --- what is old ------------------------------------------------------------------------------------------------ */

static void swept(void *who, const struct pg_end *end) {
    struct stream *s = who;
    if (!s->closing && end->err != OK) log_warn("stream_unswept", "sqlstate=%s why=%s", end->sqlstate, log_quote(end->text));
}

static void sweep(struct stream *s, int64_t now_ms) {
    struct pg_batch *b = pg_batch_new(s->pg);
    s->swept_ms = now_ms;
    if (!b) return;
    pg_batch_add(b, &SQL_STREAM_SWEEP, (struct pg_param[]){param_i8(now_ms - s->c.keep_ms), param_i4(SWEEP_ROWS)});
    pg_batch_add(b, &SQL_STREAM_SWEEP_DEAD, (struct pg_param[]){param_i8(now_ms - 3 * s->c.keep_ms)});
    pg_send_take(s->pg, -1, b, NULL, swept, s);
}

/* --- the tick ------------------------------------------------------------------------------------------------------ */

static void follow(struct stream *s) {
    if (!s->leading) return;
    log_info("stream_left", "what=%s", "another process relays");
    s->leading = false;
    lines_stop(s);
    feed_stop(s->feed);
}

static void lead(struct stream *s, int64_t now_ms) {
    if (!s->leading) {
        log_info("stream_leads", "what=%s", "this process relays");
        s->leading = true;
        s->subscribers_ms = s->measured_ms = 0, s->swept_ms = now_ms;
        s->head = POSITION_START;
    }
    if (!s->asking) ask(s, now_ms);
    if (now_ms >= s->swept_ms + SWEEP_MS) sweep(s, now_ms);
    if (now_ms < s->measured_ms + MEASURE_MS) return;
    s->measured_ms = now_ms;
    lines_measure(s);
}

static void tick(void *who) {
    struct stream *s = who;
    s->timer = NULL;
    if (s->c.leads(s->c.who)) lead(s, loop_now_ms(s->c.loop));
    else follow(s);
    s->timer = loop_timer(s->c.loop, TICK_MS, tick, s);
    INVARIANT(s->timer);
}

/* --- opening and closing --------------------------------------------------------------------------------------------- */

static enum err open_pg(struct stream *s, struct fault *f) {
    AUTO(buf_reset) struct buf dsn;
    buf_init(&dsn, 16384);
    dsn_for_keys(s->c.database, &dsn);
    if (!buf_ok(&dsn)) return fault_set(f, ERR_LIMIT, "database", "the connection string is too long");
    return pg_new(s->c.loop, buf_text(&dsn), CONNECTIONS, STREAM_SQL, STREAM_SQL_COUNT, &s->pg, f);
}

enum err stream_new(const struct stream_config *c, struct stream **out, struct fault *f) {
    struct stream *s = calloc(1, sizeof *s);
    if (!s) return fault_set(f, ERR_NOMEM, "stream", "no memory");
    s->c = *c;
    rng_seed_kernel(&s->rng);
    s->source = strdup(c->source), s->redis_key = strdup(c->redis_key);
    s->feed = feed_new(s);
    enum err err = s->source && s->redis_key && s->feed ? open_pg(s, f) : fault_set(f, ERR_NOMEM, "stream", "no memory");
    if (err == OK) err = fetcher_new(c->loop, PER_HOST, &s->fetch);
    if (err == OK && !(s->timer = loop_timer(c->loop, TICK_MS, tick, s))) err = ERR_NOMEM;
    if (err != OK) return stream_free(s), err;
    *out = s;
    return OK;
}

void stream_free(struct stream *s) {
    if (!s) return;
    s->closing = true, s->leading = false;
    loop_cancel(s->c.loop, s->timer);
    lines_stop(s);
    fetcher_free(s->fetch); /* ends what is under way, and with it the lines that wait for it */
    pg_free(s->pg);
    feed_free(s->feed);
    crypt_wipe(&s->c.master, sizeof s->c.master);
    free(s->source), free(s->redis_key), free(s);
}

bool stream_up(const struct stream *s) { return pg_up(s->pg); }
