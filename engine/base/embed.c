#include "base/embed.h"

#include <stdlib.h>
#include <string.h>

static int by_path(const void *path, const void *file) {
    return strcmp(path, ((const struct embed_file *)file)->path);
}

const char *embed_find(const char *path, size_t *n) {
    const struct embed_file *f =
        bsearch(path, embed_files, embed_count, sizeof *embed_files, by_path);
    if (n) *n = f ? (size_t)(f->end - f->bytes) : 0;
    return f ? (const char *)f->bytes : NULL;
}
