/* args.h - the words of a command line, read by a table: flags, their values, files; and what is wrong with
 * them, in one form for all commands: "tenor NAME: what is wrong; what to do", then the usage. */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include <stdint.h>

#include "base/err.h"
#include "cli/cli.h"

enum arg_kind {
    ARG_FLAG,   /* bool: true when given */
    ARG_TEXT,   /* const char *: the value, borrowed */
    ARG_NUMBER  /* int64_t: from `least` to `most` */
};
struct arg { /* a table ends with a NULL name */
    const char *name; /* "--seeds" */
    enum arg_kind kind;
    void *into;
    int64_t least, most;
};
struct arg_words { /* what is no flag; a word after -- is never one */
    const char **list;
    int n, most;
};

/* Fills what the table points to; what is not given stays. 0, or EXIT_USAGE after saying why on stderr. `words` NULL: the
 * command takes none. */
MUST_CHECK int args_read(const struct command *c, int argc, char **argv, const struct arg *table, struct arg_words *words);
/* Says what is wrong, then the usage; gives EXIT_USAGE. */
int args_wrong(const struct command *c, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
