/* store_pg.h - store.h on PostgreSQL: group commit, leases with fencing epochs. */
#ifndef STORE_STORE_PG_H
#define STORE_STORE_PG_H

#include "base/loop.h"
#include "store/store.h"

/* `connections`: how many carry journal batches (1 to 64; two more are opened for everything else).
 * The database must have been migrated (store/migrate.h) for this region; the number of shards is read
 * from it. Blocks for one short question, then connects asynchronously. Lives as long as the loop: the
 * loop may not turn again after store->ops->close. */
MUST_CHECK enum err store_pg_open(struct loop *l, const char *dsn, unsigned connections,
                                  uint16_t region, struct store **out, struct fault *f);
bool store_pg_up(const struct store *s); /* the database answers, as far as known */

#endif
