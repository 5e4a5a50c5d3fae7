/* sandbox.c - `tenor sandbox`: one process that plays the outside world. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/crypt.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/cli.h"
#include "connectors/sandbox/server.h"
#include "connectors/sandbox/outside.h"
#include "connectors/sandbox/people.h"
#include "io/loop.h"

static const struct flag {
    const char *name, *key;
    bool number;
} FLAGS[] = {
    {"--listen", "listen", false},   {"--book", "book", false},     {"--latency", "latency", false},
    {"--faults", "faults", false},   {"--seed", "seed", true},      {"--bureau-file", "bureau_file", false},
    {"--people", "people", true},
};

static const struct flag *flag_named(const char *word) {
    for (size_t k = 0; k < ARRAY_LEN(FLAGS); k++)
        if (!strcmp(FLAGS[k].name, word)) return &FLAGS[k];
    return NULL;
}

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

static enum err take_flag(const char *word, const char *value, json_t *into, struct fault *f) {
    const struct flag *flag = flag_named(word);
    int64_t n;
    if (!strcmp(word, "--config") && value) return read_config(value, into, f);
    if (!flag) return fault_set(f, ERR_INVALID, word, "there is no flag %s", word);
    if (!value) return fault_set(f, ERR_INVALID, word, "%s needs a value", word);
    if (!flag->number) return json_put_take(into, flag->key, json_string(value));
    if (text_i64(value, strlen(value), &n) != OK)
        return fault_set(f, ERR_INVALID, word, "%s needs a whole number", word);
    return json_put_take(into, flag->key, json_integer(n));
}

static enum err read_flags(int argc, char **argv, json_t *into, struct fault *f) {
    enum err e = OK;
    for (int k = 1; e == OK && k < argc; k += 2)
        e = take_flag(argv[k], k + 1 < argc ? argv[k + 1] : NULL, into, f);
    return e;
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
    struct person p;
    buf_init(&line, 4096);
    for (int64_t k = 0; k < n && k < OUTSIDE_INHABITANTS; k++) {
        buf_clear(&line);
        person_nth((uint64_t)json_int(settings, "seed", 1), (uint64_t)k, &p);
        person_describe(&p, &line);
        puts(buf_text(&line));
    }
    return fflush(stdout) ? EXIT_CANNOT : 0;
}

static int run(int argc, char **argv) {
    struct fault f = {0};
    json_t *settings = json_object();
    int code = EXIT_CANNOT;
    if (!settings || crypt_start() != OK) (void)fault_set(&f, ERR_NOMEM, "", "could not start");
    else if (read_flags(argc, argv, settings, &f) != OK) code = EXIT_USAGE;
    else if (json_int(settings, "people", 0) > 0) code = list_people(settings, json_int(settings, "people", 0));
    else code = serve(settings, &f);
    if (code) fprintf(stderr, "tenor sandbox: %s%s%s\n", f.where, f.where[0] ? ": " : "", f.text);
    json_decref(settings);
    return code;
}

const struct command command_sandbox = {
    "sandbox",
    "tenor sandbox [--config FILE] [--listen ADDRESS] [--book FILE] [--seed N] [--latency MIN-MAX] [--faults SPEC] "
    "[--bureau-file CSV] [--people N]",
    "Plays the outside world with seeded people; --people lists N of them, one JSON object on a line",
    run,
};
