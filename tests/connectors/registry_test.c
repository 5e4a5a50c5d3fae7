/* registry_test.c - names, declarations, and what is refused. */
#include "connectors/connectors.h"
#include "tests/connectors/asking.h"

static struct registry *registry;

int setup_registry(void) {
    struct connector_env env = {.config = NULL};
    struct fault f;
    registry = registry_new();
    return !registry || connectors_open(registry, &env, NULL, &f) != OK;
}
int teardown_registry(void) {
    registry_free(registry);
    return 0;
}

void test_registry__finds_operations_by_dotted_name(void) {
    const struct operation *op = NULL;
    struct connector *c = registry_find(registry, "payments.disburse", &op);
    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    CU_ASSERT_STRING_EQUAL(c->ops->name, "payments");
    CU_ASSERT_STRING_EQUAL(op->name, "disburse");
    CU_ASSERT_EQUAL(registry_decl(registry, "payments.disburse")->kind, OP_MONEY);
    CU_ASSERT_PTR_NULL(registry_find(registry, "payments.nothing", &op));
    CU_ASSERT_PTR_NULL(registry_find(registry, "payments", NULL));
    CU_ASSERT_PTR_NULL(registry_find(registry, NULL, NULL));
    CU_ASSERT_PTR_NULL(registry_decl(registry, ""));
}

void test_registry__the_words_of_the_shipped_flows_are_there(void) {
    static const char *const used[] = {"kyc.verify", "bureau.report", "bank.transactions", "scoring.credit_risk",
                                       "ledger.offer", "ledger.hold", "ledger.release", "ledger.book_loan", "ledger.void",
                                       "payments.mandate", "payments.cancel_mandate", "payments.disburse", "bench.null"};
    for (size_t k = 0; k < ARRAY_LEN(used); k++) CU_ASSERT_PTR_NOT_NULL(registry_decl(registry, used[k]));
    CU_ASSERT(registry_decl(registry, "ledger.release")->undoes);
    CU_ASSERT(registry_decl(registry, "payments.cancel_mandate")->undoes);
}

static int closed;
static void count_close(struct connector *c) {
    (void)c;
    closed++;
}

static enum err add(const char *input, const char *output, const char *sample) {
    struct operation ops[2] = {{.name = "x", .input = input, .output = output, .sample = sample, .timeout_ms = 1}, {.name = NULL}};
    struct connector_ops own = {.name = "own", .operations = ops, .close = count_close};
    struct connector c = {.ops = &own};
    struct registry *r = registry_new();
    enum err e = registry_add_take(r, &c);
    registry_free(r);
    return e;
}

void test_registry__a_badly_declared_operation_is_refused_and_closed(void) {
    closed = 0;
    CU_ASSERT_EQUAL(add("{}", "{\"type\":\"object\"}", "{}"), OK);
    CU_ASSERT_NOT_EQUAL(add("{", "{}", "{}"), OK);
    CU_ASSERT_NOT_EQUAL(add("{\"tipe\":\"object\"}", "{}", "{}"), OK);
    CU_ASSERT_NOT_EQUAL(add("{}", "{\"type\":\"object\",\"required\":[\"a\"]}", "{}"), OK);
    CU_ASSERT_EQUAL(closed, 4);
}

void test_registry__a_name_is_given_once(void) {
    struct connector_env env = {.config = NULL};
    struct connector *c = NULL;
    struct fault f;
    CU_ASSERT_EQUAL_FATAL(kyc_connector.open(&env, &c, &f), OK);
    CU_ASSERT_EQUAL(registry_add_take(registry, c), ERR_CONFLICT);
}
