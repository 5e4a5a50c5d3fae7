/* counterpart.c - the world's answer now, its delivery after the world's delay. */
#include "connectors/sandbox/counterpart.h"

#include <string.h>

#include "base/schema.h"
#include "connectors/shape.h"

struct waiting;
struct counterpart {
    struct connector base;
    struct connector_ops own; /* name and operations of the real one */
    struct outside *world;
    struct loop *loop;
    struct schema **outputs;
    size_t n_operations;
    void *keys; /* of the shaping */
    struct waiting *first;
};
struct waiting {
    struct counterpart *c;
    struct call *call;
    struct waiting *prev, *next;
    struct loop_timer *timer;
    struct answer answer;
};

static void unlink_waiting(struct waiting *x) {
    if (x->prev) x->prev->next = x->next;
    else x->c->first = x->next;
    if (x->next) x->next->prev = x->prev;
}

static void deliver(void *who) {
    struct waiting *x = who;
    struct call *call = x->call;
    unlink_waiting(x);
    call->inner = NULL;
    call->done(call, &x->answer.result);
    answer_reset(&x->answer);
    free(x);
}

static void read_answer(struct waiting *x, const struct shape *shape, const struct shaped *shaped, const struct outside_answer *w) {
    struct call *call = x->call;
    char wish[16];
    snprintf(wish, sizeof wish, "%d", w->retry_after_s);
    struct reply reply = {.status = w->status, .body = w->body, .n = w->n, .retry_after = wish, .shape = shape, .shaped = shaped};
    answer_read(&x->answer, call->op, call->look, x->c->outputs[call->op - x->c->own.operations], &reply);
}

/* What the world says now; how long that takes. */
static int64_t ask_world(struct waiting *x, const struct shape *shape, const struct shaped *shaped, const json_t *body) {
    struct call *call = x->call;
    struct outside_answer a;
    char operation[80];
    snprintf(operation, sizeof operation, "%s.%s", x->c->own.name, call->op->name);
    struct outside_request r = {operation, call->key, call->look, body, call->now_ms};
    outside_ask(x->c->world, &r, &a);
    if (a.fate == WORLD_SILENT || a.delay_ms >= call->op->timeout_ms) {
        answer_lost(&x->answer, call->op, call->look, ERR_TIMEOUT);
        return call->op->timeout_ms;
    }
    if (a.fate == WORLD_BREAKS) answer_lost(&x->answer, call->op, call->look, ERR_CLOSED);
    else read_answer(x, shape, shaped, &a);
    return a.delay_ms;
}

static int64_t ask(struct waiting *x) {
    struct call *call = x->call;
    const struct shape *shape = shape_of(&x->c->own, call->op->name);
    struct shaped shaped = {.keys = x->c->keys, .op = call->op, .input = call->input, .key = call->key, .now_ms = call->now_ms, .look = call->look};
    if (shape && shape->own) {
        shape_own(shape, &shaped, x->c->outputs[call->op - x->c->own.operations], &x->answer);
        return 0;
    }
    json_t *body = call->look ? NULL : shape_ask(shape, &shaped, &x->answer);
    if (!call->look && !body) return 0;
    int64_t delay_ms = ask_world(x, shape, &shaped, body);
    json_decref(body);
    x->answer.result.provider_us = delay_ms * 1000;
    return delay_ms;
}

static void start(struct connector *base, struct call *call) {
    struct counterpart *c = (struct counterpart *)base;
    struct waiting *x = calloc(1, sizeof *x);
    if (x) {
        *x = (struct waiting){.c = c, .call = call, .next = c->first};
        x->timer = loop_timer(c->loop, ask(x), deliver, x);
    }
    if (!x || !x->timer) {
        /* The world has been asked: what it did is lost to us. */
        struct answer lost;
        answer_lost(&lost, call->op, call->look, ERR_CLOSED);
        if (x) answer_reset(&x->answer);
        free(x);
        call->done(call, &lost.result);
        return;
    }
    if (c->first) c->first->prev = x;
    c->first = x;
    call->inner = x;
}

static void cancel(struct connector *base, struct call *call) {
    struct counterpart *c = (struct counterpart *)base;
    struct waiting *x = call->inner;
    if (!x) return;
    loop_cancel(c->loop, x->timer);
    answer_reset(&x->answer);
    answer_lost(&x->answer, call->op, call->look, ERR_CLOSED);
    deliver(x);
}

static void close_counterpart(struct connector *base) {
    struct counterpart *c = (struct counterpart *)base;
    for (struct waiting *x = c->first, *next; x; x = next) {
        next = x->next;
        loop_cancel(c->loop, x->timer);
        answer_reset(&x->answer);
        free(x);
    }
    for (size_t k = 0; c->outputs && k < c->n_operations; k++) schema_free(c->outputs[k]);
    free(c->outputs);
    shaping_close(&c->own, c->keys);
    free(c);
}

static enum err compile(struct counterpart *c, struct fault *f) {
    while (c->own.operations[c->n_operations].name) c->n_operations++;
    c->outputs = calloc(c->n_operations + 1, sizeof *c->outputs);
    if (!c->outputs) return fault_set(f, ERR_NOMEM, "", "no memory");
    enum err e = OK;
    for (size_t k = 0; e == OK && k < c->n_operations; k++) {
        const char *text = c->own.operations[k].output;
        json_t *v = NULL;
        e = json_parse(text, strlen(text), &JSON_LIMITS_BODY, &v, f);
        if (e == OK) e = schema_new(v, &c->outputs[k], f);
        json_decref(v);
    }
    return e;
}

enum err counterpart_open(const struct connector_ops *of, struct outside *w, struct loop *l,
                          struct connector **out, struct fault *f) {
    struct counterpart *c = calloc(1, sizeof *c);
    if (!c) return fault_set(f, ERR_NOMEM, "", "no memory");
    c->own = (struct connector_ops){.name = of->name, .shaping = of->shaping, .operations = of->operations,
                                    .start = start, .cancel = cancel, .close = close_counterpart};
    c->base.ops = &c->own;
    c->world = w;
    c->loop = l;
    json_t *config = json_pack("{s:s}", "trust", "sandbox");
    enum err e = config ? shaping_open(of, config, &c->keys, f) : fault_set(f, ERR_NOMEM, "", "no memory");
    json_decref(config);
    if (e == OK) e = compile(c, f);
    if (e != OK) {
        close_counterpart(&c->base);
        return e;
    }
    *out = &c->base;
    return OK;
}
