/* guard_shared.c - see guard_shared.h. Scripts are sent as they are: Redis finds a known one by its hash. */
#include "connectors/guard_shared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "io/redis.h"

#define CHANNEL "tenor:guard"
#define BREAKERS "tenor:guard:breakers"
#define MARK "tenor:guard:mark"
#define NAME_MAX_BYTES 200
#define WORDS_MAX 40

/* Time in microseconds fits a double exactly until the year 2255. */
#define NOW_US "local t=redis.call('TIME') local now=t[1]*1000000+t[2] "
#define NOW_MS "local t=redis.call('TIME') local now=t[1]*1000+math.floor(t[2]/1000) "

/* KEYS bucket; ARGV per_s burst want processes alone_us taken_alone clock_us. A bucket that is not there starts empty.
 * `since`: from then on it has been in use without a pause of a second. */
static const char TAKE[] = NOW_US
    "if ARGV[7]~='0' then now=tonumber(ARGV[7]) end "
    "local v=redis.call('HMGET',KEYS[1],'tokens','at','since') "
    "local tokens,at,since=tonumber(v[1]),tonumber(v[2]),tonumber(v[3]) "
    "local rate,burst,want,alone=tonumber(ARGV[1]),tonumber(ARGV[2]),tonumber(ARGV[3]),tonumber(ARGV[5]) "
    "if not tokens or not at or not since then tokens,at,since=0,now,now end "
    "if now-at>1000000 then since=now if alone>0 then tokens,at=0,now end end "
    "if now>at then tokens=math.min(burst,tokens+(now-at)*rate/1000000) at=now end "
    "if alone>0 then local both=math.max(0,math.min(alone,now-since)) "
    "tokens=math.max(-burst,tokens-math.min(tonumber(ARGV[6]),both*rate/1000000/tonumber(ARGV[4]))) end "
    "local got=math.max(0,math.min(want,math.floor(tokens+0.000001))) tokens=tokens-got "
    "redis.call('HSET',KEYS[1],'tokens',string.format('%.9f',tokens),'at',string.format('%.0f',at),'since',string.format('%.0f',since)) "
    "redis.call('EXPIRE',KEYS[1],3600) "
    "local wait=0 if tokens<1 then wait=math.ceil((1-tokens)*1000000/rate) end "
    "return string.format('%.0f %.0f',got,wait)";

/* KEYS breakers lease; ARGV name owner lease_ms open_ms. */
static const char PROBE[] = NOW_MS
    "local u=tonumber(redis.call('HGET',KEYS[1],ARGV[1]) or 0) "
    "if u<0 then return '0 -1' end if u>now then return string.format('0 %.0f',u-now) end "
    "if redis.call('SET',KEYS[2],ARGV[2],'NX','PX',ARGV[3]) then return '1 0' end "
    "return string.format('0 %.0f',math.max(1,math.min(tonumber(ARGV[4]),redis.call('PTTL',KEYS[2]))))";

/* KEYS breakers; ARGV name news ms. */
static const char TELL[] = NOW_MS
    "local ms=tonumber(ARGV[3]) "
    "if ms==0 then redis.call('HDEL',KEYS[1],ARGV[1]) "
    "else redis.call('HSET',KEYS[1],ARGV[1],string.format('%.0f',ms<0 and -1 or now+ms)) end "
    "redis.call('PUBLISH','" CHANNEL "',ARGV[2]) return '1 0'";

/* KEYS lease; ARGV owner. */
static const char OVER[] = "if redis.call('GET',KEYS[1])==ARGV[1] then redis.call('DEL',KEYS[1]) end return '1 0'";

/* KEYS breakers mark. The first line is "empty" when Redis has lost everything since somebody asked last. */
static const char LIST[] = NOW_MS
    "local all,out=redis.call('HGETALL',KEYS[1]),'' "
    "if redis.call('SET',KEYS[2],'1','NX') then out='empty\\n' end "
    "for i=1,#all,2 do local u=tonumber(all[i+1]) "
    "if u<0 then out=out..'breaker '..all[i]..' -1 redis\\n' "
    "elseif u>now then out=out..string.format('breaker %s %.0f redis\\n',all[i],u-now) "
    "else redis.call('HDEL',KEYS[1],all[i]) end end return out";

/* KEYS hash; ARGV field value ttl_ms. The hash lives as long as its longest field; the fields' own end is sealed in. */
static const char PUT[] =
    "if redis.call('HLEN',KEYS[1])>=64 then redis.call('DEL',KEYS[1]) end "
    "redis.call('HSET',KEYS[1],ARGV[1],ARGV[2]) "
    "if redis.call('PTTL',KEYS[1])<tonumber(ARGV[3]) then redis.call('PEXPIRE',KEYS[1],ARGV[3]) end return '1 0'";

/* KEYS hash; ARGV operations. */
static const char FORGET[] =
    "local n=0 for _,f in ipairs(redis.call('HKEYS',KEYS[1])) do local op=string.match(f,'^[^ ]+') "
    "for i=1,#ARGV do if ARGV[i]==op then n=n+redis.call('HDEL',KEYS[1],f) end end end "
    "return string.format('%.0f 0',n)";

struct shared {
    struct loop *loop;
    struct redis *redis;
    int64_t wait_ms;
    char owner[96];
    struct shared_events ev;
    struct loop_timer *timer; /* the next PING */
    bool up, subscribed;
    struct shared_ask *asks;
};
struct shared_ask {
    struct shared *s;
    struct shared_ask *next, **link;
    shared_done_fn *done; /* NULL: nobody waits */
    void *who;
    bool ping;
};

static void ping_later(struct shared *s, int64_t after_ms);

static void ask_free(struct shared_ask *a) {
    *a->link = a->next;
    if (a->next) a->next->link = a->link;
    free(a);
}

static void goes_away(struct shared *s) {
    if (!s->up) return;
    s->up = false;
    log_warn("guard_redis_away", "owner=%s", s->owner);
    s->ev.away(s->ev.who);
    ping_later(s, SHARED_AWAY_MS);
}

static void comes_back(struct shared *s) {
    if (s->up) return;
    s->up = true;
    log_info("guard_redis_back", "owner=%s", s->owner);
    s->ev.back(s->ev.who);
}

static void read_numbers(struct shared_answer *out) {
    char *end;
    if (!out->text) return;
    out->x = strtoll(out->text, &end, 10);
    out->y = strtoll(end, NULL, 10);
}

static void answered(void *who, const struct redis_answer *r) {
    struct shared_ask *a = who;
    struct shared *s = a->s;
    struct shared_answer out = {.ok = r->err == OK, .text = r->text, .n = r->n};
    if (r->err == ERR_INVALID) log_warn("guard_redis_refused", "why=%s", log_quote(r->text ? r->text : ""));
    if (out.ok) read_numbers(&out);
    if (out.ok && a->ping) comes_back(s);
    else if (a->ping) ping_later(s, SHARED_AWAY_MS);
    else if (!out.ok) goes_away(s);
    if (a->done) a->done(a->who, &out);
    ask_free(a);
}

struct words { /* of one command */
    int n;
    const char *at[WORDS_MAX];
    size_t len[WORDS_MAX];
};

static void add_bytes(struct words *w, const void *bytes, size_t n) {
    INVARIANT(w->n < WORDS_MAX);
    w->at[w->n] = bytes;
    w->len[w->n++] = n;
}
static void add(struct words *w, const char *text) { add_bytes(w, text, strlen(text)); }

static struct shared_ask *ask(struct shared *s, const struct words *w, shared_done_fn *done, void *who, bool ping) {
    struct shared_ask *a = calloc(1, sizeof *a);
    if (!a) return NULL;
    *a = (struct shared_ask){.s = s, .next = s->asks, .link = &s->asks, .done = done, .who = who, .ping = ping};
    if (a->next) a->next->link = &a->next;
    s->asks = a;
    redis_command(s->redis, w->n, w->at, w->len, s->wait_ms, answered, a);
    return a;
}

static struct shared_ask *send(struct shared *s, const struct words *w, shared_done_fn *done, void *who) {
    return shared_up(s) ? ask(s, w, done, who, false) : NULL;
}

static void ping(void *who) {
    static const struct words PING = {1, {"PING"}, {4}};
    struct shared *s = who;
    s->timer = NULL;
    if (!redis_up(s->redis) || !ask(s, &PING, NULL, NULL, true)) ping_later(s, SHARED_AWAY_MS);
}

static void ping_later(struct shared *s, int64_t after_ms) {
    if (!s->redis) return;
    if (!s->timer) s->timer = loop_timer(s->loop, after_ms, ping, s);
    if (!s->timer) log_error("guard_redis_lost", "why=memory"); /* local from here on: slower, not wrong */
}

static void heard(void *who, const char *channel, const char *text, size_t n) {
    struct shared *s = who;
    size_t own = strlen(s->owner);
    (void)channel;
    if (n >= own && !memcmp(text + n - own, s->owner, own)) return; /* we said so ourselves */
    s->ev.news(s->ev.who, text, n);
}

struct shared *shared_new(struct loop *l, struct redis *r, const char *owner, int64_t wait_ms, const struct shared_events *ev) {
    struct shared *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    *s = (struct shared){.loop = l, .redis = r, .ev = *ev, .wait_ms = wait_ms ? wait_ms : SHARED_MS};
    (void)text_copy(s->owner, sizeof s->owner, owner);
    if (!r) return s;
    s->subscribed = redis_subscribe(r, CHANNEL, heard, s) == OK;
    if (!s->subscribed) log_warn("guard_redis_deaf", "owner=%s", s->owner);
    ping_later(s, 1);
    return s;
}

void shared_free(struct shared *s) {
    static const struct shared_answer none = {0};
    if (!s) return;
    loop_cancel(s->loop, s->timer);
    s->redis = NULL, s->up = false;
    for (struct shared_ask *a; (a = s->asks);) {
        if (a->done) a->done(a->who, &none);
        ask_free(a);
    }
    free(s);
}

bool shared_up(struct shared *s) {
    if (s->up && !redis_up(s->redis)) goes_away(s);
    return s->up;
}

void shared_drop(struct shared_ask *a) {
    if (a) a->done = NULL;
}

/* EVAL script keys...: the words of the arguments follow. */
static struct words script(const char *text, const char *key, const char *second) {
    struct words w = {0};
    add(&w, "EVAL");
    add(&w, text);
    add(&w, second ? "2" : "1");
    add(&w, key);
    if (second) add(&w, second);
    return w;
}

struct shared_ask *shared_take(struct shared *s, const struct take *t, shared_done_fn *done, void *who) {
    char key[NAME_MAX_BYTES], numbers[7][24];
    snprintf(key, sizeof key, "tenor:guard:bucket:%s", t->bucket);
    struct words w = script(TAKE, key, NULL);
    int64_t n[] = {t->per_s, t->burst, t->want, t->processes ? t->processes : 1, t->alone_us, t->taken_alone, t->clock_us};
    for (size_t i = 0; i < ARRAY_LEN(n); i++) {
        snprintf(numbers[i], sizeof numbers[i], "%lld", (long long)n[i]);
        add(&w, numbers[i]);
    }
    return send(s, &w, done, who);
}

static void lease_key(const char *breaker, char out[NAME_MAX_BYTES]) {
    snprintf(out, NAME_MAX_BYTES, "tenor:guard:probe:%s", breaker);
}

struct shared_ask *shared_probe(struct shared *s, const char *breaker, int64_t open_ms, int64_t lease_ms,
                                shared_done_fn *done, void *who) {
    char lease[NAME_MAX_BYTES], numbers[2][24];
    lease_key(breaker, lease);
    snprintf(numbers[0], sizeof numbers[0], "%lld", (long long)lease_ms);
    snprintf(numbers[1], sizeof numbers[1], "%lld", (long long)open_ms);
    struct words w = script(PROBE, BREAKERS, lease);
    add(&w, breaker);
    add(&w, s->owner);
    add(&w, numbers[0]);
    add(&w, numbers[1]);
    return send(s, &w, done, who);
}

void shared_probe_over(struct shared *s, const char *breaker) {
    char lease[NAME_MAX_BYTES];
    lease_key(breaker, lease);
    struct words w = script(OVER, lease, NULL);
    add(&w, s->owner);
    (void)send(s, &w, NULL, NULL);
}

void shared_tell_breaker(struct shared *s, const char *breaker, int64_t ms) {
    char number[24], news[NAME_MAX_BYTES + 150];
    snprintf(number, sizeof number, "%lld", (long long)ms);
    snprintf(news, sizeof news, "breaker %s %s %s", breaker, number, s->owner);
    struct words w = script(TELL, BREAKERS, NULL);
    add(&w, breaker);
    add(&w, news);
    add(&w, number);
    (void)send(s, &w, NULL, NULL);
}

struct shared_ask *shared_breakers(struct shared *s, shared_done_fn *done, void *who) {
    struct words w = script(LIST, BREAKERS, MARK);
    return send(s, &w, done, who);
}

static void cache_name(const char *customer, char out[NAME_MAX_BYTES]) {
    snprintf(out, NAME_MAX_BYTES, "tenor:cache:%s", customer);
}

struct shared_ask *shared_get(struct shared *s, const char *customer, const char *field, shared_done_fn *done, void *who) {
    char key[NAME_MAX_BYTES];
    cache_name(customer, key);
    struct words w = {0};
    add(&w, "HGET");
    add(&w, key);
    add(&w, field);
    return send(s, &w, done, who);
}

void shared_put(struct shared *s, const char *customer, const char *field, const void *bytes, size_t n, int64_t ttl_ms) {
    char key[NAME_MAX_BYTES], ms[24];
    cache_name(customer, key);
    snprintf(ms, sizeof ms, "%lld", (long long)ttl_ms);
    struct words w = script(PUT, key, NULL);
    add(&w, field);
    add_bytes(&w, bytes, n);
    add(&w, ms);
    (void)send(s, &w, NULL, NULL);
}

struct shared_ask *shared_forget(struct shared *s, const char *customer, const char *const *operations,
                                 shared_done_fn *done, void *who) {
    char key[NAME_MAX_BYTES];
    cache_name(customer, key);
    struct words w = operations ? script(FORGET, key, NULL) : (struct words){0};
    if (!operations) {
        add(&w, "DEL");
        add(&w, key);
    }
    for (; operations && *operations && w.n < WORDS_MAX; operations++) add(&w, *operations);
    if (operations && *operations) return shared_forget(s, customer, NULL, done, who); /* too many to name: all */
    return send(s, &w, done, who);
}

void shared_tell_forget(struct shared *s, const char *customer, const char *event) {
    char news[500];
    snprintf(news, sizeof news, "forget %.100s %.200s %s", customer, event ? event : "*", s->owner);
    struct words w = {0};
    add(&w, "PUBLISH");
    add(&w, CHANNEL);
    add(&w, news);
    (void)send(s, &w, NULL, NULL);
}
