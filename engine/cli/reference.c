/* reference.c - `tenor reference`: the page of words and fields, as Markdown. */
#include <stdio.h>

#include "cli/cli.h"
#include "dsl/dsl.h"

static int run(int argc, char **argv) {
    AUTO(buf_reset) struct buf out = {0};
    if (argc > 1) return fprintf(stderr, "tenor reference: what is '%s'? it takes nothing\n", argv[1]), EXIT_USAGE;
    buf_init(&out, (size_t)1 << 20);
    if (dsl_reference(&out) != OK) return EXIT_CANNOT;
    fputs(buf_text(&out), stdout);
    return 0;
}

const struct command command_reference = {"reference", "tenor reference",
                                          "prints the reference of the strategy language", run};
