/* secrets.h - what a first start makes: the master key and the API keys; files of mode 0600. */
#ifndef CLI_SECRETS_H
#define CLI_SECRETS_H

#include "base/err.h"
#include "base/json.h"

/* Makes the file with 64 random hex digits unless it exists. Losing it loses every sealed field. */
MUST_CHECK enum err secrets_master_key(const char *path, struct fault *f);
/* Makes the file with a webhook secret ("whsec_" and base64, as Standard Webhooks has it) unless it exists. */
MUST_CHECK enum err secrets_webhook(const char *path, struct fault *f);
/* Reads {"admin": "key", "officer": ..., "engineer": ..., "lender": ...} or makes it, and sees to it
 * that the database knows the hashes. */
MUST_CHECK enum err secrets_api_keys(const char *path, const char *dsn, int64_t now_ms, json_t **out_new,
                                     struct fault *f);
/* Writes beside and renames, so that a reader never sees half a file. */
MUST_CHECK enum err secrets_write(const char *path, const char *text, size_t n, struct fault *f);

#endif
