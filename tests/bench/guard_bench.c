/* guard_bench.c - the guard: how exactly two processes share a rate through Redis; what a read costs that is kept in this
 * process, kept in Redis, or asked at the provider over loopback HTTP; what the guard itself adds to a call.
 *
 * usage: guard_bench [SECONDS-OF-THE-RATE [READS]]     TENOR_TEST_REDIS names the Redis */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "connectors/connectors.h"
#include "connectors/guard.h"
#include "connectors/sandbox/server.h"
#include "io/fetch.h"
#include "io/loop.h"
#include "io/redis.h"

enum { CALLERS = 40, WARM_MS = 2000 };

static int64_t mono_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void die(const char *what) {
    fprintf(stderr, "guard_bench: %s\n", what);
    exit(3);
}

/* --- a counterpart that answers in the loop's next pass ------------------------------------------- */

static struct loop *l;
static uint64_t sent;

static const struct operation operations[] = {
    {.name = "ask", .kind = OP_READ, .timeout_ms = 2000, .input = JSON({"type": "object"}), .output = JSON({"type": "object"}), .sample = JSON({})},
    {0}};

static void answer(void *who) {
    struct call *call = who;
    struct call_result r = {.end = CALL_DONE};
    call->done(call, &r);
}
static void start(struct connector *c, struct call *call) {
    (void)c;
    sent++;
    if (loop_post(l, answer, call) != OK) die("no memory");
}
static void close_null(struct connector *c) { (void)c; }
static struct connector null;
static enum err open_null(const struct connector_env *env, struct connector **out, struct fault *f);
static const struct connector_ops null_ops = {.name = "null", .operations = operations, .open = open_null, .start = start, .close = close_null};
static enum err open_null(const struct connector_env *env, struct connector **out, struct fault *f) {
    (void)env, (void)f;
    null.ops = &null_ops;
    *out = &null;
    return OK;
}

/* --- one process with a guard --------------------------------------------------------------------- */

struct rig {
    struct redis *redis;
    struct guards *guards;
    struct rng rng;
    struct crypt_key master;
};

static void rig_up(struct rig *r, const char *redis, unsigned processes, size_t cache_bytes) {
    struct fault f;
    char owner[20];
    memset(r, 0, sizeof *r);
    rng_seed_kernel(&r->rng);
    snprintf(owner, sizeof owner, "bench%d", (int)getpid());
    if (redis && redis_new(l, redis, &r->redis, &f) != OK) die(f.text);
    struct guards_config gc = {.loop = l, .redis = r->redis, .rng = &r->rng, .master = &r->master, .processes = processes, .owner = owner,
                               .cache_bytes = cache_bytes};
    if (guards_new(&gc, &r->guards, &f) != OK) die(f.text);
    for (int i = 0; redis && !guards_shared(r->guards) && i < 500; i++) io_loop_turn(l, 10);
    if (redis && !guards_shared(r->guards)) die("this Redis does not answer");
}

static struct connector *opened(struct rig *r, const struct connector_ops *ops, struct fetcher *fetch, const char *config) {
    struct fault f;
    struct connector *c = NULL;
    json_auto_t *json = json_loads(config, 0, NULL);
    struct connector_env env = {.loop = l, .fetch = fetch, .config = json, .guards = r->guards};
    if (guard_open(r->guards, ops, &env, &c, &f) != OK) die(f.text);
    return c;
}

/* --- the rate ------------------------------------------------------------------------------------- */

struct caller {
    struct call call; /* first */
    struct connector *guard;
    const json_t *input;
};
static void call_again(void *who) {
    struct caller *c = who;
    c->guard->ops->start(c->guard, &c->call);
}
static void ended(struct call *call, const struct call_result *r) {
    if (!loop_timer(l, r->retry_after_ms, call_again, call)) die("no memory");
}

/* Asks for all it can get; how many calls went out between two instants. */
static uint64_t ask_all(const char *redis, unsigned per_s, int64_t from_us, int64_t until_us) {
    struct rig r;
    static struct caller callers[CALLERS];
    char config[120];
    l = io_loop_new();
    rig_up(&r, redis, 2, 0);
    snprintf(config, sizeof config, "{\"limits\":{\"per_s\":%u,\"at_once\":1000}}", per_s);
    struct connector *guard = opened(&r, &null_ops, NULL, config);
    json_t *input = json_object();
    for (int i = 0; i < CALLERS; i++) {
        callers[i] = (struct caller){.guard = guard, .input = input};
        callers[i].call = (struct call){.paragraph = "", .visit = 1, .attempt = 1, .key = "k", .op = operations, .input = input, .done = ended};
        call_again(&callers[i]);
    }
    while (mono_us() < from_us) io_loop_turn(l, 1);
    uint64_t before = sent;
    while (mono_us() < until_us) io_loop_turn(l, 1);
    return sent - before;
}

static void measure_rate(const char *redis, unsigned per_s, double seconds) {
    int64_t from = mono_us() + WARM_MS * INT64_C(1000), until = from + (int64_t)(seconds * 1e6);
    int out[2];
    uint64_t n, total = 0, each[2] = {0};
    if (pipe(out) != 0) die("no pipe");
    for (int i = 0; i < 2; i++)
        if (fork() == 0) {
            n = ask_all(redis, per_s, from, until);
            _exit(write(out[1], &n, sizeof n) != sizeof n);
        }
    for (int i = 0; i < 2; i++) {
        if (read(out[0], &n, sizeof n) != sizeof n) die("a process of the rate was lost");
        each[i] = n, total += n;
    }
    while (wait(NULL) > 0) {}
    double due = per_s * seconds;
    printf("two processes, one limit of %u/s, %.0f s: %llu calls (%llu and %llu), %+.2f %% (goal: within 1)\n", per_s, seconds,
           (unsigned long long)total, (unsigned long long)each[0], (unsigned long long)each[1], 100 * ((double)total - due) / due);
}

/* --- reads ---------------------------------------------------------------------------------------- */

struct reading {
    struct call call; /* first */
    int ended;
};
static void read_done(struct call *call, const struct call_result *r) {
    if (r->end != CALL_DONE) die(r->why ? r->why : "a read failed");
    ((struct reading *)call)->ended = 1;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* kyc.verify `n` times, of as many people as `people`; prints the median and gives it. `warm`: all are kept already. */
static double measure_reads(const char *what, struct connector *guard, int n, int people, bool warm) {
    double *took = calloc((size_t)n, sizeof *took);
    if (!took) die("no memory");
    for (int i = warm ? -people : 0; i < n; i++) {
        struct reading r = {0};
        char pan[16];
        int who = (i + people) % people;
        snprintf(pan, sizeof pan, "A%c%cPB%04dC", 'A' + who / 10000 / 26 % 26, 'A' + who / 10000 % 26, who % 10000);
        json_auto_t *input = json_pack("{s:s, s:s}", "pan", pan, "name", "Ravi Kumar");
        r.call = (struct call){.paragraph = "", .visit = 1, .attempt = 1, .key = "k", .op = guard->ops->operations, .input = input,
                               .customer = pan, .epoch = 1, .done = read_done};
        int64_t from = mono_us();
        guard->ops->start(guard, &r.call);
        while (!r.ended) io_loop_turn(l, 1000);
        if (i >= 0) took[i] = (double)(mono_us() - from);
    }
    qsort(took, (size_t)n, sizeof *took, by_value);
    double p50 = took[n / 2];
    printf("%-52s %10.1f %10.1f\n", what, p50, took[(int)(0.99 * n)]);
    free(took);
    return p50;
}

static int sandbox_port_of_child(void) {
    int out[2], port = 0;
    if (pipe(out) != 0) die("no pipe");
    if (fork() == 0) {
        struct sandbox *s;
        struct fault f;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        l = io_loop_new();
        json_auto_t *settings = json_pack("{s:s, s:i}", "listen", "127.0.0.1:0", "seed", 1);
        if (sandbox_start(l, settings, &s, &f) != OK) die(f.text);
        port = sandbox_port(s);
        if (write(out[1], &port, sizeof port) != sizeof port) _exit(3);
        io_loop_run(l);
        _exit(0);
    }
    if (read(out[0], &port, sizeof port) != sizeof port) die("no sandbox");
    return port;
}

static void measure_all_reads(const char *redis, int reads) {
    struct rig own, through;
    struct fetcher *fetch;
    char config[200];
    int port = sandbox_port_of_child();
    l = io_loop_new();
    if (fetcher_new(l, 8, &fetch) != OK) die("no memory");
    snprintf(config, sizeof config, "{\"url\":\"http://127.0.0.1:%d\",\"trust\":\"sandbox\"}", port);
    printf("%-52s %10s %10s\n", "kyc.verify, one after the other, microseconds", "p50", "p99");
    rig_up(&own, NULL, 1, 0);
    rig_up(&through, redis, 1, 1); /* no room in the process: every question goes to Redis */
    double asked = measure_reads("asked at the provider (each person once)", opened(&own, &kyc_connector, fetch, config), reads, reads, false);
    double kept = measure_reads("kept in this process", opened(&own, &kyc_connector, fetch, config), reads, 50, true);
    printf("%-52s %9.0f x\n", "  asking costs so many times as much", asked / kept);
    if (!redis) return;
    double there = measure_reads("kept in Redis, sealed", opened(&through, &kyc_connector, fetch, config), reads, 50, true);
    printf("%-52s %9.0f x\n", "  asking costs so many times as much", asked / there);
}

/* --- the guard itself ------------------------------------------------------------------------------ */

static uint64_t came;
static void counted(struct call *call, const struct call_result *r) { (void)call, came += r->end == CALL_DONE; }
static void start_now(struct connector *c, struct call *call) {
    struct call_result r = {.end = CALL_DONE};
    (void)c;
    call->done(call, &r);
}

static enum err open_at_once(const struct connector_env *env, struct connector **out, struct fault *f);
static const struct connector_ops at_once_ops = {.name = "null", .operations = operations, .open = open_at_once, .start = start_now, .close = close_null};
static struct connector at_once = {.ops = &at_once_ops};
static enum err open_at_once(const struct connector_env *env, struct connector **out, struct fault *f) {
    (void)env, (void)f;
    *out = &at_once;
    return OK;
}

static double per_call(struct connector *c, int n) {
    json_auto_t *input = json_object();
    struct call call = {.paragraph = "", .visit = 1, .attempt = 1, .key = "k", .op = operations, .input = input, .done = counted};
    int64_t from = mono_us();
    for (int i = 0; i < n; i++) c->ops->start(c, &call);
    return (double)(mono_us() - from) / n;
}

static void measure_guard(void) {
    struct rig r;
    enum { N = 300000 };
    l = io_loop_new();
    rig_up(&r, NULL, 1, 0);
    struct connector *guard = opened(&r, &at_once_ops, NULL, "{}");
    double without = per_call(&at_once, N), with = per_call(guard, N);
    if (came != 2 * N) die("a call was lost");
    printf("a call that ends at once: %.2f us in a guard, %.2f us bare\n", with, without);
}

int main(int argc, char **argv) {
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 60;
    int reads = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 5000;
    const char *redis = getenv("TENOR_TEST_REDIS");
    log_open(NULL, LOG_ERROR, NULL, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (crypt_start() != OK || seconds <= 0 || reads < 100) die("usage: guard_bench [SECONDS [READS]]");
    if (redis) measure_rate(redis, 500, seconds);
    else puts("rate: skipped, TENOR_TEST_REDIS is unset");
    fflush(stdout);
    measure_all_reads(redis, reads);
    measure_guard();
    return 0;
}
