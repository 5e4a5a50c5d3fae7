/* policy.c - questions to a finished policy. */
#include "dsl/policy.h"

#include "base/text.h"
#include "dsl/policy_plan.h"

const char *policy_name(const struct policy *p) { return p->name; }
int policy_version(const struct policy *p) { return p->version; }
const char *policy_hash(const struct policy *p) { return p->hash; }
const char *policy_case(const struct policy *p) { return p->case_type; }
const struct need *policy_needs(const struct policy *p) { return p->needs; }
const struct type *policy_gives(const struct policy *p) { return p->gives; }

json_t *policy_thresholds_new(const struct policy *p) {
    json_t *all = json_object();
    for (int i = 0; all && i < p->n_thresholds; i++)
        if (json_put_take(all, p->thresholds[i].name, value_json_new(&p->thresholds[i].value)) != OK) {
            json_decref(all);
            return NULL;
        }
    return all;
}
