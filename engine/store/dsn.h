/* dsn.h - connection strings with the planner settings that a kind of work needs; see dsn.c for the reasons. */
#ifndef STORE_DSN_H
#define STORE_DSN_H

#include "base/buf.h"

/* Rows by key: plans are fixed. Appends the changed string. */
void dsn_for_keys(const char *dsn, struct buf *out);
/* Lists: planned for each execution, read only, given up after ten seconds. */
void dsn_for_views(const char *dsn, struct buf *out);

#endif
