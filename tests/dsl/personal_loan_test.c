/* personal_loan_test.c - the shipped credit policy against the operations as the connectors declare
 * them: sound, every example right, every rule decides one of them, every reason has its texts. */
#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#include "connectors/connectors.h"
#include "dsl/catalog_json.h"
#include "tests/dsl/strategy.h"

static struct catalog_json *catalog;
static const struct policy *policy;
static struct dsl_file *examples;

static void add_operation(json_t *all, const struct connector_ops *c) {
    for (const struct operation *op = c->operations; op->name; op++) {
        json_t *one = json_object();
        json_object_set_new(one, "kind", json_string("read"));
        json_object_set_new(one, "input", json_loads(op->input, 0, NULL));
        json_object_set_new(one, "output", json_loads(op->output, 0, NULL));
        json_object_set_new(one, "sample", json_loads(op->sample, 0, NULL));
        char name[80];
        snprintf(name, sizeof name, "%s.%s", c->name, op->name);
        json_object_set_new(all, name, one);
    }
}

static void tell_faults(const struct dsl_file *f) {
    struct buf out;
    buf_init(&out, 1 << 16);
    if (f) dsl_faults_text(f, &out);
    fprintf(stderr, "%s", f ? buf_text(&out) : "cannot be read\n");
    buf_reset(&out);
}

int setup_personal_loan(void) {
    struct fault f = {0};
    json_t *ops = json_object(), *application = json_load_file("strategies/cases/loan_application.json", 0, NULL);
    add_operation(ops, &kyc_connector);
    add_operation(ops, &bureau_connector);
    add_operation(ops, &scoring_connector);
    json_t *all = json_pack("{s:s, s:o, s:{s:o}}", "currency", "INR", "operations", ops, "cases", "loan_application", application);
    if (!all || catalog_json_new(all, &catalog, &f) != OK) return fprintf(stderr, "%s\n", f.text), 1;
    json_decref(all);
    struct dsl_file *p = strategy_read(catalog, "strategies/credit/personal_loan/1.lua");
    if (!p || !dsl_ok(p) || !dsl_policy(p)) return tell_faults(p), 1;
    policy = dsl_policy(p);
    if (catalog_json_add_take(catalog, p) != OK) return 1;
    examples = strategy_read(catalog, "strategies/credit/personal_loan/examples/1.lua");
    if (!examples || !dsl_ok(examples)) return tell_faults(examples), 1;
    return 0;
}

int teardown_personal_loan(void) {
    dsl_free(examples);
    catalog_json_free(catalog);
    return 0;
}

/* What an example leaves unsaid is taken from the operation's sample. */
static json_t *facts_of(const struct example *e) {
    json_t *facts = json_object();
    json_object_set(facts, "case", (json_t *)e->case_);
    for (const struct need *n = policy_needs(policy); n->name; n++) {
        json_t *answer = json_copy((json_t *)n->op->sample), *said = json_at(json_object_get(e->answers, n->name), "data");
        if (said) json_object_update(answer, said);
        json_object_set_new(facts, n->name, answer);
    }
    return facts;
}

static bool reasons_match(const json_t *d, const char *const *wanted) {
    const json_t *got = json_object_get(d, "reasons");
    size_t n = 0;
    while (wanted && wanted[n]) n++;
    if (json_array_size(got) != n) return false;
    for (size_t i = 0; i < n; i++)
        if (strcmp(json_string_value(json_array_get(got, i)), wanted[i])) return false;
    return true;
}

static json_t *decision_of(const struct example *e) {
    struct scope s = {.names = facts_of(e), .now_ms = INT64_C(1796083200000)};
    json_t *d = NULL;
    CU_ASSERT_EQUAL(policy_decide(policy, &s, &d, NULL), OK);
    json_decref((json_t *)s.names);
    return d;
}

void test_personal_loan__every_example_comes_out_as_it_says(void) {
    const struct example *all;
    int n = dsl_examples(examples, &all);
    CU_ASSERT(n >= 15);
    for (int i = 0; i < n; i++) {
        json_t *d = decision_of(&all[i]);
        bool good = d && !strcmp(json_text(d, "outcome", ""), all[i].outcome) && (!all[i].reasons || reasons_match(d, all[i].reasons));
        if (!good) {
            char *text = json_dumps(d, JSON_INDENT(1));
            fprintf(stderr, "\n  %s: %s\n", all[i].title, text);
            free(text);
        }
        CU_ASSERT(good);
        CU_ASSERT_PTR_NULL(json_object_get(d, "fault"));
        json_decref(d);
    }
}

void test_personal_loan__every_rule_decides_an_example_and_a_floor_is_met(void) {
    static const char *const RULES[] = {"under_age", "too_small", "card_invalid", "another_name", "going_round", "defaults",
                                        "too_risky", "sound", "thin_steady", "short_history", "otherwise"};
    const struct example *all;
    int n = dsl_examples(examples, &all), passed = 0, decided[ARRAY_LEN(RULES)] = {0};
    for (int i = 0; i < n; i++) {
        json_t *d = decision_of(&all[i]);
        for (size_t k = 0; k < ARRAY_LEN(RULES); k++) decided[k] += !strcmp(RULES[k], json_text(d, "rule", ""));
        passed += (int)json_array_size(json_object_get(d, "passed_over"));
        json_decref(d);
    }
    for (size_t k = 0; k < ARRAY_LEN(RULES); k++) {
        if (!decided[k]) fprintf(stderr, "\n  no example is decided by %s\n", RULES[k]);
        CU_ASSERT(decided[k] > 0);
    }
    CU_ASSERT(passed > 0);
}

void test_personal_loan__a_starter_is_a_third_of_a_month_rounded_down(void) {
    const struct example *all;
    int n = dsl_examples(examples, &all), seen = 0;
    for (int i = 0; i < n; i++) {
        json_t *d = decision_of(&all[i]);
        if (!strcmp(json_text(d, "rule", ""), "thin_steady")) {
            seen++;
            CU_ASSERT_EQUAL(json_int(d, "amount", 0), 1200000); /* 0.3 * 40,000 rupees */
        }
        json_decref(d);
    }
    CU_ASSERT_EQUAL(seen, 1);
}

void test_personal_loan__every_reason_has_its_texts(void) {
    json_t *reasons = json_load_file("strategies/reasons.json", 0, NULL);
    const struct example *all;
    int n = dsl_examples(examples, &all);
    CU_ASSERT_PTR_NOT_NULL(reasons);
    for (int i = 0; i < n; i++)
        for (int k = 0; all[i].reasons && all[i].reasons[k]; k++) {
            const json_t *r = json_object_get(reasons, all[i].reasons[k]);
            CU_ASSERT_PTR_NOT_NULL(json_text(r, "text", NULL));
            CU_ASSERT_PTR_NOT_NULL(json_text(r, "customer_text", NULL));
            CU_ASSERT(json_is_boolean(json_object_get(r, "actionable")));
        }
    json_decref(reasons);
}
