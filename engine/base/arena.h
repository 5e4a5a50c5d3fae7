/* arena.h - memory with one lifetime: many small allocations, one free.
 *
 * Lifetimes in this program are three: program, run, turn. Not thread-safe. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/attr.h"

struct arena;

struct arena *arena_new(size_t ceiling);   /* total bytes it may ever hold; NULL on no memory */
void arena_free(struct arena *a);          /* NULL is fine */
void arena_clear(struct arena *a);         /* keeps one block for reuse */
/* Zeroed, aligned to 16. NULL on no memory or over the ceiling. */
void *arena_alloc(struct arena *a, size_t n);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
size_t arena_used(const struct arena *a);

#endif
