#include "tests/bench/usage.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* schedstat's first number is nanoseconds on a processor: finer than the ticks of stat. */
static int64_t task_ns(pid_t pid, const char *tid) {
    char path[80];
    long long ns = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%.20s/schedstat", (int)pid, tid);
    FILE *f = fopen(path, "r");
    if (!f) return 0;
    if (fscanf(f, "%lld", &ns) != 1) ns = 0;
    fclose(f);
    return ns;
}

int64_t usage_cpu_us(pid_t pid) {
    char path[64];
    int64_t ns = 0;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *d = opendir(path);
    if (!d) return 0;
    for (struct dirent *e; (e = readdir(d));)
        if (e->d_name[0] != '.') ns += task_ns(pid, e->d_name);
    closedir(d);
    return ns / 1000;
}

static pid_t parent_of(const char *pid) {
    char path[64], line[512];
    snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    FILE *f = fopen(path, "r");
    int ppid = 0;
    if (!f) return 0;
    if (fgets(line, sizeof line, f)) {
        char *after = strrchr(line, ')');
        if (!after || sscanf(after + 1, " %*c %d", &ppid) != 1) ppid = 0;
    }
    fclose(f);
    return ppid;
}

int64_t usage_tree_cpu_us(pid_t pid) {
    int64_t us = usage_cpu_us(pid);
    DIR *d = opendir("/proc");
    if (!d) return us;
    for (struct dirent *e; (e = readdir(d));)
        if (e->d_name[0] >= '1' && e->d_name[0] <= '9' && parent_of(e->d_name) == pid)
            us += usage_cpu_us((pid_t)strtol(e->d_name, NULL, 10));
    closedir(d);
    return us;
}

int64_t usage_resident_kb(pid_t pid) {
    char path[64], line[256];
    long long kb = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *f = fopen(path, "r");
    if (!f) return 0;
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "VmRSS: %lld", &kb) == 1) break;
    fclose(f);
    return kb;
}

pid_t usage_postmaster(const char *data_directory) {
    char path[600];
    int pid = 0;
    snprintf(path, sizeof path, "%s/postmaster.pid", data_directory);
    FILE *f = fopen(path, "r");
    if (!f) return 0;
    if (fscanf(f, "%d", &pid) != 1) pid = 0;
    fclose(f);
    return pid;
}
