/* watch.h - readiness of a file descriptor on the loop, for the doors in io/ only.
 *
 * loop.c is libevent's one home; the other files here see descriptors through a watch. */
#ifndef IO_WATCH_H
#define IO_WATCH_H

#include "base/err.h"
#include "base/loop.h"

struct watch;
enum { WATCH_READ = 1, WATCH_WRITE = 2 };
typedef void watch_fn(void *who, unsigned ready);

/* Does not own `fd`. NULL: no memory. */
struct watch *watch_new(struct loop *l, int fd, watch_fn *fn, void *who);
/* What to be told about: a mix of WATCH_READ and WATCH_WRITE, or 0. Level-triggered. */
MUST_CHECK enum err watch_want(struct watch *w, unsigned want);
unsigned watch_wanted(const struct watch *w);
/* Before the descriptor is closed. Allowed inside its own call; NULL is fine. */
void watch_free(struct watch *w);

#endif
