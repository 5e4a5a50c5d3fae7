/* strategy_test.c - what strategy.h promises; no tests of its own but that the catalog loads. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "tests/dsl/strategy.h"

void test_strategy__catalog_loads(void);

char *strategy_slurp(const char *path, size_t *n) {
    FILE *f = fopen(path, "rb");
    if (!f) return NULL;
    struct buf b;
    char part[4096];
    buf_init(&b, (size_t)4 << 20);
    for (size_t got; (got = fread(part, 1, sizeof part, f)) > 0;) buf_add(&b, part, got);
    buf_add(&b, "", 0);
    fclose(f);
    return buf_take(&b, n);
}

static void add(struct catalog_json *k, const char *path) {
    struct dsl_file *f = strategy_read(k, path);
    if (f && catalog_json_add_take(k, f) != OK) CU_FAIL("the catalog is full");
}

struct catalog_json *strategy_catalog(void) {
    size_t n = 0;
    struct fault fault = {0};
    struct catalog_json *k = NULL;
    json_t *definition = NULL;
    char *text = strategy_slurp("tests/dsl/catalog.json", &n);
    if (text && json_parse(text, n, &JSON_LIMITS_OWN, &definition, &fault) == OK &&
        catalog_json_new(definition, &k, &fault) == OK) {
        add(k, "strategies/functions.lua");
        add(k, "tests/dsl/language/personal_loan_policy.lua");
        add(k, "tests/dsl/language/crop_loan_terms.lua");
        add(k, "tests/dsl/language/limit_step.lua");
        add(k, "tests/dsl/language/papers.lua");
    }
    json_decref(definition);
    free(text);
    return k;
}

struct dsl_file *strategy_text(const struct catalog_json *k, const char *path, const char *text) {
    return dsl_read(path, text, strlen(text), catalog_json_catalog(k));
}

struct dsl_file *strategy_read(const struct catalog_json *k, const char *path) {
    size_t n = 0;
    char *text = strategy_slurp(path, &n);
    struct dsl_file *f = text ? dsl_read(path, text, n, catalog_json_catalog(k)) : NULL;
    free(text);
    return f;
}

void test_strategy__catalog_loads(void) {
    struct catalog_json *k = strategy_catalog();
    CU_ASSERT_PTR_NOT_NULL_FATAL(k);
    const struct catalog *c = catalog_json_catalog(k);
    CU_ASSERT_PTR_NOT_NULL(c->operation(c->who, "bureau.report"));
    CU_ASSERT_PTR_NOT_NULL(c->policy(c->who, "personal_loan_policy", 7));
    CU_ASSERT_PTR_NULL(c->policy(c->who, "personal_loan_policy", 6));
    catalog_json_free(k);
}
