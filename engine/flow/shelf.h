/* shelf.h - what definitions.c and catalog.c share: the shelves of sound files. */
#ifndef FLOW_SHELF_H
#define FLOW_SHELF_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/cases.h"
#include "flow/definitions.h"
#include "flow/ground.h"

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
    const struct ground *ground; /* it was read on */
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
struct spare { /* a text of the store that is not sound on the ground of now: a run may be pinned to it on another */
    struct spare *next;
    char kind[16], name[128], hash[65];
    int version;
    bool published;
    char *text;
};

struct definitions {
    char *root;
    const struct registry *registry;
    json_t *texts;            /* of the ground to come: see ground.h */
    struct ground *ground;    /* of now */
    struct ground *grounds;   /* all, this one too */
    struct def *defs;
    struct spare *spares;
    struct seen *seen;
    struct named_json *forms, *templates;
    json_t *reasons;          /* code -> texts; NULL: not declared */
    const char **reason_names;
    const char **form_names, **policy_names, **template_names;
    bool published_only;      /* production: drafts are checked but never given out */
    bool drafts_are_kept;     /* give a draft out only once it is */
};

/* catalog.c */
MUST_CHECK enum err shelf_names(struct definitions *d); /* the lists for "did you mean" */
void shelf_close_catalog(struct definitions *d);
/* to_run: only what a run may start on; else also drafts that are not kept yet, for checking and reading. */
/* pin.c: a reading of this text on that ground, made when it is first asked for. NULL: neither text nor ground is known, or
 * it is not sound there. */
const struct def *shelf_pinned(struct definitions *d, const char *kind, const char *hash, const struct ground *g);
struct def *shelf_def(struct definitions *d, struct dsl_file *file, const struct ground *g, const char *path, bool published);
const struct def *shelf_find(const struct definitions *d, const char *kind, const char *name, int version, bool to_run);

#endif
