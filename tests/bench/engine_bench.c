/* engine_bench.c - the eight-step workflow on the real engine, store and PostgreSQL.
 *
 * usage: engine_bench --dsn DSN [--root DIR] [--seconds S] [--concurrency 1,16,100,1000]
 * Prints one line per concurrency: runs/s, durable steps/s, p50, p99, CPU of engine and of database per run,
 * memory. A durable step is an answer that is committed before the next step starts. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/metric.h"
#include "base/rng.h"
#include "base/text.h"
#include "connectors/connectors.h"
#include "flow/definitions.h"
#include "flow/engine.h"
#include "io/loop.h"
#include "io/pg.h"
#include "store/migrate.h"
#include "store/store_pg.h"
#include "tests/bench/histogram.h"
#include "tests/bench/usage.h"

#define STEPS_PER_RUN 8
#define WARM_US 1000000

struct bench {
    const char *dsn, *root;
    double seconds;
    struct loop *loop;
    struct store *store;
    struct registry *registry;
    struct definitions *definitions;
    struct metrics *metrics;
    struct rng rng;
    struct engine *engine;
    pid_t postmaster;
    struct histogram latency;
    unsigned in_flight;
    uint64_t started, ended, bad;
    bool measuring, stopping;
};
struct one {
    struct bench *b;
    int64_t since_us;
    struct watch *watch;
    bool over;
};

static void start_one(struct bench *b, struct one *o);

/* The history is made once: whoever submits a case has it already, making it is no work of the engine. */
static json_t *case_new(uint64_t n) {
    static json_t *history;
    if (!history) history = json_array();
    for (int i = (int)json_array_size(history); i < 14; i++)
        json_array_append_new(history, json_pack("{s:s, s:i, s:i}", "month", "2026-01", "inflow", 4200000 + i, "outflow", 3900000 + i));
    char id[32];
    snprintf(id, sizeof id, "bench-%d-%llu", (int)getpid(), (unsigned long long)n);
    return json_pack("{s:s, s:i, s:s, s:O}", "id", id, "amount", 25000000, "city", "Nagpur", "history", history);
}

static void again(void *who) {
    struct one *o = who;
    if (o->b->stopping) o->b->in_flight--;
    else start_one(o->b, o);
}

static void changed(void *who, struct id run, const char *state) {
    struct one *o = who;
    (void)run;
    if (o->over || !text_eq(state, "ended")) return;
    o->over = true;
    o->b->ended++;
    if (o->b->measuring) histogram_add(&o->b->latency, loop_mono_us(o->b->loop) - o->since_us);
    engine_unwatch(o->b->engine, o->watch);
    o->watch = NULL;
    if (loop_post(o->b->loop, again, o) != OK) o->b->bad++;
}

static void started(void *who, enum err err, struct id run, bool joined, const struct fault *f) {
    struct one *o = who;
    (void)joined;
    if (err == OK) o->watch = engine_watch(o->b->engine, run, changed, o);
    if (o->watch) return;
    fprintf(stderr, "start failed: %s %s\n", err_word(err), f ? f->text : "");
    o->b->bad++;
    o->b->in_flight--;
}

static void start_one(struct bench *b, struct one *o) {
    json_auto_t *c = case_new(b->started++);
    struct start s = {.workflow = "eight", .case_ = c, .by = "bench"};
    o->b = b;
    o->over = false;
    o->since_us = loop_mono_us(b->loop);
    if (engine_start(b->engine, &s, started, o) != OK) b->bad++, b->in_flight--;
}

static void stop_loop(void *who) { io_loop_stop(who); }

static void run_for(struct bench *b, int64_t us) {
    if (!loop_timer(b->loop, us / 1000, stop_loop, b->loop)) exit(2);
    io_loop_run(b->loop);
}

static void measure(struct bench *b, unsigned concurrency) {
    struct one *ones = calloc(concurrency, sizeof *ones);
    b->stopping = b->measuring = false;
    b->in_flight = concurrency;
    for (unsigned i = 0; i < concurrency; i++) start_one(b, &ones[i]);
    run_for(b, WARM_US);
    memset(&b->latency, 0, sizeof b->latency);
    b->measuring = true;
    uint64_t before = b->ended;
    int64_t t = loop_mono_us(b->loop), own = usage_cpu_us(getpid()), db = usage_tree_cpu_us(b->postmaster);
    run_for(b, (int64_t)(b->seconds * 1e6));
    double s = (double)(loop_mono_us(b->loop) - t) / 1e6;
    double runs = (double)(b->ended - before);
    double own_ms = (double)(usage_cpu_us(getpid()) - own) / 1e3, db_ms = (double)(usage_tree_cpu_us(b->postmaster) - db) / 1e3;
    int64_t kb = usage_resident_kb(getpid());
    b->stopping = true;
    while (b->in_flight) run_for(b, 50000);
    printf("engine %6u %9.0f runs/s %9.0f steps/s  p50 %8.2f ms  p99 %8.2f ms  cpu/run engine %.3f db %.3f ms  memory %lld MB\n",
           concurrency, runs / s, runs * STEPS_PER_RUN / s, (double)histogram_at(&b->latency, .5) / 1e3,
           (double)histogram_at(&b->latency, .99) / 1e3, runs > 0 ? own_ms / runs : 0, runs > 0 ? db_ms / runs : 0, (long long)kb / 1024);
    fflush(stdout);
    free(ones);
}

static void first_value(void *who, int n, const char *const *values) {
    if (n) text_copy(who, 512, values[0]);
}

static int fail(const char *what, const struct fault *f) {
    fprintf(stderr, "engine_bench: %s: %s %s\n", what, f->where, f->text);
    return 2;
}

static int up(struct bench *b) {
    struct fault f = {0};
    struct connector_env env = {0};
    char dir[512] = "";
    int unsound = 0;
    if (store_migrate(b->dsn, 1, 64, &f) != OK) return fail("migrate", &f);
    if (pg_query(b->dsn, "show data_directory", 0, NULL, first_value, dir, &f) != OK) return fail("database", &f);
    b->postmaster = usage_postmaster(dir);
    b->loop = env.loop = io_loop_new();
    b->metrics = env.metrics = metrics_new();
    b->registry = registry_new();
    rng_seed_kernel(&b->rng);
    if (store_pg_open(b->loop, b->dsn, 2, 1, &b->store, &f) != OK) return fail("store", &f);
    if (connectors_open(b->registry, &env, NULL, &f) != OK) return fail("connectors", &f);
    if (definitions_new(b->root, b->registry, &b->definitions, &f) != OK) return fail("definitions", &f);
    if (definitions_load(b->definitions, NULL, NULL, &unsound) != OK || unsound) return fail("the bench workflow is unsound; try tenor check", &f);
    struct engine_config ec = {.loop = b->loop, .store = b->store, .registry = b->registry, .definitions = b->definitions,
                               .rng = &b->rng, .metrics = b->metrics, .owner = "bench", .address = "", .processes = 1,
                               .lease_ttl_ms = 5000, .resident_max = 100000};
    if (engine_new(&ec, &b->engine, &f) != OK) return fail("engine", &f);
    while (!engine_ready(b->engine)) run_for(b, 20000);
    return 0;
}

int main(int argc, char **argv) {
    struct bench b = {.dsn = getenv("TENOR_TEST_PG"), .root = "tests/bench/root", .seconds = 5};
    char levels[100] = "1,16,100,1000";
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--dsn")) b.dsn = argv[i + 1];
        else if (!strcmp(argv[i], "--root")) b.root = argv[i + 1];
        else if (!strcmp(argv[i], "--seconds")) b.seconds = strtod(argv[i + 1], NULL);
        else if (!strcmp(argv[i], "--concurrency")) text_copy(levels, sizeof levels, argv[i + 1]);
    }
    if (!b.dsn || crypt_start() != OK) return fputs("engine_bench: --dsn or TENOR_TEST_PG is needed\n", stderr), 2;
    int rc = up(&b);
    for (char *at = levels; rc == 0 && at && *at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        measure(&b, (unsigned)strtoul(at, NULL, 10));
    return rc ? rc : b.bad ? 1 : 0;
}
