/* shelf.h - what definitions.c and catalog.c share: the shelves of sound files. */
#ifndef FLOW_SHELF_H
#define FLOW_SHELF_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/cases.h"
#include "flow/definitions.h"

/* A sound reading of one version. It is never freed before the whole: runs pinned to it, and plans
 * that borrow from it, may still be there when a newer text has taken its place. */
struct def {
    struct def *next;         /* newest first */
    char kind[16], name[128]; /* "workflow", "policy" */
    int version;
    char hash[65];
    char *path;               /* NULL: published, or given by a test */
    struct dsl_file *file;    /* NULL: a plan given by a test */
    const struct plan *plan;
    const struct policy *policy;
    bool published;
    bool kept, keeping;       /* a draft whose text is in the store (keep.h); is being put there */
};
struct seen { /* a file on disk, as last read */
    struct seen *next;
    char *path;
    int64_t mtime_ns, size;
    bool unsound;
};
struct named_json { /* form or template */
    struct named_json *next;
    char name[128];
    json_t *value;
};
struct named_case {
    struct named_case *next;
    struct case_type *type;
};
struct retry_file {
    struct retry_file *next;
    struct dsl_file *file;
};

struct definitions {
    char *root;
    const struct registry *registry;
    struct catalog catalog;
    struct def *defs;
    struct seen *seen;
    struct named_case *cases; /* newest first */
    struct named_json *forms, *templates;
    struct retry_file *retries;
    json_t *reasons;          /* code -> texts; NULL: not declared */
    const char **reason_names;
    const char **case_names, **form_names, **policy_names, **template_names;
    struct map *operations;   /* NULL: the registry's */
    bool published_only;      /* production: drafts are checked but never given out */
    bool drafts_are_kept;     /* give a draft out only once it is */
};

/* catalog.c */
void shelf_open_catalog(struct definitions *d);
MUST_CHECK enum err shelf_names(struct definitions *d); /* the lists for "did you mean" */
void shelf_close_catalog(struct definitions *d);
/* to_run: only what a run may start on; else also drafts that are not kept yet, for checking and reading. */
const struct def *shelf_find(const struct definitions *d, const char *kind, const char *name, int version, bool to_run);

#endif
