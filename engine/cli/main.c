/* main.c - finds the command, prints help. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"

enum { COMMANDS_MOST = 60 };
#define TENOR_VERSION "0.1.0" /* CHANGELOG.md */

static int help(FILE *out) {
    fputs("tenor - durable lending decisions and collections\n\nusage: tenor COMMAND [ARGUMENTS]\n\n", out);
    for (const struct command *const *c = cli_commands; *c; c++)
        fprintf(out, "  %-12s %.*s\n", (*c)->name, (int)strcspn((*c)->about, ".;\n"), (*c)->about);
    fputs("\n`tenor COMMAND --help` says more.\n", out);
    return out == stdout ? 0 : EXIT_USAGE;
}

static int unknown(const char *word) {
    const char *known[COMMANDS_MOST + 1] = {NULL};
    for (int i = 0; cli_commands[i] && i < COMMANDS_MOST; i++) known[i] = cli_commands[i]->name;
    const char *near = text_nearest(word, known);
    if (near) fprintf(stderr, "tenor: there is no command ‹%s›; did you mean ‹%s›?\n", word, near);
    else fprintf(stderr, "tenor: there is no command ‹%s›; `tenor help` lists them\n", word);
    return EXIT_USAGE;
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
    return unknown(argv[1]);
}
