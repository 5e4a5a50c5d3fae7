/* pg.c - the set of connections: who takes which batch. */
#include "io/pg.h"

#include <stdlib.h>
#include <string.h>

#include "io/pg_inside.h"

enum { WATCHDOG_MS = 1000, FIRST_TRY_S = 3 };

static void refused_told(void *who) {
    struct pg *p = who;
    for (struct pg_batch *b; (b = pg_queue_get(&p->refused));) pg_batch_end(b);
}

/* done never fires before pg_send_take returns, so that a caller may hold locks on its own state. */
static void refuse(struct pg_batch *b, enum err err, const char *why) {
    struct pg *p = b->pg;
    pg_end_set(&b->end, err, false, why);
    pg_queue_put(&p->refused, b);
    if (p->refused.count == 1) INVARIANT(loop_post(p->loop, refused_told, p) == OK);
}

static bool idle(const struct pg_conn *c) {
    return c->state == PG_READY && !c->flying.head && !c->waiting.head;
}

void pg_feed(struct pg_conn *c) {
    struct pg *p = c->pg;
    while (c->waiting.head && pg_conn_has_room(c)) pg_conn_send(c, pg_queue_get(&c->waiting));
    /* Work for anybody goes only to a connection at rest: behind another batch it might wait longer. */
    if (idle(c) && p->waiting.head) pg_conn_send(c, pg_queue_get(&p->waiting));
    if (!idle(c) || !p->on_free) return;
    p->calling++;
    p->on_free(p->on_free_who, c->index);
    p->calling--;
}

static size_t waiting_in_all(const struct pg *p) {
    size_t n = p->waiting.count;
    for (unsigned i = 0; i < p->n; i++) n += p->conns[i].waiting.count;
    return n;
}

static void send_any(struct pg *p, struct pg_batch *b) {
    for (unsigned i = 0; i < p->n; i++) {
        if (!idle(&p->conns[i])) continue;
        pg_conn_send(&p->conns[i], b);
        return;
    }
    pg_queue_put(&p->waiting, b);
}

static void send_to(struct pg_conn *c, struct pg_batch *b) {
    if (!c->waiting.head && pg_conn_has_room(c))
        pg_conn_send(c, b);
    else
        pg_queue_put(&c->waiting, b);
}

void pg_send_take(struct pg *p, int index, struct pg_batch *b, pg_row_fn *each, pg_done_fn *done,
                  void *who) {
    if (!b) { /* pg_batch_new found no memory; there must still be room to say so */
        b = calloc(1, sizeof *b);
        INVARIANT(b);
        b->pg = p;
        b->broken = ERR_NOMEM;
    }
    b->each = each;
    b->done = done;
    b->who = who;
    if (b->broken != OK)
        refuse(b, b->broken, "the batch could not be built");
    else if (p->closing)
        refuse(b, ERR_IO, "closing");
    else if (waiting_in_all(p) >= PG_WAITING_MAX)
        refuse(b, ERR_BUSY, "too many batches wait");
    else if (index < 0)
        send_any(p, b);
    else
        send_to(&p->conns[index], b);
}

static void watchdog(void *who) {
    struct pg *p = who;
    int64_t now = loop_mono_us(p->loop);
    for (unsigned i = 0; i < p->n; i++) pg_conn_check_stuck(&p->conns[i], now);
    p->watchdog = loop_timer(p->loop, WATCHDOG_MS, watchdog, p);
}

/* A bad statement must stop the start, an absent server must not: so one blocking look first. */
static enum err first_look(const char *dsn, const struct pg_statement *const *statements, size_t n,
                           struct fault *f) {
    PGconn *conn = pg_connect_wait(dsn, FIRST_TRY_S);
    enum err e = OK;
    if (conn && PQstatus(conn) == CONNECTION_OK) e = pg_prepare_wait(conn, statements, n, f);
    PQfinish(conn);
    return e;
}

static enum err check(const char *dsn, unsigned connections,
                      const struct pg_statement *const *statements, size_t n, struct fault *f) {
    if (connections == 0 || connections > PG_CONNECTIONS_MAX)
        return fault_set(f, ERR_INVALID, "connections", "must be 1 to %d", PG_CONNECTIONS_MAX);
    for (size_t i = 0; i < n; i++)
        if (statements[i]->params > PG_STATEMENT_PARAMS_MAX)
            return fault_set(f, ERR_INVALID, statements[i]->name, "more than %d parameters",
                             PG_STATEMENT_PARAMS_MAX);
    char *why = NULL;
    PQconninfoOption *o = PQconninfoParse(dsn, &why);
    PQconninfoFree(o);
    PQfreemem(why); /* may quote the string, which may hold a password */
    if (!o) return fault_set(f, ERR_INVALID, "database", "not a PostgreSQL connection string");
    return first_look(dsn, statements, n, f);
}

enum err pg_new(struct loop *l, const char *dsn, unsigned connections,
                const struct pg_statement *const *statements, size_t n, struct pg **out,
                struct fault *f) {
    enum err e = check(dsn, connections, statements, n, f);
    if (e != OK) return e;
    struct pg *p = calloc(1, sizeof *p + connections * sizeof p->conns[0]);
    if (!p) return fault_set(f, ERR_NOMEM, "", "no memory");
    p->loop = l;
    p->dsn = strdup(dsn);
    p->statements = calloc(n + 1, sizeof *p->statements);
    p->watchdog = loop_timer(l, WATCHDOG_MS, watchdog, p);
    if (!p->dsn || !p->statements || !p->watchdog) {
        pg_free(p);
        return fault_set(f, ERR_NOMEM, "", "no memory");
    }
    if (n) memcpy(p->statements, statements, n * sizeof *statements);
    p->n_statements = n;
    rng_seed_kernel(&p->rng);
    pg_queue_init(&p->waiting);
    pg_queue_init(&p->refused);
    p->n = connections;
    for (unsigned i = 0; i < connections; i++) {
        struct pg_conn *c = &p->conns[i];
        *c = (struct pg_conn){.pg = p, .index = i, .backoff_ms = PG_BACKOFF_FIRST_MS};
        pg_queue_init(&c->flying);
        pg_queue_init(&c->waiting);
        pg_conn_open(c);
    }
    *out = p;
    return OK;
}

static void end_waiting(struct pg_queue *q) {
    for (struct pg_batch *b; (b = pg_queue_get(q));) {
        pg_end_set(&b->end, ERR_IO, false, "closing");
        pg_batch_end(b);
    }
}

void pg_free(struct pg *p) {
    if (!p) return;
    INVARIANT(p->calling == 0);
    p->closing = true;
    p->on_free = NULL;
    loop_cancel(p->loop, p->watchdog);
    for (unsigned i = 0; i < p->n; i++) {
        pg_conn_close(&p->conns[i], "closing");
        end_waiting(&p->conns[i].waiting);
    }
    end_waiting(&p->waiting);
    refused_told(p);
    pg_spares_free(p);
    free(p->statements);
    free(p->dsn);
    free(p);
}

bool pg_up(const struct pg *p) {
    for (unsigned i = 0; i < p->n; i++)
        if (p->conns[i].state == PG_READY) return true;
    return false;
}

void pg_on_free(struct pg *p, void (*fn)(void *who, unsigned index), void *who) {
    p->on_free = fn;
    p->on_free_who = who;
}

bool pg_is_free(const struct pg *p, unsigned index) { return idle(&p->conns[index]); }
