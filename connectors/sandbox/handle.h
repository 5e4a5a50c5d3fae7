/* handle.h - references that the sandbox hands out (consents, records): opaque to us, but they carry the person, so the
 * sandbox need not store them and knows them after a restart. XOR with a keyed stream; no secrecy is claimed. */
#ifndef SANDBOX_HANDLE_H
#define SANDBOX_HANDLE_H

#include <stdbool.h>
#include <stdint.h>

#define HANDLE_MAX 60

/* "ckyc-<8 hex><20 hex><8 hex>": `kind`, a salt from `key`, the ten characters of the PAN, a check. */
const char *handle_make(uint64_t seed, const char *kind, const char *key, const char *pan, char out[HANDLE_MAX]);
/* false: not one of ours, or of another kind or seed. */
bool handle_read(uint64_t seed, const char *kind, const char *handle, char pan[11]);

#endif
