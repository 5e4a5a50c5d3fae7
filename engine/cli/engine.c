/* engine.c - `tenor engine`: one process, or a parent that keeps N of them on one port. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/crypt.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "wire.h"

#define CHILDREN_MAX 64
#define RESTART_S 1

static volatile sig_atomic_t stop_asked;
static void on_stop(int signo) {
    (void)signo;
    stop_asked = 1;
}

static int serve(const struct config *c, int index) {
    struct process *p = NULL;
    struct fault f = {0};
    enum err e = wire_up(c, index, &p, &f);
    if (e != OK) {
        fprintf(stderr, "tenor engine: cannot start: %s %s (%s)\n", f.where, f.text, err_word(e));
        return EXIT_CANNOT;
    }
    wire_serve(p);
    wire_down(p);
    return 0;
}

static pid_t spawn(const struct config *c, int index) {
    pid_t parent = getpid(), pid = fork();
    if (pid != 0) return pid;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(0);
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    _exit(serve(c, index));
}

static void signal_all(const pid_t *pids, int n, int signo) {
    for (int i = 0; i < n; i++)
        if (pids[i] > 0) kill(pids[i], signo);
}

static int alive(const pid_t *pids, int n) {
    int count = 0;
    for (int i = 0; i < n; i++) count += pids[i] > 0;
    return count;
}

/* Reaps one child; returns its index or -1. */
static int reap(pid_t *pids, int n) {
    pid_t pid = waitpid(-1, NULL, 0);
    for (int i = 0; pid > 0 && i < n; i++)
        if (pids[i] == pid) return pids[i] = 0, i;
    return -1;
}

static int keep(const struct config *c) {
    pid_t pids[CHILDREN_MAX] = {0};
    int n = c->processes;
    struct sigaction sa = {.sa_handler = on_stop};
    sigaction(SIGTERM, &sa, NULL);
    sigaction(SIGINT, &sa, NULL);
    for (int i = 0; i < n; i++) pids[i] = spawn(c, i);
    while (!stop_asked) {
        int dead = reap(pids, n);
        if (dead < 0 || stop_asked) continue;
        fprintf(stderr, "tenor engine: process %d died; starting it again\n", dead);
        sleep(RESTART_S);
        if (!stop_asked) pids[dead] = spawn(c, dead);
    }
    signal_all(pids, n, SIGTERM);
    while (alive(pids, n))
        if (reap(pids, n) < 0 && errno == ECHILD) break;
    return 0;
}

extern const struct command command_engine;

static int run(int argc, char **argv) {
    const char *path = NULL;
    int64_t processes = 0;
    const struct arg table[] = {{"--config", ARG_TEXT, &path, 0, 0}, {"--processes", ARG_NUMBER, &processes, 1, CHILDREN_MAX}, {0}};
    int rc = args_read(&command_engine, argc, argv, table, NULL);
    if (rc) return rc;
    struct config c;
    struct fault f = {0};
    if (!path) return args_wrong(&command_engine, "--config FILE is needed");
    if (crypt_start() != OK || config_read(path, &c, &f) != OK)
        return fprintf(stderr, "tenor engine: %s: %s\n", f.where, f.text), EXIT_CANNOT;
    if (processes) c.processes = (int)processes;
    rc = c.processes > 1 ? keep(&c) : serve(&c, 0);
    config_reset(&c);
    return rc;
}

const struct command command_engine = {"engine", "tenor engine --config FILE [--processes N]",
                                       "Serves: the engine and its API, one process or several on one port.", run};
