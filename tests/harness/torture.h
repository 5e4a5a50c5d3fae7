/* torture.h - fails every allocation in turn, to see that each path out of memory ends cleanly.
 *
 * The unit binary carries its own malloc, calloc, realloc and free in front of the C library's
 * (sanitizer builds: in front of the code under test only). They are plain until torture_run. */
#ifndef TESTS_HARNESS_TORTURE_H
#define TESTS_HARNESS_TORTURE_H

#include <stdbool.h>

/* Calls fn(who) once to count the allocations it makes on this thread, then again for each of them,
 * failing that one. fn must be repeatable and must free all it made: a block that is left, or was
 * freed without having been made, is a failed test. Returns how many allocations were failed. */
unsigned torture_run(void (*fn)(void *who), void *who);

/* Inside fn: true once the allocation has been failed in this pass. So
 * CU_ASSERT(e == OK || (e == ERR_NOMEM && torture_hit())). */
bool torture_hit(void);

#endif
