#include "store/api_key.h"

#include <inttypes.h>
#include <stdio.h>

#include "io/pg.h"
#include "store_sql.h"

enum err api_key_put(const char *dsn, const char *key_hash, const char *name, const char *role,
                     int64_t now_ms, struct fault *f) {
    char at[24];
    snprintf(at, sizeof at, "%" PRId64, now_ms);
    const char *params[] = {key_hash, name, role, at};
    return pg_query(dsn, SQL_API_KEY_PUT.text, 4, params, NULL, NULL, f);
}
