/* guard.c - opening a guard, and the life of a call in it. */
#include "connectors/guard.h"

#include <string.h>

#include "base/log.h"
#include "connectors/guard_inner.h"
#include "connectors/http_call.h"

/* --- a call's life ------------------------------------------------------------------------------ */

void guard_enter(struct guard *g) { g->busy++; }

static void guard_free(struct guard *g) {
    for (size_t i = 0; g->schemas && i < g->n_operations; i++) {
        json_decref(g->schemas[i].input);
        json_decref(g->schemas[i].sample);
    }
    free(g->schemas);
    free(g->doors);
    free(g);
}

void guard_leave(struct guard *g) {
    if (!--g->busy && g->closed) guard_free(g);
}

static void unlink_call(struct guarded *x) {
    struct guard *g = x->door->guard;
    turn_leave(x);
    shared_drop(x->ask);
    loop_cancel(g->all->c.loop, x->patience);
    *x->all_link = x->all_next;
    if (x->all_next) x->all_next->all_link = x->all_link;
}

void guard_end(struct guarded *x, const struct call_result *r) {
    struct call *outer = x->outer;
    unlink_call(x);
    free(x);
    outer->inner = NULL;
    outer->done(outer, r); /* may free its call, start others, and close us */
}

static const char *why_text(enum denial why) {
    static const char *const texts[] = {
        "its circuit breaker is open: the provider has failed too often of late",
        "more calls than its provider allows in a second",
        "too many calls are under way at its provider",
        "given up before it was sent",
    };
    return texts[why];
}

static void end_unsent(struct call *outer, const char *code, const char *why, int64_t retry_after_ms) {
    struct call_result r = {.end = outer->look ? CALL_UNCERTAIN : CALL_FAILED, .why = why, .code = code,
                            .retry_after_ms = retry_after_ms, .said_later = true};
    outer->done(outer, &r);
}

void guard_deny(struct guarded *x, enum denial why, int64_t retry_after_ms) {
    struct call *outer = x->outer;
    tally_denied(&x->door->tally, why);
    unlink_call(x);
    free(x);
    outer->inner = NULL;
    end_unsent(outer, denial_code(why), why_text(why), retry_after_ms);
}

static bool is_effect(const struct operation *op) { return op->kind == OP_EFFECT || op->kind == OP_MONEY; }

static struct door *door_of(struct guard *g, const struct call *call) {
    size_t i = (size_t)(call->op - g->ops.operations);
    return &g->doors[2 * i + (call->look && call->op->can_look)];
}

/* It has come back from the connector. */
static void came_back(struct call *call, const struct call_result *r) {
    struct guarded *x = (struct guarded *)call;
    struct guard *g = x->door->guard;
    int64_t took_us = guards_mono_us(g->all) - x->sent_us;
    guard_enter(g);
    tally_end(&x->door->tally, r->end, took_us);
    if (r->end == CALL_DONE && x->keyed && !x->stale) cache_keep(x, r);
    if (r->end == CALL_FAILED || r->end == CALL_UNCERTAIN) guard_log_failed(x, r, took_us);
    struct door *d = x->door;
    const char *changed = turn_verdict(x, r);
    guard_end(x, r);
    if (changed && !g->closed) door_changed(d, true, changed);
    if (!g->closed) turn_pump(g);
    guard_leave(g);
}

void guard_admit(struct guarded *x) {
    struct guard *g = x->door->guard;
    if (g->ops.in_process) turn_sent(x);
    else turn_wait_for(x);
}

static struct guarded *guarded_new(struct guard *g, struct call *outer) {
    struct guarded *x = calloc(1, sizeof *x);
    if (!x) return NULL;
    x->call = *outer;
    x->call.done = came_back, x->call.inner = NULL;
    x->outer = outer, x->door = door_of(g, outer);
    x->all_next = g->calls, x->all_link = &g->calls;
    if (x->all_next) x->all_next->all_link = &x->all_next;
    g->calls = x;
    outer->inner = x;
    return x;
}

/* Local operations answer before start returns (connector.h), so their wrapping can stand on the stack. */
struct local_call {
    struct call call;
    struct call *outer;
    struct door *door;
    int64_t from_us;
};

static void local_done(struct call *call, const struct call_result *r) {
    struct local_call *l = (struct local_call *)call;
    tally_end(&l->door->tally, r->end, guards_mono_us(l->door->guard->all) - l->from_us);
    l->outer->inner = NULL;
    l->outer->done(l->outer, r);
}

static void start_local(struct guard *g, struct call *outer) {
    struct local_call l = {*outer, outer, door_of(g, outer), guards_mono_us(g->all)};
    l.call.done = local_done;
    g->inner->ops->start(g->inner, &l.call);
}

static void start(struct connector *c, struct call *call) {
    struct guard *g = (struct guard *)c;
    if (call->op->kind == OP_LOCAL) {
        start_local(g, call);
        return;
    }
    if (g->config.mode == GUARD_RECORD_ONLY && is_effect(call->op) && !call->look) {
        guard_record(g, door_of(g, call), call);
        return;
    }
    struct guarded *x = guarded_new(g, call);
    if (!x) {
        end_unsent(call, "no_memory", "no memory for the call", guards_spread_ms(g->all, 1000));
        return;
    }
    guard_enter(g);
    if (!cache_serves(x) || !cache_look_up(x)) guard_admit(x);
    guard_leave(g);
}

void guard_give_up(struct guarded *x) {
    struct connector *inner = x->door->guard->inner;
    if (x->given_up) return;
    x->given_up = true;
    if (inner->ops->cancel) inner->ops->cancel(inner, &x->call);
}

static void cancel(struct connector *c, struct call *outer) {
    struct guard *g = (struct guard *)c;
    struct guarded *x = outer->inner;
    if (!x) return;
    guard_enter(g);
    if (x->stage == STAGE_SENT) guard_give_up(x);
    else guard_deny(x, DENIED_CANCELLED, 0);
    if (!g->closed) turn_pump(g);
    guard_leave(g);
}

/* --- opening and closing ------------------------------------------------------------------------ */

static void forget_guard(struct guards *all, const struct guard *g) {
    for (size_t i = 0; i < all->n; i++)
        if (all->list[i] == g) all->list[i] = NULL;
}

static void close_guard(struct connector *c) {
    struct guard *g = (struct guard *)c;
    struct guarded *all = g->calls, *next;
    guard_enter(g);
    g->closed = true;
    forget_guard(g->all, g);
    for (struct guarded *x = all; x; x = next) {
        next = x->all_next;
        unlink_call(x);
        x->all_next = next; /* freed below: until the inner connector is closed it knows those that were sent */
    }
    turn_stop(g);
    g->inner->ops->close(g->inner);
    for (struct guarded *x = all; x; x = next) {
        next = x->all_next;
        free(x);
    }
    guard_leave(g);
}

static enum err hear(struct connector *c, const struct http_headers *h, const void *body, size_t n, int64_t now_ms,
                     heard_fn *each, void *who, struct fault *f) {
    struct guard *g = (struct guard *)c;
    return g->inner->ops->hear(g->inner, h, body, n, now_ms, each, who, f);
}

static enum err parse(const char *text, json_t **out, struct fault *f) {
    return json_parse(text, strlen(text), &JSON_LIMITS_BODY, out, f);
}

/* What answers an operation: when one of these changes, what was kept of the earlier is another's answer. */
static enum err fingerprint(const struct connector_ops *of, const struct operation *op, const json_t *config, char out[65]) {
    AUTO(buf_reset) struct buf b;
    buf_init(&b, 1u << 20);
    enum err e = config ? json_canonical(config, &b) : OK;
    buf_adds(&b, op->input);
    buf_adds(&b, op->output);
    buf_adds(&b, of->described);
    if (e == OK) e = buf_err(&b);
    if (e == OK) crypt_sha256_hex(b.data, b.len, out);
    return e;
}

static void make_door(struct guard *g, size_t i, bool look) {
    const struct operation *op = &g->ops.operations[i];
    struct door *d = &g->doors[2 * i + look];
    *d = (struct door){.guard = g, .op = op, .schema = &g->schemas[i], .look = look, .urgent = look || op->undoes,
                       .slow_us = (int64_t)guard_slow_ms(&g->config, op) * 1000};
    line_init(&d->waiting);
    line_init(&d->sent);
    breaker_init(&d->breaker, g->config.limits.breaker_after, g->config.limits.open_ms, guards_mono_ms(g->all));
    snprintf(d->name, sizeof d->name, "%s.%s", g->ops.name, op->name);
    tally_open(&d->tally, g->all->c.metrics, d->name, look, op->cache_s && op->kind == OP_READ && !look);
    snprintf(d->name, sizeof d->name, "%s.%s%s", g->ops.name, op->name, look ? "?look" : "");
}

static enum err make_doors(struct guard *g, const json_t *config, struct fault *f) {
    enum err e = OK;
    for (size_t i = 0; e == OK && i < g->n_operations; i++) {
        const struct operation *op = &g->ops.operations[i];
        struct op_schema *s = &g->schemas[i];
        e = parse(op->input, &s->input, f);
        if (e == OK) e = parse(op->sample, &s->sample, f);
        if (e == OK) e = fingerprint(&g->ops, op, config, s->answered_by);
        make_door(g, i, false);
        if (op->can_look) make_door(g, i, true);
    }
    return e;
}

static enum err guard_new(struct guards *all, const struct connector_ops *ops, const struct guard_config *config,
                          struct guard **out) {
    struct guard *g = calloc(1, sizeof *g);
    if (!g) return ERR_NOMEM;
    *g = (struct guard){.all = all, .config = *config, .ops = *ops};
    g->base = (struct connector){.ops = &g->ops, .queues = !ops->in_process};
    g->ops.start = start, g->ops.cancel = cancel, g->ops.close = close_guard, g->ops.forget = guard_forget;
    if (ops->hear) g->ops.hear = hear;
    while (ops->operations[g->n_operations].name) g->n_operations++;
    g->doors = calloc(2 * g->n_operations + 1, sizeof *g->doors);
    g->schemas = calloc(g->n_operations + 1, sizeof *g->schemas);
    int64_t now = guards_mono_us(all);
    unsigned share = all->c.processes ? all->c.processes : 1;
    double per_s = config->limits.per_s ? (double)config->limits.per_s / share : 1;
    bucket_init(&g->local, per_s, (double)config->limits.burst / share, now);
    bucket_init(&g->promises, per_s, 1, now);
    g->alone_us = now;
    bucket_init(&g->log_lines, 5, 10, now - 10 * INT64_C(1000000)); /* the first failures are all told */
    figures_open(&g->figures, all->c.metrics, ops->name, &config->limits);
    *out = g;
    return g->doors && g->schemas ? OK : ERR_NOMEM;
}

static enum err join(struct guards *all, struct guard *g) {
    struct guard **grown = realloc(all->list, (all->n + 1) * sizeof(struct guard *));
    if (!grown) return ERR_NOMEM;
    all->list = grown;
    grown[all->n++] = g;
    return OK;
}

enum err guard_open(struct guards *all, const struct connector_ops *ops, const struct connector_env *env,
                    struct connector **out, struct fault *f) {
    struct guard_config config;
    struct guard *g = NULL;
    json_t *inner = NULL;
    enum err e = guard_config_read(ops, env->config, &config, &inner, f);
    if (e != OK) return e;
    struct connector_env own = *env;
    own.config = inner;
    e = guard_new(all, ops, &config, &g);
    if (e == OK) e = make_doors(g, inner, f);
    if (e == OK) e = join(all, g);
    if (e == ERR_NOMEM) (void)fault_set(f, e, "", "no memory");
    if (e == OK && (e = ops->open ? ops->open(&own, &g->inner, f) : http_connector_open(ops, &own, &g->inner, f)) != OK) forget_guard(all, g);
    json_decref(inner);
    if (e == OK) *out = &g->base;
    else if (g) guard_free(g);
    return e;
}
