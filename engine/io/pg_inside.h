/* pg_inside.h - what the pg*.c files share and nobody else sees.
 *
 * pg.c is the set (queues, dispatch), pg_conn.c one connection, pg_batch.c parameters on their way
 * out, pg_row.c values on their way in, pg_script.c the blocking doors. */
#ifndef IO_PG_INSIDE_H
#define IO_PG_INSIDE_H

#include <libpq-fe.h>

#include "base/buf.h"
#include "base/rng.h"
#include "io/pg.h"
#include "io/watch.h"

enum {
    PG_CONNECTIONS_MAX = 64,
    PG_DEPTH_MAX = 16,          /* batches of one connection on the wire at a time */
    PG_WAITING_MAX = 100000,    /* batches in all queues; past it a new one ends with ERR_BUSY */
    PG_BATCH_BYTES_MAX = 64 << 20,
    PG_STATEMENT_PARAMS_MAX = 64,
    PG_SPARE_MAX = 4,
    PG_SPARE_BYTES_MAX = 1 << 20,
    PG_BACKOFF_FIRST_MS = 100,
    PG_BACKOFF_LAST_MS = 5000,
    PG_CONNECT_MS = 10000,      /* name, connection, preparation together */
    PG_REPLY_MS = 30000,        /* past it the connection counts as dead */
};

struct pg_piece { /* one statement of a batch */
    const struct pg_statement *statement;
    size_t first; /* index of its first slot */
};
struct pg_slot { /* one parameter; the batch's bytes may move while it grows, so an offset */
    size_t offset;
    int n;        /* -1: NULL */
};
struct pg_batch {
    struct pg_batch *next;
    struct pg *pg;
    struct buf bytes;
    struct pg_piece *pieces;
    size_t n_pieces, cap_pieces;
    struct pg_slot *slots;
    size_t n_slots, cap_slots;
    enum err broken; /* remembered by a builder that could not go on */
    pg_row_fn *each;
    pg_done_fn *done;
    void *who;
    int64_t sent_us;
    int at;            /* statement whose results are being read */
    bool failed;       /* `end` holds why */
    struct pg_end end;
};
struct pg_queue {
    struct pg_batch *head, **tail;
    size_t count;
};
struct pg_row { /* a place in libpq's result */
    const PGresult *result;
    int row;
};
/* BROKEN: a send failed; it is given up in a later pass, when no reader is up the stack. */
enum pg_state { PG_DOWN, PG_CONNECTING, PG_PREPARING, PG_READY, PG_BROKEN };
struct pg_conn {
    struct pg *pg;
    unsigned index;
    enum pg_state state;
    PGconn *libpq;
    struct watch *watch;
    struct loop_timer *timer; /* back-off or connect time-out, by state */
    int64_t backoff_ms;
    struct pg_queue flying, waiting; /* waiting: sent to this very connection */
    size_t prepared;          /* replies read while PREPARING */
    bool prepare_failed;
};
struct pg {
    struct loop *loop;
    char *dsn;
    const struct pg_statement **statements;
    size_t n_statements;
    struct rng rng;
    struct pg_queue waiting;  /* for any connection */
    struct pg_queue refused;  /* to be told in a later pass */
    struct loop_timer *watchdog;
    void (*on_free)(void *who, unsigned index);
    void *on_free_who;
    struct pg_batch *spare;   /* ended ones whose memory the next may use */
    size_t n_spare;
    size_t calling;           /* depth of callbacks: pg_free inside one is a bug */
    bool closing;
    unsigned n;
    struct pg_conn conns[];
};

void pg_queue_init(struct pg_queue *q);
void pg_queue_put(struct pg_queue *q, struct pg_batch *b);
struct pg_batch *pg_queue_get(struct pg_queue *q); /* NULL when empty */

void pg_batch_free(struct pg_batch *b);
void pg_spares_free(struct pg *p);
/* Ends the batch: fills what is missing in `end`, calls done, frees. */
void pg_batch_end(struct pg_batch *b);
void pg_end_set(struct pg_end *e, enum err err, bool sent, const char *text);
/* Classifies the server's error; class 22 texts are cut before the value they quote. */
void pg_end_from(struct pg_end *e, const PGresult *r, int statement);

void pg_conn_open(struct pg_conn *c);
void pg_conn_close(struct pg_conn *c, const char *why); /* flying batches end with ERR_IO */
/* Puts the batch on the wire; the connection must be READY and not full. */
void pg_conn_send(struct pg_conn *c, struct pg_batch *b);
bool pg_conn_has_room(const struct pg_conn *c);
void pg_conn_check_stuck(struct pg_conn *c, int64_t now_us);
/* Called by a connection that became ready or ended a batch: gives it what waits. */
void pg_feed(struct pg_conn *c);
/* The connection string with the keep-alive settings every connection gets. */
PGconn *pg_connect_start(const char *dsn);
PGconn *pg_connect_wait(const char *dsn, int timeout_s);
MUST_CHECK enum err pg_prepare_wait(PGconn *conn, const struct pg_statement *const *statements,
                                    size_t n, struct fault *f);

#endif
