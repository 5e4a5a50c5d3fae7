/* commands.c - the one list of commands, in the order that help shows them. */
#include <stddef.h>

#include "cli/cli.h"

const struct command *const cli_commands[] = {
    NULL,
};
