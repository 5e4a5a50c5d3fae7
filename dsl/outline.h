/* outline.h - the first reading: lossless, total, with a place for everything.
 *
 * Knows only word, name, { }, ( ), =, comma, text, number, true, false and comments; after a fault it
 * goes on at the next word in column 1. */
#ifndef DSL_OUTLINE_H
#define DSL_OUTLINE_H

#include "dsl/faults.h"
#include "dsl/tree.h"

#define OUTLINE_DEPTH 24
#define OUTLINE_BYTES ((size_t)1 << 20)

/* The paragraphs of a file are the items of a table without keys. NULL: no memory. */
struct node *outline_read(struct arena *a, const char *text, size_t n, struct faults *f);

#endif
