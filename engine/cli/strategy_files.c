/* strategy_files.c - reads the files of a command line, those that others lean on first. */
#include "cli/strategy_files.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "cli/args.h"
#include "cli/declared_files.h"

#define FILE_BYTES ((size_t)4 << 20)

static int slurp(const struct strategy_set *s, const char *path, struct buf *out) {
    struct fault f = {0};
    enum err e = file_read(path, FILE_BYTES, out, &f);
    if (e != OK) fprintf(stderr, "tenor %s: %s %s\n", s->command->name, path, f.text);
    return e == OK ? 0 : EXIT_CANNOT;
}

/* A command takes those of these flags that its usage names. */
static int flags(struct strategy_set *s, int argc, char **argv) {
    const struct arg all[] = {{"--root", ARG_TEXT, &s->root, 0, 0},   {"--catalog", ARG_TEXT, &s->catalog_path, 0, 0},
                              {"--graph", ARG_TEXT, &s->graph, 0, 0}, {"--json", ARG_FLAG, &s->json, 0, 0},
                              {"--text", ARG_FLAG, &s->text, 0, 0}};
    struct arg own[ARRAY_LEN(all) + 1] = {0};
    const char *paths[STRATEGY_FILES_MOST];
    struct arg_words words = {paths, 0, STRATEGY_FILES_MOST};
    int n = 0;
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (strstr(s->command->usage, all[i].name)) own[n++] = all[i];
    int rc = args_read(s->command, argc, argv, own, &words);
    for (int i = 0; i < words.n; i++) s->files[s->n++].path = paths[i];
    return rc;
}

static int open_definitions(struct strategy_set *s) {
    const struct connector_env nothing = {0}; /* for their declarations alone */
    struct fault f = {0};
    int unsound = 0;
    if (!s->root) s->root = ".";
    if (!(s->registry = registry_new())) return EXIT_CANNOT;
    enum err e = declared_files_read(s->root, NULL, NULL, NULL, &s->declared, &f);
    if (e == OK) e = declared_files_open(s->declared, s->registry, &nothing, NULL, &f);
    if (e == OK) e = definitions_new(s->root, s->registry, &s->definitions, &f);
    if (e == OK) e = definitions_load(s->definitions, NULL, NULL, &unsound);
    if (e != OK) fprintf(stderr, "tenor %s: %s: %s %s (%s)\n", s->command->name, s->root, f.where, f.text, err_word(e));
    return e == OK ? 0 : EXIT_CANNOT;
}

int strategy_root_check(struct strategy_set *s, definitions_report_fn *report, void *who) {
    struct declared_files *again = NULL;
    struct fault f = {0};
    int unsound = 0, connectors = 0;
    if (!s->definitions || declared_files_read(s->root, report, who, &connectors, &again, &f) != OK) return -1;
    declared_files_free(again);
    definitions_free(s->definitions); /* files that have not changed since are not read again */
    s->definitions = NULL;
    if (definitions_new(s->root, s->registry, &s->definitions, &f) != OK) return -1;
    return definitions_load(s->definitions, report, who, &unsound) == OK ? connectors + unsound : -1;
}

bool strategy_root_any(const struct strategy_set *s) { return definitions_any(s->definitions) || declared_files_ops(s->declared)[0]; }

static int open_catalog(struct strategy_set *s) {
    struct fault f = {0};
    json_t *definition = NULL;
    AUTO(buf_reset) struct buf text;
    buf_init(&text, FILE_BYTES);
    if (!s->catalog_path) return open_definitions(s);
    if (slurp(s, s->catalog_path, &text)) return EXIT_CANNOT;
    enum err e = json_parse(buf_text(&text), text.len, &JSON_LIMITS_OWN, &definition, &f);
    if (e == OK) e = catalog_json_new(definition, &s->catalog, &f);
    json_decref(definition);
    if (e == OK) return 0;
    fprintf(stderr, "tenor %s: %s: %s %s\n", s->command->name, s->catalog_path, f.where, f.text);
    return EXIT_CANNOT;
}

/* Whether the file is one that others lean on, seen from its first word. */
static bool leaned_on(const char *text) {
    for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        line += strspn(line, " \t\r\n");
        if (!strncmp(line, "--", 2)) continue;
        return !strncmp(line, "policy", 6) || !strncmp(line, "retry", 5) || !strncmp(line, "formula", 7);
    }
    return false;
}

static int read_one(struct strategy_set *s, struct strategy_file *one, bool first_pass) {
    AUTO(buf_reset) struct buf text;
    buf_init(&text, FILE_BYTES);
    if (one->file) return 0;
    int rc = slurp(s, one->path, &text);
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

int strategy_catalog_open(struct strategy_set *s, const struct command *c, int argc, char **argv) {
    *s = (struct strategy_set){.command = c};
    int rc = flags(s, argc, argv);
    return rc ? rc : open_catalog(s);
}

int strategy_set_open(struct strategy_set *s, const struct command *c, int argc, char **argv) {
    int rc = strategy_catalog_open(s, c, argc, argv);
    return rc ? rc : strategy_files_read(s);
}

int strategy_files_read(struct strategy_set *s) {
    int rc = 0;
    if (!s->n) rc = args_wrong(s->command, "name at least one file");
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
    declared_files_free(s->declared);
}
