/* diff.c - `tenor diff`: what changed between two files, in meaning or in text. */
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>

#include "cli/args.h"
#include "cli/strategy_files.h"

extern char **environ;

/* The text comparison is diff(1)'s. */
static int text_diff(const struct strategy_set *set) {
    char *argv[] = {"diff", "-u", (char *)set->files[0].path, (char *)set->files[1].path, NULL};
    pid_t child;
    int status = 0;
    if (posix_spawnp(&child, "diff", NULL, NULL, argv, environ) || waitpid(child, &status, 0) < 0) {
        fprintf(stderr, "tenor diff: the program diff is not installed\n");
        return EXIT_CANNOT;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_CANNOT;
}

static int meaning(const struct strategy_set *set) {
    json_t *all = dsl_diff_new(set->files[0].file, set->files[1].file), *one;
    size_t i;
    if (!all) {
        fprintf(stderr,
                "tenor diff: a file with faults cannot be compared; `tenor check` tells them, --text compares the text\n");
        return EXIT_CANNOT;
    }
    if (set->json) {
        json_dumpf(all, stdout, JSON_INDENT(1));
        putchar('\n');
    } else json_array_foreach(all, i, one) printf("%s\n", json_text(one, "text", ""));
    if (!json_array_size(all) && !set->json) printf("no difference in meaning\n");
    int rc = json_array_size(all) ? EXIT_NO : 0;
    json_decref(all);
    return rc;
}

extern const struct command command_diff;

static int run(int argc, char **argv) {
    struct strategy_set set;
    int rc = strategy_set_open(&set, &command_diff, argc, argv);
    if (!rc && set.n != 2) {
        rc = args_wrong(&command_diff, "name two files");
    }
    if (!rc) rc = set.text ? text_diff(&set) : meaning(&set);
    strategy_set_close(&set);
    return rc;
}

const struct command command_diff = {"diff", "tenor diff A B [--text] [--json] [--root DIR] [--catalog FILE]",
                                     "Tells what changed between two strategy files: in meaning, or in text.", run};
