/* child.h - a process that we start, find again after our own death, and stop.
 *
 * Its pid file holds pid and kernel start time, written by the child itself before it becomes the
 * other program: a pid that the kernel has given to somebody else is never taken for ours. */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct child_as { /* whom it runs as; all zero: as we are */
    bool change, own_namespace; /* own_namespace: uid 1000 in a user namespace of its own */
    uid_t uid;
    gid_t gid;
};
struct child {
    const char *name;
    const char *const *argv;  /* argv[0] is a path or found on PATH */
    const char *log_file;     /* stdout and stderr are appended; NULL: ours */
    const char *pid_file;     /* NULL: none */
    struct child_as as;
    int stop_signal;
    int64_t stop_ms;          /* before it is killed */
    pid_t pid;                /* 0: not running */
};

/* In a session of its own, so that Ctrl-C reaches us alone and things stop in order. */
MUST_CHECK enum err child_start(struct child *c, struct fault *f);
/* Starts and waits for the end. OK only for exit code 0. */
MUST_CHECK enum err child_run(struct child *c, struct fault *f);
/* The living process of a pid file, or 0. */
pid_t child_find(const char *pid_file);
/* Asks, waits, kills, waits; removes the pid file. Does nothing when pid is 0. */
void child_stop(struct child *c);
/* Whether a child could run so here: tried in a process of its own. `reach`: a folder to enter. */
bool child_can(const struct child_as *as, const char *reach);
void child_sleep_ms(int64_t ms);
int64_t child_mono_ms(void);

#endif
