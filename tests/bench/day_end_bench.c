/* day_end_bench.c - the end of a day in a portfolio: the real engine, store and PostgreSQL.
 *
 * usage: day_end_bench [--dsn DSN] [--loans 20000] [--late 5]       DSN: else TENOR_TEST_PG
 * Makes a database of its own there, loads the loans by COPY, ends a day, checks that every loan with work was done once,
 * and prints seconds, loans, entries and postings, and the processor time of engine and database. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/metric.h"
#include "base/rng.h"
#include "base/text.h"
#include "base/zone.h"
#include "connectors/connectors.h"
#include "flow/definitions.h"
#include "io/loop.h"
#include "io/pg.h"
#include "store/migrate.h"
#include "store/store_pg.h"
#include "store/view.h"
#include "tests/bench/portfolio.h"
#include "tests/bench/usage.h"

enum { SHARDS = 64, LOOK_MS = 20 };

struct bench {
    char dsn[600], name[64];
    struct portfolio p;
    struct loop *loop;
    struct store *store;
    struct view *view;
    struct registry *registry;
    struct definitions *definitions;
    struct metrics *metrics;
    struct rng rng;
    struct engine *engine;
    pid_t postmaster;
    bool told, ended;
};

static void stop_loop(void *who) { io_loop_stop(who); }

static void run_for(struct bench *b, int64_t ms) {
    if (!loop_timer(b->loop, ms, stop_loop, b->loop)) exit(2);
    io_loop_run(b->loop);
}

static int fail(const char *what, const struct fault *f) {
    fprintf(stderr, "day_end_bench: %s: %s %s\n", what, f->where, f->text);
    return 2;
}

static void first_value(void *who, int n, const char *const *values) {
    if (n && values[0]) text_copy(who, 512, values[0]);
}

static int64_t number(struct bench *b, const char *sql) {
    char text[512] = "-1";
    struct fault f = {0};
    if (pg_query(b->dsn, sql, 0, NULL, first_value, text, &f) != OK) (void)fail(sql, &f);
    return strtoll(text, NULL, 10);
}

static int make_database(struct bench *b, const char *dsn) {
    struct fault f = {0};
    char sql[128], dir[512] = "";
    snprintf(b->name, sizeof b->name, "day_end_bench_%d", (int)getpid());
    snprintf(b->dsn, sizeof b->dsn, "%s dbname=%s", dsn, b->name);
    snprintf(sql, sizeof sql, "create database %s", b->name);
    if (pg_run_script(dsn, sql, &f) != OK) return fail(sql, &f);
    if (pg_query(dsn, "show data_directory", 0, NULL, first_value, dir, &f) != OK) return fail("database", &f);
    b->postmaster = usage_postmaster(dir);
    return store_migrate(b->dsn, 1, SHARDS, &f) == OK ? 0 : fail("migrate", &f);
}

static void drop_database(const struct bench *b, const char *dsn) {
    struct fault f = {0};
    char sql[128];
    snprintf(sql, sizeof sql, "drop database %s with (force)", b->name);
    if (b->name[0] && pg_run_script(dsn, sql, &f) != OK) (void)fail(sql, &f);
}

static int up(struct bench *b) {
    struct fault f = {0};
    struct connector_env env = {.loop = b->loop = io_loop_new()};
    b->metrics = env.metrics = metrics_new();
    b->registry = registry_new();
    rng_seed_kernel(&b->rng);
    if (store_pg_open(b->loop, b->dsn, 2, 1, &b->store, &f) != OK) return fail("store", &f);
    if (view_open(b->loop, b->dsn, &b->view, &f) != OK) return fail("view", &f);
    if (definitions_new("tests/bench/root", b->registry, &b->definitions, &f) != OK) return fail("definitions", &f);
    struct engine_config ec = {.loop = b->loop, .store = b->store, .registry = b->registry, .definitions = b->definitions,
                               .rng = &b->rng, .metrics = b->metrics, .owner = "bench", .address = "", .processes = 1,
                               .lease_ttl_ms = 5000, .day_end = portfolio_day_end, .day_end_minute = -1};
    if (engine_new(&ec, &b->engine, &f) != OK) return fail("engine", &f);
    while (!engine_ready(b->engine)) run_for(b, LOOK_MS);
    return 0;
}

static void down(struct bench *b) {
    if (b->engine) engine_free(b->engine);
    if (b->store) b->store->ops->close(b->store);
    view_close(b->view);
    if (b->definitions) definitions_free(b->definitions);
    if (b->registry) registry_free(b->registry);
    if (b->metrics) metrics_free(b->metrics);
    if (b->loop) io_loop_free(b->loop);
}

static void asked(void *who, enum err err, const struct fault *f) {
    struct bench *b = who;
    if (err != OK) (void)fail("ask", f);
    b->told = true;
}

static void seen(void *who, enum err err, const json_t *a, const struct fault *f) {
    struct bench *b = who;
    (void)f;
    b->told = true;
    b->ended = err == OK && text_eq(json_text(a, "state", ""), "ended");
}

/* Only while somebody looks does the database count what is left; here that is once in a second. */
static int end_day(struct bench *b) {
    struct fault f = {0};
    if (engine_day_end(b->engine, b->p.day, "bench", asked, b, &f) != OK) return fail("ask", &f);
    while (!b->told) run_for(b, 1);
    while (!b->ended) {
        b->told = false;
        run_for(b, b->p.loans > 100000 ? 1000 : LOOK_MS);
        view_day_end(b->view, b->p.day, seen, b);
        while (!b->told) run_for(b, 1);
    }
    return 0;
}

static int measure(struct bench *b) {
    int64_t own = usage_cpu_us(getpid()), db = usage_tree_cpu_us(b->postmaster), t = loop_mono_us(b->loop);
    int rc = end_day(b);
    char sql[200];
    snprintf(sql, sizeof sql, "select coalesce(max(ended_ms) - min(started_ms), 0) from run where workflow = 'day_end@1'");
    double s = (double)number(b, sql) / 1e3, wall = (double)(loop_mono_us(b->loop) - t) / 1e6;
    double own_s = (double)(usage_cpu_us(getpid()) - own) / 1e6, db_s = (double)(usage_tree_cpu_us(b->postmaster) - db) / 1e6;
    snprintf(sql, sizeof sql, "select count(*) from loan where next_day <= %d", b->p.day);
    int64_t left = number(b, sql);
    snprintf(sql, sizeof sql, "select count(*) from loan_entry where kind = 'day_end' and effective_day = %d", b->p.day);
    int64_t entries = number(b, sql), changed = number(b, "select count(distinct loan) from loan_entry e where kind = 'day_end' and"
                                                          " effective_day = (select max(effective_day) from loan_entry) and (body::json->>'dpd')::int in (1, 31, 61, 91)");
    int64_t postings = number(b, "select count(*) from posting");
    printf("day-end %u loans: %llu with work, %lld changed bucket, %lld entries and %lld postings in %.2f s (%.2f s until seen): %.0f loans with work/s,"
           " cpu engine %.2f s db %.2f s, memory %lld MB\n", b->p.loans, (unsigned long long)b->p.due, (long long)changed, (long long)entries, (long long)postings,
           s, wall, (double)b->p.due / (s > 0 ? s : 1e-3), own_s, db_s, (long long)usage_resident_kb(getpid()) / 1024);
    if (!left && (uint64_t)entries == b->p.due && (uint64_t)changed == b->p.late) return rc;
    fprintf(stderr, "day_end_bench: %lld loans left, %lld entries for %llu with work, %lld changed of %llu\n", (long long)left,
            (long long)entries, (unsigned long long)b->p.due, (long long)changed, (unsigned long long)b->p.late);
    return 1;
}

int main(int argc, char **argv) {
    struct bench b = {.p = {.loans = 20000, .late_percent = 5, .shards = SHARDS}};
    const char *dsn = getenv("TENOR_TEST_PG");
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--dsn")) dsn = argv[i + 1];
        else if (!strcmp(argv[i], "--loans")) b.p.loans = (unsigned)strtoul(argv[i + 1], NULL, 10);
        else if (!strcmp(argv[i], "--late")) b.p.late_percent = (unsigned)strtoul(argv[i + 1], NULL, 10);
    }
    if (!dsn || crypt_start() != OK || day_parse("2026-03-15", &b.p.day) != OK)
        return fputs("day_end_bench: --dsn or TENOR_TEST_PG is needed\n", stderr), 2;
    int rc = make_database(&b, dsn);
    if (rc == 0 && portfolio_load(b.dsn, &b.p)) rc = 2;
    if (rc == 0) rc = up(&b);
    if (rc == 0) rc = measure(&b);
    down(&b);
    drop_database(&b, dsn);
    return rc;
}
