/* guarded.h - a guard on a virtual clock round a provider that does what the test says, and callers of it. */
#ifndef TESTS_GUARDED_H
#define TESTS_GUARDED_H

#include <CUnit/CUnit.h>
#include <string.h>

#include "base/metric.h"
#include "base/text.h"
#include "connectors/connectors.h"
#include "connectors/guard.h"
#include "tests/connectors/still_loop.h"

#define GUARDED_NOW INT64_C(1768471200000)

/* --- the provider ------------------------------------------------------------------------------- */

enum fate { FATE_ANSWERS, FATE_FAILS, FATE_HANGS, FATE_REFUSES, FATE_LATER, FATE_AT_ONCE };
struct provider_fake {
    struct connector base;
    struct loop *loop;
    enum fate fate[6];       /* by operation */
    enum fate look_fate;
    int64_t takes_ms;
    unsigned in_flight, most, started, cancelled, looks;
    unsigned by_operation[6];
    char order[4000];        /* the keys as they came */
    bool forgets;            /* its own time-outs: it never ends a call that hangs, unless it is asked to */
};
static struct provider_fake fake;

static const struct operation fake_operations[] = {
    {.name = "ask", .kind = OP_READ, .timeout_ms = 2000,
     .input = JSON({"type": "object", "properties": {"n": {"type": "integer"}, "pan": {"type": "string", "x-personal": true}}}),
     .output = JSON({"type": "object"}), .sample = JSON({"n": 1})},
    {.name = "pay", .kind = OP_MONEY, .can_look = true, .timeout_ms = 2000, .input = JSON({"type": "object"}),
     .output = JSON({"type": "object"}), .sample = JSON({"id": "SAMPLE"})},
    {.name = "unpay", .kind = OP_EFFECT, .can_look = true, .undoes = true, .timeout_ms = 2000, .input = JSON({"type": "object"}),
     .output = JSON({"type": "object"}), .sample = JSON({"id": "SAMPLE"})},
    {.name = "profile", .kind = OP_READ, .timeout_ms = 2000, .cache_s = 60, .stale_on = "consent.revoked loan.changed",
     .input = JSON({"type": "object"}), .output = JSON({"type": "object"}), .sample = JSON({"n": 1})},
    {.name = "sum", .kind = OP_LOCAL, .timeout_ms = 1000, .input = JSON({"type": "object"}), .output = JSON({"type": "object"}), .sample = JSON({})},
    {0},
};
enum { ASK, PAY, UNPAY, PROFILE, SUM };

struct fake_call {
    struct call *call;
    struct loop_timer *timer;
};

static void fake_end(struct call *call, enum call_end end, bool later) {
    json_t *answer = end == CALL_DONE ? json_pack("{s:i}", "n", (int)fake.started) : NULL;
    struct call_result r = {.end = end, .answer = answer, .why = "so the test says", .said_later = later};
    struct fake_call *f = call->inner;
    fake.in_flight--;
    if (f && f->timer) loop_cancel(fake.loop, f->timer);
    free(f);
    call->inner = NULL;
    call->done(call, &r);
    json_decref(answer);
}

static enum call_end unsure(const struct call *call) {
    return call->op->kind == OP_READ && !call->look ? CALL_FAILED : CALL_UNCERTAIN;
}

static void fake_answers(void *who) {
    struct call *call = who;
    enum fate fate = call->look ? fake.look_fate : fake.fate[call->op - fake_operations];
    ((struct fake_call *)call->inner)->timer = NULL;
    if (fate == FATE_REFUSES) fake_end(call, CALL_REFUSED, false);
    else if (fate == FATE_FAILS || fate == FATE_HANGS) fake_end(call, unsure(call), false);
    else if (fate == FATE_LATER) fake_end(call, unsure(call), true);
    else fake_end(call, CALL_DONE, false);
}

static void fake_start(struct connector *c, struct call *call) {
    (void)c;
    unsigned k = (unsigned)(call->op - fake_operations);
    enum fate fate = call->look ? fake.look_fate : fake.fate[k];
    fake.started++, fake.by_operation[k]++, fake.in_flight++;
    fake.looks += call->look;
    if (fake.in_flight > fake.most) fake.most = fake.in_flight;
    size_t used = strlen(fake.order);
    if (call->key && used + strlen(call->key) + 2 < sizeof fake.order) snprintf(fake.order + used, sizeof fake.order - used, "%s ", call->key);
    if (call->op->kind == OP_LOCAL || fate == FATE_AT_ONCE) {
        fake_end(call, CALL_DONE, false);
        return;
    }
    struct fake_call *f = calloc(1, sizeof *f);
    if (!f) abort();
    f->call = call;
    call->inner = f;
    if (fate == FATE_HANGS && fake.forgets) return;
    f->timer = loop_timer(fake.loop, fate == FATE_HANGS ? call->op->timeout_ms : fake.takes_ms, fake_answers, call);
    if (!f->timer) abort();
}

static void fake_cancel(struct connector *c, struct call *call) {
    (void)c;
    fake.cancelled++;
    if (call->inner) fake_end(call, unsure(call), false);
}

static enum err fake_open(const struct connector_env *env, struct connector **out, struct fault *f);
static void fake_close(struct connector *c) { (void)c; }
static const struct limits fake_limits = {.at_once = 4, .breaker_after = 3, .slow_ms = 1000, .open_ms = 1000};
static const struct connector_ops fake_ops = {.name = "fake", .limits = &fake_limits, .operations = fake_operations, .open = fake_open,
                                              .start = fake_start, .cancel = fake_cancel, .close = fake_close};
static enum err fake_open(const struct connector_env *env, struct connector **out, struct fault *f) {
    (void)env, (void)f;
    fake.base.ops = &fake_ops;
    *out = &fake.base;
    return OK;
}

/* --- the stage ---------------------------------------------------------------------------------- */

static struct still_loop still;
static struct guards *guards;
static struct connector *guard_;
static struct metrics *metrics_;
static struct rng rng_;

/* `config` is JSON text, or NULL. */
static inline void guarded_up(const char *config) {
    static struct crypt_key master;
    struct fault f = {0};
    memset(&fake, 0, sizeof fake);
    still_init(&still, GUARDED_NOW);
    fake.loop = &still.loop, fake.takes_ms = 100;
    rng_seed(&rng_, 1);
    metrics_ = metrics_new();
    json_auto_t *json = config ? json_loads(config, 0, NULL) : NULL;
    CU_ASSERT(!config || json);
    struct guards_config gc = {.loop = &still.loop, .metrics = metrics_, .rng = &rng_, .master = &master, .processes = 1, .owner = "test"};
    CU_ASSERT_EQUAL_FATAL(guards_new(&gc, &guards, &f), OK);
    struct connector_env env = {.loop = &still.loop, .config = json, .guards = guards};
    enum err e = guard_open(guards, &fake_ops, &env, &guard_, &f);
    if (e != OK) printf("\n    %s %s\n", f.where, f.text);
    CU_ASSERT_EQUAL_FATAL(e, OK);
}

static inline void guarded_down(void) {
    guard_->ops->close(guard_);
    guards_free(guards);
    metrics_free(metrics_);
}

/* --- callers ------------------------------------------------------------------------------------ */

struct asked {
    struct call call; /* first */
    int ended;
    enum call_end end;
    char code[40], key[24];
    int64_t retry_after_ms, age_ms, at_ms;
    json_t *input, *answer;
};

static void asked_done(struct call *call, const struct call_result *r) {
    struct asked *a = (struct asked *)call;
    a->ended++;
    a->end = r->end;
    (void)text_copy(a->code, sizeof a->code, r->code);
    a->retry_after_ms = r->retry_after_ms, a->age_ms = r->age_ms;
    a->at_ms = loop_now_ms(fake.loop);
    a->answer = json_incref(r->answer);
}

/* Prepared, not started: a test may change more. */
static inline void asked_init(struct asked *a, int operation, int n, bool look) {
    memset(a, 0, sizeof *a);
    snprintf(a->key, sizeof a->key, "k%d", n);
    a->input = json_pack("{s:i, s:s}", "n", n, "pan", "ABCPD1234F");
    a->call = (struct call){.paragraph = "p", .visit = 1, .attempt = 1, .key = a->key, .op = &fake_operations[operation],
                            .look = look, .input = look ? NULL : a->input, .now_ms = loop_now_ms(fake.loop), .done = asked_done};
}
static inline void asked_go(struct asked *a) { guard_->ops->start(guard_, &a->call); }
static inline void ask_(struct asked *a, int operation, int n) {
    asked_init(a, operation, n, false);
    asked_go(a);
}
static inline void asked_reset(struct asked *a) {
    json_decref(a->input);
    json_decref(a->answer);
    a->input = a->answer = NULL;
}

/* Time goes on by so much. */
static inline void after_ms(int64_t ms) {
    int64_t until = still.now_ms + ms;
    for (;;) {
        int64_t next = INT64_MAX;
        for (int k = 0; k < STILL_TIMERS; k++)
            if (still.timers[k].fn && still.timers[k].at < next) next = still.timers[k].at;
        if (next > until) break;
        still_step(&still);
    }
    still.now_ms = until;
}

#endif
