/* canonical.h - the meaning of a file as JSON, for hashes and comparisons. */
#ifndef DSL_CANONICAL_H
#define DSL_CANONICAL_H

#include "base/json.h"
#include "dsl/tree.h"

json_t *canonical_new(const struct node *n); /* NULL: no memory */

#endif
