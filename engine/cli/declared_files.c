/* declared_files.c - see declared_files.h. */
#include "cli/declared_files.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "connectors/connectors.h"
#include "connectors/declared.h"

enum { FILE_MAX_BYTES = 1 << 20, PATH_CAP = 1024, MOST = 256 };

struct described {
    struct dsl_file *file;
    struct declared *connector;
};
struct declared_files {
    struct described all[MOST];
    const struct connector_ops *ops[MOST + 1];
    int n;
};
struct reading {
    struct declared_files *into;
    definitions_report_fn *report;
    void *who;
    int unsound;
    struct fault *f;
};

static enum err say(void *who, const char *operation, bool look, const json_t *input, const char *key, int64_t now_ms, json_t **out_new,
                    struct fault *why) {
    const struct connector_question q = {operation, look, input, key, now_ms};
    return dsl_connector_ask(who, &q, out_new, why);
}

static enum err keep_take(struct reading *r, const char *path, struct dsl_file *file) {
    struct declared_files *d = r->into;
    const struct declared_ask with = {file, say};
    const char *name = json_text(dsl_connector(file), "name", "");
    for (const struct connector_ops *const *of = connectors_all; *of; of++) {
        if (strcmp((*of)->name, name) != 0) continue;
        dsl_free(file);
        return fault_set(r->f, ERR_CONFLICT, path, "the program has a connector called %s; give this one another name", name);
    }
    if (d->n == MOST) {
        dsl_free(file);
        return fault_set(r->f, ERR_LIMIT, path, "there are more than %d described connectors", MOST);
    }
    struct described *one = &d->all[d->n];
    enum err e = declared_new(dsl_connector(file), &with, &one->connector, r->f);
    if (e != OK) return dsl_free(file), e;
    one->file = file;
    d->ops[d->n++] = declared_ops(one->connector);
    return OK;
}

static enum err read_one(struct reading *r, const char *path) {
    AUTO(buf_reset) struct buf text = {0};
    enum err e = file_read(path, FILE_MAX_BYTES, &text, r->f);
    if (e != OK) return e;
    struct dsl_file *file = dsl_read(path, buf_text(&text), text.len, NULL);
    if (!file) return fault_set(r->f, ERR_NOMEM, path, "no memory");
    if (dsl_connector(file)) return keep_take(r, path, file);
    r->unsound++;
    if (r->report) r->report(r->who, path, file);
    dsl_free(file);
    return OK;
}

static int lua(const struct dirent *d) { return d->d_name[0] != '.' && text_ends(d->d_name, ".lua"); }

static enum err read_all(struct reading *r, const char *root) {
    char folder[PATH_CAP], path[PATH_CAP];
    struct dirent **list = NULL;
    enum err e = OK;
    if (snprintf(folder, sizeof folder, "%s/strategies/connectors", root) >= (int)sizeof folder)
        return fault_set(r->f, ERR_LIMIT, root, "the path is too long");
    int n = scandir(folder, &list, lua, alphasort);
    for (int i = 0; i < n; i++) {
        if (e == OK && snprintf(path, sizeof path, "%s/%s", folder, list[i]->d_name) < (int)sizeof path) e = read_one(r, path);
        free(list[i]);
    }
    free(list);
    return e;
}

enum err declared_files_read(const char *root, definitions_report_fn *report, void *who, int *unsound, struct declared_files **out,
                             struct fault *f) {
    struct reading r = {.into = calloc(1, sizeof *r.into), .report = report, .who = who, .f = f};
    if (!r.into) return fault_set(f, ERR_NOMEM, "", "no memory");
    enum err e = read_all(&r, root);
    if (unsound) *unsound = r.unsound;
    if (e == OK) *out = r.into;
    else declared_files_free(r.into);
    return e;
}

const struct connector_ops *const *declared_files_ops(const struct declared_files *d) { return d->ops; }

enum err declared_files_open(const struct declared_files *d, struct registry *r, const struct connector_env *env, const json_t *config,
                             struct fault *f) {
    enum err e = connectors_open(r, env, config, f);
    for (int i = 0; e == OK && i < d->n; i++) e = connectors_open_one(r, env, d->ops[i], config, f);
    return e;
}

void declared_files_free(struct declared_files *d) {
    if (!d) return;
    for (int i = 0; i < d->n; i++) {
        declared_free(d->all[i].connector);
        dsl_free(d->all[i].file);
    }
    free(d);
}
