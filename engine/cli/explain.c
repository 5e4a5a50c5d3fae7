/* explain.c - `tenor explain`: a file in plain English, or its graph. */
#include <stdio.h>
#include <string.h>

#include "cli/args.h"
#include "cli/strategy_files.h"

static enum err show(const struct dsl_file *f, const char *graph, struct buf *out) {
    if (!graph) return dsl_explain(f, out);
    if (!strcmp(graph, "svg")) return dsl_graph_svg(f, out);
    json_t *g = dsl_graph_new(f);
    enum err e = g ? json_write(g, out) : ERR_INVALID;
    buf_addc(out, '\n');
    json_decref(g);
    return e;
}

static int one(const struct strategy_set *set, const struct dsl_file *f) {
    AUTO(buf_reset) struct buf out;
    buf_init(&out, (size_t)16 << 20);
    if (!dsl_ok(f)) {
        dsl_faults_text(f, &out);
        fputs(buf_text(&out), stderr);
        return EXIT_NO;
    }
    enum err e = show(f, set->graph, &out);
    if (e == OK) fputs(buf_text(&out), stdout);
    else fprintf(stderr, "tenor explain: only workflows and policies can be explained (%s)\n", err_word(e));
    return e == OK ? 0 : EXIT_CANNOT;
}

extern const struct command command_explain;

static int run(int argc, char **argv) {
    struct strategy_set set;
    int rc = strategy_set_open(&set, &command_explain, argc, argv);
    if (!rc && set.graph && strcmp(set.graph, "svg") != 0 && strcmp(set.graph, "json") != 0) {
        rc = args_wrong(&command_explain, "--graph is json or svg, not '%s'", set.graph);
    }
    /* The last file is the one to explain; those before it are what it leans on. */
    if (!rc) rc = one(&set, set.files[set.n - 1].file);
    strategy_set_close(&set);
    return rc;
}

const struct command command_explain = {
    "explain", "tenor explain [FILE-IT-LEANS-ON...] FILE [--graph json|svg] [--root DIR] [--catalog FILE]",
    "Says a strategy file in plain English, or draws it.", run};
