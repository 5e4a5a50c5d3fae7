#include "tests/store/lossy_proxy.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/rng.h"
#include "base/text.h"

enum { PAIRS = 32, CHUNK = 65536 };

struct pair {
    int client, server; /* -1: unused */
    unsigned answers_left;
};
static struct pair pairs[PAIRS];
static struct rng rng;
static unsigned cuts_left;

static int unix_socket(const char *path, bool listening) {
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || !text_copy(a.sun_path, sizeof a.sun_path, path)) return -1;
    int r = listening ? bind(fd, (struct sockaddr *)&a, sizeof a) : connect(fd, (struct sockaddr *)&a, sizeof a);
    if (r == 0 && listening) r = listen(fd, 64);
    if (r == 0) return fd;
    close(fd);
    return -1;
}

static void cut(struct pair *p) {
    close(p->client), close(p->server);
    *p = (struct pair){-1, -1, 0};
}

static bool pass(int from, int to, bool lose) {
    static char bytes[CHUNK];
    ssize_t n = read(from, bytes, sizeof bytes);
    if (n <= 0 || lose) return false;
    for (ssize_t done = 0, w; done < n; done += w)
        if ((w = write(to, bytes + done, (size_t)(n - done))) <= 0) return false;
    return true;
}

static void welcome(int listener, const char *server) {
    int client = accept(listener, NULL, NULL);
    for (int i = 0; i < PAIRS && client >= 0; i++) {
        if (pairs[i].client >= 0) continue;
        pairs[i] = (struct pair){client, unix_socket(server, false), 4 + (unsigned)rng_below(&rng, 14)};
        if (pairs[i].server < 0) cut(&pairs[i]);
        return;
    }
    close(client);
}

static void serve(int listener, const char *server) {
    struct pollfd fds[1 + 2 * PAIRS] = {{.fd = listener, .events = POLLIN}};
    for (int i = 0; i < PAIRS; i++) {
        fds[1 + 2 * i] = (struct pollfd){.fd = pairs[i].client, .events = POLLIN};
        fds[2 + 2 * i] = (struct pollfd){.fd = pairs[i].server, .events = POLLIN};
    }
    poll(fds, 1 + 2 * PAIRS, 1000);
    for (int i = 0; i < PAIRS; i++) {
        struct pair *p = &pairs[i];
        bool good = true;
        if (p->client < 0) continue;
        if (fds[1 + 2 * i].revents) good = pass(p->client, p->server, false);
        if (good && fds[2 + 2 * i].revents) {
            bool lose = cuts_left && p->answers_left-- == 0;
            if (lose) cuts_left--;
            good = pass(p->server, p->client, lose);
        }
        if (!good) cut(p);
    }
    if (fds[0].revents) welcome(listener, server);
}

pid_t lossy_proxy_start(const char *path, const char *server, unsigned cuts) {
    unlink(path);
    int listener = unix_socket(path, true);
    if (listener < 0) return -1;
    pid_t pid = fork();
    if (pid != 0) {
        close(listener);
        return pid;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
    rng_seed(&rng, 5);
    cuts_left = cuts;
    for (int i = 0; i < PAIRS; i++) pairs[i] = (struct pair){-1, -1, 0};
    for (;;) serve(listener, server);
}
