/* connector.c - `tenor connector new NAME` starts a connector. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/buf.h"
#include "base/embed.h"
#include "cli/args.h"
#include "cli/cli.h"
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

extern const struct command command_connector;

static int connector(int argc, char **argv) {
    const char *list[2];
    struct arg_words words = {list, 0, 2};
    int rc = args_read(&command_connector, argc, argv, NULL, &words);
    if (rc) return rc;
    if (words.n != 2 || strcmp(list[0], "new") != 0) return args_wrong(&command_connector, "say what to make: new NAME");
    if (!good_name(list[1]))
        return args_wrong(&command_connector, "'%s' is no name: 2 to %d small letters, digits and _", list[1], NAME_MAX_BYTES);
    if (taken(list[1])) return fprintf(stderr, "tenor connector: there is a connector called '%s' already\n", list[1]), EXIT_NO;
    return make(list[1]);
}

const struct command command_connector = {"connector", "tenor connector new NAME",
                                          "Starts a connector: a source file, its test, its line in the list.", connector};
