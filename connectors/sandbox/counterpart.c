/* counterpart.c - the world's answer now, its delivery after the world's delay. */
#include "connectors/sandbox/counterpart.h"

#include <string.h>

#include "base/schema.h"
#include "connectors/answer.h"

struct waiting;
struct counterpart {
    struct connector base;
    struct connector_ops own; /* name and operations of the real one */
    struct outside *world;
    struct loop *loop;
    struct schema **outputs;
    size_t n_operations;
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

static void ask(struct waiting *x, const char *operation, int64_t *delay_ms) {
    struct call *call = x->call;
    struct outside_answer a;
    struct outside_request r = {operation, call->key, call->look, call->look ? NULL : call->input, call->now_ms};
    outside_ask(x->c->world, &r, &a);
    *delay_ms = a.delay_ms;
    if (a.fate == WORLD_SILENT || a.delay_ms >= call->op->timeout_ms) {
        *delay_ms = call->op->timeout_ms;
        answer_lost(&x->answer, call->op, call->look, ERR_TIMEOUT);
    } else if (a.fate == WORLD_BREAKS) {
        answer_lost(&x->answer, call->op, call->look, ERR_CLOSED);
    } else {
        char wish[16];
        snprintf(wish, sizeof wish, "%d", a.retry_after_s);
        struct reply reply = {a.status, a.body, a.n, wish};
        answer_read(&x->answer, call->op, call->look, x->c->outputs[call->op - x->c->own.operations], &reply);
    }
    x->answer.result.provider_us = *delay_ms * 1000;
}

static void start(struct connector *base, struct call *call) {
    struct counterpart *c = (struct counterpart *)base;
    struct waiting *x = calloc(1, sizeof *x);
    char operation[80];
    int64_t delay_ms = 0;
    snprintf(operation, sizeof operation, "%s.%s", c->own.name, call->op->name);
    if (x) {
        *x = (struct waiting){.c = c, .call = call, .next = c->first};
        ask(x, operation, &delay_ms);
        x->timer = loop_timer(c->loop, delay_ms, deliver, x);
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
    c->own = (struct connector_ops){.name = of->name, .operations = of->operations, .start = start,
                                    .cancel = cancel, .close = close_counterpart};
    c->base.ops = &c->own;
    c->world = w;
    c->loop = l;
    enum err e = compile(c, f);
    if (e != OK) {
        close_counterpart(&c->base);
        return e;
    }
    *out = &c->base;
    return OK;
}
