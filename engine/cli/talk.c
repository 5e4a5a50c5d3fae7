#include "cli/talk.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/crypt.h"
#include "base/text.h"
#include "cli/args.h"
#include "io/fetch.h"
#include "io/loop.h"

static bool read_key(const char *path, char *key, size_t cap) {
    json_auto_t *keys = json_load_file(path, 0, NULL);
    return text_copy(key, cap, json_text(keys, "admin", "")) && *key;
}

int talk_open(struct talk *t, const struct command *c, const char *url, const char *key, const char *keys_file) {
    *t = (struct talk){.name = c->name};
    if (!text_copy(t->base, sizeof t->base, url) || !text_copy(t->key, sizeof t->key, key))
        return args_wrong(c, "the address or the key is too long");
    if (!*t->key && !read_key(keys_file, t->key, sizeof t->key)) {
        fprintf(stderr, "tenor %s: no key in %s; is `tenor run` up? else give --key KEY\n", c->name, keys_file);
        return EXIT_CANNOT;
    }
    if (crypt_start() == OK && (t->loop = io_loop_new()) && fetcher_new(t->loop, 2, &t->fetch) == OK) return 0;
    talk_close(t);
    return EXIT_CANNOT;
}

void talk_close(struct talk *t) {
    json_decref(t->answer);
    if (t->fetch) fetcher_free(t->fetch);
    if (t->loop) io_loop_free(t->loop);
    *t = (struct talk){0};
}

static void answered(void *who, const struct fetch_answer *a) {
    struct talk *t = who;
    struct fault f = {0};
    json_decref(t->answer);
    t->answer = NULL;
    t->status = a->err == OK ? a->status : 0;
    t->failed = a->err != OK || json_parse(a->body, a->n, &JSON_LIMITS_ANSWER, &t->answer, &f) != OK;
    if (a->err != OK) fprintf(stderr, "tenor %s: %s: %s\n", t->name, t->base, a->why);
    io_loop_stop(t->loop);
}

bool talk_ask(struct talk *t, const char *method, const char *path, const json_t *body, const char *idempotency) {
    char url[500], auth[260], key[200];
    const char *headers[] = {auth, "Content-Type: application/json", "Prefer: wait=5", key, NULL};
    AUTO(buf_reset) struct buf b;
    buf_init(&b, 1u << 18);
    if (body && json_write(body, &b) != OK) return false;
    snprintf(url, sizeof url, "%s%s", t->base, path);
    snprintf(auth, sizeof auth, "Authorization: Bearer %s", t->key);
    snprintf(key, sizeof key, "Idempotency-Key: %s", idempotency ? idempotency : "");
    if (!idempotency) headers[3] = NULL;
    struct fetch_request q = {.method = method, .url = url, .headers = headers, .body = b.data, .body_n = b.len,
                              .timeout_ms = 30000, .answer_max = 8u << 20};
    if (!fetch_start(t->fetch, &q, answered, t)) return false;
    io_loop_run(t->loop);
    return !t->failed;
}

static void waited(void *who) { io_loop_stop(((struct talk *)who)->loop); }

void talk_wait(struct talk *t, int ms) {
    if (loop_timer(t->loop, ms, waited, t)) io_loop_run(t->loop);
}
