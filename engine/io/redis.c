/* redis.c - see redis.h; hiredis' one home. Two connections: commands, and (once wanted)
 * subscriptions, because a subscribed connection takes no other command. */
#include "io/redis.h"

#include <hiredis/async.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/rng.h"
#include "base/text.h"
#include "io/watch.h"

enum { BACKOFF_FIRST_MS = 100, BACKOFF_LAST_MS = 5000, CONNECT_MS = 3000, CHANNELS_MAX = 64,
       PENDING_MAX = 100000 };

struct link { /* one connection that comes back */
    struct redis *redis;
    const char *name;
    redisAsyncContext *ctx;
    struct watch *watch;
    struct loop_timer *timer; /* back-off or connect time-out */
    int64_t backoff_ms;
    bool up, wanted;
    void (*came_up)(struct redis *r);
};
struct channel {
    char *name;
    redis_message_fn *fn;
    void *who;
};
struct redis {
    struct loop *loop;
    char *host, *path, *password;
    int port, db;
    struct rng rng;
    struct link commands, messages;
    struct channel channels[CHANNELS_MAX];
    size_t n_channels;
    size_t pending;
    bool closing;
};
struct command {
    struct redis *redis;
    redis_done_fn *done;
    void *who;
    struct loop_timer *timer;
    bool told; /* timed out: the reply that still comes is thrown away */
};

static void connect_link(struct link *k);

static void retry(void *who) {
    struct link *k = who;
    k->timer = NULL;
    connect_link(k);
}

/* hiredis has freed, or is freeing, its context. */
static void link_lost(struct link *k, const char *why) {
    struct redis *r = k->redis;
    k->ctx = NULL;
    k->up = false;
    loop_cancel(r->loop, k->timer);
    k->timer = NULL;
    if (r->closing) return;
    log_warn("redis_lost", "link=%s why=%s", k->name, log_quote(why));
    int64_t ms = k->backoff_ms;
    k->backoff_ms = ms * 2 > BACKOFF_LAST_MS ? BACKOFF_LAST_MS : ms * 2;
    k->timer = loop_timer(r->loop, ms / 2 + (int64_t)rng_below(&r->rng, (uint64_t)ms), retry, k);
    INVARIANT(k->timer);
}

static void ready(void *who, unsigned what) {
    struct link *k = who;
    if (what & WATCH_READ)
        redisAsyncHandleRead(k->ctx);
    else
        redisAsyncHandleWrite(k->ctx);
}

/* hiredis' hooks, on a watch. They may come after `cleanup`: then there is none. */
static void want(struct link *k, unsigned add, unsigned drop) {
    if (!k->watch) return;
    unsigned wanted = (watch_wanted(k->watch) | add) & ~drop;
    if (watch_want(k->watch, wanted) != OK) log_error("redis_watch", "link=%s", k->name);
}
static void add_read(void *k) { want(k, WATCH_READ, 0); }
static void del_read(void *k) { want(k, 0, WATCH_READ); }
static void add_write(void *k) { want(k, WATCH_WRITE, 0); }
static void del_write(void *k) { want(k, 0, WATCH_WRITE); }
static void cleanup(void *who) {
    struct link *k = who;
    watch_free(k->watch);
    k->watch = NULL;
}

static void greeted(redisAsyncContext *ctx, void *reply, void *who) {
    struct link *k = who;
    const redisReply *a = reply;
    if (!a || ctx->err) return; /* link_lost comes from the disconnect call */
    if (a->type == REDIS_REPLY_ERROR) {
        log_error("redis_refused", "link=%s why=%s", k->name, log_quote(a->str));
        redisAsyncDisconnect(ctx);
        return;
    }
    if (k->up) return;
    loop_cancel(k->redis->loop, k->timer);
    k->timer = NULL;
    k->up = true;
    k->backoff_ms = BACKOFF_FIRST_MS;
    log_info("redis_connected", "link=%s", k->name);
    if (k->came_up) k->came_up(k->redis);
}

static void ignored(redisAsyncContext *ctx, void *reply, void *who) {
    const redisReply *a = reply;
    struct link *k = who;
    if (!a || a->type != REDIS_REPLY_ERROR) return;
    log_error("redis_refused", "link=%s why=%s", k->name, log_quote(a->str));
    redisAsyncDisconnect(ctx);
}

static void on_connect(const redisAsyncContext *ctx, int status) {
    struct link *k = ctx->data;
    if (status != REDIS_OK) link_lost(k, ctx->errstr); /* hiredis frees the context */
}
static void on_disconnect(const redisAsyncContext *ctx, int status) {
    struct link *k = ctx->data;
    link_lost(k, status == REDIS_OK ? "closed" : ctx->errstr);
}

static void drop(struct link *k) {
    redisAsyncContext *ctx = k->ctx;
    k->ctx = NULL;
    if (ctx) redisAsyncFree(ctx); /* waiting callbacks get a NULL reply */
}

static void connect_late(void *who) {
    struct link *k = who;
    k->timer = NULL;
    redisAsyncContext *ctx = k->ctx;
    ctx->onConnect = NULL; /* one report of the loss: ours */
    ctx->onDisconnect = NULL;
    drop(k);
    link_lost(k, "no answer in time");
}

static void say_hello(struct link *k) {
    struct redis *r = k->redis;
    if (r->password) redisAsyncCommand(k->ctx, ignored, k, "AUTH %s", r->password);
    if (r->db) redisAsyncCommand(k->ctx, ignored, k, "SELECT %d", r->db);
    redisAsyncCommand(k->ctx, greeted, k, "PING");
}

static void connect_link(struct link *k) {
    struct redis *r = k->redis;
    k->wanted = true;
    k->ctx = r->path ? redisAsyncConnectUnix(r->path) : redisAsyncConnect(r->host, r->port);
    if (!k->ctx || k->ctx->err) {
        char why[128];
        text_copy(why, sizeof why, k->ctx ? k->ctx->errstr : "no memory");
        drop(k);
        link_lost(k, why);
        return;
    }
    k->watch = watch_new(r->loop, k->ctx->c.fd, ready, k);
    INVARIANT(k->watch);
    k->ctx->data = k;
    k->ctx->ev.data = k;
    k->ctx->ev.addRead = add_read;
    k->ctx->ev.delRead = del_read;
    k->ctx->ev.addWrite = add_write;
    k->ctx->ev.delWrite = del_write;
    k->ctx->ev.cleanup = cleanup;
    redisAsyncSetConnectCallback(k->ctx, on_connect);
    redisAsyncSetDisconnectCallback(k->ctx, on_disconnect);
    k->timer = loop_timer(r->loop, CONNECT_MS, connect_late, k);
    INVARIANT(k->timer);
    say_hello(k);
}

/* [redis://][:password@]host[:port][/db] */
static bool parse_tcp(struct redis *r, const char *url) {
    const char *at = strrchr(url, '@');
    if (at) {
        const char *colon = memchr(url, ':', (size_t)(at - url));
        const char *from = colon ? colon + 1 : url;
        r->password = strndup(from, (size_t)(at - from));
        url = at + 1;
    }
    size_t host = strcspn(url, ":/");
    r->host = strndup(url, host);
    r->port = 6379;
    url += host;
    int64_t n;
    if (*url == ':') {
        size_t len = strcspn(++url, "/");
        if (text_i64(url, len, &n) != OK || n < 1 || n > 65535) return false;
        r->port = (int)n;
        url += len;
    }
    if (url[0] == '/' && url[1]) {
        if (text_i64(url + 1, strlen(url + 1), &n) != OK || n < 0 || n > 1000) return false;
        r->db = (int)n;
    }
    return host > 0 && r->host && (!at || r->password);
}

static bool parse(struct redis *r, const char *url) {
    if (text_starts(url, "unix:")) return (r->path = strdup(url + 5)) != NULL && *r->path;
    if (!text_starts(url, "redis://")) return false;
    return parse_tcp(r, url + 8);
}

static void subscribe_all(struct redis *r);

enum err redis_new(struct loop *l, const char *url, struct redis **out, struct fault *f) {
    struct redis *r = calloc(1, sizeof *r);
    if (!r) return fault_set(f, ERR_NOMEM, "redis", "no memory");
    r->loop = l;
    rng_seed_kernel(&r->rng);
    r->commands = (struct link){.redis = r, .name = "commands", .backoff_ms = BACKOFF_FIRST_MS};
    r->messages = (struct link){.redis = r, .name = "messages", .backoff_ms = BACKOFF_FIRST_MS,
                                .came_up = subscribe_all};
    if (!parse(r, url)) {
        redis_free(r);
        return fault_set(f, ERR_INVALID, "redis", "neither redis://host:port/db nor unix:/path");
    }
    connect_link(&r->commands);
    *out = r;
    return OK;
}

void redis_free(struct redis *r) {
    if (!r) return;
    r->closing = true;
    struct link *links[] = {&r->commands, &r->messages};
    for (size_t i = 0; i < ARRAY_LEN(links); i++) {
        loop_cancel(r->loop, links[i]->timer);
        links[i]->timer = NULL;
        drop(links[i]);
    }
    for (size_t i = 0; i < r->n_channels; i++) free(r->channels[i].name);
    free(r->host);
    free(r->path);
    if (r->password) explicit_bzero(r->password, strlen(r->password));
    free(r->password);
    free(r);
}

bool redis_up(const struct redis *r) { return r->commands.up; }

static void tell(struct command *c, const struct redis_answer *a) {
    loop_cancel(c->redis->loop, c->timer);
    c->timer = NULL;
    c->told = true;
    if (c->done) c->done(c->who, a);
}

static void replied(redisAsyncContext *ctx UNUSED, void *reply, void *who) {
    struct command *c = who;
    const redisReply *a = reply;
    c->redis->pending--;
    struct redis_answer out = {.err = ERR_IO};
    if (a) {
        out.err = a->type == REDIS_REPLY_ERROR ? ERR_INVALID : OK;
        bool text = a->type == REDIS_REPLY_STRING || a->type == REDIS_REPLY_STATUS ||
                    a->type == REDIS_REPLY_ERROR;
        out.text = text ? a->str : NULL;
        out.n = text ? (size_t)a->len : 0;
        out.integer = a->type == REDIS_REPLY_INTEGER ? a->integer : 0;
    }
    if (!c->told) tell(c, &out);
    free(c);
}

static void command_late(void *who) {
    struct command *c = who;
    c->timer = NULL;
    tell(c, &(struct redis_answer){.err = ERR_TIMEOUT});
}

static void tell_down(void *who) {
    struct command *c = who;
    tell(c, &(struct redis_answer){.err = ERR_IO});
    free(c);
}

void redis_command(struct redis *r, int argc, const char *const *argv, const size_t *lens,
                   int64_t timeout_ms, redis_done_fn *done, void *who) {
    struct command *c = calloc(1, sizeof *c);
    INVARIANT(c);
    *c = (struct command){.redis = r, .done = done, .who = who};
    bool sent = false;
    if (r->commands.up && !r->closing && r->pending < PENDING_MAX)
        sent = redisAsyncCommandArgv(r->commands.ctx, replied, c, argc, (const char **)argv, lens) == REDIS_OK;
    if (sent) {
        r->pending++;
        if (timeout_ms > 0) c->timer = loop_timer(r->loop, timeout_ms, command_late, c);
    } else {
        INVARIANT(loop_post(r->loop, tell_down, c) == OK);
    }
}

static void message(redisAsyncContext *ctx UNUSED, void *reply, void *who) {
    struct redis *r = who;
    const redisReply *a = reply;
    if (!a || a->type != REDIS_REPLY_ARRAY || a->elements != 3) return;
    const redisReply *const *e = (const redisReply *const *)a->element;
    if (!e[0]->str || strcmp(e[0]->str, "message") != 0 || !e[1]->str || !e[2]->str) return;
    for (size_t i = 0; i < r->n_channels; i++)
        if (!strcmp(r->channels[i].name, e[1]->str))
            r->channels[i].fn(r->channels[i].who, e[1]->str, e[2]->str, (size_t)e[2]->len);
}

static void subscribe_all(struct redis *r) {
    for (size_t i = 0; i < r->n_channels; i++)
        redisAsyncCommand(r->messages.ctx, message, r, "SUBSCRIBE %s", r->channels[i].name);
}

enum err redis_subscribe(struct redis *r, const char *channel, redis_message_fn *fn, void *who) {
    if (r->n_channels == CHANNELS_MAX) return ERR_LIMIT;
    char *name = strdup(channel);
    if (!name) return ERR_NOMEM;
    r->channels[r->n_channels++] = (struct channel){name, fn, who};
    if (r->messages.up)
        redisAsyncCommand(r->messages.ctx, message, r, "SUBSCRIBE %s", name);
    else if (!r->messages.wanted)
        connect_link(&r->messages);
    return OK;
}
