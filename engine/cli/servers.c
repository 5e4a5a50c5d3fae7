/* servers.c - see servers.h; `tenor servers start|stop DIR`. */
#include "cli/servers.h"

#include <errno.h>
#include <glob.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "io/pg.h"

enum { START_MS = 60000, AGAIN_MS = 10000, STOP_MS = 30000, SOCKET_ROOM = 80 /* of 107: ".s.PGSQL.5432.lock" and a slash */ };

static enum err make_dir(const char *path, const struct child_as *as, struct fault *f) {
    if (mkdir(path, 0700) != 0 && errno != EEXIST) return fault_set(f, ERR_IO, path, "cannot be made: %m");
    if (as && as->change && chown(path, as->uid, as->gid) != 0) return fault_set(f, ERR_IO, path, "chown: %m");
    return OK;
}

/* The newest PostgreSQL here, or the one that made the cluster; Debian keeps it out of PATH. */
static enum err find_bin(struct servers *s, struct fault *f) {
    char path[PATH_MAX + 16], version[16] = "*";
    snprintf(path, sizeof path, "%s/PG_VERSION", s->pg_data);
    FILE *in = fopen(path, "re");
    if (in && fscanf(in, "%15[0-9]", version) != 1) text_copy(version, sizeof version, "*");
    if (in) fclose(in);
    glob_t found = {0};
    snprintf(path, sizeof path, "/usr/lib/postgresql/%s/bin/postgres", version);
    bool good = glob(path, 0, NULL, &found) == 0 && found.gl_pathc > 0;
    if (good) good = text_copy(s->bin, sizeof s->bin, found.gl_pathv[found.gl_pathc - 1]);
    globfree(&found);
    if (!good) return fault_set(f, ERR_NOT_FOUND, "postgresql", "not installed below /usr/lib/postgresql");
    *strrchr(s->bin, '/') = '\0';
    return OK;
}

static struct child_as user_named(const char *name) {
    const struct passwd *pw = getpwnam(name);
    if (!pw) return (struct child_as){0};
    return (struct child_as){.change = true, .uid = pw->pw_uid, .gid = pw->pw_gid};
}

/* As whom the servers run; moves the data to /tmp when nobody else can reach the folder. */
static enum err choose_user(struct servers *s, struct child_as *as, struct fault *f) {
    struct stat st;
    *as = (struct child_as){0};
    if (geteuid() != 0) return OK;
    struct child_as postgres = user_named("postgres"), own = {.own_namespace = true};
    if (stat(s->pg_data, &st) == 0) { /* whoever made it goes on */
        *as = st.st_uid ? (struct child_as){.change = true, .uid = st.st_uid, .gid = st.st_gid} : own;
        return OK;
    }
    bool reaches = postgres.change && child_can(&postgres, s->data);
    if (reaches || child_can(&own, s->data)) {
        *as = reaches ? postgres : own;
        return OK;
    }
    if (!postgres.change)
        return fault_set(f, ERR_REFUSED, "postgresql", "refuses to run as root, and there is no user postgres and no user namespace");
    *as = postgres;
    text_copy(s->data, sizeof s->data, "/tmp/tenor-data-XXXXXX");
    if (!mkdtemp(s->data)) return fault_set(f, ERR_IO, s->data, "%m");
    return make_dir(s->data, as, f);
}

/* DIR/place remembers folders that could not be below DIR: data, then sockets. */
static void read_place(struct servers *s) {
    char path[PATH_MAX];
    text_copy(s->data, sizeof s->data, s->dir);
    s->sockets[0] = '\0';
    snprintf(path, sizeof path, "%s/place", s->dir);
    FILE *in = fopen(path, "re");
    if (!in) return;
    char data[sizeof s->data], sockets[sizeof s->sockets];
    struct stat st;
    if (fgets(data, sizeof data, in) && fgets(sockets, sizeof sockets, in)) {
        data[strcspn(data, "\n")] = sockets[strcspn(sockets, "\n")] = '\0';
        if (stat(data, &st) == 0 && S_ISDIR(st.st_mode)) text_copy(s->data, sizeof s->data, data);
        /* /tmp is everybody's: only a folder that nobody else could have made there counts */
        if (lstat(sockets, &st) == 0 && S_ISDIR(st.st_mode) && !(st.st_mode & 077))
            text_copy(s->sockets, sizeof s->sockets, sockets);
    }
    fclose(in);
}

static enum err write_place(const struct servers *s, struct fault *f) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/place", s->dir);
    FILE *out = fopen(path, "we");
    if (!out) return fault_set(f, ERR_IO, path, "%m");
    fprintf(out, "%s\n%s\n", s->data, s->sockets);
    return fclose(out) == 0 ? OK : fault_set(f, ERR_IO, path, "%m");
}

static enum err place_sockets(struct servers *s, const struct child_as *as, struct fault *f) {
    if (!*s->sockets && strlen(s->dir) + 2 < SOCKET_ROOM && text_eq(s->dir, s->data))
        snprintf(s->sockets, sizeof s->sockets, "%.90s/s", s->dir);
    if (!*s->sockets) {
        text_copy(s->sockets, sizeof s->sockets, "/tmp/tenor-XXXXXX");
        if (!mkdtemp(s->sockets)) return fault_set(f, ERR_IO, s->sockets, "%m");
    }
    return make_dir(s->sockets, as, f);
}

/* initdb into a folder beside, then one rename: a killed initdb leaves no half cluster. */
static enum err make_cluster(struct servers *s, const struct child_as *as, struct fault *f) {
    char fresh[PATH_MAX + 8], initdb[220];
    if (access(s->pg_data, F_OK) == 0) return OK;
    snprintf(fresh, sizeof fresh, "%s.new", s->pg_data);
    snprintf(initdb, sizeof initdb, "%s/initdb", s->bin);
    const char *rm[] = {"rm", "-rf", fresh, NULL};
    struct child remove = {.name = "rm", .argv = rm};
    enum err e = child_run(&remove, f);
    if (e == OK) e = make_dir(fresh, as, f);
    const char *argv[] = {initdb, "-D", fresh, "-U", "tenor", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions", NULL};
    struct child c = {.name = "initdb", .argv = argv, .log_file = s->pg_log, .as = *as};
    if (e == OK) e = child_run(&c, f);
    if (e == OK && rename(fresh, s->pg_data) != 0) e = fault_set(f, ERR_IO, s->pg_data, "%m");
    return e;
}

static void name_files(struct servers *s) {
    snprintf(s->pg_data, sizeof s->pg_data, "%s/pg", s->data);
    snprintf(s->redis_data, sizeof s->redis_data, "%s/redis", s->data);
    snprintf(s->pg_log, sizeof s->pg_log, "%s/log/postgresql.log", s->dir);
    snprintf(s->redis_log, sizeof s->redis_log, "%s/log/redis.log", s->dir);
    snprintf(s->pg_pid, sizeof s->pg_pid, "%s/pids/postgresql", s->dir);
    snprintf(s->redis_pid, sizeof s->redis_pid, "%s/pids/redis", s->dir);
}

static void describe(struct servers *s, const struct child_as *as) {
    static char program[220];
    snprintf(program, sizeof program, "%s/postgres", s->bin);
    snprintf(s->redis_socket, sizeof s->redis_socket, "%s/redis.sock", s->sockets);
    snprintf(s->redis_url, sizeof s->redis_url, "unix:%s", s->redis_socket);
    char quoted[220], *q = quoted; /* libpq: quotes and backslashes inside '...' are escaped */
    for (const char *p = s->sockets; *p; p++) {
        if (*p == '\'' || *p == '\\') *q++ = '\\';
        *q++ = *p;
    }
    *q = '\0';
    snprintf(s->dsn, sizeof s->dsn, "host='%s' user=tenor dbname=postgres", quoted);
    const char *pg[] = {program, "-D", s->pg_data, "-k", s->sockets, "-c", "listen_addresses=", "-c",
                        "unix_socket_permissions=0700", "-c", "max_connections=200", "-c", "timezone=UTC", NULL};
    const char *redis[] = {"redis-server", "--port", "0", "--unixsocket", s->redis_socket, "--unixsocketperm", "700",
                           "--dir", s->redis_data, "--save", "", "--appendonly", "no", "--maxmemory", "128mb",
                           "--maxmemory-policy", "allkeys-lru", "--daemonize", "no", NULL};
    memcpy(s->pg_argv, pg, sizeof pg);
    memcpy(s->redis_argv, redis, sizeof redis);
    s->pg = (struct child){.name = "postgresql", .argv = s->pg_argv, .log_file = s->pg_log, .pid_file = s->pg_pid,
                           .as = *as, .stop_signal = SIGINT /* fast shutdown */, .stop_ms = STOP_MS};
    s->redis = (struct child){.name = "redis", .argv = s->redis_argv, .log_file = s->redis_log, .pid_file = s->redis_pid,
                              .as = *as, .stop_signal = SIGTERM, .stop_ms = STOP_MS};
    s->pg.pid = child_find(s->pg_pid);
    s->redis.pid = child_find(s->redis_pid);
}

enum err servers_open(struct servers *s, const char *dir, struct fault *f) {
    char full[PATH_MAX], sub[PATH_MAX];
    struct child_as as;
    memset(s, 0, sizeof *s);
    enum err e = make_dir(dir, NULL, f);
    if (e == OK && (!realpath(dir, full) || !text_copy(s->dir, sizeof s->dir, full)))
        e = fault_set(f, ERR_INVALID, dir, "has too long a path");
    static const char *const subs[] = {"log", "pids"};
    for (size_t i = 0; e == OK && i < ARRAY_LEN(subs); i++) {
        snprintf(sub, sizeof sub, "%s/%s", s->dir, subs[i]);
        e = make_dir(sub, NULL, f);
    }
    if (e != OK) return e;
    read_place(s);
    name_files(s);
    e = choose_user(s, &as, f);
    name_files(s); /* the data may have moved */
    if (e == OK) e = find_bin(s, f);
    if (e == OK) e = place_sockets(s, &as, f);
    if (e == OK) e = write_place(s, f);
    if (e == OK) e = make_dir(s->redis_data, &as, f);
    if (e == OK) e = make_cluster(s, &as, f);
    if (e == OK) describe(s, &as);
    return e;
}

static bool redis_answers(const struct servers *s) {
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool good = fd >= 0 && text_copy(a.sun_path, sizeof a.sun_path, s->redis_socket) &&
                connect(fd, (struct sockaddr *)&a, sizeof a) == 0;
    if (fd >= 0) close(fd);
    return good;
}

static bool pg_answers(const struct servers *s) {
    struct fault f;
    return pg_run_script(s->dsn, "", &f) == OK;
}

/* After a kill -9 of the postmaster its workers hold the cluster's shared memory for a moment more, and a
 * new one refuses to start: so an early end is tried again for a while before it counts. */
static enum err start_again(struct child *c, int64_t since_ms, struct fault *f) {
    c->pid = 0;
    if (child_mono_ms() - since_ms > AGAIN_MS)
        return fault_set(f, ERR_IO, c->name, "ended at once; its words are in %s", c->log_file);
    child_sleep_ms(300);
    return child_start(c, f);
}

static enum err wait_for(const struct servers *s, struct child *c, bool (*answers)(const struct servers *),
                         bool (*give_up)(void), struct fault *f) {
    int64_t since = child_mono_ms();
    enum err e = OK;
    for (; e == OK && child_mono_ms() - since < START_MS; child_sleep_ms(30)) {
        if (answers(s)) return OK;
        if (give_up && give_up()) return fault_set(f, ERR_CLOSED, c->name, "stopped while starting");
        if (waitpid(c->pid, NULL, WNOHANG) == c->pid) e = start_again(c, since, f);
    }
    if (e != OK) return e;
    return fault_set(f, ERR_TIMEOUT, c->name, "does not answer; its words are in %s", c->log_file);
}

/* A pid that the kernel has given to another program since would make postgres refuse to start. */
static void drop_stale_lock(const struct servers *s) {
    char path[PATH_MAX + 20], link[64], program[PATH_MAX];
    int pid = 0;
    snprintf(path, sizeof path, "%s/postmaster.pid", s->pg_data);
    FILE *in = fopen(path, "re");
    if (!in) return;
    if (fscanf(in, "%d", &pid) != 1) pid = 0;
    fclose(in);
    snprintf(link, sizeof link, "/proc/%d/exe", pid);
    ssize_t n = pid > 1 ? readlink(link, program, sizeof program - 1) : -1;
    program[n > 0 ? n : 0] = '\0';
    if (n > 0 && !strstr(program, "/postgres")) unlink(path);
}

enum err servers_start(struct servers *s, bool pg, bool redis, bool (*give_up)(void), struct fault *f) {
    enum err e = OK;
    if (pg && !s->pg.pid) {
        drop_stale_lock(s);
        e = child_start(&s->pg, f);
    }
    if (e == OK && redis && !s->redis.pid) e = child_start(&s->redis, f);
    if (e == OK && pg) e = wait_for(s, &s->pg, pg_answers, give_up, f);
    if (e == OK && redis) e = wait_for(s, &s->redis, redis_answers, give_up, f);
    return e;
}

void servers_stop(struct servers *s) {
    child_stop(&s->redis);
    child_stop(&s->pg);
    if (!text_starts(s->sockets, s->dir)) rmdir(s->sockets);
}

extern const struct command command_servers;

static int run(int argc, char **argv) {
    static struct servers s;
    struct fault f = {0};
    const char *list[2];
    struct arg_words words = {list, 0, 2};
    int rc = args_read(&command_servers, argc, argv, NULL, &words);
    if (rc) return rc;
    bool start = words.n == 2 && !strcmp(list[0], "start"), stop = words.n == 2 && !strcmp(list[0], "stop");
    if (!start && !stop) return args_wrong(&command_servers, "say what to do, and where: start DIR or stop DIR");
    enum err e = servers_open(&s, list[1], &f);
    if (e == OK && start) e = servers_start(&s, true, true, NULL, &f);
    if (stop && e == OK) servers_stop(&s);
    if (e != OK) return fprintf(stderr, "tenor servers: %s: %s\n", f.where, f.text), EXIT_CANNOT;
    if (start) printf("export TENOR_TEST_PG=\"%s\"\nexport TENOR_TEST_REDIS=\"%s\"\n", s.dsn, s.redis_url);
    return 0;
}

const struct command command_servers = {
    "servers", "tenor servers start|stop DIR",
    "Starts or stops a private PostgreSQL and Redis below DIR, on unix sockets.", run,
};
