/* pg_script.c - the blocking doors: connecting, scripts, text queries. For starts and commands. */
#include <stdlib.h>
#include <string.h>

#include "io/pg_inside.h"

enum { COLUMNS_MAX = 64, CONNECT_S = 10 };

/* A dead network is noticed in seconds, not after the kernel's two hours. The caller's connection
 * string comes later in the list and so overrides these. */
static const char *const keywords[] = {"fallback_application_name", "keepalives_idle",
                                       "keepalives_interval", "keepalives_count",
                                       "tcp_user_timeout", "connect_timeout", "dbname", NULL};

PGconn *pg_connect_start(const char *dsn) {
    const char *values[] = {"tenor", "10", "5", "3", "15000", "10", dsn, NULL};
    return PQconnectStartParams(keywords, values, 1);
}

static void no_notice(void *who UNUSED, const PGresult *r UNUSED) {}

PGconn *pg_connect_wait(const char *dsn, int timeout_s) {
    char seconds[12];
    snprintf(seconds, sizeof seconds, "%d", timeout_s);
    const char *values[] = {"tenor", "10", "5", "3", "15000", seconds, dsn, NULL};
    PGconn *conn = PQconnectdbParams(keywords, values, 1);
    if (conn) PQsetNoticeReceiver(conn, no_notice, NULL);
    return conn;
}

static enum err fault_of(struct fault *f, const PGresult *r, const char *prefix) {
    struct pg_end end;
    pg_end_from(&end, r, -1);
    const char *line = PQresultErrorField(r, PG_DIAG_STATEMENT_POSITION);
    return fault_set(f, end.err, end.sqlstate, "%s%s%s%s", prefix, end.text,
                     line ? " at character " : "", line ? line : "");
}

enum err pg_prepare_wait(PGconn *conn, const struct pg_statement *const *statements, size_t n,
                         struct fault *f) {
    for (size_t i = 0; i < n; i++) {
        char prefix[120];
        snprintf(prefix, sizeof prefix, "statement %s: ", statements[i]->name);
        PGresult *r = PQprepare(conn, statements[i]->name, statements[i]->text, 0, NULL);
        bool good = PQresultStatus(r) == PGRES_COMMAND_OK;
        bool lost = PQstatus(conn) != CONNECTION_OK;
        enum err e = good || lost ? OK : fault_of(f, r, prefix);
        PQclear(r);
        if (!good) return e;
    }
    return OK;
}

static enum err open_wait(const char *dsn, PGconn **out, struct fault *f) {
    PGconn *conn = pg_connect_wait(dsn, CONNECT_S);
    if (conn && PQstatus(conn) == CONNECTION_OK) {
        *out = conn;
        return OK;
    }
    enum err e = fault_set(f, ERR_IO, "database", "%s", conn ? PQerrorMessage(conn) : "no memory");
    PQfinish(conn);
    return e;
}

enum err pg_run_script(const char *dsn, const char *text, struct fault *f) {
    PGconn *conn;
    enum err e = open_wait(dsn, &conn, f);
    if (e != OK) return e;
    PGresult *r = PQexec(conn, text);
    ExecStatusType s = PQresultStatus(r);
    if (s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK && s != PGRES_EMPTY_QUERY)
        e = fault_of(f, r, "");
    PQclear(r);
    PQfinish(conn);
    return e;
}

static enum err give_rows(const PGresult *r, pg_text_row_fn *each, void *who, struct fault *f) {
    const char *values[COLUMNS_MAX];
    int cols = PQnfields(r), rows = PQntuples(r);
    if (cols > COLUMNS_MAX)
        return fault_set(f, ERR_LIMIT, "", "more than %d columns", COLUMNS_MAX);
    for (int i = 0; each && i < rows; i++) {
        for (int c = 0; c < cols; c++)
            values[c] = PQgetisnull(r, i, c) ? NULL : PQgetvalue(r, i, c);
        each(who, cols, values);
    }
    return OK;
}

enum err pg_query(const char *dsn, const char *sql, int n_params, const char *const *params,
                  pg_text_row_fn *each, void *who, struct fault *f) {
    PGconn *conn;
    enum err e = open_wait(dsn, &conn, f);
    if (e != OK) return e;
    /* Row by row: the whole answer may be larger than memory. */
    if (!PQsendQueryParams(conn, sql, n_params, NULL, params, NULL, NULL, 0) || !PQsetSingleRowMode(conn))
        e = fault_set(f, ERR_IO, "database", "%s", PQerrorMessage(conn));
    PGresult *r;
    while ((r = PQgetResult(conn))) {
        ExecStatusType s = PQresultStatus(r);
        if (s == PGRES_SINGLE_TUPLE && e == OK) e = give_rows(r, each, who, f);
        else if (s != PGRES_SINGLE_TUPLE && s != PGRES_TUPLES_OK && s != PGRES_COMMAND_OK && e == OK) e = fault_of(f, r, "");
        PQclear(r);
    }
    PQfinish(conn);
    return e;
}
