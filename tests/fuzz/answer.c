/* answer.c - fuzz: any bytes from a provider, as reply to a read, a payout, and a look.
 *
 * Input: one byte of mode, two of status, then the body. Beyond not crashing: DONE only with an answer
 * that fits, a payout never FAILED but by a status that proves it, a look FAILED only by a 404. */
#include <stdint.h>
#include <string.h>

#include "base/schema.h"
#include "connectors/answer.h"
#include "connectors/connectors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct operation *disburse(void) {
    const struct operation *op = payments_connector.operations;
    while (strcmp(op->name, "disburse") != 0) op++;
    return op;
}

static struct schema *compiled(const struct operation *op) {
    struct schema *s = NULL;
    json_t *v = json_loads(op->output, 0, NULL);
    INVARIANT(v && schema_new(v, &s, NULL) == OK);
    json_decref(v);
    return s;
}

static void check(const struct answer *a, const struct operation *op, bool look, int status, const struct schema *s) {
    bool later = status == 408 || status == 425 || status == 429;
    if (a->result.end == CALL_DONE) {
        INVARIANT(a->result.answer && schema_check(s, a->result.answer, NULL, NULL, NULL) == OK);
    } else {
        INVARIANT(!a->result.answer && a->result.why);
    }
    if (a->result.end == CALL_FAILED && look) INVARIANT(status == 404);
    if (a->result.end == CALL_FAILED && !look && op->kind == OP_MONEY) INVARIANT(later);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    static struct schema *bank, *money;
    if (!bank) bank = compiled(bank_connector.operations);
    if (!money) money = compiled(disburse());
    if (n < 3) return 0;
    bool look = data[0] % 3 == 2, read = data[0] % 3 == 0;
    const struct operation *op = read ? bank_connector.operations : disburse();
    char *body = malloc(n - 2);
    if (!body) return 0;
    memcpy(body, data + 3, n - 3);
    body[n - 3] = 0;
    struct reply reply = {.status = data[1] << 8 | data[2], .body = body, .n = n - 3, .retry_after = body};
    struct answer a;
    answer_read(&a, op, look, read ? bank : money, &reply);
    check(&a, op, look, reply.status, read ? bank : money);
    answer_reset(&a);
    free(body);
    return 0;
}
