/* supervise.h - keeps the processes of one installation running until it is told to stop.
 *
 * Services start in the order they are added and stop in the reverse. A dead one is started again
 * after a pause that doubles from half a second to ten, and is forgiven after a minute of life. */
#ifndef CLI_SUPERVISE_H
#define CLI_SUPERVISE_H

#include "cli/child.h"

enum { SERVICES_MAX = 8 };

struct service {
    struct child *child;      /* borrowed */
    int64_t started_ms, again_ms, pause_ms; /* again_ms: when to start it, 0 while it runs */
};
struct supervisor {
    struct service services[SERVICES_MAX];
    size_t n;
};

/* From here on SIGINT, SIGTERM and SIGCHLD wait until they are asked for. Call before any start. */
void supervise_begin(void);
bool supervise_stop_asked(void);
/* Starts the child unless it runs already, and watches it from now on. */
MUST_CHECK enum err supervise_add(struct supervisor *s, struct child *c, struct fault *f);
/* Whether a child has died since; told once. For waits while starting. */
bool supervise_died(struct supervisor *s, const struct child *c);
/* Until SIGINT or SIGTERM. */
void supervise_run(struct supervisor *s);
void supervise_stop(struct supervisor *s);

#endif
