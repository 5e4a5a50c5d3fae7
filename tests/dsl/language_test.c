/* language_test.c - the files that show the language pass, and their plans say what they say. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "tests/dsl/strategy.h"

void test_language__every_shown_file_passes(void);
void test_language__loan_approval_as_a_plan(void);
void test_language__layout_and_comments_do_not_change_the_hash(void);

void test_language__every_shown_file_passes(void) {
    static const char *const names[] = {"loan_approval", "personal_loan_policy", "crop_loan_terms", "two_bureaus",
                                        "papers",        "limit_step",           "everything",    "affordable",      "third_bureau"};
    struct catalog_json *k = strategy_catalog();
    for (size_t i = 0; k && i < ARRAY_LEN(names); i++) {
        char path[120];
        snprintf(path, sizeof path, "tests/dsl/language/%s.lua", names[i]);
        struct dsl_file *f = strategy_read(k, path);
        struct buf out;
        buf_init(&out, 100000);
        if (f) dsl_faults_text(f, &out);
        CU_ASSERT_STRING_EQUAL(buf_text(&out), "");
        CU_ASSERT(f && dsl_ok(f) && (dsl_plan(f) || dsl_policy(f) || dsl_connector(f)));
        buf_reset(&out);
        dsl_free(f);
    }
    catalog_json_free(k);
}

static const struct para *para(const struct plan *p, const char *name) {
    const struct para *found = plan_find(p, name);
    static const struct para none;
    CU_ASSERT_PTR_NOT_NULL(found);
    return found ? found : &none;
}

void test_language__loan_approval_as_a_plan(void) {
    struct catalog_json *k = strategy_catalog();
    struct dsl_file *f = strategy_read(k, "tests/dsl/language/loan_approval.lua");
    const struct plan *p = f ? dsl_plan(f) : NULL;
    CU_ASSERT_PTR_NOT_NULL(p);
    if (p) {
        const struct para *evidence = para(p, "evidence"), *bureau = para(p, "bureau"), *transfer = para(p, "transfer"),
                          *hold = para(p, "hold");
        CU_ASSERT_STRING_EQUAL(p->paras[p->first].name, "identity");
        CU_ASSERT(plan_after(p, para(p, "identity")).index == evidence->index);
        CU_ASSERT(evidence->first_child == bureau->index && plan_after(p, bureau).kind == TARGET_NONE);
        CU_ASSERT(plan_after(p, hold).index == para(p, "mandate")->index);
        CU_ASSERT(bureau->within.unit == LENGTH_ELAPSED_MS && bureau->within.n == 2000);
        CU_ASSERT(transfer->step.pivot && transfer->step.once_per && !transfer->step.undo);
        CU_ASSERT(hold->step.undo && !strcmp(hold->step.undo->name, "ledger.release") && hold->step.n_undo_with == 1);
        CU_ASSERT(para(p, "payout")->next.kind == TARGET_FINISH && para(p, "payout")->finishes);
        CU_ASSERT(p->stuck.within.unit == LENGTH_WORKING_MS && p->stuck.within.n == 4 * 3600000);
        CU_ASSERT(p->n_ons == 1 && p->ons[0].to.kind == TARGET_FINISH && strlen(p->hash) == 64);
    }
    dsl_free(f);
    catalog_json_free(k);
}

void test_language__layout_and_comments_do_not_change_the_hash(void) {
    static const char one[] = "policy \"p\" { version = 1, case = \"credit_line\" }\notherwise { refer = \"A\" }\n";
    static const char same[] =
        "-- a word\npolicy \"p\" {\n  case = \"credit_line\",\n  version = 1.0, }\notherwise { refer = \"A\" } -- end\n";
    static const char other[] = "policy \"p\" { version = 1, case = \"credit_line\" }\notherwise { refer = \"B\" }\n";
    struct catalog_json *k = strategy_catalog();
    struct dsl_file *a = strategy_text(k, "a.lua", one), *b = strategy_text(k, "a.lua", same),
                    *c = strategy_text(k, "a.lua", other);
    CU_ASSERT(dsl_ok(a) && dsl_ok(c) && !dsl_ok(b)); /* 1.0 is no version */
    dsl_free(b);
    static const char good[] =
        "-- a word\npolicy \"p\" {\n  case = \"credit_line\",\n  version = 1, }\notherwise { refer = \"A\" } -- end\n";
    b = strategy_text(k, "a.lua", good);
    CU_ASSERT(dsl_ok(b));
    if (dsl_ok(a) && dsl_ok(b) && dsl_ok(c)) {
        CU_ASSERT_STRING_EQUAL(dsl_hash(a), dsl_hash(b));
        CU_ASSERT_STRING_NOT_EQUAL(dsl_hash(a), dsl_hash(c));
    }
    dsl_free(a);
    dsl_free(b);
    dsl_free(c);
    catalog_json_free(k);
}
