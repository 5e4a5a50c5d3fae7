/* own_redis.h - a Redis of the test's own, on a socket in a folder of its own: to be stopped, killed and started again. */
#ifndef TESTS_OWN_REDIS_H
#define TESTS_OWN_REDIS_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/loop.h"
#include "io/redis.h"

struct own_redis {
    char dir[64], socket[96], url[104];
    pid_t pid;
};

static inline void own_redis_spawn(struct own_redis *o) {
    o->pid = fork();
    if (o->pid != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* it does not outlive a test that breaks */
    FILE *quiet = freopen("/dev/null", "w", stdout);
    execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", o->socket, "--save", "", "--appendonly", "no",
           "--dir", o->dir, (char *)NULL);
    _exit(quiet ? 127 : 126);
}

/* False when there is no redis-server here. */
static inline bool own_redis_start(struct own_redis *o) {
    memset(o, 0, sizeof *o);
    signal(SIGPIPE, SIG_IGN); /* as the program does: a peer that is killed is an error, not our end */
    snprintf(o->dir, sizeof o->dir, "/tmp/tenor-redis-XXXXXX");
    if (!mkdtemp(o->dir)) return false;
    snprintf(o->socket, sizeof o->socket, "%s/socket", o->dir);
    snprintf(o->url, sizeof o->url, "unix:%s", o->socket);
    own_redis_spawn(o);
    for (int i = 0; i < 500 && access(o->socket, F_OK) != 0; i++) {
        int status;
        if (waitpid(o->pid, &status, WNOHANG) == o->pid) { /* it could not be started */
            o->pid = 0;
            rmdir(o->dir);
            return false;
        }
        usleep(10000);
    }
    return true;
}

static inline void own_redis_signal(const struct own_redis *o, int what) {
    if (o->pid > 0) kill(o->pid, what);
}

static inline void own_redis_kill(struct own_redis *o) {
    if (o->pid <= 0) return;
    kill(o->pid, SIGKILL);
    waitpid(o->pid, NULL, 0);
    unlink(o->socket);
    o->pid = 0;
}

static inline void own_redis_stop(struct own_redis *o) {
    own_redis_kill(o);
    if (o->dir[0]) rmdir(o->dir);
}

#endif
