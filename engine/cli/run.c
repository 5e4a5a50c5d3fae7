/* run.c - `tenor run`: everything one machine needs, from an empty folder to a served address. */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/text.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/config.h"
#include "cli/run_words.h"
#include "cli/secrets.h"
#include "cli/servers.h"
#include "cli/supervise.h"
#include "io/fetch.h"
#include "io/http.h"
#include "io/loop.h"
#include "io/pg.h"
#include "store/migrate.h"

enum { READY_MS = 60000, DATABASE_MS = 60000, STOP_MS = 40000, PATH_ROOM = PATH_MAX / 2 };

struct run {
    struct run_flags flags;
    char dir[PATH_ROOM], self[PATH_ROOM];
    char config_file[PATH_MAX], keys_file[PATH_MAX], key_file[PATH_MAX], book_file[PATH_MAX], webhook_file[PATH_MAX];
    char engine_log[PATH_MAX], sandbox_log[PATH_MAX], engine_pid[PATH_MAX], sandbox_pid[PATH_MAX];
    const char *engine_argv[8], *sandbox_argv[8];
    struct child engine, sandbox;
    struct servers servers;
    struct supervisor supervisor;
    struct config config;
    json_t *keys;
    bool private_pg, private_redis, with_sandbox;
};

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static enum err below(const struct run *r, const char *name, char out[PATH_MAX], bool folder, struct fault *f) {
    if (snprintf(out, PATH_MAX, "%s/%s", r->dir, name) >= PATH_MAX) return fault_set(f, ERR_INVALID, name, "path too long");
    if (folder) mkdir(out, 0700);
    return !folder || access(out, W_OK | X_OK) == 0 ? OK : fault_set(f, ERR_IO, out, "%m");
}

/* One run per folder. The lock dies with us, however we die. */
static enum err lock(const struct run *r, struct fault *f) {
    char path[PATH_MAX];
    enum err e = below(r, "run.lock", path, false, f);
    if (e != OK) return e;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return fault_set(f, ERR_IO, path, "%m");
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) return OK;
    return fault_set(f, ERR_CONFLICT, r->dir, "another `tenor run` uses this folder");
}

static enum err name_files(struct run *r, struct fault *f) {
    char secrets[PATH_MAX], dir[PATH_MAX];
    static const char *const dirs[] = {"log", "pids", "sandbox", "secrets"};
    ssize_t n = readlink("/proc/self/exe", r->self, sizeof r->self - 1);
    if (n <= 0) return fault_set(f, ERR_IO, "/proc/self/exe", "%m");
    if (text_ends(r->self, " (deleted)")) r->self[n - 10] = '\0'; /* built anew meanwhile: run the new one */
    mkdir(r->flags.dir, 0711); /* postgres must be able to pass */
    if (!realpath(r->flags.dir, dir) || !text_copy(r->dir, sizeof r->dir, dir))
        return fault_set(f, ERR_IO, r->flags.dir, "%m");
    enum err e = OK;
    for (size_t i = 0; e == OK && i < ARRAY_LEN(dirs); i++) e = below(r, dirs[i], secrets, true, f);
    if (e == OK) e = below(r, "run.json", r->config_file, false, f);
    if (e == OK) e = below(r, "keys.json", r->keys_file, false, f);
    if (e == OK) e = below(r, "secrets/master.key", r->key_file, false, f);
    if (e == OK) e = below(r, "secrets/webhook.key", r->webhook_file, false, f);
    if (e == OK) e = below(r, "sandbox/book.jsonl", r->book_file, false, f);
    if (e == OK) e = below(r, "log/engine.log", r->engine_log, false, f);
    if (e == OK) e = below(r, "log/sandbox.log", r->sandbox_log, false, f);
    if (e == OK) e = below(r, "pids/engine", r->engine_pid, false, f);
    return e == OK ? below(r, "pids/sandbox", r->sandbox_pid, false, f) : e;
}

static void describe_children(struct run *r) {
    const char *engine[] = {r->self, "engine", "--config", r->config_file, NULL};
    const char *sandbox[] = {r->self, "sandbox", "--config", r->config_file, NULL};
    memcpy(r->engine_argv, engine, sizeof engine);
    memcpy(r->sandbox_argv, sandbox, sizeof sandbox);
    r->engine = (struct child){.name = "engine", .argv = r->engine_argv, .log_file = r->engine_log,
                               .pid_file = r->engine_pid, .stop_signal = SIGTERM, .stop_ms = STOP_MS};
    r->sandbox = (struct child){.name = "sandbox", .argv = r->sandbox_argv, .log_file = r->sandbox_log,
                                .pid_file = r->sandbox_pid, .stop_signal = SIGTERM, .stop_ms = STOP_MS};
}

/* Processes that a killed run left behind are stopped in order, so that everything here is ours
 * to watch. Their work is durable: it goes on when they are started again. */
static void take_over(struct run *r) {
    struct child *all[] = {&r->engine, &r->sandbox, &r->servers.redis, &r->servers.pg};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (all[i]->pid_file) all[i]->pid = child_find(all[i]->pid_file);
        if (all[i]->pid) run_say("stopping what an earlier run left behind: %s", all[i]->name);
        if (all[i]->pid) child_stop(all[i]);
    }
}

static enum err start_servers(struct run *r, struct fault *f) {
    enum err e = OK;
    if (r->private_pg || r->private_redis) {
        run_say("preparing PostgreSQL and Redis below %s", r->dir);
        e = servers_open(&r->servers, r->dir, f);
    }
    if (e != OK) return e;
    take_over(r);
    if (!r->private_pg && !r->private_redis) return OK;
    run_say("starting %s", r->private_pg && r->private_redis ? "PostgreSQL and Redis" : r->private_pg ? "PostgreSQL" : "Redis");
    e = servers_start(&r->servers, r->private_pg, r->private_redis, supervise_stop_asked, f);
    struct child *mine[] = {r->servers.pg.pid ? &r->servers.pg : NULL, r->servers.redis.pid ? &r->servers.redis : NULL};
    for (size_t i = 0; i < ARRAY_LEN(mine); i++)
        if (mine[i] && supervise_add(&r->supervisor, mine[i], NULL) != OK) e = ERR_BUG;
    return e;
}

static enum err write_config(struct run *r, struct fault *f) {
    AUTO(buf_reset) struct buf b = {0};
    struct run_places places = {r->private_pg ? r->servers.dsn : NULL, r->private_redis ? r->servers.redis_url : NULL,
                                r->key_file, r->keys_file, r->book_file, r->webhook_file};
    json_t *json = NULL;
    enum err e = run_config_new(&r->flags, &places, &json, f);
    buf_init(&b, 1u << 20);
    if (e == OK) e = json_write(json, &b);
    if (e == OK) e = secrets_write(r->config_file, buf_text(&b), b.len, f);
    if (e == OK) return config_from_take(json, &r->config, f);
    json_decref(json);
    return e;
}

static enum err prepare_database(struct run *r, struct fault *f) {
    run_say("bringing the database up to date");
    enum err e = ERR_IO;
    for (int64_t until = child_mono_ms() + DATABASE_MS; e == ERR_IO && child_mono_ms() < until;) {
        e = store_migrate(r->config.database, (uint16_t)r->config.region, (uint16_t)r->config.shards, f);
        if (e != ERR_IO) break;
        if (supervise_stop_asked()) return fault_set(f, ERR_CLOSED, "database", "stopped while starting");
        child_sleep_ms(300);
    }
    if (e == OK) e = secrets_master_key(r->key_file, f);
    if (e == OK) e = secrets_webhook(r->webhook_file, f);
    if (e == OK) e = secrets_api_keys(r->keys_file, r->config.database, now_ms(), &r->keys, f);
    return e;
}

struct answer {
    bool fired;
    int status;
};
static void answered(void *who, const struct fetch_answer *a) {
    struct answer *x = who;
    x->fired = true;
    x->status = a->err == OK ? a->status : 0;
}

/* One GET, waited for; 0 when nobody answers. */
static int status_of(struct loop *l, struct fetcher *fetcher, const char *url) {
    struct answer a = {0};
    struct fetch_request q = {.method = "GET", .url = url, .timeout_ms = 2000, .answer_max = 1 << 16};
    if (!fetch_start(fetcher, &q, answered, &a)) return 0;
    while (!a.fired) io_loop_turn(l, 200);
    return a.status;
}

static enum err wait_ready(struct run *r, struct child *c, const char *url, bool any, struct fault *f) {
    struct loop *l = io_loop_new();
    struct fetcher *fetcher = NULL;
    enum err e = l ? fetcher_new(l, 1, &fetcher) : ERR_NOMEM;
    bool ready = false;
    for (int64_t until = child_mono_ms() + READY_MS; e == OK && !ready && child_mono_ms() < until;) {
        int status = status_of(l, fetcher, url);
        if ((ready = status == 200 || (any && status))) break;
        if (supervise_stop_asked())
            e = fault_set(f, ERR_CLOSED, c->name, "stopped while starting");
        else if (supervise_died(&r->supervisor, c))
            e = fault_set(f, ERR_IO, c->name, "ended at once; the end of %s:\n%s", c->log_file, run_tail(c->log_file));
        else
            child_sleep_ms(50);
    }
    fetcher_free(fetcher);
    io_loop_free(l);
    if (e == OK && !ready) e = fault_set(f, ERR_TIMEOUT, c->name, "is not ready after %d s; the end of %s:\n%s", READY_MS / 1000, c->log_file, run_tail(c->log_file));
    return e;
}

static void nobody(void *who UNUSED, struct http_request *q UNUSED) {}

/* Another's server on our port would answer our questions: better a clear word before. */
static enum err port_free(const char *address, const char *flag, struct fault *f) {
    struct http_server *s = NULL;
    struct loop *l = io_loop_new();
    enum err e = l ? http_listen(l, address, false, &HTTP_LIMITS_API, nobody, NULL, &s, f) : ERR_NOMEM;
    http_close(s);
    io_loop_free(l);
    if (e != ERR_CONFLICT) return e;
    return fault_set(f, e, address, "another process listens there; choose another port with %s", flag);
}

static enum err ports_free(const struct run *r, struct fault *f) {
    enum err e = port_free(r->config.listen, "--port", f);
    if (e != OK || !r->config.sandbox) return e;
    return port_free(json_text(r->config.sandbox, "listen", ""), "--sandbox-port", f);
}

static enum err start_tenor(struct run *r, struct fault *f) {
    char url[300];
    enum err e = OK;
    if (r->config.sandbox) {
        run_say("starting the sandbox providers on %s", json_text(r->config.sandbox, "listen", ""));
        snprintf(url, sizeof url, "http://%s/", json_text(r->config.sandbox, "listen", ""));
        e = supervise_add(&r->supervisor, &r->sandbox, f);
        if (e == OK) e = wait_ready(r, &r->sandbox, url, true, f);
    }
    if (e != OK) return e;
    run_say("starting %d engine process%s on %s", r->config.processes, r->config.processes == 1 ? "" : "es", r->config.listen);
    snprintf(url, sizeof url, "http://%s/readyz", r->config.listen);
    e = supervise_add(&r->supervisor, &r->engine, f);
    return e == OK ? wait_ready(r, &r->engine, url, false, f) : e;
}

static enum err start_all(struct run *r, struct fault *f) {
    const char *pg = getenv("TENOR_DATABASE_URL"), *redis = getenv("TENOR_REDIS_URL");
    enum err e = crypt_start() == OK ? name_files(r, f) : fault_set(f, ERR_BUG, "", "libsodium does not start");
    if (e == OK) e = lock(r, f);
    if (e == OK) e = run_flags_file(&r->flags, f);
    if (e != OK) return e;
    r->private_pg = !(pg && *pg) && !json_text(r->flags.file, "database", NULL);
    r->private_redis = !(redis && *redis) && !json_text(r->flags.file, "redis", NULL);
    describe_children(r);
    e = start_servers(r, f);
    if (e == OK) e = write_config(r, f);
    if (e == OK) e = ports_free(r, f);
    if (e == OK) e = prepare_database(r, f);
    return e == OK ? start_tenor(r, f) : e;
}

extern const struct command command_run;

static int run(int argc, char **argv) {
    static struct run r;
    struct fault f = {0};
    setvbuf(stdout, NULL, _IOLBF, 0);
    enum err e = run_flags_read(argc, argv, &r.flags, &f);
    if (e != OK) return args_wrong(&command_run, "%s", f.text);
    supervise_begin();
    e = start_all(&r, &f);
    if (e == OK) {
        run_welcome(&r.config, r.keys);
        supervise_run(&r.supervisor);
    } else if (!supervise_stop_asked()) {
        fprintf(stderr, "tenor run: %s: %s\n", f.where, f.text);
    }
    bool asked = e == OK || supervise_stop_asked();
    supervise_stop(&r.supervisor);
    if (r.private_pg || r.private_redis) servers_stop(&r.servers);
    json_decref(r.keys);
    json_decref(r.flags.file);
    config_reset(&r.config);
    return asked ? 0 : EXIT_CANNOT;
}

const struct command command_run = {
    "run",
    "tenor run [--config FILE] [--dir var] [--port 8080] [--processes N] [--no-sandbox] [--sandbox-port 8090]"
    " [--day-end HH:MM|off] [--root DIR]",
    "Starts PostgreSQL, Redis, the sandbox providers and the engine, and keeps them running.\n"
    "A database or Redis of your own: TENOR_DATABASE_URL, TENOR_REDIS_URL, or \"database\" and \"redis\" in the\n"
    "configuration file (docs: engine/cli/README.md). Ctrl-C stops everything it started.",
    run,
};
