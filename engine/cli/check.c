/* check.c - `tenor check`: every fault of every file, as text or JSON. */
#include <stdio.h>
#include <string.h>

#include "cli/args.h"
#include "cli/strategy_files.h"

static int report(struct strategy_file *s, bool as_json, json_t *all) {
    AUTO(buf_reset) struct buf out;
    buf_init(&out, (size_t)1 << 20);
    if (as_json) {
        json_t *faults = dsl_faults_json_new(s->file);
        if (!faults || json_array_extend(all, faults)) return EXIT_CANNOT;
        json_decref(faults);
    } else {
        dsl_faults_text(s->file, &out);
        fputs(buf_text(&out), stdout);
    }
    return dsl_ok(s->file) ? 0 : EXIT_NO;
}

struct root_report {
    bool as_json;
    json_t *all;
};

static void unsound(void *who, const char *path, const struct dsl_file *f) {
    struct root_report *r = who;
    struct strategy_file s = {.path = path, .file = (struct dsl_file *)f};
    (void)report(&s, r->as_json, r->all);
}

/* No file named: all below the root. */
static int check_root(struct strategy_set *set, json_t *all) {
    struct root_report r = {set->json, all};
    int n = strategy_root_check(set, unsound, &r);
    if (set->json) json_dumpf(all, stdout, JSON_INDENT(1));
    else if (!n && !strategy_root_any(set)) return fprintf(stderr, "tenor check: there are no strategy files below %s\n", set->root), EXIT_NO;
    else if (!n) printf("every strategy file below %s is sound\n", set->root);
    return n < 0 ? EXIT_CANNOT : n ? EXIT_NO : 0;
}

extern const struct command command_check;

static int run(int argc, char **argv) {
    struct strategy_set set;
    int rc = strategy_catalog_open(&set, &command_check, argc, argv), worst = 0;
    json_t *all = json_array();
    if (!rc && !set.n && set.definitions) rc = worst = check_root(&set, all);
    else if (!rc) rc = strategy_files_read(&set);
    if (rc || !set.n) goto out;
    for (int i = 0; i < set.n; i++) {
        int one = report(&set.files[i], set.json, all);
        if (one > worst) worst = one;
    }
    rc = worst;
    if (set.json) {
        json_dumpf(all, stdout, JSON_INDENT(1));
        putchar('\n');
    } else if (!worst) printf("%d file%s, no faults\n", set.n, set.n == 1 ? "" : "s");
out:
    json_decref(all);
    strategy_set_close(&set);
    return rc;
}

const struct command command_check = {"check", "tenor check [FILE...] [--json] [--root DIR] [--catalog FILE]",
                                      "Tells every fault of strategy files; without a file, of all below the root.", run};
