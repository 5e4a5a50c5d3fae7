/* child.c - see child.h. */
#include "cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { POLL_MS = 20, KILLED_MS = 5000 };

void child_sleep_ms(int64_t ms) {
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

int64_t child_mono_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Field 22 of /proc/PID/stat, and whether it is a zombie. The name in brackets may hold anything. */
static bool start_time(pid_t pid, unsigned long long *out) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *in = fopen(path, "re");
    if (!in) return false;
    size_t n = fread(text, 1, sizeof text - 1, in);
    fclose(in);
    text[n] = '\0';
    char state;
    const char *after = strrchr(text, ')');
    return after && sscanf(after + 1, " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
                           "%*s %*s %*s %*s %llu", &state, out) == 2 && state != 'Z';
}

static bool write_pid(const char *path) {
    unsigned long long started;
    FILE *out = path ? fopen(path, "we") : NULL;
    if (!path) return true;
    if (!out) return false;
    bool good = start_time(getpid(), &started) && fprintf(out, "%d %llu\n", (int)getpid(), started) > 0;
    return fclose(out) == 0 && good;
}

pid_t child_find(const char *pid_file) {
    int pid = 0;
    unsigned long long then, now;
    FILE *in = fopen(pid_file, "re");
    if (!in) return 0;
    int got = fscanf(in, "%d %llu", &pid, &then);
    fclose(in);
    return got == 2 && pid > 1 && start_time(pid, &now) && now == then ? pid : 0;
}

static bool write_text(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0) close(fd);
    return good;
}

/* PostgreSQL refuses root. In a user namespace it is uid 1000 there and still owns root's files. */
static bool enter_namespace(void) {
    char uid[40], gid[40];
    snprintf(uid, sizeof uid, "1000 %u 1\n", (unsigned)geteuid());
    snprintf(gid, sizeof gid, "1000 %u 1\n", (unsigned)getegid());
    return unshare(CLONE_NEWUSER) == 0 && write_text("/proc/self/setgroups", "deny") &&
           write_text("/proc/self/uid_map", uid) && write_text("/proc/self/gid_map", gid);
}

static bool become(const struct child_as *as) {
    if (as->own_namespace) return enter_namespace();
    if (!as->change) return true;
    return setgroups(1, &as->gid) == 0 && setgid(as->gid) == 0 && setuid(as->uid) == 0;
}

static bool set_output(const char *log_file) {
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    bool good = in >= 0 && dup2(in, 0) == 0;
    if (!log_file) return good;
    int out = open(log_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    return good && out >= 0 && dup2(out, 1) == 1 && dup2(out, 2) == 2;
}

static void become_program(const struct child *c, int report) {
    sigset_t none;
    sigemptyset(&none);
    for (int s = 1; s < NSIG; s++)
        if (s != SIGKILL && s != SIGSTOP) signal(s, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    errno = 0;
    if (write_pid(c->pid_file) && set_output(c->log_file) && become(&c->as))
        execvp(c->argv[0], (char *const *)c->argv);
    int why = errno ? errno : EIO;
    if (write(report, &why, sizeof why) < 0) _exit(126);
    _exit(127);
}

enum err child_start(struct child *c, struct fault *f) {
    int pipe_fd[2], why = 0;
    if (pipe2(pipe_fd, O_CLOEXEC) != 0) return fault_set(f, ERR_IO, c->name, "%m");
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) become_program(c, pipe_fd[1]);
    close(pipe_fd[1]);
    ssize_t n = pid < 0 ? -1 : read(pipe_fd[0], &why, sizeof why); /* end of file: it became the program */
    close(pipe_fd[0]);
    if (pid < 0) return fault_set(f, ERR_IO, c->name, "cannot fork: %m");
    if (n > 0) {
        waitpid(pid, NULL, 0);
        return fault_set(f, ERR_IO, c->name, "%s does not start: %s", c->argv[0], strerror(why));
    }
    c->pid = pid;
    return OK;
}

enum err child_run(struct child *c, struct fault *f) {
    int status = 0;
    enum err e = child_start(c, f);
    if (e != OK) return e;
    while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR) {}
    c->pid = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return OK;
    return fault_set(f, ERR_IO, c->name, "failed; its words are in %s", c->log_file ? c->log_file : "the terminal");
}

/* Works for our children and for those of an earlier run alike. */
static bool gone_within(pid_t pid, unsigned long long started, int64_t ms) {
    for (int64_t until = child_mono_ms() + ms;; child_sleep_ms(POLL_MS)) {
        unsigned long long now;
        waitpid(pid, NULL, WNOHANG);
        if (!start_time(pid, &now) || now != started) return true;
        if (child_mono_ms() > until) return false;
    }
}

void child_stop(struct child *c) {
    unsigned long long started;
    if (c->pid > 0 && start_time(c->pid, &started)) {
        kill(c->pid, c->stop_signal ? c->stop_signal : SIGTERM);
        if (!gone_within(c->pid, started, c->stop_ms)) {
            kill(c->pid, SIGKILL);
            gone_within(c->pid, started, KILLED_MS);
        }
    }
    if (c->pid > 0) waitpid(c->pid, NULL, WNOHANG);
    if (c->pid_file) unlink(c->pid_file);
    c->pid = 0;
}

bool child_can(const struct child_as *as, const char *reach) {
    int status = 1;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) _exit(become(as) && access(reach, X_OK) == 0 ? 0 : 1);
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
