/* bench.c - the null counterpart of `make bench`: about 200 bytes, from the loop's next pass. */
#include "connectors/connectors.h"

static const struct operation operations[] = {
    {
        .name = "null",
        .about = "Answers at once with about 200 bytes; for measuring the engine alone",
        .kind = OP_READ,
        .timeout_ms = 1000,
        .input = JSON({"type": "object"}),
        .output = JSON({
            "type": "object",
            "properties": {
                "score": {"type": "integer"},
                "band": {"enum": ["A", "B", "C"]},
                "amount": {"type": "integer", "x-unit": "money", "x-currency": "INR"},
                "filler": {"type": "string"}
            },
            "required": ["score", "band", "amount", "filler"]
        }),
        .sample = JSON({"score": 712, "band": "B", "amount": 2500000, "filler": "The quick brown fox jumps over the lazy dog; the quick brown fox jumps over the lazy dog; and a fox that is not so quick is asleep, in the shade."}),
    },
    {.name = NULL},
};

struct bench {
    struct connector base;
    struct loop *loop;
    json_t *answer;
};

static enum err open_bench(const struct connector_env *env, struct connector **out, struct fault *f) {
    struct bench *b = calloc(1, sizeof *b);
    if (!b) return fault_set(f, ERR_NOMEM, "", "no memory");
    *b = (struct bench){.base.ops = &bench_connector, .loop = env->loop};
    b->answer = json_loads(operations[0].sample, 0, NULL);
    if (!b->answer) {
        free(b);
        return fault_set(f, ERR_NOMEM, "", "no memory");
    }
    *out = &b->base;
    return OK;
}

static void answer_now(void *who) {
    struct call *call = who;
    const struct bench *b = call->inner;
    struct call_result r = {.end = CALL_DONE, .answer = b->answer};
    call->inner = NULL;
    call->done(call, &r);
}

static void start_bench(struct connector *c, struct call *call) {
    struct bench *b = (struct bench *)c;
    call->inner = b;
    if (b->loop && loop_post(b->loop, answer_now, call) == OK) return;
    call->inner = NULL;
    struct call_result r = {.end = CALL_FAILED, .why = "no memory to answer later"};
    call->done(call, &r);
}

static void close_bench(struct connector *c) {
    struct bench *b = (struct bench *)c;
    json_decref(b->answer);
    free(b);
}

const struct connector_ops bench_connector = {
    .name = "bench",
    .in_process = true,
    .operations = operations,
    .open = open_bench,
    .start = start_bench,
    .close = close_bench,
};
