/* main.c - runs the collected suites with CUnit: unit [PART-OF-FILE-OR-TEST-NAME] */
#include <CUnit/Basic.h>
#include <stdio.h>
#include <string.h>

#include "base/crypt.h"
#include "tests/harness/suite.h"

static int wanted(const char *only, const char *file, const char *name) {
    return !only || strstr(file, only) || strstr(name, only);
}

static int register_suite(const struct test_suite *s, const char *only) {
    CU_pSuite suite = NULL;
    for (const struct test_case *c = s->cases; c->name; c++) {
        if (!wanted(only, s->file, c->name)) continue;
        if (!suite) suite = CU_add_suite(s->file, s->setup, s->teardown);
        if (!suite || !CU_add_test(suite, c->name, c->run)) return -1;
    }
    return 0;
}

int main(int argc, char **argv) {
    const char *only = argc > 1 ? argv[1] : NULL;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (crypt_start() != OK || CU_initialize_registry() != CUE_SUCCESS) return 2;
    for (const struct test_suite *s = test_suites; s->file; s++)
        if (register_suite(s, only)) return 2;
    CU_basic_set_mode(CU_BRM_NORMAL);
    if (CU_basic_run_tests() != CUE_SUCCESS) return 2;
    unsigned failed = CU_get_number_of_tests_failed() + CU_get_number_of_suites_failed();
    unsigned run = CU_get_number_of_tests_run();
    printf("\nunit: %u passed, %u failed\n", run - CU_get_number_of_tests_failed(), failed);
    CU_cleanup_registry();
    return failed || !run ? 1 : 0;
}
