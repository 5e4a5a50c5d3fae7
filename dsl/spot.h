/* spot.h - places of a file by path: "thresholds/pd_approve" (a field of the head), "review/within" (of
 * the paragraph of that name), "version". Used by edits and comparisons. */
#ifndef DSL_SPOT_H
#define DSL_SPOT_H

#include "dsl/file.h"

/* NULL: there is no such field. */
struct item *spot_find(const struct dsl_file *f, const char *path);
/* The paragraph of that name, also inside a parallel or saga. */
struct node *spot_paragraph(const struct node *table, const char *name);

#endif
