/* file.c - see file.h. */
#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum err file_read(const char *path, size_t ceiling, struct buf *out, struct fault *f) {
    char part[16384];
    buf_init(out, ceiling);
    FILE *in = fopen(path, "re");
    if (!in) return fault_set(f, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, path, "cannot be opened: %s", strerror(errno));
    for (size_t n; (n = fread(part, 1, sizeof part, in)) > 0;) buf_add(out, part, n);
    bool bad = ferror(in);
    fclose(in);
    if (bad) return fault_set(f, ERR_IO, path, "cannot be read");
    if (buf_err(out) == ERR_LIMIT) return fault_set(f, ERR_LIMIT, path, "is longer than %zu bytes", ceiling);
    return buf_err(out);
}
