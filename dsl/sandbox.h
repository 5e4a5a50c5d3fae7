/* sandbox.h - the second reading: Lua evaluates the file, and what it makes is turned into a tree.
 *
 * The only door to Lua. No library is open, every name is a word that records its arguments, memory
 * and instructions are capped, bytecode is refused. */
#ifndef DSL_SANDBOX_H
#define DSL_SANDBOX_H

#include "dsl/tree.h"

#define SANDBOX_BYTES ((size_t)16 << 20)
#define SANDBOX_INSTRUCTIONS 1000000

struct sandbox_result {
    struct node *root; /* as outline_read makes it, without places; NULL: refused */
    int line;          /* of the fault; 0 unknown */
    char text[200];    /* why it was refused */
};
/* ERR_INVALID with the reason when Lua refuses the file; ERR_NOMEM. */
MUST_CHECK enum err sandbox_read(struct arena *a, const char *text, size_t n, struct sandbox_result *out);

#endif
