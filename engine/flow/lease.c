/* lease.c - which shards are ours: claim, renew, lose, take over and recover. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "flow/day_end.h"
#include "flow/walk.h"

enum { RECOVER_PAGE = 256 };

static void tick(void *who);
static void recover_next(struct engine *e);

struct claiming {
    struct engine *engine;
    bool *seen; /* by shard: named as ours in this claim */
};

static void lease_told(void *who, const struct lease *l) {
    struct claiming *c = who;
    struct engine *e = c->engine;
    if (l->shard >= e->n_shards) return;
    struct shard *s = &e->shards[l->shard];
    bool ours = l->owner && !strcmp(l->owner, e->owner);
    if (ours && s->mine && s->epoch != l->epoch) lease_lost(e, l->shard); /* lost and taken again between */
    (void)text_copy(s->owner, sizeof s->owner, l->owner ? l->owner : "");
    (void)text_copy(s->address, sizeof s->address, l->address ? l->address : "");
    s->until_ms = l->until_ms, s->epoch = l->epoch;
    if (!ours) return;
    c->seen[l->shard] = true;
    if (s->mine) return;
    s->mine = true, s->recovered = false;
    e->to_recover[l->shard] = 1;
}

/* At a start the first process takes every shard and gives back as the others come. Until all that are meant
 * to be here have theirs (or clearly do not come), a request might meet a shard on its way. */
static void settle(struct engine *e) {
    unsigned owners = 0, owned = 0;
    for (unsigned i = 0; i < e->n_shards; i++) {
        const struct shard *s = &e->shards[i];
        if (!s->owner[0] || s->until_ms <= loop_now_ms(e->c.loop)) continue;
        bool first = true;
        for (unsigned k = 0; k < i && first; k++) first = strcmp(e->shards[k].owner, s->owner) != 0;
        owners += first, owned++;
    }
    if (!e->started_ms) e->started_ms = loop_now_ms(e->c.loop);
    bool waited = loop_now_ms(e->c.loop) - e->started_ms > 2 * e->c.lease_ttl_ms;
    if (waited || (owned == e->n_shards && owners >= e->c.processes)) e->settled = true;
}

static void again_soon(struct engine *e, bool ok) {
    if (e->closing || e->draining || e->lease_timer) return;
    int64_t after = ok && e->settled ? e->c.lease_ttl_ms / 3 : e->c.lease_ttl_ms / 12;
    e->lease_timer = loop_timer(e->c.loop, after > 0 ? after : 1, tick, e);
}

static void claimed(void *who, enum err err, const struct fault *f) {
    struct claiming *c = who;
    struct engine *e = c->engine;
    (void)f;
    e->claiming = false;
    e->pending--;
    for (unsigned i = 0; err == OK && i < e->n_shards; i++)
        if (e->shards[i].mine && !c->seen[i]) lease_lost(e, (uint16_t)i);
    free(c->seen), free(c);
    if (err == OK) e->claimed_once = true;
    if (err != OK) log_warn("claim_failed", "err=%s", err_word(err));
    else if (!e->settled) settle(e);
    if (err == OK && !e->closing) effects_go_on(e), day_ends_look(e);
    if (!e->look_timer) look_later(e);
    again_soon(e, err == OK);
    if (err == OK && !e->closing && !e->draining) recover_next(e);
    engine_maybe_drained(e);
}

static void tick(void *who) {
    struct engine *e = who;
    struct store *s = e->c.store;
    e->lease_timer = NULL;
    if (e->claiming) return;
    struct claiming *c = calloc(1, sizeof *c);
    if (c) c->engine = e, c->seen = calloc(e->n_shards, sizeof *c->seen);
    if (!c || !c->seen) {
        free(c);
        again_soon(e, false);
        return;
    }
    e->claiming = true;
    e->pending++;
    if (s->ops->claim(s, e->owner, e->address, 0, loop_now_ms(e->c.loop), e->c.lease_ttl_ms, lease_told, claimed, c) != OK)
        claimed(c, ERR_IO, NULL);
}

enum err lease_start(struct engine *e) {
    e->lease_timer = loop_timer(e->c.loop, 0, tick, e);
    return e->lease_timer ? OK : ERR_NOMEM;
}

void lease_stop(struct engine *e) {
    loop_cancel(e->c.loop, e->lease_timer);
    e->lease_timer = NULL;
}

struct losing {
    struct engine *engine;
    uint16_t shard;
};

static void lose_entry(void *who, const void *key, size_t n, void *value) {
    struct losing *l = who;
    struct entry *en = value;
    struct engine *e = l->engine;
    (void)key, (void)n;
    if (id_shard(en->id) != l->shard) return;
    struct run *r = en->run;
    if (r) {
        for (struct commit *c = r->commits; c; c = c->next) c->run = NULL;
        park_busy(e, r);
        if (e->resident) e->resident--;
    }
    known_free(en, e);
    run_free(r);
}

/* Another process speaks for these runs now (or will): forget them all, start nothing. */
void lease_lost(struct engine *e, uint16_t shard) {
    struct shard *s = &e->shards[shard];
    if (!s->mine) return;
    s->mine = s->recovered = false;
    e->to_recover[shard] = 0;
    log_warn("shard_lost", "shard=%u", shard);
    struct losing l = {e, shard};
    map_each(e->entries, lose_entry, &l);
    persons_forget(e, shard);
    day_end_lost(e, shard);
}

enum owner engine_owner(const struct engine *e, uint16_t shard, const char **address) {
    *address = "";
    if (shard >= e->n_shards) return OWNER_NONE;
    const struct shard *s = &e->shards[shard];
    int64_t now = loop_now_ms(e->c.loop);
    if (s->mine) return s->recovered && s->until_ms > now ? OWNER_SELF : OWNER_NONE;
    if (s->until_ms <= now || !s->owner[0]) return OWNER_NONE;
    *address = s->address;
    return OWNER_OTHER;
}

bool engine_ready(const struct engine *e) {
    if (!e->claimed_once || !e->settled || e->closing || e->draining) return false;
    for (unsigned i = 0; i < e->n_shards; i++)
        if (e->shards[i].mine && !e->shards[i].recovered) return false;
    return true;
}

/* --- recovery: one shard at a time, one page at a time ----------------------------------------- */

struct recovery {
    struct engine *engine;
    uint16_t shard;
    uint64_t epoch;
    struct id last;
    unsigned told;
    size_t n;
    struct id ids[RECOVER_PAGE];
};

static void page(struct recovery *rec);

static void recovered(struct recovery *rec, bool whole) {
    struct engine *e = rec->engine;
    struct shard *s = &e->shards[rec->shard];
    e->recovering = false;
    if (whole && s->mine && s->epoch == rec->epoch) s->recovered = true, look_soon(e);
    else if (s->mine) e->to_recover[rec->shard] = 1;
    free(rec);
    if (!e->closing && !e->draining) recover_next(e);
    engine_maybe_drained(e);
}

static void open_told(void *who, const struct open_run *o) {
    struct recovery *rec = who;
    struct engine *e = rec->engine;
    rec->last = o->run, rec->told++;
    if (known_find(e, o->run) || !e->shards[rec->shard].mine || day_end_met(e, o)) return;
    struct entry *en = known_new(e, o->run);
    if (!en) return;
    /* What only waits costs no more than this entry until its time or an event comes. */
    bool sleeps = o->state && !strcmp(o->state, "waiting");
    if (sleeps) known_wake(e, en, o->wake_ms);
    else if (rec->n < RECOVER_PAGE) rec->ids[rec->n++] = o->run;
}

static void page_loaded(void *who) {
    struct recovery *rec = who;
    if (rec->told < RECOVER_PAGE) recovered(rec, true);
    else page(rec);
}

static void page_told(void *who, enum err err, const struct fault *f) {
    struct recovery *rec = who;
    (void)f;
    rec->engine->pending--;
    if (err != OK || rec->engine->closing) recovered(rec, false);
    else if (rec->n) load_group(rec->engine, rec->ids, rec->n, page_loaded, rec);
    else page_loaded(rec);
}

static void page(struct recovery *rec) {
    struct store *s = rec->engine->c.store;
    rec->n = 0, rec->told = 0;
    rec->engine->pending++;
    if (s->ops->open_runs(s, rec->shard, rec->last, RECOVER_PAGE, open_told, page_told, rec) != OK)
        page_told(rec, ERR_IO, NULL);
}

static void recover_next(struct engine *e) {
    for (unsigned i = 0; i < e->n_shards && !e->recovering; i++) {
        if (!e->to_recover[i] || !e->shards[i].mine) continue;
        struct recovery *rec = calloc(1, sizeof *rec);
        if (!rec) return; /* the next renewal tries again */
        rec->engine = e, rec->shard = (uint16_t)i, rec->epoch = e->shards[i].epoch;
        e->to_recover[i] = 0;
        e->recovering = true;
        page(rec);
    }
}
