/* connectors.c - `tenor connectors`: what a step can call, as declared; with --url, how it stands at a running engine. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/declared_files.h"
#include "connectors/connectors.h"
#include "io/fetch.h"
#include "io/loop.h"

struct wish {
    const char *only, *url, *keys, *root;
    char key[200];
};

/* --- as declared ---------------------------------------------------------------------------------- */

static void show(const char *connector, const struct operation *op) {
    static const char *const KINDS[] = {[OP_READ] = "read", [OP_EFFECT] = "effect", [OP_MONEY] = "money", [OP_LOCAL] = "local"};
    char name[80], traits[40] = "", kept[24] = "";
    snprintf(name, sizeof name, "%s.%s", connector, op->name);
    snprintf(traits, sizeof traits, "%s%s%s", op->can_look ? "look" : "", op->can_look && op->undoes ? ", " : "",
             op->undoes ? "undo" : "");
    if (op->cache_s) snprintf(kept, sizeof kept, "%u s", op->cache_s);
    printf("%-26s %-7s %6.1f s  %-10s %9s  %s\n", name, KINDS[op->kind], op->timeout_ms / 1000.0, traits, kept, op->about);
}

static int show_all(const struct wish *w, const struct connector_ops *const *c, int shown) {
    for (; *c; c++)
        for (const struct operation *op = (*c)->operations; op->name; op++) {
            if (w->only && strcmp(w->only, (*c)->name) != 0) continue;
            if (!shown++) printf("%-26s %-7s %8s  %-10s %9s  %s\n", "operation", "kind", "one try", "can", "kept for", "what it does");
            show((*c)->name, op);
        }
    return shown;
}

static void unsound(void *who, const char *path, const struct dsl_file *f) {
    AUTO(buf_reset) struct buf text;
    (void)who, (void)path;
    buf_init(&text, 1 << 20);
    dsl_faults_text(f, &text);
    fputs(buf_text(&text), stderr);
}

static int list(const struct wish *w) {
    struct declared_files *declared = NULL;
    struct fault f = {0};
    if (declared_files_read(w->root, unsound, NULL, NULL, &declared, &f) != OK)
        return fprintf(stderr, "tenor connectors: %s: %s\n", f.where, f.text), EXIT_CANNOT;
    int shown = show_all(w, declared_files_ops(declared), show_all(w, connectors_all, 0));
    if (!shown) fprintf(stderr, "tenor connectors: there is no connector called '%s'\n", w->only);
    declared_files_free(declared);
    return shown ? 0 : EXIT_NO;
}

/* --- as it stands --------------------------------------------------------------------------------- */

struct answer {
    struct loop *loop;
    enum err err;
    int status;
    json_t *body;
    char why[160];
};

static void answered(void *who, const struct fetch_answer *a) {
    struct answer *x = who;
    x->err = a->err, x->status = a->status;
    (void)text_copy(x->why, sizeof x->why, a->why);
    if (a->err == OK && json_parse(a->body, a->n, &JSON_LIMITS_ANSWER, &x->body, NULL) != OK) x->body = NULL;
    io_loop_stop(x->loop);
}

static bool ask(const struct wish *w, struct answer *x) {
    char url[500], auth[260];
    const char *headers[] = {auth, NULL};
    struct fetcher *fetch = NULL;
    if (!(x->loop = io_loop_new())) return false;
    snprintf(url, sizeof url, "%s/v1/connectors", w->url);
    snprintf(auth, sizeof auth, "Authorization: Bearer %s", w->key);
    struct fetch_request q = {.method = "GET", .url = url, .headers = headers, .timeout_ms = 10000, .answer_max = 8u << 20};
    bool asked = fetcher_new(x->loop, 1, &fetch) == OK && fetch_start(fetch, &q, answered, x);
    if (asked) io_loop_run(x->loop);
    fetcher_free(fetch);
    io_loop_free(x->loop);
    return asked;
}

static const char *breakers_text(const json_t *op, char out[60]) {
    const json_t *b;
    size_t i, n = 0;
    out[0] = '\0';
    json_array_foreach(json_object_get(op, "breakers"), i, b) {
        const char *state = json_text(b, "state", "?");
        bool look = text_eq(json_text(b, "asks", ""), "look");
        if (look && text_eq(state, "closed")) continue; /* said only when it is not as it should be */
        n += (size_t)snprintf(out + n, 60 - n, "%s%s%s%s", n ? ", " : "", look ? "look " : "", state, json_bool(b, "held", false) ? " (by hand)" : "");
    }
    return n ? out : "-";
}

static int64_t sum(const json_t *counts) {
    const char *name;
    json_t *v;
    int64_t n = 0;
    json_object_foreach((json_t *)counts, name, v) n += json_integer_value(v);
    return n;
}

static const char *ms_text(const json_t *op, const char *q, char out[16]) {
    const json_t *v = json_object_get(json_object_get(op, "latency_ms"), q);
    snprintf(out, 16, json_is_number(v) ? "%.1f" : "-", json_number_value(v));
    return out;
}

static const char *hits_text(const json_t *op, char out[16]) {
    const json_t *c = json_object_get(op, "cache");
    int64_t hits = json_int(c, "hits", 0), all = hits + json_int(c, "misses", 0);
    if (!all) return "-";
    snprintf(out, 16, "%.0f %%", 100.0 * (double)hits / (double)all);
    return out;
}

static void show_operation(const json_t *c, const json_t *op) {
    const json_t *calls = json_object_get(op, "calls");
    char breakers[60], p50[16], p99[16], hits[16];
    printf("%-26s %-11s %-20s %8lld %8lld %8lld %8lld %8s %8s %6s\n", json_text(op, "name", "?"), json_text(c, "mode", "?"),
           breakers_text(op, breakers), (long long)json_int(calls, "done", 0), (long long)json_int(calls, "refused", 0),
           (long long)(json_int(calls, "failed", 0) + json_int(calls, "uncertain", 0)), (long long)sum(json_object_get(op, "denied")),
           ms_text(op, "p50", p50), ms_text(op, "p99", p99), hits_text(op, hits));
}

static int show_health(const struct wish *w, const json_t *page) {
    const json_t *c, *op;
    size_t i, k;
    int shown = 0;
    json_array_foreach(json_object_get(page, "items"), i, c) {
        if (w->only && !text_eq(w->only, json_text(c, "name", ""))) continue;
        if (!shown++) printf("%-26s %-11s %-20s %8s %8s %8s %8s %8s %8s %6s\n", "operation", "mode", "breaker", "done", "refused", "failed",
                             "not sent", "p50 ms", "p99 ms", "cached");
        json_array_foreach(json_object_get(c, "operations"), k, op) show_operation(c, op);
    }
    if (!shown) fprintf(stderr, "tenor connectors: there is no connector called '%s' at %s\n", w->only ? w->only : "", w->url);
    if (shown) printf("\nas one process sees it; %s\n", json_bool(page, "shared", false)
                          ? "limits and breakers are shared through Redis" : "Redis is away: every process for itself");
    return shown ? 0 : EXIT_NO;
}

static int health(struct wish *w) {
    struct answer x = {0};
    json_auto_t *keys = *w->key ? NULL : json_load_file(w->keys, 0, NULL);
    if (keys) (void)text_copy(w->key, sizeof w->key, json_text(keys, "engineer", json_text(keys, "admin", "")));
    if (!*w->key) return fprintf(stderr, "tenor connectors: no key in %s; give --key KEY or --keys FILE\n", w->keys), EXIT_CANNOT;
    if (!ask(w, &x) || x.err != OK)
        return fprintf(stderr, "tenor connectors: %s does not answer: %s\n", w->url, x.why), EXIT_CANNOT;
    int code = EXIT_CANNOT;
    if (x.status == 200 && x.body) code = show_health(w, x.body);
    else fprintf(stderr, "tenor connectors: %s answered %d %s\n", w->url, x.status, json_text(x.body, "detail", ""));
    json_decref(x.body);
    return code;
}

/* --- the command ---------------------------------------------------------------------------------- */

extern const struct command command_connectors;

static int run(int argc, char **argv) {
    struct wish w = {.keys = "var/keys.json", .root = "."};
    const char *key = "";
    const struct arg table[] = {
        {"--url", ARG_TEXT, &w.url, 0, 0}, {"--keys", ARG_TEXT, &w.keys, 0, 0}, {"--key", ARG_TEXT, &key, 0, 0},
        {"--root", ARG_TEXT, &w.root, 0, 0}, {0}};
    struct arg_words words = {&w.only, 0, 1};
    int rc = args_read(&command_connectors, argc, argv, table, &words);
    if (rc) return rc;
    if (!text_copy(w.key, sizeof w.key, key)) return args_wrong(&command_connectors, "the key is too long");
    return w.url ? health(&w) : list(&w);
}

const struct command command_connectors = {"connectors", "tenor connectors [NAME] [--root DIR] [--url URL [--keys FILE | --key KEY]]",
                                           "Lists what a step can call; with --url how it stands at a running engine: breakers, latencies, cache.", run};
