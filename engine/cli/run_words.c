/* run_words.c - see run_words.h. */
#include "cli/run_words.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/text.h"
#include "cli/declared_files.h"
#include "connectors/connectors.h"
#include "connectors/http_call.h"

enum { PORT = 8080, SANDBOX_PORT = 8090 };

/* Meera Iyer, one of the sandbox's people: salaried, a clean record. */
#define SAMPLE                                                                                      \
    "{\"pan\": \"ZZZPP3303Z\", \"name\": \"Meera Iyer\", \"age\": 38, \"amount\": 25000000, "            \
    "\"account\": \"ZZZZ0000003\", \"consent\": \"consent-meera\"}"

static enum err number(const char *flag, const char *value, int64_t max, int64_t *out, struct fault *f) {
    if (text_i64(value, strlen(value), out) == OK && *out >= 1 && *out <= max) return OK;
    return fault_set(f, ERR_INVALID, flag, "%s takes a whole number from 1 to %lld, not '%s'", flag, (long long)max, value);
}

static enum err take(const char *flag, const char *value, struct run_flags *o, struct fault *f) {
    if (!strcmp(flag, "--config")) return o->config = value, OK;
    if (!strcmp(flag, "--dir")) return o->dir = value, OK;
    if (!strcmp(flag, "--root")) return o->root = value, OK;
    if (!strcmp(flag, "--day-end")) return o->day_end = value, OK;
    if (!strcmp(flag, "--port")) return number(flag, value, 65535, &o->port, f);
    if (!strcmp(flag, "--sandbox-port")) return number(flag, value, 65535, &o->sandbox_port, f);
    return number(flag, value, 64, &o->processes, f);
}

enum err run_flags_read(int argc, char **argv, struct run_flags *o, struct fault *f) {
    static const char *const known[] = {"--config", "--dir", "--root", "--port", "--sandbox-port", "--processes", "--day-end",
                                        "--no-sandbox", NULL};
    *o = (struct run_flags){.dir = "var", .sandbox_port = SANDBOX_PORT};
    for (int i = 1; i < argc; i++) {
        bool found = false;
        for (const char *const *k = known; *k; k++) found |= !strcmp(*k, argv[i]);
        const char *near = found ? NULL : text_nearest(argv[i], known);
        if (!found)
            return fault_set(f, ERR_INVALID, argv[i], "there is no flag %s%s%s%s", argv[i], near ? "; did you mean " : "",
                             near ? near : "", near ? "?" : "");
        if (!strcmp(argv[i], "--no-sandbox")) {
            o->no_sandbox = true;
            continue;
        }
        if (i + 1 == argc) return fault_set(f, ERR_INVALID, argv[i], "%s needs a value after it", argv[i]);
        enum err e = take(argv[i], argv[i + 1], o, f);
        if (e != OK) return e;
        i++;
    }
    return OK;
}

enum err run_flags_file(struct run_flags *o, struct fault *f) {
    json_error_t why;
    o->file = o->config ? json_load_file(o->config, JSON_REJECT_DUPLICATES, &why) : json_object();
    if (!o->file && o->config) return fault_set(f, ERR_INVALID, o->config, "line %d: %s", why.line, why.text);
    if (!o->file) return ERR_NOMEM;
    return json_is_object(o->file) ? OK : fault_set(f, ERR_INVALID, o->config, "must be a JSON object");
}

static enum err put_text(json_t *c, const char *key, const char *value) {
    return value && *value ? json_put_take(c, key, json_string(value)) : OK;
}

static enum err put_default(json_t *c, const char *key, json_t *value) {
    if (!json_object_get(c, key)) return json_put_take(c, key, value);
    json_decref(value);
    return OK;
}

/* A connector for which the file names no address is played by our sandbox, with the file's limits and mode. */
static enum err play_connector(json_t *connectors, const char *name, const char *url) {
    json_t *own = json_object_get(connectors, name);
    if (json_object_get(own, "url") || json_object_get(own, "sandbox_url")) return OK;
    if (own && !json_is_object(own)) return OK; /* whoever reads it says what is wrong */
    enum err e = put_default(connectors, name, json_object());
    own = json_object_get(connectors, name);
    if (e == OK) e = put_default(own, "mode", json_string("sandbox"));
    bool played = text_eq(json_text(own, "mode", ""), "sandbox");
    if (e == OK) e = json_put_take(own, played ? "sandbox_url" : "url", json_string(url));
    return e == OK ? put_default(own, "trust", json_string("sandbox")) : e;
}

/* What happens at the sandbox's bank and signers comes back as signed webhooks, as from any provider. */
static enum err put_webhooks(json_t *c, json_t *sandbox, const struct run_places *p) {
    static const char *const tellers[] = {"payments", "esign"};
    char url[80];
    snprintf(url, sizeof url, "http://%.50s/v1/webhooks", json_text(c, "listen", ""));
    enum err e = put_default(sandbox, "webhooks", json_string(url));
    if (e == OK) e = put_default(sandbox, "webhook_secret_file", json_string(p->webhook_file));
    for (size_t i = 0; e == OK && i < ARRAY_LEN(tellers); i++) {
        json_t *own = json_object_get(json_object_get(c, "connectors"), tellers[i]);
        if (text_eq(json_text(own, "trust", ""), "sandbox")) e = put_default(own, "webhook_secret_files", json_pack("[s]", p->webhook_file));
    }
    return e;
}

static enum err play_all(json_t *connectors, const struct connector_ops *const *of, const char *url) {
    enum err e = OK;
    for (; e == OK && *of; of++)
        if ((*of)->start == http_connector_start) e = play_connector(connectors, (*of)->name, url);
    return e;
}

static enum err put_sandbox(json_t *c, const struct run_flags *o, const struct run_places *p, struct fault *f) {
    char listen[40], url[60];
    struct declared_files *declared = NULL;
    snprintf(listen, sizeof listen, "127.0.0.1:%lld", (long long)o->sandbox_port);
    enum err e = put_default(c, "sandbox", json_pack("{s:s, s:s}", "listen", listen, "book", p->book_file));
    json_t *sandbox = json_object_get(c, "sandbox"), *connectors = json_object_get(c, "connectors");
    snprintf(url, sizeof url, "http://%.50s", json_text(sandbox, "listen", listen));
    if (e == OK) e = play_all(connectors, connectors_all, url);
    if (e == OK) e = declared_files_read(json_text(c, "root", "."), NULL, NULL, NULL, &declared, f);
    if (e == OK) e = play_all(connectors, declared_files_ops(declared), url);
    declared_files_free(declared);
    return e == OK ? put_webhooks(c, sandbox, p) : e;
}

static enum err put_places(json_t *c, const struct run_flags *o, const struct run_places *p) {
    char listen[40];
    enum err e = put_text(c, "database", p->dsn);
    if (e == OK) e = put_text(c, "redis", p->redis);
    if (e == OK && p->dsn == NULL) e = put_text(c, "database", getenv("TENOR_DATABASE_URL"));
    if (e == OK && p->redis == NULL) e = put_text(c, "redis", getenv("TENOR_REDIS_URL"));
    snprintf(listen, sizeof listen, "127.0.0.1:%lld", (long long)(o->port ? o->port : PORT));
    if (e == OK && o->port) e = put_text(c, "listen", listen);
    if (e == OK) e = put_default(c, "listen", json_string(listen));
    if (e == OK && o->processes) e = json_put_take(c, "processes", json_integer(o->processes));
    if (e == OK) e = put_text(c, "root", o->root);
    if (e == OK) e = put_default(c, "master_key_file", json_string(p->key_file));
    if (e == OK) e = put_default(c, "keys_file", json_string(p->keys_file));
    return e == OK ? put_default(c, "development", json_true()) : e;
}

static enum err put_day_end(json_t *c, const struct run_flags *o) {
    enum err e = put_default(c, "day_end", json_pack("{s:s, s:s}", "zone", "Asia/Kolkata", "at", "00:10"));
    json_t *day_end = json_object_get(c, "day_end");
    if (e == OK && text_eq(o->day_end, "off")) json_object_del(day_end, "at");
    else if (e == OK) e = put_text(day_end, "at", o->day_end);
    return e;
}

/* Definitions are looked for from where we stand, whatever the children's folder. */
static enum err put_root(json_t *c, struct fault *f) {
    char *full = realpath(json_text(c, "root", "."), NULL);
    if (!full) return fault_set(f, ERR_NOT_FOUND, "root", "there is no folder %s", json_text(c, "root", "."));
    enum err e = json_put_take(c, "root", json_string(full));
    free(full);
    return e;
}

/* The newest version of each shipped model; a missing one is for the connector to miss. */
static enum err put_models(json_t *c) {
    static const char *const names[] = {"bureau", "cashflow"};
    json_t *connectors = json_object_get(c, "connectors"), *scoring = json_object();
    enum err e = OK;
    for (size_t i = 0; e == OK && i < ARRAY_LEN(names); i++) {
        char path[PATH_MAX], newest[PATH_MAX] = "";
        for (int version = 1; version < 1000; version++) {
            snprintf(path, sizeof path, "%s/models/%s/%d", json_text(c, "root", "."), names[i], version);
            if (access(path, R_OK) != 0) break;
            text_copy(newest, sizeof newest, path);
        }
        if (*newest) e = json_put_take(scoring, names[i], json_string(newest));
    }
    if (e == OK) return put_default(connectors, "scoring", scoring);
    json_decref(scoring);
    return e;
}

enum err run_config_new(const struct run_flags *o, const struct run_places *p, json_t **out, struct fault *f) {
    json_t *c = json_deep_copy(o->file);
    enum err e = c ? put_places(c, o, p) : ERR_NOMEM;
    if (e == OK) e = put_day_end(c, o);
    if (e == OK) e = put_root(c, f);
    if (e == OK) e = put_default(c, "connectors", json_object());
    if (e == OK) e = put_models(c);
    if (e == OK && !o->no_sandbox) e = put_sandbox(c, o, p, f);
    if (e == OK && o->no_sandbox) json_object_del(c, "sandbox");
    if (e == OK)
        *out = c;
    else
        json_decref(c);
    return e;
}

void run_say(const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    fputs("tenor: ", stdout);
    vprintf(fmt, args);
    putchar('\n');
    fflush(stdout);
    va_end(args);
}

void run_welcome(const struct config *c, const json_t *keys) {
    const char *admin = json_text(keys, "admin", "KEY"), *url = c->listen;
    printf("\nTenor is ready on http://%s\n\n", url);
    if (!c->development) { /* a terminal is often a log file */
        printf("The API keys are in %s. Ctrl-C stops everything.\n", c->keys_file ? c->keys_file : "the keys file");
        fflush(stdout);
        return;
    }
    const char *role;
    json_t *key;
    json_object_foreach((json_t *)(uintptr_t)keys, role, key) /* jansson's macro wants it writable */
        printf("  %-9s %s\n", role, json_string_value(key));
    char fresh[17]; /* another run's key would answer with that run's case */
    uint64_t random;
    crypt_random(&random, sizeof random);
    snprintf(fresh, sizeof fresh, "%016llx", (unsigned long long)random);
    printf("\nTry: an application with its decision, the case, and the acceptance of its offer\n\n"
           "  curl -s http://%s/v1/applications -H 'Authorization: Bearer %s' \\\n"
           "    -H 'Content-Type: application/json' -H 'Idempotency-Key: try-%s' -H 'Prefer: wait=2' \\\n"
           "    -d '" SAMPLE "'\n\n"
           "  curl -s http://%s/v1/applications/ID -H 'Authorization: Bearer %s'\n\n"
           "  curl -s http://%s/v1/applications/ID/offer/accept -H 'Authorization: Bearer %s' \\\n"
           "    -H 'Content-Type: application/json' -d '{\"offer\": \"OFFER\"}'\n\n"
           "ID and OFFER are in the answer to the first. `build/tenor demo --url http://%s` tells five stories. Ctrl-C stops everything.\n",
           url, admin, fresh, url, admin, url, admin, url);
    fflush(stdout);
}

const char *run_tail(const char *path) {
    static char text[300];
    text[0] = '\0';
    FILE *in = fopen(path, "re");
    if (!in) return text;
    if (fseek(in, 0, SEEK_END) == 0) {
        long size = ftell(in), from = size > (long)sizeof text - 1 ? size - (long)sizeof text + 1 : 0;
        fseek(in, from, SEEK_SET);
        text[fread(text, 1, sizeof text - 1, in)] = '\0';
    }
    fclose(in);
    char *line = strchr(text, '\n');
    return line && line[1] ? line + 1 : text;
}
