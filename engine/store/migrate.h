/* migrate.h - brings a database to this program's schema: forward only, safe to repeat. */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include <stdint.h>

#include "base/err.h"

/* Applies what is missing, each migration in a transaction of its own under one lock, recorded with
 * the hash of its text; settles region and shard count for ever. Blocking. Several processes may call it at
 * once. ERR_INVALID: the database is newer than this program, was migrated with other text, or belongs to
 * another region or shard count. */
MUST_CHECK enum err store_migrate(const char *dsn, uint16_t region, uint16_t shards, struct fault *f);

#endif
