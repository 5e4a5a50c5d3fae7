/* guards.c - what the guards of a process have in common: the way to Redis, the cache, news from the others. */
#include <string.h>

#include "base/log.h"
#include "base/map.h"
#include "base/text.h"
#include "connectors/guard_inner.h"

enum { CACHE_BYTES = 32 << 20, CACHE_ENTRIES = 100000 };

int64_t guards_mono_us(const struct guards *g) { return loop_mono_us(g->c.loop); }
int64_t guards_mono_ms(const struct guards *g) { return loop_mono_us(g->c.loop) / 1000; }
int64_t guards_spread_ms(const struct guards *g, int64_t upto) {
    return 1 + (upto > 1 ? (int64_t)rng_below(g->c.rng, (uint64_t)upto) : 0);
}

static struct door *door_named(struct guards *all, const char *name, size_t n) {
    for (size_t i = 0; i < all->n; i++)
        for (size_t k = 0; all->list[i] && k < 2 * all->list[i]->n_operations; k++) {
            struct door *d = &all->list[i]->doors[k];
            if (d->op && strlen(d->name) == n && !memcmp(d->name, name, n)) return d;
        }
    return NULL;
}

/* "NAME MS OWNER": opened for MS, 0 closed, -1 held open by hand. */
static void hear_breaker(struct guards *all, const char *text, size_t n) {
    const char *space = memchr(text, ' ', n);
    size_t name = space ? (size_t)(space - text) : 0;
    int64_t ms, now = guards_mono_ms(all);
    struct door *d = name ? door_named(all, text, name) : NULL;
    size_t rest = space ? n - name - 1 : 0;
    const char *end = rest ? memchr(space + 1, ' ', rest) : NULL;
    if (!d || !end || text_i64(space + 1, (size_t)(end - space - 1), &ms) != OK || ms < -1) return;
    bool changed = ms < 0    ? breaker_hold(&d->breaker, now)
                   : ms == 0 ? breaker_close(&d->breaker, now)
                             : breaker_open_for(&d->breaker, ms, now);
    if (changed) door_changed(d, false, "told");
}

/* "CUSTOMER EVENT OWNER"; "*" for every event. */
static void hear_forget(struct guards *all, const char *text, size_t n) {
    char words[2][220];
    for (size_t i = 0; i < 2; i++) {
        const char *space = memchr(text, ' ', n);
        size_t len = space ? (size_t)(space - text) : 0;
        if (!len || len >= sizeof words[i]) return;
        memcpy(words[i], text, len);
        words[i][len] = '\0';
        text += len + 1, n -= len + 1;
    }
    if (all->cache) (void)cache_forget(all->cache, words[0], text_eq(words[1], "*") ? NULL : words[1]);
}

static void news(void *who, const char *text, size_t n) {
    static const char breaker[] = "breaker ", forget[] = "forget ";
    if (n > sizeof breaker && !memcmp(text, breaker, sizeof breaker - 1))
        hear_breaker(who, text + sizeof breaker - 1, n - (sizeof breaker - 1));
    else if (n > sizeof forget && !memcmp(text, forget, sizeof forget - 1))
        hear_forget(who, text + sizeof forget - 1, n - (sizeof forget - 1));
}

/* A breaker held open here that Redis does not name: a person has closed it elsewhere, unless Redis has lost all. */
static void settle_held(struct guards *all, const char *list, bool lost) {
    char line[140];
    for (size_t i = 0; i < all->n; i++)
        for (size_t k = 0; all->list[i] && k < 2 * all->list[i]->n_operations; k++) {
            struct door *d = &all->list[i]->doors[k];
            if (!d->breaker.held) continue;
            snprintf(line, sizeof line, "breaker %s -1 ", d->name);
            if (lost) shared_tell_breaker(all->shared, d->name, -1);
            else if (!strstr(list, line) && breaker_close(&d->breaker, guards_mono_ms(all))) door_changed(d, false, "told");
        }
}

static void listed(void *who, const struct shared_answer *a) {
    static const char lost[] = "empty\n";
    struct guards *all = who;
    if (!a->ok || !a->text) return;
    settle_held(all, a->text, text_starts(a->text, lost));
    for (const char *at = a->text, *end = at + a->n; at < end;) {
        const char *line = memchr(at, '\n', (size_t)(end - at));
        size_t n = line ? (size_t)(line - at) : (size_t)(end - at);
        news(all, at, n);
        at += n + 1;
    }
}

static void back(void *who) {
    struct guards *all = who;
    metric_set(all->m_redis_up, 1);
    unsent_tell(all);
    (void)shared_breakers(all->shared, listed, all);
}

static void away(void *who) {
    struct guards *all = who;
    metric_set(all->m_redis_up, 0);
    metric_add(all->m_redis_away, 1);
    for (size_t i = 0; i < all->n; i++)
        if (all->list[i]) turn_alone(all->list[i]);
}

enum err guards_new(const struct guards_config *c, struct guards **out, struct fault *f) {
    struct guards *all = calloc(1, sizeof *all);
    if (!all) return fault_set(f, ERR_NOMEM, "", "no memory");
    all->c = *c, all->c.master = NULL;
    all->unsent_end = &all->unsent_first;
    struct shared_events ev = {back, away, news, all};
    all->m_redis_up = metric_get(c->metrics, METRIC_GAUGE, "tenor_guard_redis_up", "1: limits, breakers and cache are shared through Redis.",
                                 NULL, NULL);
    all->m_redis_away = metric_get(c->metrics, METRIC_COUNTER, "tenor_guard_redis_away_total", "Times that Redis was late or gone.", NULL, NULL);
    all->unsent = map_new();
    if (c->master) {
        cache_seal_init(&all->seal, c->master);
        all->cache = cache_new(c->cache_bytes ? c->cache_bytes : CACHE_BYTES, CACHE_ENTRIES);
    }
    if (all->unsent && (all->cache || !c->master)) all->shared = shared_new(c->loop, c->redis, c->owner, c->redis_ms, &ev);
    if (all->shared) {
        *out = all;
        return OK;
    }
    guards_free(all);
    return fault_set(f, ERR_NOMEM, "", "no memory");
}

void guards_free(struct guards *all) {
    if (!all) return;
    shared_free(all->shared);
    if (all->unsent) unsent_drop(all);
    cache_free(all->cache);
    if (all->unsent) map_free(all->unsent, NULL);
    cache_seal_reset(&all->seal);
    free(all->list);
    free(all);
}

bool guards_shared(struct guards *all) { return shared_up(all->shared); }
