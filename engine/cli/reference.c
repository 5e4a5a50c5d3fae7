/* reference.c - `tenor reference`: the page of words and fields, as Markdown. */
#include <stdio.h>

#include "cli/args.h"
#include "cli/cli.h"
#include "dsl/dsl.h"

extern const struct command command_reference;

static int run(int argc, char **argv) {
    AUTO(buf_reset) struct buf out = {0};
    int rc = args_read(&command_reference, argc, argv, NULL, NULL);
    if (rc) return rc;
    buf_init(&out, (size_t)1 << 20);
    if (dsl_reference(&out) != OK) return EXIT_CANNOT;
    fputs(buf_text(&out), stdout);
    return 0;
}

const struct command command_reference = {"reference", "tenor reference",
                                          "Prints the reference of the strategy language.", run};
