/* try.c - `tenor try`: runs examples with the real walker on a simulated world; says which ways of the
 * flow and which rules of the policy no example has taken. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/crypt.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "cli/declared_files.h"
#include "dsl/policy_plan.h"
#include "sim/trial.h"

struct tried {
    struct script script;
    struct declared_files *declared;
    struct registry *registry;
    struct definitions *definitions;
    const char *root;
    bool json;
    int passed, failed, unsound;
    json_t *results, *coverage; /* by "name@version": {way: bool} */
};

static void load_report(void *who, const char *path, const struct dsl_file *f) {
    struct tried *t = who;
    AUTO(buf_reset) struct buf text;
    buf_init(&text, 1 << 20);
    (void)path;
    dsl_faults_text(f, &text);
    fputs(buf_text(&text), stderr);
    t->unsound++;
}

static json_t *ways_of(struct tried *t, const struct example *x) {
    json_t *ways = json_object_get(t->coverage, x->of);
    char name[128];
    if (ways) return ways;
    (void)text_copy(name, sizeof name, x->of);
    char *at = strchr(name, '@');
    int version = at ? (int)strtol(at + 1, NULL, 10) : 0;
    if (at) *at = 0;
    const struct plan *plan = definitions_flow(t->definitions, name, version);
    const struct policy *policy = definitions_policy(t->definitions, name, version);
    ways = plan ? coverage_ways_new(plan) : json_object();
    for (int i = 0; policy && i < policy->n_rules; i++) (void)json_object_set_new(ways, policy->rules[i].name, json_false());
    (void)json_object_set_new(t->coverage, x->of, ways);
    return ways;
}

static void cover(struct tried *t, const struct example *x, const struct trial_result *r) {
    json_t *ways = ways_of(t, x);
    char name[128];
    (void)text_copy(name, sizeof name, x->of);
    char *at = strchr(name, '@');
    int version = at ? (int)strtol(at + 1, NULL, 10) : 0;
    if (at) *at = 0;
    const struct plan *plan = definitions_flow(t->definitions, name, version);
    const char *rule = json_text(r->decision, "rule", NULL);
    if (plan && r->facts) coverage_mark(ways, plan, r->facts);
    if (rule && json_object_get(ways, rule)) (void)json_object_set_new(ways, rule, json_true());
}

static void try_one(struct tried *t, const char *path, const struct example *x) {
    struct trial_result r;
    enum err e = trial_run(&t->script, x, t->registry, t->definitions, &r);
    json_t *differs = trial_differences_new(x, &r), *line;
    size_t i;
    if (e != OK) (void)json_array_append_new(differs, json_string(err_word(e)));
    bool ok = !json_array_size(differs);
    if (ok) t->passed++;
    else t->failed++;
    if (!t->json) printf("%s  %s:%d  %s\n", ok ? "pass" : "FAIL", path, x->line, x->title);
    json_array_foreach(differs, i, line) if (!t->json) printf("      %s\n", json_string_value(line));
    (void)json_array_append_new(t->results, json_pack("{s:s, s:i, s:s, s:s, s:b, s:O, s:s, s:O}", "file", path, "line", x->line, "title",
                                                      x->title, "of", x->of ? x->of : "", "passed", ok, "differs", differs,
                                                      "outcome", r.outcome, "path", r.path));
    cover(t, x, &r);
    json_decref(differs);
    trial_result_reset(&r);
}

static int try_file(struct tried *t, const char *path) {
    AUTO(buf_reset) struct buf text = {0};
    struct fault fault = {0};
    if (file_read(path, 4 << 20, &text, &fault) != OK) return fprintf(stderr, "tenor try: %s %s\n", path, fault.text), EXIT_CANNOT;
    struct dsl_file *file = dsl_read(path, buf_text(&text), text.len, definitions_catalog(t->definitions));
    if (!file) return EXIT_CANNOT;
    const struct example *list = NULL;
    int count = dsl_ok(file) ? dsl_examples(file, &list) : 0;
    if (!dsl_ok(file)) load_report(t, path, file);
    for (int i = 0; i < count; i++) try_one(t, path, &list[i]);
    dsl_free(file);
    return 0;
}

/* A flow's or policy's file stands for its examples, .../<name>/<n>.lua for .../<name>/examples/<n>.lua. */
static int try_path(struct tried *t, const char *path) {
    struct stat st;
    char inner[1024];
    if (stat(path, &st)) {
        perror(path);
        return EXIT_CANNOT;
    }
    const char *slash = strrchr(path, '/');
    if (!S_ISDIR(st.st_mode)) {
        (void)snprintf(inner, sizeof inner, "%.*sexamples/%s", slash ? (int)(slash - path + 1) : 0, path, slash ? slash + 1 : path);
        return try_file(t, strstr(path, "examples/") || stat(inner, &st) ? path : inner);
    }
    struct dirent **list = NULL;
    int n = scandir(path, &list, NULL, alphasort), worst = 0;
    for (int i = 0; i < n; i++) {
        const char *name = list[i]->d_name;
        (void)snprintf(inner, sizeof inner, "%s/%s", path, name);
        bool folder = name[0] != '.' && !stat(inner, &st) && S_ISDIR(st.st_mode);
        bool example = text_ends(path, "examples") && text_ends(name, ".lua");
        int rc = folder ? try_path(t, inner) : example ? try_file(t, inner) : 0;
        if (rc > worst) worst = rc;
        free(list[i]);
    }
    free(list);
    return worst;
}

static void print_coverage(const struct tried *t) {
    const char *of, *way;
    json_t *ways, *taken;
    json_object_foreach(t->coverage, of, ways) {
        size_t all = json_object_size(ways), have = 0;
        json_object_foreach(ways, way, taken) have += json_is_true(taken);
        printf("\n%s: %zu of %zu ways taken\n", of, have, all);
        json_object_foreach(ways, way, taken) if (!json_is_true(taken)) printf("      never: %s\n", way);
    }
}

static int open_all(struct tried *t) {
    struct fault f = {0};
    int unsound = 0;
    t->registry = registry_new(), t->results = json_array(), t->coverage = json_object();
    if (crypt_start() != OK || !t->registry) return EXIT_CANNOT;
    enum err e = declared_files_read(t->root, load_report, t, NULL, &t->declared, &f);
    if (e == OK) t->script.more = declared_files_ops(t->declared), e = script_connect(&t->script, t->registry);
    if (e != OK || definitions_new(t->root, t->registry, &t->definitions, &f) != OK ||
        definitions_load(t->definitions, load_report, t, &unsound) != OK) {
        fprintf(stderr, "tenor try: %s %s\n", f.where, f.text);
        return EXIT_CANNOT;
    }
    return 0;
}

static int64_t no_time(void *who) { return (void)who, 0; }

enum { PATHS_MOST = 256 };
extern const struct command command_try;

static int run(int argc, char **argv) {
    struct tried t = {.root = "."};
    const char *list[PATHS_MOST];
    struct arg_words paths = {list, 0, PATHS_MOST};
    const struct arg table[] = {{"--json", ARG_FLAG, &t.json, 0, 0}, {"--root", ARG_TEXT, &t.root, 0, 0}, {0}};
    int rc = args_read(&command_try, argc, argv, table, &paths);
    if (rc) return rc;
    if (!paths.n) return args_wrong(&command_try, "name a file or a folder of examples");
    log_open(stderr, LOG_ERROR, no_time, NULL);
    rc = open_all(&t);
    for (int i = 0; i < paths.n && !rc; i++) rc = try_path(&t, list[i]);
    if (t.json) {
        json_auto_t *all = json_pack("{s:O, s:O}", "examples", t.results, "coverage", t.coverage);
        (void)json_dumpf(all, stdout, JSON_INDENT(1));
        putchar('\n');
    } else if (!rc) {
        print_coverage(&t);
        printf("\n%d passed, %d failed\n", t.passed, t.failed);
    }
    definitions_free(t.definitions);
    registry_free(t.registry);
    declared_files_free(t.declared);
    json_decref(t.results), json_decref(t.coverage);
    return rc ? rc : t.failed || t.unsound || !t.passed ? EXIT_NO : 0;
}

const struct command command_try = {"try", "tenor try FILE|FOLDER... [--json] [--root DIR]",
                                    "Runs examples with the real walker on a simulated world; shows what no example takes.", run};
