/* main.c - finds the command, prints help. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

#define TENOR_VERSION "0.1.0" /* CHANGELOG.md */

static int help(FILE *out) {
    fputs("tenor - durable lending decisions and collections\n\nusage: tenor COMMAND [ARGUMENTS]\n\n", out);
    for (const struct command *const *c = cli_commands; *c; c++)
        fprintf(out, "  %-12s %.*s\n", (*c)->name, (int)strcspn((*c)->about, ".;\n"), (*c)->about);
    fputs("\n`tenor COMMAND --help` says more.\n", out);
    return out == stdout ? 0 : EXIT_USAGE;
}

int cli_main(int argc, char **argv) {
    if (argc < 2) return help(stderr);
    if (!strcmp(argv[1], "--version")) return puts("tenor " TENOR_VERSION), 0;
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) return help(stdout);
    for (const struct command *const *c = cli_commands; *c; c++) {
        if (strcmp((*c)->name, argv[1]) != 0) continue;
        if (argc > 2 && !strcmp(argv[2], "--help")) {
            printf("usage: %s\n\n%s\n", (*c)->usage, (*c)->about);
            return 0;
        }
        return (*c)->run(argc - 1, argv + 1);
    }
    fprintf(stderr, "tenor: no command called '%s'; `tenor help` lists them\n", argv[1]);
    return EXIT_USAGE;
}
