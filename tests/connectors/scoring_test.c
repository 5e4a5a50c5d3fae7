/* scoring_test.c - the connector round the models: worker threads, micro-batches, close, no models. */
#include "connectors/connectors.h"
#include "tests/connectors/provider.h"

static struct provider at; /* loop and pool */
static struct connector *scoring;

static enum err open_with(struct loop *l, struct pool *p, const char *config_text, struct connector **out) {
    json_t *config = config_text ? json_loads(config_text, 0, NULL) : NULL;
    struct connector_env env = {.loop = l, .pool = p, .config = config};
    struct fault f = {0};
    enum err e = scoring_connector.open(&env, out, &f);
    json_decref(config);
    return e;
}

static const char MODELS[] = "{\"bureau\":\"models/bureau/1\",\"cashflow\":\"models/cashflow/1\"}";
static const char GOOD[] = "{\"application\":{},\"bureau\":{\"thin\":false,\"revolving_utilisation\":0.1,\"late_30_59\":0,"
                           "\"late_60_89\":0,\"late_90\":0,\"debt_ratio\":0.2,\"monthly_income\":6000,\"open_credit_lines\":6,"
                           "\"real_estate_loans\":1,\"dependents\":0}}";

int setup_scoring(void) {
    memset(&at, 0, sizeof at);
    at.loop = io_loop_new();
    if (!at.loop || pool_new(at.loop, 2, 100, &at.pool) != OK) return 1;
    return open_with(at.loop, at.pool, MODELS, &scoring) != OK;
}
int teardown_scoring(void) {
    scoring->ops->close(scoring);
    provider_stop(&at);
    return 0;
}

void test_scoring__a_worker_scores_and_the_loop_hears_of_it(void) {
    struct asking x;
    asking_start(&x, scoring, "credit_risk", "k", GOOD, NULL);
    CU_ASSERT_EQUAL(x.ended, 0);
    provider_wait(&at, &x);
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    CU_ASSERT_STRING_EQUAL(json_text(x.answer, "model", ""), "bureau");
    asking_reset(&x);
}

void test_scoring__many_at_once_all_end_once_with_the_same_answer(void) {
    enum { MANY = 300 };
    static struct asking list[MANY];
    for (int k = 0; k < MANY; k++) asking_start(&list[k], scoring, "credit_risk", "k", GOOD, NULL);
    provider_wait(&at, &list[MANY - 1]);
    for (int k = 0; k < MANY; k++) {
        CU_ASSERT_EQUAL(list[k].ended, 1);
        CU_ASSERT_EQUAL(list[k].end, CALL_DONE);
        CU_ASSERT(json_equal(list[k].answer, list[0].answer));
    }
    for (int k = 0; k < MANY; k++) asking_reset(&list[k]);
}

static int rounds;
static void again(struct call *call, const struct call_result *r) {
    if (++rounds < 5) scoring->ops->start(scoring, call);
    else asking_done(call, r);
}

void test_scoring__a_callback_may_ask_again(void) {
    struct asking x;
    asking_start(&x, scoring, "credit_risk", "k", GOOD, NULL);
    x.call.done = again;
    rounds = 0;
    provider_wait(&at, &x);
    CU_ASSERT_EQUAL(rounds, 5);
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    asking_reset(&x);
}

void test_scoring__close_drops_what_is_queued_and_what_runs(void) {
    struct connector *own = NULL;
    struct asking x, y, z;
    CU_ASSERT_EQUAL_FATAL(open_with(at.loop, at.pool, MODELS, &own), OK);
    asking_start(&x, own, "credit_risk", "k", GOOD, NULL);
    asking_start(&y, own, "credit_risk", "k", GOOD, NULL);
    own->ops->close(own);
    asking_start(&z, scoring, "credit_risk", "k", GOOD, NULL); /* lets the loop turn */
    provider_wait(&at, &z);
    CU_ASSERT_EQUAL(x.ended + y.ended, 0);
    asking_reset(&x);
    asking_reset(&y);
    asking_reset(&z);
}

void test_scoring__without_a_pool_the_answer_is_there_at_once(void) {
    struct connector *own = NULL;
    struct asking x;
    CU_ASSERT_EQUAL_FATAL(open_with(NULL, NULL, MODELS, &own), OK);
    asking_start(&x, own, "credit_risk", "k", GOOD, NULL);
    CU_ASSERT_EQUAL(x.ended, 1);
    CU_ASSERT_EQUAL(x.end, CALL_DONE);
    asking_reset(&x);
    own->ops->close(own);
}

void test_scoring__without_models_a_person_must_look(void) {
    struct connector *own = NULL;
    struct asking x;
    CU_ASSERT_EQUAL_FATAL(open_with(NULL, NULL, NULL, &own), OK);
    asking_start(&x, own, "credit_risk", "k", GOOD, NULL);
    CU_ASSERT_EQUAL(x.end, CALL_REFUSED);
    CU_ASSERT_STRING_EQUAL(x.code, "no_model");
    asking_reset(&x);
    own->ops->close(own);
}

void test_scoring__a_model_that_is_named_must_be_there(void) {
    struct connector *own = NULL;
    CU_ASSERT_NOT_EQUAL(open_with(NULL, NULL, "{\"bureau\":\"models/no_such\"}", &own), OK);
}
