/* file.h - the sandbox's book on disk: append, one fsync for many lines, repair at the start. */
#ifndef SANDBOX_FILE_H
#define SANDBOX_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "connectors/sandbox/book.h"

struct book_file {
    int fd; /* -1: no file */
    struct buf waiting;
};

/* Opens or makes the file, reads it into `b`, cuts a torn last line, and takes its lines from now on.
 * ERR_CONFLICT when another process has it open. */
MUST_CHECK enum err book_file_open(struct book_file *x, const char *path, struct book *b, struct fault *f);
bool book_file_dirty(const struct book_file *x);
/* Writes what waits and syncs. On error nothing that waits may be acknowledged. */
MUST_CHECK enum err book_file_sync(struct book_file *x);
void book_file_close(struct book_file *x);

#endif
