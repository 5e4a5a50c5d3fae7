/* feed.c - the stream in Redis: the last so many events, for consumers with XREAD and consumer groups.
 *
 * An entry's id is the event's position, so Redis itself says how far we are, takes each event once and in order, and
 * an id that a consumer has kept means the same after Redis was emptied: what is gone is filled in again from the
 * outbox, up to the length that the stream may have. Nothing about Redis is stored elsewhere. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "io/redis.h"
#include "stream/inner.h"
#include "stream_sql.h"

enum { PAGE = 100, COMMAND_MS = 5000, AGAIN_MS = 1000, LOOK_MS = 5000, WORDS_MAX = 8 + 3 * PAGE };

/* KEYS: the stream. ARGV: length, whether it may be made, then id, type and event of each entry. Gives the id of the last
 * entry that was ever added, or "missing". An id that is there already is no fault: another process was quicker. */
static const char script[] =
    "if ARGV[2] == '0' and redis.call('EXISTS', KEYS[1]) == 0 then return 'missing' end "
    "for i = 3, #ARGV, 3 do "
    "local r = redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], ARGV[i], 'type', ARGV[i + 1], 'event', ARGV[i + 2]) "
    "if type(r) == 'table' and r.err and not string.find(r.err, 'equal or smaller', 1, true) then return r end "
    "end "
    "local x = redis.call('XINFO', 'STREAM', KEYS[1]) "
    "for i = 1, #x, 2 do if x[i] == 'last-generated-id' then return x[i + 1] end end "
    "return 'missing'";

enum where {
    UNKNOWN, /* Redis must be asked */
    CLAIMED, /* it says `at`; the next head tells whether that can be */
    MISSING, /* there is no stream: it begins at the event that leaves room for the rest */
    KNOWN
};
struct feed {
    struct stream *stream;
    enum where where;
    struct position at;      /* the last entry */
    struct event *page[PAGE];
    size_t n_page;
    bool busy, create, complained;
    int64_t not_before_ms, looked_ms, oldest_ms;
    unsigned life;           /* counts stops: what was asked in another life is not for us */
};
struct ask { /* one question under way */
    struct feed *feed;
    unsigned life;
    bool cut; /* no memory for a row */
};

struct feed *feed_new(struct stream *s) {
    struct feed *f = calloc(1, sizeof *f);
    if (f) f->stream = s;
    return f;
}

static void forget_page(struct feed *f) {
    for (size_t i = 0; i < f->n_page; i++) free(f->page[i]);
    f->n_page = 0;
}

void feed_free(struct feed *f) {
    if (!f) return;
    forget_page(f);
    free(f);
}

void feed_stop(struct feed *f) {
    f->life++;
    f->where = UNKNOWN, f->busy = false;
    forget_page(f);
}

static int64_t now_of(const struct feed *f) { return loop_now_ms(f->stream->c.loop); }

static void measure(const struct feed *f, int64_t oldest_ms) {
    double lag_ms = oldest_ms && now_of(f) > oldest_ms ? (double)(now_of(f) - oldest_ms) : 0;
    metric_set(metric_get(f->stream->c.metrics, METRIC_GAUGE, "tenor_stream_redis_lag_seconds",
                          "Age of the oldest event that is not in the Redis stream.", NULL, NULL), lag_ms / 1000);
}

static void trouble(struct feed *f, const char *why) {
    if (!f->complained) log_warn("stream_redis", "why=%s", log_quote(why));
    f->complained = true;
    f->where = UNKNOWN, f->not_before_ms = now_of(f) + AGAIN_MS;
}

/* False: the question was asked in another life, or the stream is closing. */
static bool is_ours(struct ask *a) {
    struct feed *f = a->feed;
    bool ours = a->life == f->life && !f->stream->closing;
    free(a);
    if (ours) f->busy = false;
    return ours;
}

static struct ask *ask_new(struct feed *f) {
    struct ask *a = calloc(1, sizeof *a);
    if (!a) return NULL;
    *a = (struct ask){.feed = f, .life = f->life};
    f->busy = true;
    return a;
}

/* --- asking Redis ------------------------------------------------------------------------------------------------ */

static void where_known(void *who, const struct redis_answer *r) {
    struct feed *f = ((struct ask *)who)->feed;
    char text[POSITION_TEXT];
    if (!is_ours(who)) return;
    if (r->err != OK || !r->text) {
        trouble(f, r->err == ERR_INVALID && r->text ? r->text : "Redis does not answer");
        return;
    }
    (void)text_copy(text, sizeof text, r->text);
    f->looked_ms = now_of(f);
    if (text_eq(text, "missing")) f->where = MISSING;
    else if (position_parse(text, &f->at) != OK) trouble(f, "the stream has entries that are not ours");
    else f->where = CLAIMED;
}

/* Entries of the page, if there are any; else only the question. */
static void ask_redis(struct feed *f, redis_done_fn *done) {
    const char *words[WORDS_MAX];
    size_t lens[WORDS_MAX], n = 0;
    char most[16], ids[PAGE][POSITION_TEXT];
    AUTO(buf_reset) struct buf text = {0};
    struct ask *a = ask_new(f);
    if (!a) return;
    buf_init(&text, (size_t)PAGE * EVENT_JSON_MAX);
    snprintf(most, sizeof most, "%d", f->stream->c.redis_entries);
    const char *const first[] = {"EVAL", script, "1", f->stream->redis_key, most, f->create ? "1" : "0"};
    for (; n < ARRAY_LEN(first); n++) words[n] = first[n], lens[n] = strlen(first[n]);
    size_t ends[PAGE];
    for (size_t i = 0; i < f->n_page; i++) event_write(f->page[i], f->stream->source, &text), ends[i] = text.len;
    for (size_t i = 0; i < f->n_page && buf_ok(&text); i++, n += 3) {
        size_t from = i ? ends[i - 1] : 0;
        words[n] = position_text(f->page[i]->at, ids[i]), lens[n] = strlen(ids[i]);
        words[n + 1] = f->page[i]->type, lens[n + 1] = strlen(f->page[i]->type);
        words[n + 2] = text.data + from, lens[n + 2] = ends[i] - from;
    }
    if (buf_ok(&text)) {
        redis_command(f->stream->c.redis, (int)n, words, lens, COMMAND_MS, done, a);
    } else {
        free(a);
        f->busy = false;
        trouble(f, "no memory for the entries");
    }
}

static void entries_put(void *who, const struct redis_answer *r) {
    struct feed *f = ((struct ask *)who)->feed;
    if (!is_ours(who)) return;
    struct position last = f->page[f->n_page - 1]->at;
    size_t n = f->n_page;
    forget_page(f);
    if (r->err != OK || !r->text || text_eq(r->text, "missing")) { /* after a time-out they may be there: Redis knows */
        if (r->err == OK && r->text) f->where = MISSING, log_warn("stream_redis", "why=%s", "the stream was removed; it is filled again");
        else trouble(f, r->err == ERR_INVALID && r->text ? r->text : "Redis does not answer");
        return;
    }
    if (f->complained) log_info("stream_redis", "what=%s", "the stream goes on");
    f->at = last, f->create = f->complained = false;
    f->looked_ms = now_of(f);
    metric_add(metric_get(f->stream->c.metrics, METRIC_COUNTER, "tenor_stream_redis_entries_total", "Events put into the Redis stream.", NULL,
                          NULL), (double)n);
    if (position_compare(f->at, f->stream->head) >= 0) measure(f, 0);
    feed_tick(f); /* more, perhaps */
}

/* --- asking the outbox --------------------------------------------------------------------------------------------- */

static void page_row(void *who, int statement UNUSED, const struct pg_row *r) {
    struct ask *a = who;
    struct feed *f = a->feed;
    struct event e = event_of_row(r, 0);
    if (a->life != f->life || a->cut || f->n_page == PAGE) return;
    f->page[f->n_page] = event_copy_new(&e);
    if (f->page[f->n_page]) f->n_page++;
    else a->cut = true;
}

static void page_read(void *who, const struct pg_end *end) {
    struct ask *a = who;
    struct feed *f = a->feed;
    bool cut = a->cut;
    if (!is_ours(a)) return;
    if (end->err != OK || (cut && !f->n_page)) {
        forget_page(f);
        f->not_before_ms = now_of(f) + AGAIN_MS;
    } else if (f->n_page) {
        measure(f, f->page[0]->at_ms);
        ask_redis(f, entries_put);
    } else {
        f->at = f->stream->head; /* what was there is swept */
    }
}

static void read_page(struct feed *f) {
    struct pg_batch *b = pg_batch_new(f->stream->pg);
    struct ask *a = b ? ask_new(f) : NULL;
    if (!a) {
        pg_batch_free(b);
        return;
    }
    pg_batch_add(b, &SQL_STREAM_PAGE, (struct pg_param[]){param_i8(f->at.tx), param_i4(f->at.n), param_i4(PAGE)});
    pg_send_take(f->stream->pg, -1, b, page_row, page_read, a);
}

static void back_row(void *who, int statement UNUSED, const struct pg_row *r) {
    struct feed *f = ((struct ask *)who)->feed;
    f->at = (struct position){pg_int(r, 0), (int32_t)pg_int(r, 1)};
}

static void back_known(void *who, const struct pg_end *end) {
    struct feed *f = ((struct ask *)who)->feed;
    if (!is_ours(who)) return;
    if (end->err == OK) f->where = KNOWN, f->create = true;
    else f->not_before_ms = now_of(f) + AGAIN_MS;
}

/* There is none: it begins so many events back, or with the first. */
static void begin(struct feed *f) {
    struct pg_batch *b = pg_batch_new(f->stream->pg);
    struct ask *a = b ? ask_new(f) : NULL;
    if (!a) {
        pg_batch_free(b);
        return;
    }
    f->at = POSITION_START;
    pg_batch_add(b, &SQL_STREAM_BACK, (struct pg_param[]){param_i4(f->stream->c.redis_entries)});
    pg_send_take(f->stream->pg, -1, b, back_row, back_known, a);
}

/* Redis has what the database does not: the database was set back to an earlier time. Its truth counts. */
static void drop_future(struct feed *f) {
    const char *const words[] = {"DEL", f->stream->redis_key};
    log_warn("stream_redis", "why=%s", "the stream is ahead of the database, which was set back; it is made anew");
    redis_command(f->stream->c.redis, 2, words, NULL, COMMAND_MS, NULL, NULL);
    f->where = UNKNOWN;
}

void feed_tick(struct feed *f) {
    struct stream *s = f->stream;
    if (!s->c.redis || !s->leading || f->busy || now_of(f) < f->not_before_ms || !redis_up(s->c.redis)) return;
    bool behind = position_compare(f->at, s->head) < 0;
    if (f->where == CLAIMED && position_compare(f->at, s->head) > 0) drop_future(f);
    else if (f->where == CLAIMED) f->where = KNOWN;
    if (f->where == UNKNOWN || (f->where == KNOWN && !behind && now_of(f) > f->looked_ms + LOOK_MS)) ask_redis(f, where_known);
    else if (f->where == MISSING) begin(f);
    else if (f->where == KNOWN && behind) read_page(f);
}
