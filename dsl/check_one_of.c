/* check_one_of.c - stage 7 for flows. */
#include "dsl/flow.h"

void check_one_of(struct flow *f) { (void)f; }
