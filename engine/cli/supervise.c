/* supervise.c - see supervise.h. */
#include "cli/supervise.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>

enum { PAUSE_FIRST_MS = 500, PAUSE_LAST_MS = 10000, FORGIVEN_MS = 60000, LOOK_MS = 1000 };

static void signals(sigset_t *out, bool children) {
    sigemptyset(out);
    sigaddset(out, SIGINT);
    sigaddset(out, SIGTERM);
    sigaddset(out, SIGHUP);
    if (children) sigaddset(out, SIGCHLD);
}

void supervise_begin(void) {
    sigset_t set;
    signals(&set, true);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

bool supervise_stop_asked(void) {
    sigset_t pending;
    return sigpending(&pending) == 0 &&
           (sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM) || sigismember(&pending, SIGHUP));
}

enum err supervise_add(struct supervisor *s, struct child *c, struct fault *f) {
    INVARIANT(s->n < SERVICES_MAX);
    enum err e = c->pid ? OK : child_start(c, f);
    if (e == OK) s->services[s->n++] = (struct service){c, child_mono_ms(), 0, PAUSE_FIRST_MS};
    return e;
}

bool supervise_died(struct supervisor *s, const struct child *c) {
    for (size_t i = 0; i < s->n; i++) {
        struct child *mine = s->services[i].child;
        if (mine != c || !mine->pid || waitpid(mine->pid, NULL, WNOHANG) != mine->pid) continue;
        mine->pid = 0;
        return true;
    }
    return false;
}

static void note_death(struct service *v, int status, int64_t now) {
    char how[40];
    if (WIFSIGNALED(status))
        snprintf(how, sizeof how, "killed by signal %d", WTERMSIG(status));
    else
        snprintf(how, sizeof how, "exit code %d", WEXITSTATUS(status));
    if (now - v->started_ms > FORGIVEN_MS) v->pause_ms = PAUSE_FIRST_MS;
    v->child->pid = 0;
    v->again_ms = now + v->pause_ms;
    v->pause_ms = v->pause_ms * 2 > PAUSE_LAST_MS ? PAUSE_LAST_MS : v->pause_ms * 2;
    printf("tenor: %s died (%s); starting it again in %lld ms\n", v->child->name, how, (long long)(v->again_ms - now));
    fflush(stdout);
}

static void reap(struct supervisor *s) {
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        for (size_t i = 0; i < s->n; i++)
            if (s->services[i].child->pid == pid) note_death(&s->services[i], status, child_mono_ms());
}

static void start_due(struct supervisor *s) {
    for (size_t i = 0; i < s->n; i++) {
        struct service *v = &s->services[i];
        int64_t now = child_mono_ms();
        struct fault f = {0};
        if (!v->again_ms || now < v->again_ms) continue;
        v->again_ms = 0;
        v->started_ms = now;
        if (child_start(v->child, &f) == OK) continue;
        v->again_ms = now + v->pause_ms;
        printf("tenor: %s: %s\n", f.where, f.text);
    }
}

/* Until something is due; a look every second also finds what a lost signal would have told. */
static int64_t next_ms(const struct supervisor *s) {
    int64_t now = child_mono_ms(), wait = LOOK_MS;
    for (size_t i = 0; i < s->n; i++) {
        const struct service *v = &s->services[i];
        if (v->again_ms && v->again_ms - now < wait) wait = v->again_ms - now;
    }
    return wait < 0 ? 0 : wait;
}

void supervise_run(struct supervisor *s) {
    sigset_t set;
    signals(&set, true);
    for (;;) {
        int64_t wait = next_ms(s);
        struct timespec t = {.tv_sec = wait / 1000, .tv_nsec = wait % 1000 * 1000000};
        int signo = sigtimedwait(&set, NULL, &t);
        if (signo == SIGINT || signo == SIGTERM || signo == SIGHUP) return;
        reap(s);
        start_due(s);
    }
}

void supervise_stop(struct supervisor *s) {
    while (s->n) {
        struct child *c = s->services[--s->n].child;
        if (c->pid) printf("tenor: stopping %s\n", c->name);
        fflush(stdout);
        child_stop(c);
    }
}
