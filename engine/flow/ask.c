/* ask.c - one call without a run. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "flow/inner.h"

struct asked {
    struct call call; /* first */
    struct engine *engine;
    struct connector *connector;
    engine_asked_fn *done;
    void *who;
    struct loop_timer *timer;
    json_t *input;
    char key[64];
    bool told, late;
};

static void tell(struct asked *a, const struct call_result *r) {
    if (a->told) return;
    a->told = true;
    a->done(a->who, r);
}

static void came(struct call *call, const struct call_result *r) {
    struct asked *a = (struct asked *)call;
    struct engine *e = a->engine;
    loop_cancel(e->c.loop, a->timer);
    tell(a, r);
    json_decref(a->input);
    free(a);
    e->flights--;
    engine_maybe_drained(e);
}

static void too_late(void *who) {
    struct asked *a = who;
    struct call_result r = {.end = CALL_UNCERTAIN, .why = "no answer in time", .code = "timeout"};
    a->timer = NULL;
    tell(a, &r);
    if (a->connector->ops->cancel) a->connector->ops->cancel(a->connector, &a->call);
}

enum err engine_ask(struct engine *e, const char *operation, const json_t *input, int64_t timeout_ms,
                    engine_asked_fn *done, void *who, struct fault *f) {
    const struct operation *op = NULL;
    struct connector *c = registry_find(e->c.registry, operation, &op);
    if (!c) return fault_set(f, ERR_NOT_FOUND, "operation", "there is no operation '%s' here", operation);
    struct asked *a = calloc(1, sizeof *a);
    if (!a) return ERR_NOMEM;
    *a = (struct asked){.engine = e, .connector = c, .done = done, .who = who, .input = json_incref((json_t *)input)};
    (void)snprintf(a->key, sizeof a->key, "ask.%016llx", (unsigned long long)rng_u64(e->c.rng));
    a->call = (struct call){.paragraph = "", .visit = 1, .attempt = 1, .key = a->key, .op = op, .input = input,
                            .now_ms = loop_now_ms(e->c.loop), .done = came};
    if (timeout_ms > 0) a->timer = loop_timer(e->c.loop, timeout_ms, too_late, a);
    e->flights++;
    c->ops->start(c, &a->call);
    return OK;
}
