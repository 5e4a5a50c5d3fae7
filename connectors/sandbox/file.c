/* file.c - an append-only file with an exclusive lock. */
#include "connectors/sandbox/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAITING_MAX ((size_t)64 << 20)

static void take_line(void *who, const char *line, size_t n) {
    struct book_file *x = who;
    buf_add(&x->waiting, line, n);
}

static enum err broken(struct fault *f, const char *path, const char *what) {
    return fault_set(f, ERR_IO, "book", "cannot %s %s: %s", what, path, strerror(errno));
}

static enum err read_whole(int fd, char **text, size_t *n) {
    struct stat st;
    if (fstat(fd, &st) < 0) return ERR_IO;
    *n = (size_t)st.st_size;
    *text = malloc(*n + 1);
    if (!*text) return ERR_NOMEM;
    for (size_t got = 0; got < *n;) {
        ssize_t k = pread(fd, *text + got, *n - got, (off_t)got);
        if (k <= 0) {
            free(*text);
            return ERR_IO;
        }
        got += (size_t)k;
    }
    return OK;
}

static enum err load(struct book_file *x, const char *path, struct book *b, struct fault *f) {
    char *text = NULL;
    size_t n = 0, good = 0;
    if (read_whole(x->fd, &text, &n) != OK) return broken(f, path, "read");
    enum err e = book_restore_all(b, text, n, &good, f);
    free(text);
    if (e != OK) return e;
    if (good < n && (ftruncate(x->fd, (off_t)good) < 0 || fsync(x->fd) < 0)) return broken(f, path, "repair");
    return lseek(x->fd, 0, SEEK_END) < 0 ? broken(f, path, "seek in") : OK;
}

/* A new file's name must survive a crash too, so its folder is synced. */
static void sync_folder(const char *path) {
    char folder[4096];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path + 1) : 1, slash ? path : ".");
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    (void)fsync(fd);
    close(fd);
}

enum err book_file_open(struct book_file *x, const char *path, struct book *b, struct fault *f) {
    buf_init(&x->waiting, WAITING_MAX);
    x->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (x->fd < 0) return broken(f, path, "open");
    if (flock(x->fd, LOCK_EX | LOCK_NB) < 0) {
        book_file_close(x);
        return fault_set(f, ERR_CONFLICT, "book", "another process has %s open", path);
    }
    enum err e = load(x, path, b, f);
    if (e != OK) {
        book_file_close(x);
        return e;
    }
    sync_folder(path);
    book_on_line(b, take_line, x);
    return OK;
}

bool book_file_dirty(const struct book_file *x) { return x->waiting.len > 0; }

enum err book_file_sync(struct book_file *x) {
    if (!buf_ok(&x->waiting)) return ERR_LIMIT;
    for (size_t at = 0; at < x->waiting.len;) {
        ssize_t n = write(x->fd, x->waiting.data + at, x->waiting.len - at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return ERR_IO;
        at += (size_t)n;
    }
    if (x->waiting.len && fdatasync(x->fd) < 0) return ERR_IO;
    buf_clear(&x->waiting);
    return OK;
}

void book_file_close(struct book_file *x) {
    if (x->fd >= 0) close(x->fd);
    x->fd = -1;
    buf_reset(&x->waiting);
}
