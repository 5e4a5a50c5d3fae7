/* file.h - a whole small file into memory. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"
#include "base/err.h"

/* Initialises `out` with the ceiling and fills it. ERR_NOT_FOUND, ERR_IO (both with the system's reason),
 * ERR_LIMIT, ERR_NOMEM; the fault's `where` is the path. The caller resets `out` in every case. */
MUST_CHECK enum err file_read(const char *path, size_t ceiling, struct buf *out, struct fault *f);

#endif
