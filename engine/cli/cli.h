/* cli.h - one command per file; each file ends in one const struct command. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

struct command {
    const char *name, *usage, *about; /* usage: "tenor check FILE... [--json]" */
    int (*run)(int argc, char **argv); /* argv[0] is the command's name */
};
/* `about` is one sentence or more; the first one stands in the list of commands. Wrong use is told by args.h. */
/* Exit codes: 0 done, 1 the answer is no (faults found, test failed), 2 wrong use, 3 could not. */
enum { EXIT_NO = 1, EXIT_USAGE = 2, EXIT_CANNOT = 3 };

int cli_main(int argc, char **argv);
/* All commands, NULL-terminated; collected in commands.c. */
extern const struct command *const cli_commands[];

#endif
