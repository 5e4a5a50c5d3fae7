/* builtin.c - the list of connectors that ship with the program. */
#include <string.h>

#include "connectors/connectors.h"
#include "connectors/guard.h"
#include "connectors/http_call.h"

const struct connector_ops *const connectors_all[] = {
    &kyc_connector,     &bureau_connector, &bureau_a_connector, &bureau_b_connector, &bank_connector,  &payments_connector,
    &aa_connector,
    &account_connector, &esign_connector,  &screening_connector, &notices_connector,
    &scoring_connector, &ledger_connector, &bench_connector,
    NULL, /* new connectors above this line */
};

enum err connectors_open(struct registry *r, const struct connector_env *env, const json_t *config,
                         struct fault *f) {
    enum err e = OK;
    for (const struct connector_ops *const *o = connectors_all; e == OK && *o; o++) e = connectors_open_one(r, env, *o, config, f);
    return e;
}

enum err connectors_open_one(struct registry *r, const struct connector_env *env, const struct connector_ops *ops, const json_t *config,
                             struct fault *f) {
    struct connector_env own = *env;
    struct connector *c = NULL;
    own.config = json_object_get(config, ops->name);
    enum err e = env->guards ? guard_open(env->guards, ops, &own, &c, f) : ops->open ? ops->open(&own, &c, f) : http_connector_open(ops, &own, &c, f);
    if (e == OK && (e = registry_add_take(r, c)) != OK)
        (void)fault_set(f, e, ops->name, "the operations of this connector are not well declared, or one of this name is there already");
    return e;
}
