/* suite.h - the generated table of all unit tests (scripts/suites.sh). */
#ifndef TESTS_HARNESS_SUITE_H
#define TESTS_HARNESS_SUITE_H

struct test_case {
    const char *name;
    void (*run)(void);
};
struct test_suite {
    const char *file; /* "tests/base/buf_test.c" */
    int (*setup)(void), (*teardown)(void);
    const struct test_case *cases; /* ends with a NULL name */
};
extern const struct test_suite test_suites[]; /* ends with a NULL file */

#endif
