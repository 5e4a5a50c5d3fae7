/* twin.h - a connector in a test that asks the sandbox in the same process, on a still clock. */
#ifndef TESTS_TWIN_H
#define TESTS_TWIN_H

#include "connectors/sandbox/counterpart.h"
#include "tests/connectors/asking.h"
#include "tests/connectors/still_loop.h"

struct twin {
    struct still_loop still;
    struct outside *world;
    struct connector *connector;
};

static inline void twin_open(struct twin *t, const struct connector_ops *ops, const char *settings) {
    struct fault f;
    json_t *v = settings ? json_loads(settings, 0, NULL) : NULL;
    still_init(&t->still, ASKING_NOW);
    t->world = NULL, t->connector = NULL;
    CU_ASSERT_EQUAL_FATAL(outside_new(v, &t->world, &f), OK);
    CU_ASSERT_EQUAL_FATAL(counterpart_open(ops, t->world, &t->still.loop, &t->connector, &f), OK);
    json_decref(v);
}
static inline void twin_close(struct twin *t) {
    t->connector->ops->close(t->connector);
    outside_free(t->world);
}
static inline void twin_set(struct twin *t, const char *settings) {
    struct fault f;
    json_t *v = json_loads(settings, 0, NULL);
    CU_ASSERT_EQUAL_FATAL(outside_set(t->world, v, &f), OK);
    json_decref(v);
}
/* `input` NULL: a look. The call's now is the still clock's. */
static inline void twin_ask(struct twin *t, struct asking *x, const char *operation, const char *key, const char *input) {
    memset(x, 0, sizeof *x);
    x->input = input ? json_loads(input, 0, NULL) : NULL;
    if (input) CU_ASSERT_PTR_NOT_NULL_FATAL(x->input);
    x->call = (struct call){.paragraph = "test", .visit = 1, .attempt = 1, .key = key,
                            .op = asking_operation(t->connector, operation), .look = !input, .input = x->input,
                            .now_ms = t->still.now_ms, .done = asking_done, .who = x};
    t->connector->ops->start(t->connector, &x->call);
    while (!x->ended && still_step(&t->still)) continue;
    CU_ASSERT_EQUAL(x->ended, 1);
}

#endif
