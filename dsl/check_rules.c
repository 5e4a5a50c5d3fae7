/* check_rules.c - stages 7 and 8 for policies. */
#include "dsl/boxes.h"
#include "dsl/policy_build.h"

void check_policy_rules(struct policy_build *b) { (void)b; }
