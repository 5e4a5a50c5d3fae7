/* ceiling.c - the ceiling of the design: a minimal libpq program that writes what the engine must
 * write, and nothing else. One row per record; 10 records per run (start, 8 answers, end), each
 * committed before the run's next; all that is ready leaves in one insert of at most 250 rows per
 * connection. No owner check, no searchable columns, no JSON, no language: every other number is
 * given as a share of this one. It talks to libpq itself, on purpose.
 *
 * usage: ceiling [--database DSN] [--seconds S] [--concurrency N]     default: TENOR_TEST_PG, 5, 1 to 1000 */
#include <endian.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/histogram.h"
#include "tests/bench/usage.h"

enum { CONNECTIONS = 2, ROWS_MAX = 250, RECORDS = 10, START_BYTES = 1000, ANSWER_BYTES = 200 };
enum { ARRAY_MAX = 20 + ROWS_MAX * (4 + START_BYTES) };

struct run {
    char id[16];
    int seq;
    int64_t began_us, asked_us;
    struct run *next;
};
struct lane {
    PGconn *pg;
    struct run *first, **last; /* records ready to leave */
    struct run *flight[ROWS_MAX];
    int n_flight, n_waiting;
};
struct array { /* a one-dimensional array in binary form, being filled */
    char bytes[ARRAY_MAX];
    int n;
};

static struct lane lanes[CONNECTIONS];
static struct histogram run_times, step_times;
static uint64_t steps, runs, rows_sent, batches;
static char filler[START_BYTES];

static int64_t mono_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

static double ms(const struct histogram *h, double quantile) {
    return (double)histogram_at(h, quantile) / 1000;
}

static void die(const char *what, PGconn *pg) {
    fprintf(stderr, "ceiling: %s: %s\n", what, pg ? PQerrorMessage(pg) : "");
    exit(3);
}

static void put32(struct array *a, int32_t v) {
    uint32_t be = htobe32((uint32_t)v);
    memcpy(a->bytes + a->n, &be, 4);
    a->n += 4;
}
static void array_begin(struct array *a, int oid, int count) {
    a->n = 0;
    put32(a, 1), put32(a, 0), put32(a, oid), put32(a, count), put32(a, 1);
}
static void array_bytes(struct array *a, const void *p, int n) {
    put32(a, n);
    memcpy(a->bytes + a->n, p, (size_t)n);
    a->n += n;
}
static void array_i64(struct array *a, int64_t v) {
    uint64_t be = htobe64((uint64_t)v);
    array_bytes(a, &be, 8);
}

static int lane_pos(const struct lane *l) { return (int)(l - lanes); }

static void ready(struct lane *l, struct run *r) {
    r->asked_us = mono_us();
    r->next = NULL;
    *l->last = r;
    l->last = &r->next;
    l->n_waiting++;
}

static void begin_run(struct lane *l, struct run *r) {
    static uint64_t minted;
    uint64_t be = htobe64(++minted);
    int64_t now = mono_us();
    memcpy(r->id, &now, 8);
    r->id[0] = (char)lane_pos(l);
    memcpy(r->id + 8, &be, 8);
    r->seq = 1;
    r->began_us = now;
    ready(l, r);
}

static void flush_lane(struct lane *l) {
    static struct array run, seq, at, body;
    int n = l->n_waiting < ROWS_MAX ? l->n_waiting : ROWS_MAX;
    if (l->n_flight || !n) return;
    array_begin(&run, 17, n), array_begin(&seq, 23, n);
    array_begin(&at, 20, n), array_begin(&body, 17, n);
    for (int i = 0; i < n; i++) {
        struct run *r = l->first;
        l->first = r->next;
        l->flight[i] = r;
        array_bytes(&run, r->id, 16);
        put32(&seq, 4), put32(&seq, r->seq);
        array_i64(&at, r->asked_us);
        array_bytes(&body, filler, r->seq == 1 ? START_BYTES : ANSWER_BYTES);
    }
    if (!l->first) l->last = &l->first;
    l->n_waiting -= n;
    l->n_flight = n;
    const char *values[] = {run.bytes, seq.bytes, at.bytes, body.bytes};
    int lengths[] = {run.n, seq.n, at.n, body.n}, formats[] = {1, 1, 1, 1};
    if (!PQsendQueryPrepared(l->pg, "put", 4, values, lengths, formats, 1)) die("send", l->pg);
    rows_sent += (uint64_t)n;
    batches++;
}

static void committed(struct lane *l) {
    int n = l->n_flight;
    int64_t now = mono_us();
    l->n_flight = 0;
    for (int i = 0; i < n; i++) {
        struct run *r = l->flight[i];
        steps++;
        histogram_add(&step_times, now - r->asked_us);
        if (++r->seq <= RECORDS) {
            ready(l, r);
            continue;
        }
        runs++;
        histogram_add(&run_times, now - r->began_us);
        begin_run(l, r);
    }
}

static void hear(struct lane *l) {
    if (!PQconsumeInput(l->pg)) die("read", l->pg);
    while (l->n_flight && !PQisBusy(l->pg)) {
        PGresult *res = PQgetResult(l->pg);
        if (!res) {
            committed(l);
            return;
        }
        if (PQresultStatus(res) != PGRES_COMMAND_OK) die("insert", l->pg);
        PQclear(res);
    }
}

static void turn(void) {
    struct pollfd fds[CONNECTIONS];
    for (int i = 0; i < CONNECTIONS; i++) {
        flush_lane(&lanes[i]);
        int left = PQflush(lanes[i].pg);
        if (left < 0) die("flush", lanes[i].pg);
        fds[i] = (struct pollfd){.fd = PQsocket(lanes[i].pg), .events = (short)(POLLIN | (left ? POLLOUT : 0))};
    }
    poll(fds, CONNECTIONS, 1000);
    for (int i = 0; i < CONNECTIONS; i++)
        if (fds[i].revents & POLLIN) hear(&lanes[i]);
}

static void zero(void) {
    memset(&run_times, 0, sizeof run_times);
    memset(&step_times, 0, sizeof step_times);
    steps = runs = rows_sent = batches = 0;
}

static void execute(PGconn *pg, const char *sql) {
    PGresult *r = PQexec(pg, sql);
    if (PQresultStatus(r) != PGRES_COMMAND_OK) die(sql, pg);
    PQclear(r);
}

/* 0 when the database is not on this machine: its CPU is then shown as 0. */
static pid_t postmaster_of(PGconn *pg) {
    PGresult *r = PQexec(pg, "show data_directory");
    pid_t pid = PQntuples(r) ? usage_postmaster(PQgetvalue(r, 0, 0)) : 0;
    PQclear(r);
    return pid;
}

static void lane_open(struct lane *l, const char *dsn) {
    *l = (struct lane){.pg = PQconnectdb(dsn)};
    l->last = &l->first;
    if (PQstatus(l->pg) != CONNECTION_OK) die("connect", l->pg);
    PGresult *r = PQprepare(l->pg, "put", "insert into ceiling_journal select * from unnest($1::bytea[],"
                            " $2::int4[], $3::int8[], $4::bytea[])", 0, NULL);
    if (PQresultStatus(r) != PGRES_COMMAND_OK) die("prepare", l->pg);
    PQclear(r);
    PQsetnonblocking(l->pg, 1);
}

static void measure(const char *dsn, int concurrent, int seconds) {
    PGconn *own = PQconnectdb(dsn);
    if (PQstatus(own) != CONNECTION_OK) die("connect", own);
    execute(own, "set client_min_messages = warning; drop table if exists ceiling_journal; create table ceiling_journal (run bytea not null,"
                 " seq int4 not null, at_ms int8 not null, body bytea not null, primary key (run, seq))");
    for (int i = 0; i < CONNECTIONS; i++) lane_open(&lanes[i], dsn);
    struct run *all = calloc((size_t)concurrent, sizeof *all);
    if (!all) die("no memory", NULL);
    for (int i = 0; i < concurrent; i++) begin_run(&lanes[i % CONNECTIONS], &all[i]);
    int64_t warm = mono_us() + 1000000;
    while (mono_us() < warm) turn();
    zero();
    pid_t postmaster = postmaster_of(own);
    int64_t cpu = usage_cpu_us(getpid()), db = usage_tree_cpu_us(postmaster);
    int64_t began = mono_us(), till = began + seconds * INT64_C(1000000);
    while (mono_us() < till) turn();
    double s = (double)(mono_us() - began) / 1e6, per_run = runs ? 0.001 / (double)runs : 0;
    cpu = usage_cpu_us(getpid()) - cpu, db = usage_tree_cpu_us(postmaster) - db;
    printf("ceiling %d at once: %.0f runs/s, %.0f steps/s, p50 %.2f ms, p99 %.2f ms; step %.2f and %.2f ms; "
           "cpu/run client %.3f db %.3f ms; %.1f rows a batch\n", concurrent, (double)runs / s, (double)steps / s,
           ms(&run_times, .5), ms(&run_times, .99), ms(&step_times, .5), ms(&step_times, .99), (double)cpu * per_run,
           (double)db * per_run, (double)rows_sent / (double)(batches ? batches : 1));
    for (int i = 0; i < CONNECTIONS; i++) PQfinish(lanes[i].pg);
    execute(own, "drop table ceiling_journal");
    PQfinish(own);
    free(all);
}

int main(int argc, char **argv) {
    static const int usual[] = {1, 16, 100, 1000};
    const char *dsn = getenv("TENOR_TEST_PG");
    int seconds = 5, only = 0;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--database")) dsn = argv[i + 1];
        else if (!strcmp(argv[i], "--seconds")) seconds = (int)strtol(argv[i + 1], NULL, 10);
        else if (!strcmp(argv[i], "--concurrency")) only = (int)strtol(argv[i + 1], NULL, 10);
        else argc = 0;
    }
    if (argc % 2 == 0 || !dsn || seconds < 1 || only < 0) {
        fprintf(stderr, "usage: ceiling [--database DSN] [--seconds S] [--concurrency N]\n");
        return 2;
    }
    memset(filler, 'a', sizeof filler);
    for (int i = 0; i < 4; i++)
        if (!only || only == usual[i]) measure(dsn, usual[i], seconds);
    if (only && only != 1 && only != 16 && only != 100 && only != 1000) measure(dsn, only, seconds);
    return 0;
}
