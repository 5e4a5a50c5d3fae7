/* builtin.c - the list of connectors that ship with the program. */
#include <string.h>

#include "connectors/connectors.h"
#include "connectors/guard.h"

const struct connector_ops *const connectors_all[] = {
    &kyc_connector,     &bureau_connector, &bureau_a_connector, &bureau_b_connector, &bank_connector,  &payments_connector,
    &aa_connector,
    &account_connector, &esign_connector,  &screening_connector, &notices_connector,
    &scoring_connector, &ledger_connector, &bench_connector,
    NULL, /* new connectors above this line */
};

enum err connectors_open(struct registry *r, const struct connector_env *env, const json_t *config,
                         struct fault *f) {
    for (const struct connector_ops *const *o = connectors_all; *o; o++) {
        struct connector_env own = *env;
        own.config = json_object_get(config, (*o)->name);
        struct connector *c = NULL;
        enum err e = env->guards ? guard_open(env->guards, *o, &own, &c, f) : (*o)->open(&own, &c, f);
        if (e == OK && (e = registry_add_take(r, c)) != OK)
            (void)fault_set(f, e, (*o)->name, "the operations of this connector are not well declared");
        if (e != OK) return e;
    }
    return OK;
}
