#include "tests/dsl/policy_world.h"

static struct policy_world pw;

static json_t *decided(const struct policy_text *t, const char *facts) {
    policy_open(&pw, t, facts);
    return policy_decision(&pw);
}
static void closed(json_t *d) {
    json_decref(d);
    policy_close(&pw);
}

static void text_is(const json_t *d, const char *path, const char *wanted) {
    const char *got = json_string_value(json_at(d, path));
    if (!got || strcmp(got, wanted)) fprintf(stderr, "\n  %s is %s, wanted %s\n", path, got ? got : "(none)", wanted);
    CU_ASSERT(got && !strcmp(got, wanted));
}

static const char *reasons(const json_t *d) {
    static char out[100];
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < json_array_size(json_object_get(d, "reasons")); i++)
        n += (size_t)snprintf(out + n, sizeof out - n, "%s ", json_string_value(json_array_get(json_object_get(d, "reasons"), i)));
    return out;
}

void test_policy_decide__the_first_rule_that_holds_decides(void) {
    json_t *d = decided(loan_policy(), "{\"case\":{\"amount\":100,\"age\":17,\"kind\":\"farmer\",\"vulnerable\":true},\"risk\":{\"pd\":0.02}}");
    text_is(d, "outcome", "decline");
    text_is(d, "rule", "under_age");
    text_is(d, "policy", "test_policy@7");
    CU_ASSERT_STRING_EQUAL(reasons(d), "R01 ");
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(d, "line")), 10);
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(d, "amount")), 100); /* what was asked, for whoever looks at it */
    CU_ASSERT_EQUAL(json_array_size(json_object_get(d, "parts")), 1);
    closed(d);
}

void test_policy_decide__other_holding_rules_of_the_same_outcome_are_further_reasons(void) {
    json_t *d = decided(loan_policy(), "{\"case\":{\"amount\":100,\"age\":17,\"kind\":\"farmer\",\"vulnerable\":true},\"risk\":{\"pd\":0.2}}");
    CU_ASSERT_STRING_EQUAL(reasons(d), "R01 R08 ");
    closed(d);
    d = decided(loan_policy(), "{\"case\":{\"amount\":100,\"age\":40,\"kind\":\"farmer\",\"vulnerable\":true},\"risk\":{\"pd\":0.09}}");
    text_is(d, "outcome", "refer");
    CU_ASSERT_STRING_EQUAL(reasons(d), "R03 "); /* half of 9 % is not above 4.5 % */
    closed(d);
}

void test_policy_decide__approval_without_a_limit_means_the_amount_asked(void) {
    json_t *d = decided(loan_policy(), "{\"case\":{\"amount\":25000000,\"age\":40,\"kind\":\"farmer\",\"vulnerable\":false},\"risk\":{\"pd\":0.04}}");
    text_is(d, "outcome", "approve");
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(d, "amount")), 25000000);
    CU_ASSERT_STRING_EQUAL(reasons(d), "");
    closed(d);
}

#define THIN(income) "{\"case\":{\"amount\":25000000,\"age\":40,\"kind\":\"farmer\",\"vulnerable\":false,\"income\":" income "}," \
                     "\"risk\":{\"pd\":0.06,\"months\":8},\"bureau\":{\"score\":1,\"thin\":true}}"

void test_policy_decide__a_limit_is_capped_and_rounded_down(void) {
    json_t *d = decided(loan_policy(), THIN("1234567")); /* 0.3 * 12,345.67 = 3,703.70 -> 3,500 */
    text_is(d, "rule", "thin");
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(d, "amount")), 350000);
    closed(d);
    d = decided(loan_policy(), THIN("99900000"));
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(d, "amount")), 2500000);
    closed(d);
}

void test_policy_decide__below_its_floor_a_rule_is_passed_over_and_that_is_recorded(void) {
    json_t *d = decided(loan_policy(), THIN("500000"));
    text_is(d, "rule", "otherwise");
    CU_ASSERT_STRING_EQUAL(reasons(d), "R07 ");
    json_t *o = json_array_get(json_object_get(d, "passed_over"), 0);
    text_is(o, "rule", "thin");
    text_is(o, "why", "its limit is below its floor");
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(o, "amount")), 150000);
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(o, "floor")), 200000);
    closed(d);
}

void test_policy_decide__a_fault_is_recorded_and_goes_to_a_person(void) {
    json_t *d = decided(loan_policy(), "{\"case\":{\"amount\":100,\"age\":40,\"kind\":\"farmer\",\"vulnerable\":false},\"risk\":{\"pd\":\"high\"}}");
    text_is(d, "outcome", "refer");
    text_is(d, "fault.rule", "too_risky");
    text_is(d, "fault.text", "‹risk.pd› a share (0 to 1) is wanted, but the value is no number");
    CU_ASSERT_EQUAL(json_integer_value(json_at(d, "fault.line")), 11);
    CU_ASSERT_STRING_EQUAL(reasons(d), "");
    CU_ASSERT_PTR_NULL(json_object_get(d, "rule"));
    closed(d);
}

void test_policy_decide__where_no_rule_decides_a_person_does(void) {
    static const struct policy_text T = {.rules = {{"only", "case.age > 99", "approve", NULL, NULL}}};
    json_t *d = decided(&T, WORLD_FACTS);
    text_is(d, "outcome", "refer");
    text_is(d, "fault.text", "no rule decides");
    closed(d);
}

static const struct policy_text *tabled(void) {
    static const struct policy_text T = {
        .tables = {{.name = "price", .result = NULL, .n_by = 2, .n_rows = 3,
                    .cells = {{"risk.pd <= 2%", "default(risk.months, 0) > 12", "16%"},
                              {"risk.pd <= 5%", NULL, "20%"},
                              {NULL, "default(risk.months, 0) >= 3", "24%"}}}},
        .rules = {{"no_price", "not has(price)", "decline", "P01", NULL},
                  {"dear", "price > 22%", "refer", "P02", NULL},
                  {"otherwise", NULL, "approve", NULL, NULL}}};
    return &T;
}

static void price_rule(const char *risk, const char *rule) {
    char facts[300];
    snprintf(facts, sizeof facts, "{\"case\":{\"amount\":100},\"risk\":%s}", risk);
    json_t *d = decided(tabled(), facts);
    text_is(d, "rule", rule);
    closed(d);
}

void test_policy_decide__a_table_takes_its_first_row_that_fits(void) {
    price_rule("{\"pd\":0.02,\"months\":13}", "otherwise");
    price_rule("{\"pd\":0.05}", "otherwise");
    price_rule("{\"pd\":0.06,\"months\":3}", "dear");
    price_rule("{\"pd\":0.06,\"months\":2}", "no_price");
}

void test_policy_decide__a_fact_is_evaluated_once(void) {
    /* f1 doubles at each level: 2^31 evaluations if it were not kept. */
    static struct policy_text t = {.facts = {{"f0", "case.age + case.age"}, {"f1", "f0 + f0"}, {"f2", "f1 + f1"}, {"f3", "f2 + f2"},
                                             {"f4", "f3 + f3"}, {"f5", "f4 + f4"}, {"f6", "f5 + f5"}, {"f7", "f6 + f6"}},
                                   .rules = {{"otherwise", NULL, "approve", NULL, NULL}}};
    t.rules[0] = (struct rule_text){"big", "f7 == 34 * 256", "approve", NULL, NULL};
    json_t *d = decided(&t, WORLD_FACTS);
    text_is(d, "rule", "big");
    closed(d);
}

void test_policy_decide__equal_facts_give_equal_bytes(void) {
    json_t *a = decided(loan_policy(), THIN("500000"));
    char *x = json_dumps(a, 0), *y;
    json_t *b = policy_decision(&pw);
    y = json_dumps(b, 0);
    CU_ASSERT_STRING_EQUAL(x, y);
    free(x);
    free(y);
    json_decref(b);
    closed(a);
}

void test_policy_decide__a_named_condition_says_what_is_behind_it(void) {
    json_t *d = decided(loan_policy(), THIN("1234567"));
    json_t *steady = json_array_get(json_object_get(d, "parts"), 2);
    text_is(steady, "text", "steady");
    text_is(json_array_get(json_object_get(steady, "because"), 0), "says", "default(risk.months, 0) (8) >= 6");
    closed(d);
}

/* A later rule may read what an earlier one made sure of: with the earlier one deciding, that it
 * cannot be read is no fault and no reason. */
void test_policy_decide__later_rules_may_rest_on_earlier_ones(void) {
    static struct policy_text t = {.rules = {{"blind", "not has(bureau)", "refer", "B01", NULL}, {"weak", "has(bureau)", "refer", "B02", NULL},
                                             {"otherwise", NULL, "approve", NULL, NULL}}};
    policy_open(&pw, &t, WORLD_FACTS);
    struct expr_known k = {.name = "bureau"};
    pw.inner.known = &k; /* as the checker carries it from rule to rule */
    pw.rules[1].when = policy_read(&pw, "bureau.score < 600");
    json_t *d = policy_decision(&pw);
    text_is(d, "rule", "blind");
    CU_ASSERT_STRING_EQUAL(reasons(d), "B01 ");
    CU_ASSERT_PTR_NULL(json_object_get(d, "fault"));
    closed(d);
}
