/* strategy_files.c - reads the files of a command line, those that others lean on first. */
#include "cli/strategy_files.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"
#include "connectors/connectors.h"

#define FILE_BYTES ((size_t)4 << 20)

static int slurp(const char *path, struct buf *out) {
    struct fault f = {0};
    enum err e = file_read(path, FILE_BYTES, out, &f);
    if (e != OK) fprintf(stderr, "tenor: %s %s\n", path, f.text);
    return e == OK ? 0 : EXIT_CANNOT;
}

static int flags(struct strategy_set *s, int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        const char **value = !strcmp(argv[i], "--root")      ? &s->root
                             : !strcmp(argv[i], "--catalog") ? &s->catalog_path
                             : !strcmp(argv[i], "--graph")   ? &s->graph
                                                             : NULL;
        if (value && i + 1 < argc) *value = argv[++i];
        else if (!strcmp(argv[i], "--json")) s->json = true;
        else if (!strcmp(argv[i], "--text")) s->text = true;
        else if (argv[i][0] == '-' || s->n == STRATEGY_FILES_MOST) {
            fprintf(stderr, "tenor: %s: %s\n", argv[i],
                    argv[i][0] == '-' ? "no such option, or it needs a value" : "too many files");
            return EXIT_USAGE;
        } else s->files[s->n++].path = argv[i];
    }
    return 0;
}

static int open_definitions(struct strategy_set *s) {
    const struct connector_env nothing = {0}; /* for their declarations alone */
    struct fault f = {0};
    int unsound = 0;
    if (!s->root) s->root = ".";
    if (!(s->registry = registry_new())) return EXIT_CANNOT;
    enum err e = connectors_open(s->registry, &nothing, NULL, &f);
    if (e == OK) e = definitions_new(s->root, s->registry, &s->definitions, &f);
    if (e == OK) e = definitions_load(s->definitions, NULL, NULL, &unsound);
    if (e != OK) fprintf(stderr, "tenor: %s: %s %s (%s)\n", s->root, f.where, f.text, err_word(e));
    return e == OK ? 0 : EXIT_CANNOT;
}

int strategy_root_check(struct strategy_set *s, definitions_report_fn *report, void *who) {
    int unsound = 0;
    if (!s->definitions || definitions_load(s->definitions, report, who, &unsound) != OK) return -1;
    return unsound;
}

static int open_catalog(struct strategy_set *s) {
    struct fault f = {0};
    json_t *definition = NULL;
    AUTO(buf_reset) struct buf text;
    buf_init(&text, FILE_BYTES);
    if (!s->catalog_path) return open_definitions(s);
    if (slurp(s->catalog_path, &text)) return EXIT_CANNOT;
    enum err e = json_parse(buf_text(&text), text.len, &JSON_LIMITS_OWN, &definition, &f);
    if (e == OK) e = catalog_json_new(definition, &s->catalog, &f);
    json_decref(definition);
    if (e == OK) return 0;
    fprintf(stderr, "tenor: %s: %s %s\n", s->catalog_path, f.where, f.text);
    return EXIT_CANNOT;
}

/* Whether the file is one that others lean on, seen from its first word. */
static bool leaned_on(const char *text) {
    for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        line += strspn(line, " \t\r\n");
        if (!strncmp(line, "--", 2)) continue;
        return !strncmp(line, "policy", 6) || !strncmp(line, "retry", 5);
    }
    return false;
}

static int read_one(struct strategy_set *s, struct strategy_file *one, bool first_pass) {
    AUTO(buf_reset) struct buf text;
    buf_init(&text, FILE_BYTES);
    if (one->file) return 0;
    int rc = slurp(one->path, &text);
    if (rc || (first_pass && !leaned_on(buf_text(&text)))) return rc;
    one->file = dsl_read(one->path, buf_text(&text), text.len, strategy_set_catalog(s));
    if (!one->file) return EXIT_CANNOT;
    if (!dsl_ok(one->file) || !s->catalog) return 0;
    one->taken = catalog_json_add_take(s->catalog, one->file) == OK;
    return one->taken ? 0 : EXIT_CANNOT;
}

const struct catalog *strategy_set_catalog(const struct strategy_set *s) {
    return s->catalog ? catalog_json_catalog(s->catalog) : definitions_catalog(s->definitions);
}

int strategy_catalog_open(struct strategy_set *s, int argc, char **argv) {
    *s = (struct strategy_set){0};
    int rc = flags(s, argc, argv);
    return rc ? rc : open_catalog(s);
}

int strategy_set_open(struct strategy_set *s, int argc, char **argv) {
    int rc = strategy_catalog_open(s, argc, argv);
    return rc ? rc : strategy_files_read(s);
}

int strategy_files_read(struct strategy_set *s) {
    int rc = 0;
    if (!s->n) {
        fprintf(stderr, "tenor: name at least one file\n");
        rc = EXIT_USAGE;
    }
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; !rc && i < s->n; i++) rc = read_one(s, &s->files[i], pass == 0);
    return rc;
}

void strategy_set_close(struct strategy_set *s) {
    for (int i = 0; i < s->n; i++)
        if (!s->files[i].taken) dsl_free(s->files[i].file);
    catalog_json_free(s->catalog);
    definitions_free(s->definitions);
    registry_free(s->registry);
}
