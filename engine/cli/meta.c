/* meta.c - `tenor meta`: the editor file for Lua language servers, to the standard output. */
#include <stdio.h>

#include "cli/args.h"
#include "cli/strategy_files.h"

extern const struct command command_meta;

static int run(int argc, char **argv) {
    struct strategy_set set;
    AUTO(buf_reset) struct buf out;
    int rc = strategy_catalog_open(&set, &command_meta, argc, argv);
    buf_init(&out, (size_t)8 << 20);
    if (!rc && dsl_meta(strategy_set_catalog(&set), &out) != OK) rc = EXIT_CANNOT;
    if (!rc) fputs(buf_text(&out), stdout);
    strategy_set_close(&set);
    return rc;
}

const struct command command_meta = {"meta", "tenor meta [--root DIR] [--catalog FILE]",
                                     "Prints the editor file (LuaLS) for strategy files.", run};
