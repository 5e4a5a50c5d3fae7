/* pg_conn.c - one connection: opening, preparing, sending, reading, opening again.
 *
 * States: DOWN -> CONNECTING -> PREPARING -> READY -> (lost) DOWN. Batches on the wire are `flying`,
 * in the order the server will answer them; each ends at its pipeline sync, so one bad statement
 * skips the rest of its own batch and nothing else. */
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "io/pg_inside.h"

static void ready_fd(void *who, unsigned ready);

static void retry(void *who) {
    struct pg_conn *c = who;
    c->timer = NULL;
    pg_conn_open(c);
}

static void set_timer(struct pg_conn *c, int64_t after_ms, loop_fn *fn) {
    loop_cancel(c->pg->loop, c->timer);
    c->timer = loop_timer(c->pg->loop, after_ms, fn, c);
    INVARIANT(c->timer); /* without it this connection would sleep for ever */
}

/* Half fixed, half random: many processes do not come back in step. */
static void back_off(struct pg_conn *c) {
    int64_t ms = c->backoff_ms;
    c->backoff_ms = ms * 2 > PG_BACKOFF_LAST_MS ? PG_BACKOFF_LAST_MS : ms * 2;
    set_timer(c, ms / 2 + (int64_t)rng_below(&c->pg->rng, (uint64_t)ms), retry);
}

static void end_flying(struct pg_conn *c, const char *why) {
    struct pg_batch *b = c->flying.head;
    pg_queue_init(&c->flying); /* first: a callback may send again */
    for (struct pg_batch *next; b; b = next) {
        next = b->next;
        pg_end_set(&b->end, ERR_IO, true, why);
        pg_batch_end(b);
    }
}

static void shut(struct pg_conn *c) {
    loop_cancel(c->pg->loop, c->timer);
    c->timer = NULL;
    watch_free(c->watch);
    c->watch = NULL;
    PQfinish(c->libpq);
    c->libpq = NULL;
    c->state = PG_DOWN;
}

void pg_conn_close(struct pg_conn *c, const char *why) {
    shut(c);
    end_flying(c, why);
}

static void lost(struct pg_conn *c, const char *event, const char *why) {
    char text[200]; /* libpq's text dies with the connection */
    text_copy(text, sizeof text, why);
    for (char *s = text; *s; s++)
        if (*s == '\n') *s = ' ';
    log_warn(event, "connection=%u why=%s", c->index, log_quote(text));
    shut(c);
    back_off(c);
    end_flying(c, text);
}

static void open_timed_out(void *who) {
    struct pg_conn *c = who;
    c->timer = NULL;
    lost(c, "pg_connect_failed", "no connection in time");
}

static bool watch_again(struct pg_conn *c, unsigned want) {
    watch_free(c->watch);
    c->watch = watch_new(c->pg->loop, PQsocket(c->libpq), ready_fd, c);
    return c->watch && watch_want(c->watch, want) == OK;
}

/* Sends what libpq holds back; asks to be told when the rest can go. */
static bool flush(struct pg_conn *c) {
    int left = PQflush(c->libpq);
    unsigned want = WATCH_READ | (left == 1 ? WATCH_WRITE : 0);
    return left >= 0 && (watch_wanted(c->watch) == want || watch_want(c->watch, want) == OK);
}

static void become_ready(struct pg_conn *c) {
    loop_cancel(c->pg->loop, c->timer);
    c->timer = NULL;
    c->state = PG_READY;
    c->backoff_ms = PG_BACKOFF_FIRST_MS;
    log_info("pg_connected", "connection=%u", c->index);
    pg_feed(c);
}

static bool send_prepares(struct pg_conn *c) {
    struct pg *p = c->pg;
    if (PQsetnonblocking(c->libpq, 1) != 0 || !PQenterPipelineMode(c->libpq)) return false;
    for (size_t i = 0; i < p->n_statements; i++) {
        const struct pg_statement *s = p->statements[i];
        if (!PQsendPrepare(c->libpq, s->name, s->text, 0, NULL)) return false;
    }
    c->prepared = 0;
    c->prepare_failed = false;
    c->state = PG_PREPARING;
    return PQpipelineSync(c->libpq) && watch_again(c, WATCH_READ) && flush(c);
}

static void poll_connect(struct pg_conn *c) {
    bool good = true;
    switch (PQconnectPoll(c->libpq)) { /* the socket may be another one after each step */
    case PGRES_POLLING_READING: good = watch_again(c, WATCH_READ); break;
    case PGRES_POLLING_WRITING: good = watch_again(c, WATCH_WRITE); break;
    case PGRES_POLLING_OK: good = send_prepares(c); break;
    default: good = false;
    }
    if (!good) lost(c, "pg_connect_failed", PQerrorMessage(c->libpq));
}

void pg_conn_open(struct pg_conn *c) {
    c->libpq = pg_connect_start(c->pg->dsn);
    c->state = PG_CONNECTING;
    set_timer(c, PG_CONNECT_MS, open_timed_out);
    if (!c->libpq || PQstatus(c->libpq) == CONNECTION_BAD || !watch_again(c, WATCH_WRITE))
        lost(c, "pg_connect_failed", c->libpq ? PQerrorMessage(c->libpq) : "no memory");
}

static void prepare_result(struct pg_conn *c, const PGresult *r) {
    if (!r) {
        c->prepared++;
    } else if (PQresultStatus(r) == PGRES_PIPELINE_SYNC) {
        if (c->prepare_failed)
            lost(c, "pg_prepare_failed", "a statement was refused");
        else
            become_ready(c);
    } else if (PQresultStatus(r) == PGRES_FATAL_ERROR && !c->prepare_failed) {
        c->prepare_failed = true;
        if (c->prepared < c->pg->n_statements && PQresultErrorField(r, PG_DIAG_SQLSTATE))
            log_error("pg_prepare_failed", "statement=%s why=%s",
                      c->pg->statements[c->prepared]->name,
                      log_quote(PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY)));
    }
}

static void rows(struct pg_batch *b, const PGresult *r) {
    if (!b->each) return;
    int n = PQntuples(r);
    b->pg->calling++;
    for (int i = 0; i < n; i++) b->each(b->who, b->at, &(struct pg_row){r, i});
    b->pg->calling--;
}

/* True when the connection must go: the server stops, or has become a standby. */
static bool batch_over(struct pg_conn *c) {
    struct pg_batch *b = pg_queue_get(&c->flying);
    if (!b->failed) b->end = (struct pg_end){.err = OK, .statement = -1, .sent = true};
    bool broken = b->end.err == ERR_IO;
    pg_batch_end(b);
    if (!broken && c->state == PG_READY) pg_feed(c);
    return broken;
}

/* NULL ends one statement's results; the sync ends the batch. An error that comes after the last
 * statement (a deferred constraint) belongs to the commit: statement -1. */
static bool batch_result(struct pg_conn *c, const PGresult *r) {
    struct pg_batch *b = c->flying.head;
    if (!r) {
        b->at++;
        return true;
    }
    switch (PQresultStatus(r)) {
    case PGRES_TUPLES_OK:
        if (!b->failed) rows(b, r);
        return true;
    case PGRES_FATAL_ERROR:
        if (!PQresultErrorField(r, PG_DIAG_SQLSTATE)) return false; /* libpq's own: the wire is cut */
        if (!b->failed) pg_end_from(&b->end, r, (size_t)b->at < b->n_pieces ? b->at : -1);
        b->failed = true;
        return true;
    case PGRES_PIPELINE_SYNC: return !batch_over(c);
    default: return true; /* COMMAND_OK; PIPELINE_ABORTED after an error */
    }
}

static bool reads(const struct pg_conn *c) {
    return c->state == PG_PREPARING || (c->state == PG_READY && c->flying.head);
}

/* Handles every result that is already here. False: the connection is of no more use. */
static bool drain(struct pg_conn *c) {
    bool good = true;
    while (good && reads(c) && !PQisBusy(c->libpq)) {
        PGresult *r = PQgetResult(c->libpq);
        if (!r && PQstatus(c->libpq) == CONNECTION_BAD)
            good = false;
        else if (c->state == PG_PREPARING)
            prepare_result(c, r);
        else
            good = batch_result(c, r);
        PQclear(r);
    }
    return good;
}

static void ready_fd(void *who, unsigned ready) {
    struct pg_conn *c = who;
    if (c->state == PG_CONNECTING) {
        poll_connect(c);
        return;
    }
    if (c->state == PG_BROKEN) return;
    bool good = !(ready & WATCH_READ) || PQconsumeInput(c->libpq);
    if (!drain(c)) good = false; /* drained also after an error: answers may have come before it */
    if (c->state == PG_DOWN || c->state == PG_BROKEN) return;
    if (!good || !flush(c)) lost(c, "pg_lost", PQerrorMessage(c->libpq));
}

bool pg_conn_has_room(const struct pg_conn *c) {
    return c->state == PG_READY && c->flying.count < PG_DEPTH_MAX;
}

static bool send_piece(struct pg_conn *c, const struct pg_batch *b, const struct pg_piece *piece) {
    const char *values[PG_STATEMENT_PARAMS_MAX];
    int lengths[PG_STATEMENT_PARAMS_MAX], formats[PG_STATEMENT_PARAMS_MAX];
    int n = piece->statement->params;
    for (int i = 0; i < n; i++) {
        const struct pg_slot *s = &b->slots[piece->first + (size_t)i];
        values[i] = s->n < 0 ? NULL : s->n == 0 ? "" : b->bytes.data + s->offset;
        lengths[i] = s->n < 0 ? 0 : s->n;
        formats[i] = 1;
    }
    return PQsendQueryPrepared(c->libpq, piece->statement->name, n, values, lengths, formats, 1);
}

static void send_failed(void *who) {
    struct pg_conn *c = who;
    c->timer = NULL;
    lost(c, "pg_lost", PQerrorMessage(c->libpq));
}

void pg_conn_send(struct pg_conn *c, struct pg_batch *b) {
    bool good = true;
    for (size_t i = 0; i < b->n_pieces && good; i++) good = send_piece(c, b, &b->pieces[i]);
    good = good && PQpipelineSync(c->libpq) && flush(c);
    b->sent_us = loop_mono_us(c->pg->loop);
    pg_queue_put(&c->flying, b);
    buf_reset(&b->bytes); /* libpq has its own copy now */
    if (good) return;
    c->state = PG_BROKEN;
    set_timer(c, 0, send_failed);
}

void pg_conn_check_stuck(struct pg_conn *c, int64_t now_us) {
    const struct pg_batch *b = c->flying.head;
    if (b && now_us - b->sent_us > PG_REPLY_MS * INT64_C(1000))
        lost(c, "pg_lost", "no reply in time");
}
