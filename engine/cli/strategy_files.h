/* strategy_files.h - the files named on a command line, read against a catalog: shared by check,
 * explain and diff. */
#ifndef CLI_STRATEGY_FILES_H
#define CLI_STRATEGY_FILES_H

#include "cli/cli.h"
#include "dsl/catalog_json.h"
#include "flow/definitions.h"

#define STRATEGY_FILES_MOST 128

struct strategy_file {
    const char *path;
    struct dsl_file *file;
    bool taken; /* the catalog owns it */
};
struct strategy_set {
    struct strategy_file files[STRATEGY_FILES_MOST]; /* in the order of the command line */
    int n;
    struct catalog_json *catalog;     /* with --catalog FILE; NULL: */
    struct declared_files *declared;  /* described connectors below --root (default: here) */
    struct registry *registry;        /* the connectors of this program, and those */
    struct definitions *definitions;  /* and the files below the root */
    const char *root, *catalog_path, *graph;
    bool json, text;
    const struct command *command; /* that speaks */
};

/* Without --catalog a file is checked against the connectors of this program and the strategy files
 * below the root. Reads flags and files; policies and retries first, so that flows know them. 0 or an exit code, told on stderr. */
int strategy_set_open(struct strategy_set *s, const struct command *c, int argc, char **argv);
/* The flags alone; files may be left out. */
int strategy_catalog_open(struct strategy_set *s, const struct command *c, int argc, char **argv);
/* Every unsound file below the root; the number of them, or -1. */
int strategy_root_check(struct strategy_set *s, definitions_report_fn *report, void *who);
bool strategy_root_any(const struct strategy_set *s); /* any flow, policy or described connector below the root */
const struct catalog *strategy_set_catalog(const struct strategy_set *s);
int strategy_files_read(struct strategy_set *s); /* after strategy_catalog_open */
void strategy_set_close(struct strategy_set *s);

#endif
