/* policy_weak.c - lets the walker link while dsl/ has no policy_decide yet: every decision says so and
 * the run goes to a person. Goes away with dsl/policy_decide.c. */
#include "base/attr.h"
#include "dsl/policy.h"

__attribute__((weak)) enum err policy_decide(const struct policy *p, const struct scope *s, json_t **decision_new,
                                             struct fault *f) {
    (void)p, (void)s;
    *decision_new = NULL;
    return fault_set(f, ERR_BUG, "", "policies cannot be evaluated in this build");
}
