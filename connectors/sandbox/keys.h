/* keys.h - the keys of the sandbox's simulated issuers. They are public, as everything in the sandbox is: who trusts them
 * ("trust": "sandbox" in a connector's configuration) trusts anybody. No other configuration does. */
#ifndef SANDBOX_KEYS_H
#define SANDBOX_KEYS_H

#include "base/crypt.h"

struct rsa_key;

/* Signs Aadhaar documents and checks them: RSA, 2048 bits. */
MUST_CHECK enum err sandbox_rsa_key(struct rsa_key **out);
/* Signs consent artefacts: the seed of an Ed25519 key, and its name. */
#define SANDBOX_AGGREGATOR "sandbox-aa-1"
void sandbox_aggregator_key(struct crypt_key *seed);

#endif
