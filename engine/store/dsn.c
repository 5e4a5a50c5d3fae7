/* dsn.c - the connection string with the planner settings of the hot path.
 *
 * Every statement of the store finds rows by key. Prepared on the empty tables of a new installation, the
 * planner would choose to scan them and keep that plan while they grow (seen: 40 us instead of 8 us per run
 * row). So the plan is fixed: index lookups, planned once. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/pg_store.h"

#define KEY_LOOKUPS                                                                                \
    "plan_cache_mode=force_generic_plan", "enable_seqscan=off", "enable_hashjoin=off",             \
        "enable_mergejoin=off"

void dsn_for_keys(const char *dsn, struct buf *out) {
    static const char *const settings[] = {KEY_LOOKUPS};
    bool uri = text_starts(dsn, "postgres://") || text_starts(dsn, "postgresql://");
    buf_adds(out, dsn);
    if (strstr(dsn, "options=")) return; /* whoever sets options has chosen */
    buf_adds(out, !uri ? " options='" : strchr(dsn, '?') ? "&options=" : "?options=");
    for (size_t i = 0; i < ARRAY_LEN(settings); i++)
        if (!uri) buf_addf(out, "-c %s ", settings[i]);
        else buf_addf(out, "%s-c%%20%.*s%%3D%s", i ? "%20" : "", (int)strcspn(settings[i], "="),
                      settings[i], strchr(settings[i], '=') + 1);
    if (!uri) buf_addc(out, '\'');
}
