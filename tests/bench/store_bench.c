/* store_bench.c - the load of ceiling.c through engine/store: the same records, and with them what the
 * store keeps beside the journal (leases checked, the searchable row at start and end).
 *
 * usage: store_bench [--database DSN] [--seconds S] [--concurrency N]     default: TENOR_TEST_PG, 5, 1 to 1000
 * Works in a database of its own beside the one given, and drops it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/log.h"
#include "base/rng.h"
#include "io/loop.h"
#include "io/pg.h"
#include "store/migrate.h"
#include "store/store_pg.h"
#include "tests/bench/histogram.h"
#include "tests/bench/usage.h"

enum { CONNECTIONS = 2, SHARDS = 64, REGION = 1, RECORDS = 10, START_BYTES = 1000, ANSWER_BYTES = 200 };

struct run {
    struct id id;
    uint32_t seq;
    int64_t began_us, asked_us;
    uint16_t shard;
};
static struct loop *loop;
static struct store *store;
static struct rng rng;
static uint64_t epochs[SHARDS];
static struct histogram run_times, step_times;
static uint64_t steps, runs;
static char filler[START_BYTES];
static char dsn[600];
static bool over;

static void die(const char *what, const struct fault *f) {
    fprintf(stderr, "store_bench: %s: %s %s\n", what, f ? f->where : "", f ? f->text : "");
    exit(3);
}

static void committed(void *who, enum err err, const struct fault *f);

static void write_step(struct run *r) {
    static const struct run_row start = {.workflow = "bench@1", .plan_hash = "0123456789abcdef", .case_type = "bench",
                                         .case_key = "K-1", .customer = "0123456789abcdef0123456789abcdef",
                                         .state = "running", .at = "first", .currency = "INR", .amount_minor = 100};
    static const struct run_row end = {.state = "ended", .at = "", .outcome = "done"};
    r->asked_us = loop_mono_us(loop);
    struct append a = {.run = r->id, .seq = r->seq, .epoch = epochs[r->shard], .now_ms = loop_now_ms(loop),
                       .body = filler, .body_len = r->seq == 1 ? START_BYTES : ANSWER_BYTES,
                       .row = r->seq == 1 ? &start : r->seq == RECORDS ? &end : NULL};
    enum err e = store->ops->append(store, &a, committed, r);
    if (e != OK) die(err_word(e), NULL);
}

static void begin_run(struct run *r) {
    r->id = id_make(REGION, r->shard, loop_now_ms(loop), &rng);
    r->seq = 1;
    r->began_us = loop_mono_us(loop);
    write_step(r);
}

static void committed(void *who, enum err err, const struct fault *f) {
    struct run *r = who;
    if (over) return;
    if (err != OK) die("append", f);
    int64_t now = loop_mono_us(loop);
    steps++;
    histogram_add(&step_times, now - r->asked_us);
    if (++r->seq <= RECORDS) {
        write_step(r);
        return;
    }
    runs++;
    histogram_add(&run_times, now - r->began_us);
    begin_run(r);
}

static void on_lease(void *who, const struct lease *l) {
    (void)who;
    if (l->shard < SHARDS) epochs[l->shard] = l->epoch;
}

static void stop(void *who) {
    (void)who;
    io_loop_stop(loop);
}
static void claimed(void *who, enum err err, const struct fault *f) {
    if (err != OK) die("claim", f);
    stop(who);
}
static void nothing(void *who) { (void)who; }
static void turn_for(int64_t ms) {
    if (loop_post(loop, nothing, NULL) != OK) die("no memory", NULL); /* what waits leaves at once */
    if (!loop_timer(loop, ms, stop, NULL)) die("no memory", NULL);
    io_loop_run(loop);
}

static void directory_row(void *who, int n, const char *const *v) {
    if (n) *(pid_t *)who = usage_postmaster(v[0]);
}

static double ms(const struct histogram *h, double quantile) { return (double)histogram_at(h, quantile) / 1000; }

static void measure(int concurrent, int seconds) {
    struct fault f;
    pid_t postmaster = 0;
    if (pg_query(dsn, "show data_directory", 0, NULL, directory_row, &postmaster, &f) != OK) die("query", &f);
    if (pg_run_script(dsn, "truncate run, run_open, journal", &f) != OK) die("truncate", &f);
    loop = io_loop_new();
    if (!loop || store_pg_open(loop, dsn, CONNECTIONS, REGION, &store, &f) != OK) die("open", &f);
    if (store->ops->claim(store, "bench", "", SHARDS, loop_now_ms(loop), 600000, on_lease, claimed, NULL) != OK)
        die("claim", NULL);
    io_loop_run(loop);
    struct run *all = calloc((size_t)concurrent, sizeof *all);
    if (!all) die("no memory", NULL);
    over = false;
    for (int i = 0; i < concurrent; i++) {
        all[i].shard = (uint16_t)(i % SHARDS);
        begin_run(&all[i]);
    }
    turn_for(1000);
    memset(&run_times, 0, sizeof run_times), memset(&step_times, 0, sizeof step_times);
    steps = runs = 0;
    int64_t cpu = usage_cpu_us(getpid()), db = usage_tree_cpu_us(postmaster), began = loop_mono_us(loop);
    turn_for(seconds * INT64_C(1000));
    double s = (double)(loop_mono_us(loop) - began) / 1e6, per_run = runs ? 0.001 / (double)runs : 0;
    cpu = usage_cpu_us(getpid()) - cpu, db = usage_tree_cpu_us(postmaster) - db;
    printf("store %d at once: %.0f runs/s, %.0f steps/s, p50 %.2f ms, p99 %.2f ms; step %.2f and %.2f ms; "
           "cpu/run client %.3f db %.3f ms\n", concurrent, (double)runs / s, (double)steps / s, ms(&run_times, .5),
           ms(&run_times, .99), ms(&step_times, .5), ms(&step_times, .99), (double)cpu * per_run, (double)db * per_run);
    over = true;
    store->ops->close(store);
    io_loop_free(loop);
    free(all);
}

static void begin(const char *base) {
    struct fault f;
    memset(filler, 'a', sizeof filler);
    rng_seed_kernel(&rng);
    (void)!pg_run_script(base, "drop database if exists tenor_store_bench with (force)", NULL);
    if (pg_run_script(base, "create database tenor_store_bench", &f) != OK) die("create database", &f);
    snprintf(dsn, sizeof dsn, "%.500s dbname=tenor_store_bench", base);
    log_open(stderr, LOG_WARN, NULL, NULL);
    if (crypt_start() != OK || store_migrate(dsn, REGION, SHARDS, &f) != OK) die("migrate", &f);
}

int main(int argc, char **argv) {
    static const int usual[] = {1, 16, 100, 1000};
    const char *base = getenv("TENOR_TEST_PG");
    int seconds = 5, only = 0;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--database")) base = argv[i + 1];
        else if (!strcmp(argv[i], "--seconds")) seconds = (int)strtol(argv[i + 1], NULL, 10);
        else if (!strcmp(argv[i], "--concurrency")) only = (int)strtol(argv[i + 1], NULL, 10);
        else argc = 0;
    }
    if (argc % 2 == 0 || !base || seconds < 1 || only < 0) {
        fprintf(stderr, "usage: store_bench [--database DSN] [--seconds S] [--concurrency N]\n");
        return 2;
    }
    begin(base);
    for (int i = 0; i < 4; i++)
        if (!only || only == usual[i]) measure(usual[i], seconds);
    if (only && only != 1 && only != 16 && only != 100 && only != 1000) measure(only, seconds);
    if (pg_run_script(base, "drop database tenor_store_bench with (force)", NULL) != OK) return 3;
    return 0;
}
