/* dsn.c - connection strings with the planner settings that a kind of work needs. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/dsn.h"

static void add_setting(struct buf *out, bool uri, const char *setting) {
    int name = (int)strcspn(setting, "=");
    if (uri) buf_addf(out, "%%20-c%%20%.*s%%3D%s", name, setting, setting + name + 1);
    else buf_addf(out, " -c %s", setting);
}

static void with_settings(const char *dsn, const char *const *settings, struct buf *out) {
    bool uri = text_starts(dsn, "postgres://") || text_starts(dsn, "postgresql://");
    buf_adds(out, dsn);
    if (strstr(dsn, "options=")) return; /* whoever sets options has chosen */
    buf_adds(out, !uri ? " options='" : strchr(dsn, '?') ? "&options=" : "?options=");
    for (; *settings; settings++) add_setting(out, uri, *settings);
    if (!uri) buf_addc(out, '\'');
}

/* Every statement of the store finds rows by key. Prepared on the empty tables of a new installation, the
 * planner would choose to scan them and keep that plan while they grow (seen: 40 us instead of 14 us per run
 * row). So the plan is fixed: index lookups, planned once. Where there is only a
 * scan, its forbidding price would have the statement compiled: 270 ms for a claim that takes 3, so no JIT. */
void dsn_for_keys(const char *dsn, struct buf *out) {
    static const char *const settings[] = {"plan_cache_mode=force_generic_plan", "enable_seqscan=off", "jit=off",
                                           "enable_hashjoin=off", "enable_mergejoin=off", NULL};
    with_settings(dsn, settings, out);
}

/* Lists are planned for each execution, so that absent filters cost nothing and the present ones choose the
 * index; and whatever they do, they change nothing and end. */
void dsn_for_views(const char *dsn, struct buf *out) {
    static const char *const settings[] = {"plan_cache_mode=force_custom_plan", "default_transaction_read_only=on", "jit=off",
                                           "statement_timeout=10000", NULL};
    with_settings(dsn, settings, out);
}
