#include "dsl/file.h"
const struct example *examples_build(struct check *c, int *n) { (void)c; *n = 0; return NULL; }
