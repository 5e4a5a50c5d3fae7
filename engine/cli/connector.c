/* connector.c - `tenor connector new NAME` starts a connector, in C or described; `try` asks a described one on paper. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/buf.h"
#include "base/embed.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/connector_try.h"
#include "connectors/connectors.h"

#define SOURCE_MAX ((size_t)1 << 20)
#define NAME_MAX_BYTES 30

static bool good_name(const char *name) {
    size_t n = strlen(name);
    if (n < 2 || n > NAME_MAX_BYTES || !islower((unsigned char)name[0])) return false;
    for (const char *p = name; *p; p++)
        if (!islower((unsigned char)*p) && !isdigit((unsigned char)*p) && *p != '_') return false;
    return true;
}

static bool taken(const char *name) {
    for (const struct connector_ops *const *c = connectors_all; *c; c++)
        if (!strcmp((*c)->name, name)) return true;
    return false;
}

/* Every @name@ becomes the name. */
static void fill(struct buf *out, const char *text, size_t n, const char *name) {
    static const char mark[] = "@name@";
    for (size_t at = 0; at < n;) {
        const char *next = memmem(text + at, n - at, mark, sizeof mark - 1);
        size_t upto = next ? (size_t)(next - text) : n;
        buf_add(out, text + at, upto - at);
        if (next) buf_adds(out, name);
        at = next ? upto + sizeof mark - 1 : n;
    }
}

static bool save(const char *path, const struct buf *b, const char *mode) {
    FILE *f = buf_ok(b) ? fopen(path, mode) : NULL;
    bool good = f && fwrite(b->data, 1, b->len, f) == b->len;
    if (f && fclose(f)) good = false;
    if (good) printf("  %s\n", path);
    else fprintf(stderr, "tenor connector: cannot write %s: %s\n", path, strerror(errno));
    return good;
}

static bool make_file(const char *path, const char *template_path, const char *name) {
    struct buf out AUTO(buf_reset);
    size_t n = 0;
    const char *text = embed_find(template_path, &n);
    buf_init(&out, SOURCE_MAX);
    if (!text) return false;
    fill(&out, text, n, name);
    return save(path, &out, "wxe"); /* x: never over somebody's work */
}

/* Puts `line` before the first line that holds `mark`. */
static bool insert_line(const char *path, const char *mark, const char *line) {
    struct buf in AUTO(buf_reset) = {0}, out AUTO(buf_reset);
    buf_init(&out, SOURCE_MAX);
    const char *at = file_read(path, SOURCE_MAX, &in, NULL) == OK ? strstr(buf_text(&in), mark) : NULL;
    if (!at) {
        fprintf(stderr, "tenor connector: %s has no line with '%s'; add the connector by hand\n", path, mark);
        return false;
    }
    while (at > in.data && at[-1] != '\n') at--;
    buf_add(&out, in.data, (size_t)(at - in.data));
    buf_adds(&out, line);
    buf_adds(&out, at);
    return save(path, &out, "we");
}

static int make(const char *name) {
    char source[100], test[100], declare[120], entry[80];
    if (access("connectors/builtin.c", W_OK) < 0)
        return fprintf(stderr, "tenor connector: run this at the top of Tenor's source tree\n"), EXIT_CANNOT;
    snprintf(source, sizeof source, "connectors/%s.c", name);
    snprintf(test, sizeof test, "tests/connectors/%s_test.c", name);
    snprintf(declare, sizeof declare, "extern const struct connector_ops %s_connector;\n", name);
    snprintf(entry, sizeof entry, "    &%s_connector,\n", name);
    bool good = make_file(source, "engine/cli/templates/connector.c.in", name) &&
                make_file(test, "engine/cli/templates/connector_test.c.in", name) &&
                insert_line("connectors/connectors.h", "/* builtin.c: all of them", declare) &&
                insert_line("connectors/builtin.c", "new connectors above this line", entry);
    if (!good) return EXIT_CANNOT;
    printf("\nnow: make unit ONLY=%s; then change its operations (connectors/README.md)\n", name);
    return 0;
}

/* strategies/connectors/NAME.lua: no source tree and no compiler are needed. */
static int describe(const char *name, const char *root) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/strategies/connectors", root);
    if (mkdir(path, 0777) < 0 && errno != EEXIST) return fprintf(stderr, "tenor connector: cannot make %s: %s\n", path, strerror(errno)), EXIT_CANNOT;
    snprintf(path, sizeof path, "%s/strategies/connectors/%s.lua", root, name);
    if (!make_file(path, "engine/cli/templates/connector.lua.in", name)) return EXIT_CANNOT;
    printf("\nnow: tenor check %s; then change its operations (connectors/README.md)\n", path);
    return 0;
}

extern const struct command command_connector;

static int connector(int argc, char **argv) {
    const char *list[2] = {"", ""};
    struct arg_words words = {list, 0, 2};
    struct connector_wish w = {.key = "KEY", .root = ".", .status = 200};
    bool described = false;
    const struct arg table[] = {{"--described", ARG_FLAG, &described, 0, 0}, {"--root", ARG_TEXT, &w.root, 0, 0}, {"--input", ARG_TEXT, &w.input, 0, 0},
                                {"--look", ARG_FLAG, &w.look, 0, 0}, {"--key", ARG_TEXT, &w.key, 0, 0}, {"--reply", ARG_TEXT, &w.reply, 0, 0},
                                {"--status", ARG_NUMBER, &w.status, 100, 599}, {0}};
    int rc = args_read(&command_connector, argc, argv, table, &words);
    if (rc) return rc;
    bool makes = !strcmp(list[0], "new"), tries = !strcmp(list[0], "try");
    if (words.n != 2 || (!makes && !tries)) return args_wrong(&command_connector, "say what to do: new NAME, or try CONNECTOR.OPERATION");
    w.operation = list[1];
    if (tries && !w.input && !w.look) return args_wrong(&command_connector, "say what is asked: --input '{...}', or --look");
    if (tries) return connector_try(&w);
    if (!good_name(list[1]))
        return args_wrong(&command_connector, "'%s' is no name: 2 to %d small letters, digits and _", list[1], NAME_MAX_BYTES);
    if (taken(list[1])) return fprintf(stderr, "tenor connector: there is a connector called '%s' already\n", list[1]), EXIT_NO;
    return described ? describe(list[1], w.root) : make(list[1]);
}

const struct command command_connector = {
    "connector",
    "tenor connector new NAME [--described] [--root DIR] | try CONNECTOR.OPERATION --input JSON [--look] [--key KEY] [--reply FILE] [--status N] [--root DIR]",
    "Starts a connector, or tries a described one on paper. new: a source file, its test, its line in the list; with --described a file in\n"
    "strategies/connectors. try: shows the request that would go out, and what a reply would mean; nothing is sent.", connector};
