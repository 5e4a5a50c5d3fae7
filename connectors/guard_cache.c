/* guard_cache.c - kept answers: this process's own in front, Redis behind; forgetting both. */
#include <string.h>

#include "base/log.h"
#include "base/map.h"
#include "base/text.h"
#include "connectors/guard_inner.h"

enum { UNSENT_MAX = 10000, WHOSE_MAX = 80, OPERATIONS_MAX = 32 };

static int64_t now_ms(const struct guard *g) { return loop_now_ms(g->all->c.loop); }
static const char *customer_of(const struct guarded *x) { return x->call.customer ? x->call.customer : ""; }

bool cache_serves(const struct guarded *x) {
    const struct operation *op = x->door->op;
    return op->cache_s && op->kind == OP_READ && !x->call.look && x->call.input && x->door->guard->all->cache;
}

/* The name of the hash in Redis: the customer's, or for nobody's question the question's own. */
static void whose(const struct guarded *x, char out[WHOSE_MAX]) {
    if (*customer_of(x)) {
        (void)text_copy(out, WHOSE_MAX, customer_of(x));
        return;
    }
    for (size_t i = 0; i < 16; i++) (void)snprintf(out + 2 * i, WHOSE_MAX - 2 * i, "%02x", x->key.b[i]);
}

static bool redis_may_know(const struct guarded *x) {
    struct guards *all = x->door->guard->all;
    const char *c = customer_of(x);
    return shared_up(all->shared) && !(*c && map_get(all->unsent, c, strlen(c)));
}

/* False: it is no JSON any more, or too old for this call. */
static bool serve(struct guarded *x, const struct cached *c) {
    struct guard *g = x->door->guard;
    int64_t now = now_ms(g);
    json_t *answer = NULL;
    if (c->ends_ms <= now || c->stored_ms < x->call.fresh_ms) return false;
    if (json_parse(c->text, c->n, &JSON_LIMITS_OWN, &answer, NULL) != OK) return false;
    int64_t age = now - c->stored_ms;
    struct call_result r = {.end = CALL_DONE, .answer = answer, .age_ms = age > 0 ? age : 1};
    tally_cache(&x->door->tally, true);
    guard_end(x, &r);
    json_decref(answer);
    return true;
}

static bool from_redis(struct guarded *x, const struct shared_answer *a) {
    struct guards *all = x->door->guard->all;
    struct cached c;
    char field[CACHE_FIELD];
    if (!a->ok || !a->text || x->stale) return false;
    AUTO(buf_reset) struct buf text;
    buf_init(&text, CACHE_ANSWER_MAX + 200);
    cache_field(x->door->name, &x->key, field);
    if (cache_unwrap(&all->seal, field, a->text, a->n, &text, &c) != OK) return false;
    if (c.ends_ms > now_ms(x->door->guard))
        (void)!cache_put(all->cache, &x->key, customer_of(x), x->door->op->stale_on, &c); /* without: Redis again */
    bool served = serve(x, &c);
    crypt_wipe(text.data, text.len);
    return served;
}

static void redis_answered(void *who, const struct shared_answer *a) {
    struct guarded *x = who;
    struct guard *g = x->door->guard;
    guard_enter(g);
    x->ask = NULL;
    if (!from_redis(x, a)) {
        tally_cache(&x->door->tally, false);
        guard_admit(x);
    }
    guard_leave(g);
}

bool cache_look_up(struct guarded *x) {
    struct guard *g = x->door->guard;
    struct question q = {x->door->name, x->door->schema->answered_by, customer_of(x), x->call.epoch, g->all->era, x->call.input};
    char hash[WHOSE_MAX], field[CACHE_FIELD];
    struct cached c;
    if (cache_key_of(&g->all->seal, &q, &x->key) != OK) return false;
    x->keyed = true;
    if (cache_find(g->all->cache, &x->key, now_ms(g), &c) && serve(x, &c)) return true;
    whose(x, hash);
    cache_field(x->door->name, &x->key, field);
    x->stage = STAGE_CACHE;
    x->ask = redis_may_know(x) ? shared_get(g->all->shared, hash, field, redis_answered, x) : NULL;
    if (!x->ask) tally_cache(&x->door->tally, false);
    return x->ask != NULL;
}

void cache_keep(struct guarded *x, const struct call_result *r) {
    struct guards *all = x->door->guard->all;
    AUTO(buf_reset) struct buf text, sealed;
    char hash[WHOSE_MAX], field[CACHE_FIELD];
    int64_t now = now_ms(x->door->guard), life_ms = (int64_t)x->door->op->cache_s * 1000;
    buf_init(&text, CACHE_ANSWER_MAX);
    buf_init(&sealed, CACHE_ANSWER_MAX + 200);
    if (!r->answer || json_write(r->answer, &text) != OK || !buf_ok(&text)) return;
    struct cached c = {text.data, text.len, now, now + life_ms};
    (void)!cache_put(all->cache, &x->key, customer_of(x), x->door->op->stale_on, &c);
    whose(x, hash);
    cache_field(x->door->name, &x->key, field);
    if (redis_may_know(x) && cache_wrap(&all->seal, field, &c, &sealed) == OK)
        shared_put(all->shared, hash, field, sealed.data, sealed.len, life_ms);
    crypt_wipe(text.data, text.len);
}

/* --- forgetting --------------------------------------------------------------------------------- */

static void unsent_done(void *who, const struct shared_answer *a) {
    struct guards *all = who;
    struct unsent *u = all->unsent_first;
    all->telling = NULL;
    if (!a->ok || !u) return;
    if (!u->again) {
        all->unsent_first = u->next;
        if (!u->next) all->unsent_end = &all->unsent_first;
        (void)map_remove(all->unsent, u->customer, strlen(u->customer));
        free(u);
    } else {
        u->again = false;
    }
    unsent_tell(all);
}

void unsent_tell(struct guards *all) {
    if (all->telling || !all->unsent_first) return;
    all->telling = shared_forget(all->shared, all->unsent_first->customer, NULL, unsent_done, all);
}

void unsent_drop(struct guards *all) {
    shared_drop(all->telling);
    all->telling = NULL;
    for (struct unsent *u = all->unsent_first, *next; u; u = next) {
        next = u->next;
        (void)map_remove(all->unsent, u->customer, strlen(u->customer));
        free(u);
    }
    all->unsent_first = NULL, all->unsent_end = &all->unsent_first;
}

/* Too many to remember, or no memory for one: then nothing that was kept before is found any more. */
static void forget_everything(struct guards *all) {
    unsent_drop(all);
    all->era++;
    log_warn("cache_emptied", "why=%s", "too much to forget while Redis is away");
}

static void remember_unsent(struct guards *all, const char *customer) {
    size_t n = strlen(customer);
    struct unsent *u = map_get(all->unsent, customer, n);
    if (u) {
        u->again = all->telling && u == all->unsent_first;
        return;
    }
    u = map_size(all->unsent) < UNSENT_MAX ? calloc(1, sizeof *u + n + 1) : NULL;
    if (u) memcpy(u->customer, customer, n + 1);
    if (!u || map_put(all->unsent, customer, n, u, NULL) != OK) {
        free(u);
        forget_everything(all);
        return;
    }
    *all->unsent_end = u, all->unsent_end = &u->next;
    unsent_tell(all);
}

struct forgetting {
    struct guards *all;
    char customer[WHOSE_MAX];
};

static void forgotten(void *who, const struct shared_answer *a) {
    struct forgetting *f = who;
    if (!a->ok) remember_unsent(f->all, f->customer);
    free(f);
}

/* What Redis keeps goes by operation. Where it cannot be told now, the customer is remembered until it can. */
static void forget_in_redis(struct guards *all, const char *customer, const char *const *operations) {
    struct forgetting *f = shared_up(all->shared) ? calloc(1, sizeof *f) : NULL;
    if (f) {
        f->all = all;
        (void)text_copy(f->customer, sizeof f->customer, customer);
    }
    if (f && shared_forget(all->shared, customer, operations, forgotten, f)) return;
    free(f);
    if (all->c.redis) remember_unsent(all, customer);
}

/* Answers that are on their way were made before the event: they still serve who asked, and are not kept. */
static void spoil_calls(struct guard *g, const char *customer, const char *event) {
    for (struct guarded *x = g->calls; x; x = x->all_next)
        if (x->keyed && text_eq(customer_of(x), customer) && (!event || cache_goes_stale(x->door->op->stale_on, event)))
            x->stale = true;
}

void guard_forget(struct connector *c, const char *customer, const char *event) {
    struct guard *g = (struct guard *)c;
    const char *operations[OPERATIONS_MAX + 1];
    size_t n = 0;
    for (size_t i = 0; i < g->n_operations && n < OPERATIONS_MAX; i++) {
        const struct operation *op = &g->ops.operations[i];
        if (op->cache_s && (!event || cache_goes_stale(op->stale_on, event))) operations[n++] = g->doors[2 * i].name;
    }
    operations[n] = NULL;
    if (!n || !g->all->cache) return;
    spoil_calls(g, customer, event);
    (void)cache_forget(g->all->cache, customer, event);
    forget_in_redis(g->all, customer, operations);
    shared_tell_forget(g->all->shared, customer, event);
}
