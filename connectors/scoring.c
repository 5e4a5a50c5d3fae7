/* scoring.c - the risk of a loan to this applicant, in-process.
 *
 * A bureau file that says something is scored by the bureau model, else a bank history by the cash-flow
 * model; with neither there is nothing to judge by and the call is REFUSED: a person should look.
 * Calls of one turn, and those that arrive while a worker is busy, go as one micro-batch; at most one
 * batch runs at a time, because a model handle serves one thread. Without a pool (simulator) a call
 * is answered before start returns.
 *
 * Configuration: {"bureau": "models/bureau/1", "cashflow": "models/cashflow/1", "zone": "Asia/Kolkata"}. */
#include <math.h>
#include <string.h>

#include "base/log.h"
#include "base/zone.h"
#include "connectors/connectors.h"
#include "connectors/scoring_row.h"
#include "io/pool.h"

#define BATCH_MAX 64
#define BUSY_RETRY_MS 100

static const struct operation operations[] = {
    {
        .name = "credit_risk",
        .about = "Probability of default with reasons, from the bureau file or the bank history",
        .kind = OP_READ,
        .timeout_ms = 2000,
        .cache_s = 3600, /* it depends on the day, too */
        .stale_on = "consent.revoked consent.expired loan.changed",
        .input = JSON({
            "type": "object",
            "properties": {
                "application": {"type": "object", "description": "the case"},
                "bureau": {"type": ["object", "null"], "description": "answer of bureau.report"},
                "accounts": {"type": ["object", "null"], "description": "answer of bank.transactions"}
            },
            "required": [],
            "additionalProperties": false
        }),
        .output = JSON({
            "type": "object",
            "properties": {
                "pd": {"type": "number", "minimum": 0, "maximum": 1, "x-unit": "share", "x-better": "lower", "description": "calibrated probability of default"},
                "score": {"type": "integer", "minimum": 300, "maximum": 900, "x-better": "higher", "description": "600 at odds of 19 to 1, 40 points double the odds"},
                "band": {"enum": ["A", "B", "C", "D", "E"], "description": "pd up to 1, 2, 4, 9 %, above"},
                "model": {"enum": ["bureau", "cashflow"]},
                "model_version": {"type": "string", "maxLength": 40},
                "reasons": {
                    "type": "array",
                    "maxItems": 4,
                    "description": "what raises the risk most, first",
                    "items": {
                        "type": "object",
                        "properties": {
                            "code": {"type": "string", "maxLength": 20},
                            "text": {"type": "string", "maxLength": 300},
                            "effect": {"type": "number", "description": "log-odds; positive raises the risk"}
                        },
                        "required": ["code", "text", "effect"]
                    }
                },
                "cashflow_months": {"type": "integer", "minimum": 0, "maximum": 12, "x-better": "higher", "description": "whole months of bank history seen"},
                "monthly_inflow": {"type": "integer", "minimum": 0, "x-unit": "money", "x-currency": "INR", "x-better": "higher", "description": "mean, without interest and circular money"},
                "circular_share": {"type": "number", "minimum": 0, "maximum": 1, "x-unit": "share", "x-better": "lower", "description": "of the inflow that only goes round"},
                "notes": {
                    "type": "array",
                    "maxItems": 40,
                    "description": "values that were clipped or set aside",
                    "items": {
                        "type": "object",
                        "properties": {"feature": {"type": "string"}, "note": {"type": "string"}},
                        "required": ["feature", "note"]
                    }
                }
            },
            "required": ["pd", "score", "band", "model", "model_version", "reasons", "notes"]
        }),
        .sample = JSON({"pd": 0.031, "score": 632, "band": "C", "model": "bureau", "model_version": "1", "reasons": [{"code": "B01", "text": "Balances on cards and credit lines are high compared with their limits", "effect": 0.42}], "cashflow_months": 12, "monthly_inflow": 6200000, "circular_share": 0.01, "notes": []}),
    },
    {.name = NULL},
};

struct waiting {
    struct call *call; /* NULL once dropped by close */
    json_t *input;     /* our own reference: the caller may go while a worker reads */
    struct waiting *next;
    struct scored scored;
};
struct scoring {
    struct connector base;
    struct loop *loop;
    struct pool *pool;
    struct zone *zone;
    struct models models;
    struct waiting *first, **last; /* queue */
    struct waiting *batch;         /* in the worker */
    bool asked, running, closed;   /* asked: a flush is posted */
};

static void scoring_free(struct scoring *s) {
    models_reset(&s->models);
    if (s->zone) zone_close(s->zone);
    free(s);
}

static enum err open_scoring(const struct connector_env *env, struct connector **out, struct fault *f) {
    struct scoring *s = calloc(1, sizeof *s);
    if (!s) return fault_set(f, ERR_NOMEM, "", "no memory");
    *s = (struct scoring){.base.ops = &scoring_connector, .loop = env->loop, .pool = env->pool};
    s->last = &s->first;
    const char *zone = json_text(env->config, "zone", "Asia/Kolkata");
    enum err e = models_open(&s->models, env->config, f);
    if (e == OK && (e = zone_open(zone, &s->zone)) != OK)
        (void)fault_set(f, e, "zone", "there is no time zone '%s' on this machine", zone);
    if (e != OK) {
        scoring_free(s);
        return e;
    }
    *out = &s->base;
    return OK;
}

static void waiting_end(struct waiting *w, const struct call_result *r) {
    if (w->call) {
        w->call->inner = NULL;
        w->call->done(w->call, r);
    }
    scored_reset(&w->scored);
    json_decref(w->input);
    free(w);
}

static void tell(struct waiting *w) {
    const struct scored *x = &w->scored;
    struct call_result r = {.end = x->end, .answer = x->answer, .why = x->why, .code = x->code};
    waiting_end(w, &r);
}

static void tell_all(struct waiting *list) {
    for (struct waiting *next; list; list = next) {
        next = list->next;
        tell(list);
    }
}

/* In a worker thread, or in start when there is none. */
static void work(void *job) {
    struct scoring *s = job;
    struct scored *list[BATCH_MAX];
    size_t n = 0;
    for (struct waiting *w = s->batch; w; w = w->next) list[n++] = &w->scored;
    models_score(&s->models, list, n);
}

static void flush(void *who);

/* While callbacks run, `running` stays set: they may start calls, or close us. */
static void batch_over(struct scoring *s) {
    s->running = false;
    if (!s->closed) flush(s);
    else if (!s->asked) scoring_free(s);
}

static void batch_done(void *job) {
    struct scoring *s = job;
    struct waiting *list = s->batch;
    s->batch = NULL;
    tell_all(list);
    batch_over(s);
}

static void take_batch(struct scoring *s) {
    struct waiting *w = s->first;
    s->batch = w;
    for (size_t k = 1; k < BATCH_MAX && w->next; k++) w = w->next;
    s->first = w->next;
    if (!s->first) s->last = &s->first;
    w->next = NULL;
}

static void refuse_batch(struct scoring *s) {
    struct call_result busy = {.end = CALL_FAILED, .why = "all workers are busy", .retry_after_ms = BUSY_RETRY_MS};
    struct waiting *list = s->batch;
    s->batch = NULL;
    for (struct waiting *next; list; list = next) {
        next = list->next;
        waiting_end(list, &busy);
    }
    batch_over(s);
}

static void flush(void *who) {
    struct scoring *s = who;
    if (s->running || !s->first) return;
    take_batch(s);
    s->running = true;
    if (pool_run(s->pool, work, batch_done, s) != OK) refuse_batch(s);
}

static void flush_posted(void *who) {
    struct scoring *s = who;
    s->asked = false;
    if (!s->closed) flush(s);
    else if (!s->running) scoring_free(s);
}

static void enqueue(struct scoring *s, struct waiting *w) {
    *s->last = w;
    s->last = &w->next;
    if (s->running || s->asked) return;
    if (loop_post(s->loop, flush_posted, s) == OK) s->asked = true;
    else flush(s);
}

static void start_scoring(struct connector *c, struct call *call) {
    struct scoring *s = (struct scoring *)c;
    struct waiting *w = calloc(1, sizeof *w);
    if (!w) {
        struct call_result r = {.end = CALL_FAILED, .why = "no memory"};
        call->done(call, &r);
        return;
    }
    w->call = call;
    w->input = json_incref((json_t *)call->input);
    w->scored = (struct scored){.bureau = json_object_get(w->input, "bureau"),
                                .accounts = json_object_get(w->input, "accounts"),
                                .day = zone_day(s->zone, call->now_ms),
                                .end = CALL_FAILED, /* a pool that ends hands jobs back unworked */
                                .why = "not scored"};
    if (s->pool && s->loop) {
        call->inner = w;
        enqueue(s, w);
        return;
    }
    struct scored *one = &w->scored;
    models_score(&s->models, &one, 1);
    tell(w);
}

static void close_scoring(struct connector *c) {
    struct scoring *s = (struct scoring *)c;
    struct call_result none = {.end = CALL_FAILED};
    s->closed = true;
    for (struct waiting *w = s->first, *next; w; w = next) {
        next = w->next;
        w->call = NULL;
        waiting_end(w, &none);
    }
    s->first = NULL;
    for (struct waiting *w = s->batch; w; w = w->next) w->call = NULL;
    if (!s->running && !s->asked) scoring_free(s);
}

const struct connector_ops scoring_connector = {
    .name = "scoring",
    .in_process = true,
    .operations = operations,
    .open = open_scoring,
    .start = start_scoring,
    .close = close_scoring,
};
