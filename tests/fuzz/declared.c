/* declared.c - fuzz: any reply of a described provider, to a read, an effect and a look.
 *
 * Input: one byte of mode, two of status, then the body. Beyond not crashing: DONE only with an answer that fits, a refusal
 * only where the file declares one, an effect FAILED only by a declared end or a status that proves it. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/schema.h"
#include "connectors/declared.h"
#include "connectors/shape.h"
#include "dsl/dsl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static enum err nothing(void *who, const char *operation, bool look, const json_t *input, const char *key, int64_t now_ms, json_t **out_new,
                        struct fault *why) {
    (void)who, (void)operation, (void)look, (void)input, (void)key, (void)now_ms, (void)out_new;
    return fault_set(why, ERR_BUG, "", "nothing is asked here");
}

static const struct connector_ops *bureau(struct schema *outputs[3]) {
    static struct declared *d;
    static char text[100000];
    static const struct declared_ask with = {NULL, nothing};
    struct fault f = {0};
    if (d) return declared_ops(d);
    FILE *in = fopen("tests/dsl/language/third_bureau.lua", "rb");
    INVARIANT(in);
    struct dsl_file *file = dsl_read("third_bureau.lua", text, fread(text, 1, sizeof text, in), NULL);
    fclose(in);
    INVARIANT(file && dsl_connector(file) && declared_new(dsl_connector(file), &with, &d, &f) == OK);
    dsl_free(file);
    for (size_t i = 0; i < 3; i++) {
        json_t *v = json_loads(declared_ops(d)->operations[i].output, 0, NULL);
        INVARIANT(v && schema_new(v, &outputs[i], NULL) == OK);
        json_decref(v);
    }
    return declared_ops(d);
}

static void check(const struct answer *a, size_t operation, bool look, int status, const struct schema *s) {
    bool later = status == 408 || status == 425 || status == 429;
    if (a->result.end == CALL_DONE) INVARIANT(a->result.answer && schema_check(s, a->result.answer, NULL, NULL, NULL) == OK);
    else INVARIANT(!a->result.answer && a->result.why);
    if (a->result.end == CALL_REFUSED) INVARIANT(operation == 0);           /* the others declare none */
    if (a->result.end == CALL_FAILED && look) INVARIANT(operation == 1 && status == 404);
    if (a->result.end == CALL_FAILED && !look && operation) INVARIANT(later);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    static struct schema *outputs[3];
    const struct connector_ops *ops = bureau(outputs);
    if (n < 3) return 0;
    size_t operation = data[0] % 3;
    bool look = operation && data[0] & 64;
    const struct operation *op = &ops->operations[operation];
    char *body = malloc(n - 2);
    if (!body) return 0;
    memcpy(body, data + 3, n - 3);
    body[n - 3] = 0;
    void *keys = NULL;
    INVARIANT(shaping_open(ops, NULL, &keys, NULL) == OK);
    struct shaped shaped = {.keys = keys, .op = op, .key = "k", .look = look};
    struct reply reply = {.status = data[1] << 8 | data[2], .body = body, .n = n - 3, .shape = shape_of(ops, op->name), .shaped = &shaped};
    struct answer a;
    answer_read(&a, op, look, outputs[operation], &reply);
    check(&a, operation, look, reply.status, outputs[operation]);
    answer_reset(&a);
    shaping_close(ops, keys);
    free(body);
    return 0;
}
