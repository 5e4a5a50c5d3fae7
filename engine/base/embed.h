/* embed.h - files built into the binary (web pages, templates); the table is made by
 * scripts/embed.sh from the EMBED list of the Makefile. */
#ifndef BASE_EMBED_H
#define BASE_EMBED_H

#include <stddef.h>

struct embed_file {
    const char *path;                 /* as in the repository: "engine/api/web/docs.html" */
    const unsigned char *bytes, *end; /* *end is 0, so that texts are C strings too */
};
extern const struct embed_file embed_files[]; /* sorted by path; ends with a NULL path */
extern const size_t embed_count;

/* The bytes, valid for ever, and their number; NULL when this build has no such file. */
const char *embed_find(const char *path, size_t *n);

#endif
