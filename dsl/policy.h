/* policy.h - ordered rules over facts: the first that holds decides, the rest explain.
 *
 * policy_decide is a pure function of its arguments: equal facts give equal bytes. */
#ifndef DSL_POLICY_H
#define DSL_POLICY_H

#include "base/json.h"
#include "dsl/catalog.h"
#include "dsl/expr.h"

struct policy;

const char *policy_name(const struct policy *p);
int policy_version(const struct policy *p);
const char *policy_hash(const struct policy *p); /* 64 hex */
const char *policy_case(const struct policy *p);
/* Names the policy reads besides `case`, each with the operation whose answer it is. NULL-ended. */
struct need {
    const char *name;
    const struct op_decl *op;
};
const struct need *policy_needs(const struct policy *p);
/* Type of the answer a `decide` leaves: outcome, amount, reasons, and what `gives` declares. */
const struct type *policy_gives(const struct policy *p);
json_t *policy_thresholds_new(const struct policy *p); /* {"pd_approve": 0.04, ...} */

/* scope->names holds case and the needs. *decision_new:
 *   {"policy":"personal_loan_policy@7","hash":"..","outcome":"decline","amount":..,"reasons":["R08",..],
 *    "rule":"too_risky","line":9,"parts":[..],"facts":{"risk.pd":0.12,..},"thresholds":{..},
 *    "passed_over":[{"rule":..,"why":..}],"flips":[{"fact":"risk.pd","from":0.12,"to":0.0899,
 *    "outcome":"refer","text":".."}]}
 * A fault while evaluating a rule is recorded in "fault" and the outcome is "refer" (to a person). */
MUST_CHECK enum err policy_decide(const struct policy *p, const struct scope *s,
                                  json_t **decision_new, struct fault *f);

#endif
