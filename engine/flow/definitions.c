/* definitions.c - reads the strategy files, takes in published ones, and finds them again. */
#include "flow/definitions.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "flow/shelf.h"

enum { FILE_MAX_BYTES = 1 << 20, PATH_CAP = 1024 };

struct loading {
    struct definitions *d;
    definitions_report_fn *report;
    void *who;
    int unsound;
    bool any; /* some file was new or changed in this pass */
    enum err err;
};

/* --- files ------------------------------------------------------------------------------------- */

/* Whether the file is new or has changed since it was last read. One with faults is read again when any
 * other has changed: what it lacked may be there now. */
static bool changed(struct loading *l, const char *path) {
    struct stat st;
    if (stat(path, &st) || !S_ISREG(st.st_mode)) return false;
    int64_t mtime = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    for (struct seen *s = l->d->seen; s; s = s->next) {
        if (strcmp(s->path, path)) continue;
        if (s->mtime_ns == mtime && s->size == st.st_size) return s->unsound && l->any;
        s->mtime_ns = mtime, s->size = st.st_size;
        return l->any = true;
    }
    struct seen *s = calloc(1, sizeof *s);
    if (!s || !(s->path = strdup(path))) {
        free(s);
        l->err = ERR_NOMEM;
        return false;
    }
    s->mtime_ns = mtime, s->size = st.st_size, s->next = l->d->seen;
    l->d->seen = s;
    return l->any = true;
}

static void mark(struct definitions *d, const char *path, bool unsound) {
    for (struct seen *s = d->seen; s; s = s->next)
        if (!strcmp(s->path, path)) s->unsound = unsound;
}

static int visible(const struct dirent *d) { return d->d_name[0] != '.'; }

/* Calls `each` for the entries of a folder, sorted by name. */
static void each_in(struct loading *l, const char *folder, void (*each)(struct loading *l, const char *path, const char *name)) {
    struct dirent **list = NULL;
    int n = scandir(folder, &list, visible, alphasort);
    for (int i = 0; i < n; i++) {
        char path[PATH_CAP];
        if (snprintf(path, sizeof path, "%s/%s", folder, list[i]->d_name) < (int)sizeof path && l->err == OK)
            each(l, path, list[i]->d_name);
        free(list[i]);
    }
    free(list);
}

static bool stem(const char *file, const char *ending, char out[128]) {
    size_t n = strlen(file), cut = strlen(ending);
    if (n <= cut || n - cut >= 128 || strcmp(file + n - cut, ending)) return false;
    memcpy(out, file, n - cut);
    out[n - cut] = 0;
    return true;
}

/* --- flows and policies ------------------------------------------------------------------------ */

static enum err shelve_take(struct definitions *d, struct dsl_file *file, const char *path, bool published) {
    struct def *def = shelf_def(d, file, d->ground, path, published);
    if (!def) {
        dsl_free(file);
        return ERR_NOMEM;
    }
    def->next = d->defs;
    d->defs = def;
    return shelf_names(d);
}

bool definitions_has(const struct definitions *d, const char *hash, bool published) {
    for (const struct def *def = d->defs; def; def = def->next)
        if (!strcmp(def->hash, hash) && def->published == published && def->file) return true;
    return false;
}

/* On the ground of now. */
static bool known_text(const struct definitions *d, const struct dsl_file *file, bool published) {
    for (const struct def *def = d->defs; def; def = def->next)
        if (!strcmp(def->hash, dsl_hash(file)) && def->published == published && def->file && def->ground == d->ground) return true;
    return false;
}

static void unsound(struct loading *l, const char *path, const struct dsl_file *file) {
    mark(l->d, path, true);
    l->unsound++;
    if (l->report) l->report(l->who, path, file);
}

static void read_lua(struct loading *l, const char *path, const char *name) {
    char number[128];
    AUTO(buf_reset) struct buf text = {0};
    if (!stem(name, ".lua", number) || !changed(l, path)) return;
    if (file_read(path, FILE_MAX_BYTES, &text, NULL) != OK) {
        log_warn("file_unreadable", "path=%s", log_quote(path));
        l->unsound++;
        return;
    }
    struct dsl_file *file = dsl_read(path, buf_text(&text), text.len, &l->d->ground->catalog);
    if (!file) l->err = ERR_NOMEM;
    else if (!dsl_ok(file) || (!dsl_plan(file) && !dsl_policy(file))) {
        unsound(l, path, file); /* the last sound reading stays */
        dsl_free(file);
    } else {
        mark(l->d, path, false);
        if (known_text(l->d, file, false)) dsl_free(file);
        else l->err = shelve_take(l->d, file, path, false);
    }
}

static void read_name(struct loading *l, const char *path, const char *name) {
    (void)name;
    each_in(l, path, read_lua);
}

/* strategies/retries.lua, strategies/functions.lua: parts of the ground. */
static void read_part(struct loading *l, const char *path, const char *part) {
    AUTO(buf_reset) struct buf text = {0};
    if (!changed(l, path) || file_read(path, FILE_MAX_BYTES, &text, NULL) != OK) return;
    struct dsl_file *file = dsl_read(path, buf_text(&text), text.len, &l->d->ground->catalog);
    if (!file) l->err = ERR_NOMEM;
    else if (!dsl_ok(file)) unsound(l, path, file);
    else {
        mark(l->d, path, false);
        l->err = json_put_take(l->d->texts, part, json_stringn(buf_text(&text), text.len));
    }
    dsl_free(file);
}

/* --- JSON files -------------------------------------------------------------------------------- */

static json_t *read_json_new(struct loading *l, const char *path) {
    AUTO(buf_reset) struct buf text = {0};
    json_t *v = NULL;
    struct fault f = {0};
    if (!changed(l, path)) return NULL;
    if (file_read(path, FILE_MAX_BYTES, &text, NULL) == OK && json_parse(buf_text(&text), text.len, &JSON_LIMITS_BODY, &v, &f) == OK) return v;
    log_warn("file_unsound", "path=%s why=%s", log_quote(path), log_quote(f.text));
    l->unsound++;
    return NULL;
}

/* Only a sound one becomes part of the ground. */
static enum err case_add(struct definitions *d, const char *name, const json_t *v, struct fault *f) {
    struct case_type *c = NULL;
    enum err e = case_type_new(name, v, &c, f);
    json_t *cases = json_object_get(d->texts, "cases");
    case_type_free(c);
    return e == OK ? json_put_take(cases, name, json_deep_copy(v)) : e;
}

static void read_case(struct loading *l, const char *path, const char *file) {
    char name[128];
    struct fault f = {0};
    json_auto_t *v = stem(file, ".json", name) ? read_json_new(l, path) : NULL;
    if (!v || case_add(l->d, name, v, &f) == OK) return;
    log_warn("file_unsound", "path=%s where=%s why=%s", log_quote(path), log_quote(f.where), log_quote(f.text));
    l->unsound++;
}

static void keep_json(struct loading *l, struct named_json **list, const char *name, json_t *v) {
    struct named_json *j = calloc(1, sizeof *j);
    if (!j) {
        json_decref(v);
        l->err = ERR_NOMEM;
        return;
    }
    (void)text_copy(j->name, sizeof j->name, name);
    j->value = v, j->next = *list;
    *list = j;
    l->err = shelf_names(l->d);
}

static void read_form(struct loading *l, const char *path, const char *file) {
    char name[128];
    struct schema *s = NULL;
    struct fault f = {0};
    json_t *v = stem(file, ".json", name) ? read_json_new(l, path) : NULL;
    if (!v) return;
    if (schema_new(v, &s, &f) == OK) {
        schema_free(s);
        keep_json(l, &l->d->forms, name, v);
        return;
    }
    log_warn("file_unsound", "path=%s why=%s", log_quote(path), log_quote(f.text));
    l->unsound++;
    json_decref(v);
}

static void read_template(struct loading *l, const char *path, const char *file) {
    char name[128];
    json_t *v = stem(file, ".json", name) ? read_json_new(l, path) : NULL;
    if (v) keep_json(l, &l->d->templates, name, v);
}

static void read_reasons(struct loading *l, const char *path) {
    json_t *v = read_json_new(l, path), *reason;
    const char **names = v ? calloc(json_object_size(v) + 1, sizeof *names) : NULL, *code;
    size_t n = 0;
    if (!names) {
        json_decref(v);
        return;
    }
    json_object_foreach(v, code, reason) names[n++] = code;
    free(l->d->reason_names);
    json_decref(l->d->reasons);
    l->d->reason_names = names, l->d->reasons = v;
}

/* Folders of strategies/ whose files are flows or policies: <folder>/<name>/<n>.lua. */
static void read_strategies(struct loading *l, const char *path, const char *name) {
    if (strcmp(name, "cases") && strcmp(name, "forms") && strcmp(name, "templates")) each_in(l, path, read_name);
}

static const char *below(const struct definitions *d, const char *part, char out[PATH_CAP]) {
    (void)snprintf(out, PATH_CAP, "%s/%s", d->root, part);
    return out;
}

/* --- the ground -------------------------------------------------------------------------------- */

static bool is_newest(const struct definitions *d, const struct def *def) {
    for (const struct def *newer = d->defs; newer && newer != def; newer = newer->next)
        if (newer->version == def->version && newer->published == def->published && !strcmp(newer->name, def->name) && !strcmp(newer->kind, def->kind))
            return false;
    return true;
}

/* Where it is not sound on the new ground the reading on the old one stays in force. */
static enum err stand_anew(struct loading *l, const struct def *def) {
    char path[PATH_CAP];
    size_t n = 0;
    const char *text = dsl_text(def->file, &n);
    (void)snprintf(path, sizeof path, "published/%s/%d.lua", def->name, def->version);
    struct dsl_file *file = dsl_read(def->path ? def->path : path, text, n, &l->d->ground->catalog);
    if (!file) return ERR_NOMEM;
    if (dsl_ok(file)) {
        enum err e = shelve_take(l->d, file, def->path, def->published);
        if (e == OK) l->d->defs->kept = def->kept;
        return e;
    }
    l->unsound++;
    if (l->report) l->report(l->who, def->path ? def->path : path, file);
    dsl_free(file);
    return OK;
}

static enum err stand_all_anew(struct loading *l, const char *kind) {
    struct def *first = l->d->defs;
    enum err e = OK;
    for (const struct def *def = first; def && e == OK; def = def->next)
        if (def->file && def->ground != l->d->ground && !strcmp(def->kind, kind) && is_newest(l->d, def)) e = stand_anew(l, def);
    return e;
}

/* Policies before the flows that ask them. */
static enum err stand(struct loading *l, struct fault *f) {
    struct definitions *d = l->d;
    struct ground *g = NULL;
    if (d->ground && json_equal(d->texts, d->ground->texts)) return OK;
    enum err e = ground_new(d, d->texts, &g, f);
    if (e != OK) return e;
    for (struct ground *old = d->grounds; old; old = old->next)
        if (!strcmp(old->hash, g->hash)) { /* back to what it was */
            ground_free(g);
            g = NULL, d->ground = old;
            break;
        }
    if (g) g->next = d->grounds, d->grounds = d->ground = g;
    e = stand_all_anew(l, "policy");
    return e == OK ? stand_all_anew(l, "workflow") : e;
}

static enum err stand_now(struct definitions *d, struct fault *f) {
    struct loading l = {.d = d};
    return stand(&l, f);
}

enum err definitions_add_ground(struct definitions *d, const char *hash, const char *text, struct fault *f) {
    struct ground *known = (struct ground *)definitions_ground(d, hash), *g = NULL, **end = &d->grounds;
    json_t *texts = NULL;
    if (known) return known->kept = true, OK;
    enum err e = json_parse(text, strlen(text), &JSON_LIMITS_OWN, &texts, f);
    if (e == OK) e = ground_new(d, texts, &g, f);
    json_decref(texts);
    if (e == OK && strcmp(g->hash, hash)) e = fault_set(f, ERR_INVALID, "ground", "its hash is not that of its text");
    if (e != OK) return ground_free(g), e;
    while (*end) end = &(*end)->next;
    *end = g, g->kept = true;
    return OK;
}

bool definitions_ground_kept(const struct definitions *d) { return d->ground->kept; }

/* First what others refer to. */
enum err definitions_load(struct definitions *d, definitions_report_fn *report, void *who, int *n_unsound) {
    struct loading l = {.d = d, .report = report, .who = who};
    char path[PATH_CAP];
    struct fault f = {0};
    each_in(&l, below(d, "strategies/cases", path), read_case);
    each_in(&l, below(d, "strategies/forms", path), read_form);
    each_in(&l, below(d, "strategies/templates", path), read_template);
    read_reasons(&l, below(d, "strategies/reasons.json", path));
    read_part(&l, below(d, "strategies/retries.lua", path), "retries");
    read_part(&l, below(d, "strategies/functions.lua", path), "functions");
    if (l.err == OK && stand(&l, &f) != OK) {
        log_warn("ground_unsound", "where=%s why=%s", log_quote(f.where), log_quote(f.text));
        l.unsound++;
    }
    each_in(&l, below(d, "strategies", path), read_strategies);
    each_in(&l, below(d, "workflows", path), read_name);
    if (n_unsound) *n_unsound = l.unsound;
    return l.err;
}

enum err definitions_add(struct definitions *d, const char *kind, const char *name, int version, const char *text,
                         size_t n, struct fault *f) {
    char path[300];
    (void)snprintf(path, sizeof path, "published/%s/%d.lua", name, version);
    struct dsl_file *file = dsl_read(path, text, n, &d->ground->catalog);
    if (!file) return fault_set(f, ERR_NOMEM, name, "no memory");
    if (dsl_ok(file) && (dsl_plan(file) || dsl_policy(file))) {
        if (!known_text(d, file, true)) return shelve_take(d, file, NULL, true);
        dsl_free(file);
        return OK;
    }
    AUTO(buf_reset) struct buf why;
    buf_init(&why, 4096);
    dsl_faults_text(file, &why);
    dsl_free(file);
    return fault_set(f, ERR_INVALID, name, "the published %s %s@%d is not sound here: %s", kind, name, version, buf_text(&why));
}

enum err definitions_add_draft(struct definitions *d, const char *name, const char *text, size_t n, struct fault *f) {
    struct dsl_file *file = dsl_read("draft.lua", text, n, &d->ground->catalog);
    if (!file) return fault_set(f, ERR_NOMEM, name, "no memory");
    bool sound = dsl_ok(file) && (dsl_plan(file) || dsl_policy(file));
    if (!sound || known_text(d, file, false)) {
        dsl_free(file);
        return sound ? OK : fault_set(f, ERR_INVALID, name, "the draft is not sound here any more");
    }
    struct def *def = shelf_def(d, file, d->ground, NULL, false), **end = &d->defs;
    if (!def) return dsl_free(file), ERR_NOMEM;
    def->kept = true;
    while (*end) end = &(*end)->next;
    *end = def;
    return shelf_names(d);
}

void definitions_published_only(struct definitions *d) { d->published_only = true; }

enum err definitions_add_plan(struct definitions *d, const struct plan *p) {
    struct def *def = calloc(1, sizeof *def);
    if (!def) return ERR_NOMEM;
    (void)text_copy(def->kind, sizeof def->kind, p->kind);
    (void)text_copy(def->name, sizeof def->name, p->name);
    (void)text_copy(def->hash, sizeof def->hash, p->hash);
    def->version = p->version, def->plan = p, def->ground = d->ground;
    def->next = d->defs;
    d->defs = def;
    return OK;
}

enum err definitions_add_case(struct definitions *d, const char *name, const json_t *definition, struct fault *f) {
    enum err e = case_add(d, name, definition, f);
    return e == OK ? stand_now(d, f) : e;
}

enum err definitions_add_form(struct definitions *d, const char *name, const json_t *schema) {
    struct loading l = {.d = d};
    keep_json(&l, &d->forms, name, json_deep_copy(schema));
    return l.err;
}

static enum err add_part(struct definitions *d, const char *part, const char *text, size_t n, struct fault *f) {
    enum err e = json_put_take(d->texts, part, json_stringn(text, n));
    return e == OK ? stand_now(d, f) : e;
}

enum err definitions_add_retries(struct definitions *d, const char *text, size_t n, struct fault *f) { return add_part(d, "retries", text, n, f); }
enum err definitions_add_functions(struct definitions *d, const char *text, size_t n, struct fault *f) { return add_part(d, "functions", text, n, f); }

enum err definitions_new(const char *root, const struct registry *r, struct definitions **out, struct fault *f) {
    struct definitions *d = calloc(1, sizeof *d);
    if (!d || !(d->root = strdup(root ? root : "."))) {
        free(d);
        return fault_set(f, ERR_NOMEM, "", "no memory");
    }
    d->registry = r;
    d->texts = json_pack("{s:{}}", "cases");
    enum err e = d->texts ? shelf_names(d) : ERR_NOMEM;
    if (e == OK) e = stand_now(d, f);
    if (e == OK) *out = d;
    else definitions_free(d);
    return e;
}

static void free_defs(struct def *def) {
    for (struct def *next; def; def = next) {
        next = def->next;
        dsl_free(def->file);
        free(def->path);
        free(def);
    }
}

static void free_jsons(struct named_json *j) {
    for (struct named_json *next; j; j = next) {
        next = j->next;
        json_decref(j->value);
        free(j);
    }
}

void definitions_free(struct definitions *d) {
    if (!d) return;
    free_defs(d->defs);
    free_jsons(d->forms), free_jsons(d->templates);
    for (struct seen *s = d->seen, *next; s; s = next) next = s->next, free(s->path), free(s);
    for (struct ground *g = d->grounds, *next; g; g = next) next = g->next, ground_free(g);
    for (struct spare *s = d->spares, *next; s; s = next) next = s->next, free(s->text), free(s);
    json_decref(d->texts);
    json_decref(d->reasons);
    free(d->reason_names);
    shelf_close_catalog(d);
    free(d->root);
    free(d);
}

/* --- finding ----------------------------------------------------------------------------------- */

const struct catalog *definitions_catalog(const struct definitions *d) { return &d->ground->catalog; }

const struct plan *definitions_flow(const struct definitions *d, const char *name, int version) {
    const struct def *def = shelf_find(d, "workflow", name, version, true);
    return def ? def->plan : NULL;
}

const struct plan *definitions_by_hash(const struct definitions *d, const char *hash) {
    for (const struct def *def = d->defs; def; def = def->next)
        if (def->plan && !strcmp(def->hash, hash)) return def->plan;
    return NULL;
}

const struct policy *definitions_policy(const struct definitions *d, const char *name, int version) {
    const struct def *def = shelf_find(d, "policy", name, version, true);
    return def ? def->policy : NULL;
}

const struct policy *definitions_policy_by_hash(const struct definitions *d, const char *hash) {
    for (const struct def *def = d->defs; def; def = def->next)
        if (def->policy && !strcmp(def->hash, hash)) return def->policy;
    return NULL;
}

const struct case_type *definitions_case(const struct definitions *d, const char *name) { return ground_case(d->ground, name); }

const struct dsl_file *definitions_file(const struct definitions *d, const char *kind, const char *name, int version) {
    const struct def *def = shelf_find(d, kind, name, version, false);
    return def ? def->file : NULL;
}

bool definitions_any(const struct definitions *d) { return d->defs != NULL; }
const json_t *definitions_reasons(const struct definitions *d) { return d->reasons; }

/* Where a file lies below the root: the rest is nobody's business. */
static const char *below_root(const struct definitions *d, const char *path) {
    size_t n = strlen(d->root);
    return path && !strncmp(path, d->root, n) && path[n] == '/' ? path + n + 1 : path;
}

static bool same_version(const struct def *a, const struct def *b) {
    return a->version == b->version && !strcmp(a->name, b->name) && !strcmp(a->kind, b->kind);
}

/* A version stands in the list once: what is published, else the newest draft. */
static bool superseded(const struct definitions *d, const struct def *def) {
    for (const struct def *other = d->defs; other; other = other->next) {
        if (other == def) break;
        if (same_version(other, def) && (other->published || !def->published)) return true;
    }
    for (const struct def *older = def->next; older && !def->published; older = older->next)
        if (same_version(older, def) && older->published) return true;
    return false;
}

static const struct def *newest_draft(const struct definitions *d, const struct def *def) {
    for (const struct def *draft = d->defs; draft; draft = draft->next)
        if (!draft->published && same_version(draft, def)) return draft;
    return NULL;
}

static json_t *definition_new(const struct definitions *d, const struct def *def) {
    const struct def *draft = def->published ? newest_draft(d, def) : NULL;
    bool same = draft && !strcmp(draft->hash, def->hash);
    json_t *other = draft && !same ? json_pack("{s:s, s:s?}", "hash", draft->hash, "path", below_root(d, draft->path)) : NULL;
    return json_pack("{s:s, s:s, s:i, s:s, s:s?, s:b, s:s?, s:o*}", "kind", def->kind, "name", def->name, "version", def->version,
                     "hash", def->hash, "path", below_root(d, same ? draft->path : def->path), "published", def->published, "about",
                     def->plan ? def->plan->about : NULL, "draft", other);
}

json_t *definitions_list_new(const struct definitions *d) {
    json_t *all = json_array();
    for (const struct def *def = d->defs; all && def; def = def->next) {
        if (superseded(d, def)) continue;
        json_t *j = definition_new(d, def);
        if (j) (void)json_array_append_new(all, j);
    }
    return all;
}
