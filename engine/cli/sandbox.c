/* sandbox.c - `tenor sandbox`: one process that plays the outside world. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/crypt.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/args.h"
#include "connectors/sandbox/server.h"
#include "connectors/sandbox/outside.h"
#include "connectors/sandbox/people.h"
#include "io/loop.h"

/* The whole file, or its member "sandbox": the configuration of a running Tenor may hold it. */
static enum err read_config(const char *path, json_t *into, struct fault *f) {
    json_error_t e;
    json_t *v = json_load_file(path, JSON_REJECT_DUPLICATES, &e);
    if (!v) return fault_set(f, ERR_INVALID, path, "line %d: %s", e.line, e.text);
    json_t *part = json_object_get(v, "sandbox");
    int bad = json_object_update(into, part ? part : v);
    json_decref(v);
    return bad ? fault_set(f, ERR_INVALID, path, "the configuration must be an object") : OK;
}

struct flags {
    const char *config, *listen, *book, *latency, *faults, *bureau_file, *webhooks, *webhook_secret_file;
    int64_t seed, people, day_ms;
};

static enum err put_text(json_t *into, const char *key, const char *value) {
    return value ? json_put_take(into, key, json_string(value)) : OK;
}

/* What the command line says wins over the file. */
static enum err settle(const struct flags *o, json_t *into, struct fault *f) {
    enum err e = o->config ? read_config(o->config, into, f) : OK;
    if (e == OK) e = put_text(into, "listen", o->listen);
    if (e == OK) e = put_text(into, "book", o->book);
    if (e == OK) e = put_text(into, "latency", o->latency);
    if (e == OK) e = put_text(into, "faults", o->faults);
    if (e == OK) e = put_text(into, "bureau_file", o->bureau_file);
    if (e == OK) e = put_text(into, "webhooks", o->webhooks);
    if (e == OK) e = put_text(into, "webhook_secret_file", o->webhook_secret_file);
    if (e == OK && o->day_ms) e = json_put_take(into, "day_ms", json_integer(o->day_ms));
    if (e == OK && o->seed) e = json_put_take(into, "seed", json_integer(o->seed));
    return e == OK && o->people ? json_put_take(into, "people", json_integer(o->people)) : e;
}

static void stop(void *who) { io_loop_stop(who); }

static int serve(const json_t *settings, struct fault *f) {
    struct sandbox *s = NULL;
    struct loop *l = io_loop_new();
    enum err e = l ? sandbox_start(l, settings, &s, f) : fault_set(f, ERR_NOMEM, "", "no memory");
    if (e == OK) e = io_loop_signal(l, SIGINT, stop, l);
    if (e == OK) e = io_loop_signal(l, SIGTERM, stop, l);
    if (e == OK) {
        printf("sandbox: ready on port %d, %zu entries in the book\n", sandbox_port(s),
               book_count(outside_book(sandbox_world(s))));
        fflush(stdout);
        io_loop_run(l);
    }
    sandbox_stop(s);
    if (l) io_loop_free(l);
    return e == OK ? 0 : EXIT_CANNOT;
}

/* One JSON object on a line, for whoever writes a load test; nothing is served. */
static int list_people(const json_t *settings, int64_t n) {
    struct buf line AUTO(buf_reset);
    buf_init(&line, 4096);
    for (int64_t k = 0; k < n && k < OUTSIDE_INHABITANTS; k++) {
        buf_clear(&line);
        person_describe_nth((uint64_t)json_int(settings, "seed", 1), (uint64_t)k, &line);
        puts(buf_text(&line));
    }
    return fflush(stdout) ? EXIT_CANNOT : 0;
}

extern const struct command command_sandbox;

static int run(int argc, char **argv) {
    struct fault f = {0};
    struct flags o = {0};
    const struct arg table[] = {{"--config", ARG_TEXT, &o.config, 0, 0},       {"--listen", ARG_TEXT, &o.listen, 0, 0},
                                {"--book", ARG_TEXT, &o.book, 0, 0},           {"--latency", ARG_TEXT, &o.latency, 0, 0},
                                {"--faults", ARG_TEXT, &o.faults, 0, 0},       {"--bureau-file", ARG_TEXT, &o.bureau_file, 0, 0},
                                {"--seed", ARG_NUMBER, &o.seed, 1, INT64_MAX}, {"--people", ARG_NUMBER, &o.people, 1, INT64_MAX},
                                {"--webhooks", ARG_TEXT, &o.webhooks, 0, 0},   {"--webhook-secret-file", ARG_TEXT, &o.webhook_secret_file, 0, 0},
                                {"--day-ms", ARG_NUMBER, &o.day_ms, 10, 864000000},
                                {0}};
    int code = args_read(&command_sandbox, argc, argv, table, NULL);
    if (code) return code;
    json_t *settings = json_object();
    code = EXIT_CANNOT;
    if (!settings || crypt_start() != OK) (void)fault_set(&f, ERR_NOMEM, "", "could not start");
    else if (settle(&o, settings, &f) != OK) code = EXIT_USAGE;
    else if (json_int(settings, "people", 0) > 0) code = list_people(settings, json_int(settings, "people", 0));
    else code = serve(settings, &f);
    if (code) fprintf(stderr, "tenor sandbox: %s%s%s\n", f.where, f.where[0] ? ": " : "", f.text);
    json_decref(settings);
    return code;
}

const struct command command_sandbox = {
    "sandbox",
    "tenor sandbox [--config FILE] [--listen ADDRESS] [--book FILE] [--seed N] [--latency MIN-MAX] [--faults SPEC] "
    "[--bureau-file CSV] [--people N] [--day-ms MS] [--webhooks URL --webhook-secret-file FILE]",
    "Plays the outside world with seeded people. --people lists N of them, one JSON object on a line. --day-ms says how\n"
    "long \"days later\" takes; --webhooks tells what happens to URL/payments and URL/esign, signed with the secret in FILE.",
    run,
};
