/* strategy.h - files and the test catalog, for the suites of dsl/. Tests run from the top of the tree. */
#ifndef TESTS_DSL_STRATEGY_H
#define TESTS_DSL_STRATEGY_H

#include "dsl/catalog_json.h"

char *strategy_slurp(const char *path, size_t *n); /* free(); NULL: not there */
/* The test catalog, with the shipped policies of tests/dsl/language added; catalog_json_free. */
struct catalog_json *strategy_catalog(void);
struct dsl_file *strategy_read(const struct catalog_json *k, const char *path); /* NULL: not there */
/* Text of a file that stands in memory. */
struct dsl_file *strategy_text(const struct catalog_json *k, const char *path, const char *text);

#endif
