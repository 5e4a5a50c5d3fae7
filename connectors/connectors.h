/* connectors.h - the connectors that ship with the program, and opening them from one configuration. */
#ifndef CONNECTORS_CONNECTORS_H
#define CONNECTORS_CONNECTORS_H

#include "connectors/connector.h"

/* A schema or sample written as JSON in C source. No '#' and no trailing comma inside. */
#define JSON(...) #__VA_ARGS__

extern const struct connector_ops kyc_connector, bureau_connector, bureau_a_connector, bureau_b_connector, bank_connector, aa_connector,
    payments_connector, account_connector, esign_connector, screening_connector, notices_connector, scoring_connector, ledger_connector, bench_connector;
/* builtin.c: all of them, NULL-terminated. `tenor connector new` adds a line there. */
extern const struct connector_ops *const connectors_all[];

/* Opens every one with its part of `config` ({"kyc": {...}, ...}; NULL: all defaults) and adds it to
 * the registry. `env->config` is ignored. With fetch and pool NULL they open for their declarations
 * alone (`tenor check`). On error the fault names the connector. */
MUST_CHECK enum err connectors_open(struct registry *r, const struct connector_env *env,
                                    const json_t *config, struct fault *f);
/* One more, such as a declared one (declared.h), in the same way. */
MUST_CHECK enum err connectors_open_one(struct registry *r, const struct connector_env *env, const struct connector_ops *ops,
                                        const json_t *config, struct fault *f);

#endif
