/* api_key.h - who may use the API: only the SHA-256 of a key is ever stored. */
#ifndef STORE_API_KEY_H
#define STORE_API_KEY_H

#include <stdint.h>

#include "base/err.h"

/* Blocking, for starts and commands. A name that exists gets the new hash and role. role: "admin",
 * "officer", "engineer" or "lender"; key_hash: 64 hex digits. ERR_CONFLICT: the key has another name. */
MUST_CHECK enum err api_key_put(const char *dsn, const char *key_hash, const char *name, const char *role,
                                int64_t now_ms, struct fault *f);

#endif
