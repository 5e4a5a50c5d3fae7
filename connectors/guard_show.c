/* guard_show.c - what the guards know, as JSON; a breaker set by hand. */
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "base/zone.h"
#include "connectors/guard_inner.h"

static const char *const KINDS[] = {[OP_READ] = "read", [OP_EFFECT] = "effect", [OP_MONEY] = "money", [OP_LOCAL] = "local"};

static json_t *instant_new(const struct guard *g, int64_t mono_ms) {
    char text[32];
    struct guards *all = g->all;
    return json_string(instant_text(loop_now_ms(all->c.loop) - guards_mono_ms(all) + mono_ms, text));
}

static json_t *breaker_new(const struct door *d) {
    const struct breaker *b = &d->breaker;
    enum breaker_state state = breaker_state(b, guards_mono_ms(d->guard->all));
    json_t *next = state == BREAKER_OPEN && !b->held ? instant_new(d->guard, b->until_ms) : json_null();
    return json_pack("{s:s, s:s, s:o, s:i, s:b, s:o}", "asks", d->look ? "look" : "call", "state", breaker_state_word(state),
                     "since", instant_new(d->guard, b->since_ms), "bad_in_a_row", (int)b->bad_row, "held", b->held, "next_probe", next);
}

static json_t *ms_new(int64_t us) { return us < 0 ? json_null() : json_real((double)us / 1000); }

static json_t *latency_new(const struct tally *t) {
    unsigned of = t->n_latencies < TALLY_LATENCIES ? t->n_latencies : TALLY_LATENCIES;
    return json_pack("{s:o, s:o, s:i}", "p50", ms_new(tally_quantile_us(t, 0.5)), "p99", ms_new(tally_quantile_us(t, 0.99)), "of_last", (int)of);
}

static json_t *ends_new(const struct tally *t) {
    json_t *out = json_object();
    enum err e = OK;
    for (unsigned i = 0; e == OK && i < ARRAY_LEN(t->ends); i++)
        e = json_put_take(out, call_end_word((enum call_end)i), json_integer((json_int_t)t->ends[i]));
    return out;
}

static json_t *denied_new(const struct tally *t) {
    json_t *out = json_object();
    enum err e = OK;
    for (unsigned i = 0; e == OK && i < DENIALS; i++)
        e = json_put_take(out, denial_code((enum denial)i), json_integer((json_int_t)t->denied[i]));
    return out;
}

static json_t *cache_new_json(const struct operation *op, const struct tally *t) {
    if (!op->cache_s) return json_null();
    return json_pack("{s:i, s:s, s:I, s:I}", "seconds", (int)op->cache_s, "stale_on", op->stale_on ? op->stale_on : "", "hits",
                     (json_int_t)t->hits, "misses", (json_int_t)t->misses);
}

static json_t *breakers_new(const struct guard *g, size_t i) {
    json_t *out = json_array();
    const struct door *calls = &g->doors[2 * i], *looks = calls + 1;
    if (g->ops.in_process || calls->op->kind == OP_LOCAL) return out;
    if (out && json_array_append_new(out, breaker_new(calls)) == 0 && looks->op) (void)json_array_append_new(out, breaker_new(looks));
    return out;
}

static json_t *operation_new(const struct guard *g, size_t i) {
    const struct door *d = &g->doors[2 * i];
    const struct operation *op = d->op;
    return json_pack("{s:s, s:s, s:s, s:i, s:b, s:o, s:o, s:I, s:o, s:o, s:o}", "name", d->name, "kind", KINDS[op->kind], "about",
                     op->about ? op->about : "", "timeout_ms", (int)op->timeout_ms, "can_look", op->can_look, "calls", ends_new(&d->tally),
                     "denied", denied_new(&d->tally), "simulated", (json_int_t)d->tally.simulated, "latency_ms", latency_new(&d->tally),
                     "cache", cache_new_json(op, &d->tally), "breakers", breakers_new(g, i));
}

static json_t *limits_new(const struct guard *g) {
    const struct limits *l = &g->config.limits;
    if (g->ops.in_process) return json_null();
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i}", "per_s", (int)l->per_s, "burst", (int)l->burst, "at_once", (int)l->at_once,
                     "breaker_after", (int)l->breaker_after, "slow_ms", (int)l->slow_ms, "open_ms", (int)l->open_ms);
}

static json_t *guard_json_new(const struct guard *g) {
    json_t *operations = json_array();
    for (size_t i = 0; operations && i < g->n_operations; i++)
        if (json_array_append_new(operations, operation_new(g, i))) {
            json_decref(operations);
            return NULL;
        }
    return json_pack("{s:s, s:s, s:b, s:o, s:i, s:i, s:o}", "name", g->ops.name, "mode", guard_mode_word(g->config.mode), "in_process",
                     g->ops.in_process, "limits", limits_new(g), "in_flight", (int)g->in_flight, "waiting", (int)g->waiting,
                     "operations", operations);
}

json_t *guards_show_new(struct guards *all) {
    json_t *out = json_array();
    for (size_t i = 0; out && i < all->n; i++) {
        json_t *one = all->list[i] ? guard_json_new(all->list[i]) : NULL;
        if (all->list[i] && json_array_append_new(out, one)) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

static struct guard *find(struct guards *all, const char *connector) {
    for (size_t i = 0; i < all->n; i++)
        if (all->list[i] && text_eq(all->list[i]->ops.name, connector)) return all->list[i];
    return NULL;
}

json_t *guards_show_one_new(struct guards *all, const char *connector) {
    const struct guard *g = find(all, connector);
    return g ? guard_json_new(g) : NULL;
}

static void set(struct door *d, bool open, const char *by, const char *why) {
    struct guards *all = d->guard->all;
    int64_t now = guards_mono_ms(all);
    log_warn("breaker_set", "operation=%s to=%s by=%s why=%s", d->name, open ? "open" : "closed", log_quote(by), log_quote(why));
    if (open ? breaker_hold(&d->breaker, now) : breaker_close(&d->breaker, now)) door_changed(d, true, "by_hand");
    else shared_tell_breaker(all->shared, d->name, open ? -1 : 0); /* here it is so already; the others hear it all the same */
}

enum err guards_set_breaker(struct guards *all, const char *connector, const char *operation, bool open, const char *by,
                            const char *why, struct fault *f) {
    struct guard *g = find(all, connector);
    unsigned n = 0;
    if (!g) return fault_set(f, ERR_NOT_FOUND, "name", "there is no connector '%s'", connector);
    if (g->ops.in_process) return fault_set(f, ERR_REFUSED, "name", "%s is computed in this process: it has no breaker", connector);
    guard_enter(g);
    for (size_t i = 0; i < 2 * g->n_operations && !g->closed; i++) {
        struct door *d = &g->doors[i];
        if (!d->op || d->op->kind == OP_LOCAL || (operation && !text_eq(d->op->name, operation))) continue;
        set(d, open, by, why);
        n++;
    }
    guard_leave(g);
    return n ? OK : fault_set(f, ERR_NOT_FOUND, "operation", "%s has no operation '%s'", connector, operation ? operation : "");
}
