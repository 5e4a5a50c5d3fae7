/* guard_turn.c - who goes next: places, tokens, breakers and their probes. */
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "connectors/guard_inner.h"

enum { WAITING_MAX = 10000, LATE_GRACE_MS = 2000 };

/* --- lines -------------------------------------------------------------------------------------- */

void line_init(struct line *l) { *l = (struct line){.end = &l->first}; }

void line_add(struct line *l, struct guarded *x) {
    x->next = NULL, x->link = l->end;
    *l->end = x, l->end = &x->next;
    l->n++;
}

void line_add_front(struct line *l, struct guarded *x) {
    x->next = l->first, x->link = &l->first;
    if (x->next) x->next->link = &x->next;
    else l->end = &x->next;
    l->first = x;
    l->n++;
}

void line_remove(struct line *l, struct guarded *x) {
    *x->link = x->next;
    if (x->next) x->next->link = x->link;
    else l->end = x->link;
    x->next = NULL, x->link = NULL;
    l->n--;
}

/* --- breakers ----------------------------------------------------------------------------------- */

static void deny_open(struct guarded *x) {
    struct door *d = x->door;
    struct guards *all = d->guard->all;
    guard_deny(x, DENIED_OPEN, breaker_back_ms(&d->breaker, guards_mono_ms(all)) + guards_spread_ms(all, d->breaker.open_ms));
}

static void deny_waiting(struct door *d) {
    while (d->waiting.first && !d->guard->closed && breaker_ask(&d->breaker, 0, guards_mono_ms(d->guard->all)) == BREAKER_DENY) {
        if (d->waiting.first->probe) return; /* it is the one that may try */
        deny_open(d->waiting.first);
    }
}

void door_changed(struct door *d, bool tell, const char *why) {
    struct guards *all = d->guard->all;
    const struct breaker *b = &d->breaker;
    int64_t now = guards_mono_ms(all), left = b->held ? -1 : b->shut_off ? b->until_ms - now : 0;
    enum breaker_state state = breaker_state(b, now);
    tally_state(&d->tally, state);
    if (state == BREAKER_CLOSED) log_info("breaker_closed", "operation=%s why=%s", d->name, why);
    else log_warn("breaker_opened", "operation=%s why=%s for_ms=%lld", d->name, why, (long long)left);
    if (tell) shared_tell_breaker(all->shared, d->name, left);
    guard_enter(d->guard);
    deny_waiting(d);
    if (!d->guard->closed) turn_pump(d->guard);
    guard_leave(d->guard);
}

static void give_back_probe(struct guarded *x) {
    if (!x->probe) return;
    x->probe = false;
    if (x->stage == STAGE_SENT) {
        x->door->probe_out = false;
        shared_probe_over(x->door->guard->all->shared, x->door->name);
    }
    if (x->era == x->door->breaker.era) breaker_probe_void(&x->door->breaker);
}

/* Redis has said who may probe, or is away: then each process may. */
static void leased(void *who, const struct shared_answer *a) {
    struct guarded *x = who;
    struct door *d = x->door;
    struct guard *g = d->guard;
    int64_t now = guards_mono_ms(g->all);
    guard_enter(g);
    x->ask = NULL;
    x->stage = STAGE_QUEUE;
    if (a->ok && !a->x && x->era == d->breaker.era) { /* else there has been news meanwhile */
        give_back_probe(x);
        if (a->y < 0 ? breaker_hold(&d->breaker, now) : breaker_open_for(&d->breaker, a->y, now)) door_changed(d, false, "told");
        deny_open(x);
    } else {
        line_add_front(&d->waiting, x);
        g->waiting++;
        turn_pump(g);
    }
    guard_leave(g);
}

/* The first call behind an open breaker: it leaves the queue while Redis is asked, or may go at once. */
static void ask_lease(struct guarded *x) {
    struct door *d = x->door;
    struct guard *g = d->guard;
    breaker_probe(&d->breaker);
    x->probe = true;
    x->era = d->breaker.era;
    tally_state(&d->tally, BREAKER_HALF_OPEN);
    x->ask = shared_probe(g->all->shared, d->name, d->breaker.open_ms, 2 * (int64_t)d->op->timeout_ms + 1000, leased, x);
    if (!x->ask) return;
    line_remove(&d->waiting, x);
    g->waiting--;
    x->stage = STAGE_LEASE;
}

/* --- slow calls, counted while they are under way ----------------------------------------------- */

static void watch_slow(struct door *d);

/* A connector ends its calls itself in time. One that has not is asked to. */
static int64_t late_us(const struct door *d) { return ((int64_t)d->op->timeout_ms + LATE_GRACE_MS) * 1000; }

static struct guarded *next_of(struct guarded *x, bool late) {
    while (x && (late ? x->given_up : x->slow)) x = x->next;
    return x;
}

static void end_late(struct door *d, int64_t now) {
    for (struct guarded *x; !d->guard->closed && (x = next_of(d->sent.first, true)) && now - x->sent_us >= late_us(d);) guard_give_up(x);
}

static void slow_now(void *who) {
    struct door *d = who;
    struct guard *g = d->guard;
    int64_t now = guards_mono_us(g->all);
    bool changed = false;
    d->slow_timer = NULL;
    guard_enter(g);
    for (struct guarded *x = d->sent.first; x && now - x->sent_us >= d->slow_us; x = x->next) {
        if (x->slow) continue;
        x->slow = true;
        changed |= breaker_bad(&d->breaker, x->era, now / 1000);
    }
    if (changed) door_changed(d, true, "slow");
    end_late(d, now);
    if (!g->closed) watch_slow(d);
    guard_leave(g);
}

static void wake_at(struct door *d, int64_t at_us) {
    struct guards *all = d->guard->all;
    if (d->slow_timer && d->slow_at_us <= at_us) return;
    int64_t left = at_us - guards_mono_us(all);
    loop_cancel(all->c.loop, d->slow_timer);
    d->slow_at_us = at_us;
    d->slow_timer = loop_timer(all->c.loop, left > 0 ? (left + 999) / 1000 : 0, slow_now, d);
}

static void watch_slow(struct door *d) {
    const struct guarded *slow = next_of(d->sent.first, false), *late = next_of(d->sent.first, true);
    if (slow) wake_at(d, slow->sent_us + d->slow_us);
    if (late) wake_at(d, late->sent_us + late_us(d));
}

/* --- tokens ------------------------------------------------------------------------------------- */

static void refilled(void *who) {
    struct guard *g = who;
    g->refill = NULL;
    guard_enter(g);
    turn_pump(g);
    guard_leave(g);
}

static void refill_in(struct guard *g, int64_t us) {
    if (g->refill) return;
    g->refill = loop_timer(g->all->c.loop, us > 0 ? (us + 999) / 1000 : 1, refilled, g);
}

static void taken(void *who, const struct shared_answer *a) {
    struct guard *g = who;
    guard_enter(g);
    g->taking = NULL;
    if (a->ok) {
        g->alone_us = 0, g->taken_alone = 0;
        g->tokens += (unsigned)a->x;
        if (!a->x) refill_in(g, a->y);
    }
    if (!a->ok || a->x) turn_pump(g);
    guard_leave(g);
}

static unsigned wanted_tokens(const struct guard *g) {
    unsigned free = g->config.limits.at_once > g->in_flight ? g->config.limits.at_once - g->in_flight : 1;
    return g->waiting < free ? g->waiting : free;
}

/* False: not now; whoever waits is served when the answer or the next token comes. */
static bool have_token(struct guard *g) {
    const struct limits *l = &g->config.limits;
    if (!l->per_s || g->tokens) return true;
    if (g->taking || g->refill) return false;
    int64_t now = guards_mono_us(g->all);
    struct take t = {.bucket = g->ops.name, .per_s = l->per_s, .burst = l->burst, .want = wanted_tokens(g), .processes = g->all->c.processes,
                     .alone_us = g->alone_us ? now - g->alone_us : 0, .taken_alone = g->taken_alone};
    g->taking = shared_take(g->all->shared, &t, taken, g);
    if (g->taking) return false;
    g->tokens = bucket_take(&g->local, t.want, now);
    g->taken_alone += g->tokens;
    if (!g->tokens) refill_in(g, bucket_wait_us(&g->local, now));
    return g->tokens > 0;
}

/* --- the turn ----------------------------------------------------------------------------------- */

static void out_of_patience(void *who) {
    struct guarded *x = who;
    struct guard *g = x->door->guard;
    int64_t now = guards_mono_us(g->all);
    x->patience = NULL;
    guard_enter(g);
    bool rate = g->config.limits.per_s && !g->tokens && (g->refill || g->taking);
    int64_t again = rate ? bucket_promise_us(&g->promises, g->waiting, now) / 1000 + 1 : guards_spread_ms(g->all, x->call.op->timeout_ms);
    guard_deny(x, rate ? DENIED_RATE : DENIED_BUSY, again);
    guard_leave(g);
}

void turn_wait_for(struct guarded *x) {
    struct door *d = x->door;
    struct guard *g = d->guard;
    const struct limits *l = &g->config.limits;
    x->stage = STAGE_QUEUE;
    if (!d->waiting.first && breaker_ask(&d->breaker, 0, guards_mono_ms(g->all)) == BREAKER_DENY) {
        deny_open(x);
        return;
    }
    if (l->per_s && (uint64_t)g->waiting * 1000 > (uint64_t)l->per_s * d->op->timeout_ms) { /* its turn would come too late */
        guard_deny(x, DENIED_RATE, bucket_promise_us(&g->promises, g->waiting, guards_mono_us(g->all)) / 1000 + 1);
        return;
    }
    if (g->waiting < WAITING_MAX) x->patience = loop_timer(g->all->c.loop, d->op->timeout_ms, out_of_patience, x);
    if (!x->patience) {
        guard_deny(x, DENIED_BUSY, guards_spread_ms(g->all, d->op->timeout_ms));
        return;
    }
    line_add(&d->waiting, x);
    g->waiting++;
    turn_pump(g);
}

/* Calls that hang since before the breaker opened do not fill the ramp behind it. */
static unsigned *fresh(struct door *d) {
    if (d->fresh_era != d->breaker.era) d->fresh = 0;
    d->fresh_era = d->breaker.era;
    return &d->fresh;
}

void turn_sent(struct guarded *x) {
    struct door *d = x->door;
    struct guard *g = d->guard;
    x->stage = STAGE_SENT;
    x->sent_us = guards_mono_us(g->all);
    x->era = d->breaker.era;
    if (x->probe) d->probe_out = true;
    loop_cancel(g->all->c.loop, x->patience);
    x->patience = NULL;
    g->in_flight++;
    metric_set(g->figures.in_flight, g->in_flight);
    if (!g->ops.in_process) {
        line_add(&d->sent, x);
        ++*fresh(d);
        wake_at(d, x->sent_us + d->slow_us);
    }
    g->inner->ops->start(g->inner, &x->call);
}

/* The head of this door's queue if it may go now; who may not go at all is turned away here. */
static struct guarded *head_of(struct door *d) {
    struct guard *g = d->guard;
    for (struct guarded *x; (x = d->waiting.first) && !g->closed;) {
        enum breaker_answer a = x->probe ? BREAKER_PASS : breaker_ask(&d->breaker, *fresh(d), guards_mono_ms(g->all));
        if (a == BREAKER_WAIT) return NULL;
        if (a == BREAKER_DENY || (a == BREAKER_PROBE && d->probe_out)) deny_open(x);
        else if (a == BREAKER_PROBE) ask_lease(x);
        else return x->probe || g->in_flight < g->config.limits.at_once ? x : NULL;
    }
    return NULL;
}

/* Looks and undos first; among the rest each door in its turn. */
static struct guarded *next_to_go(struct guard *g) {
    size_t n = 2 * g->n_operations;
    for (int rest = 0; rest < 2; rest++)
        for (size_t i = 0; i < n && !g->closed; i++) {
            struct door *d = &g->doors[(g->turn + i) % n];
            if (d->urgent == (rest != 0) || !d->waiting.first) continue;
            struct guarded *x = head_of(d);
            if (!x) continue;
            if (!have_token(g)) return NULL;
            if (rest) g->turn = (g->turn + i + 1) % n;
            return x;
        }
    return NULL;
}

void turn_pump(struct guard *g) {
    if (g->pumping) return; /* the pump above us on the stack sees what has come */
    g->pumping = true;
    for (struct guarded *x; !g->closed && (x = next_to_go(g));) {
        line_remove(&x->door->waiting, x);
        g->waiting--;
        if (g->config.limits.per_s) g->tokens--;
        turn_sent(x);
    }
    if (!g->waiting) g->tokens = 0; /* who it was taken for has left: a token saved up here would be a burst later */
    metric_set(g->figures.waiting, g->waiting);
    g->pumping = false;
}

void turn_leave(struct guarded *x) {
    struct door *d = x->door;
    struct guard *g = d->guard;
    if (x->stage == STAGE_SENT) {
        g->in_flight--;
        metric_set(g->figures.in_flight, g->in_flight);
        if (x->link && x->era == d->breaker.era) --*fresh(d);
    }
    if (x->link) {
        if (x->stage == STAGE_QUEUE) g->waiting--;
        line_remove(x->stage == STAGE_SENT ? &d->sent : &d->waiting, x);
    }
    give_back_probe(x);
}

/* Whether the other side is well. Its "no" is as good as its "yes", and so are "there is no such thing", to a look, and "not
 * settled yet": a payout may take days, and nobody is ill meanwhile. */
static bool is_good(const struct guarded *x, const struct call_result *r) {
    if (r->end == CALL_UNCERTAIN) return text_eq(r->code, "pending");
    return r->end == CALL_DONE || r->end == CALL_REFUSED || (x->call.look && r->end == CALL_FAILED);
}

static bool verdict(struct guarded *x, const struct call_result *r) {
    struct door *d = x->door;
    int64_t now = guards_mono_ms(d->guard->all);
    if (x->slow) return false; /* it was counted when it became slow */
    if (is_good(x, r)) return breaker_good(&d->breaker, x->era, now);
    if (!r->said_later) return x->given_up ? false : breaker_bad(&d->breaker, x->era, now);
    if (!x->probe) return false;
    int64_t wish = r->retry_after_ms > d->breaker.open_ms ? r->retry_after_ms : d->breaker.open_ms;
    return x->era == d->breaker.era && breaker_open_for(&d->breaker, wish, now);
}

const char *turn_verdict(struct guarded *x, const struct call_result *r) {
    if (x->door->guard->ops.in_process) return NULL;
    bool probe = x->probe;
    if (!verdict(x, r)) return NULL;
    return probe ? "probe" : "failed";
}

void turn_alone(struct guard *g) {
    int64_t now = guards_mono_us(g->all);
    if (!g->alone_us) g->alone_us = now; /* else still: Redis was there, but not for a token of ours */
    g->local.tokens = 0, g->local.at_us = now; /* what Redis gave until now is not ours twice */
}

void turn_stop(struct guard *g) {
    struct loop *l = g->all->c.loop;
    for (size_t i = 0; i < 2 * g->n_operations; i++) {
        loop_cancel(l, g->doors[i].slow_timer);
        g->doors[i].slow_timer = NULL;
    }
    loop_cancel(l, g->refill);
    g->refill = NULL;
    shared_drop(g->taking);
    g->taking = NULL;
}
