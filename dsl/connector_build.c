/* connector_build.c - strategies/connectors/NAME.lua: the head, the operations, and what is asked of them. */
#include <string.h>

#include "base/crypt.h"
#include "base/schema.h"
#include "base/text.h"
#include "dsl/connector_plan.h"

#define OPERATIONS_MOST 40
#define TIMEOUT_MOST_MS 120000

static const char *text_of(const struct node *v) { return v && !v->bad && v->kind == NODE_TEXT ? v->text : NULL; }

/* --- the head ---------------------------------------------------------------------------------------- */

/* auth = "bearer", "basic", "none"; header "X-Api-Key"; query "apikey"; hmac "X-Signature" */
static void auth(struct check *c, struct node *v, json_t *out) {
    static const char *const plain[] = {"none", "bearer", "basic", NULL}, *const named[] = {"header", "query", "hmac", NULL},
                             *const all[] = {"none", "bearer", "basic", "header", "query", "hmac", NULL};
    const char *kind = "none", *name = NULL;
    bool good = !v;
    for (int i = 0; v && plain[i]; i++)
        if (v->kind == NODE_TEXT && !strcmp(v->text, plain[i])) good = true, kind = plain[i];
    for (int i = 0; v && named[i]; i++)
        if (v->kind == NODE_CALL && !strcmp(v->text, named[i]) && node_name(v) && v->n_args == 1) good = true, kind = named[i], name = node_name_text(v);
    bool token = !name || (*name && strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == strlen(name));
    if (!good)
        faults_node(c->faults, v, "bad-value", "‹auth› is \"none\", \"bearer\", \"basic\", header \"X-Api-Key\", query \"apikey\" or hmac \"X-Signature\"%s",
                    v->kind == NODE_TEXT || v->kind == NODE_CALL ? faults_nearest(c->faults, v->text, all) : "");
    else if (!token) faults_node(c->faults, v, "bad-name", "\"%s\" is no name of a header or parameter", name);
    connector_put(c, out, "auth", name ? json_pack("{s:s, s:s}", "kind", kind, "name", name) : json_pack("{s:s}", "kind", kind));
}

static void limit(struct check *c, const struct item *it, json_t *out) {
    static const char *const numbers[] = {"per_s", "burst", "at_once", "breaker_after", NULL}, *const lengths[] = {"slow", "open", NULL},
                             *const all[] = {"per_s", "burst", "at_once", "breaker_after", "slow", "open", NULL};
    struct length l = {0};
    const char *why = NULL;
    char key[20];
    int64_t n = value_int(it->value, 0);
    for (int i = 0; numbers[i]; i++) {
        if (strcmp(numbers[i], it->key)) continue;
        if (n > 0 && n <= 100000) connector_put(c, out, it->key, json_integer(n));
        else faults_node(c->faults, it->value, "bad-value", "‹%s› is a whole number from 1, not %s", it->key, value_shown(c, it->value));
        return;
    }
    for (int i = 0; lengths[i]; i++) {
        if (strcmp(lengths[i], it->key)) continue;
        (void)snprintf(key, sizeof key, "%s_ms", it->key);
        if (value_length(c, it->value, &l, &why) && l.unit == LENGTH_ELAPSED_MS && l.n <= 3600000) connector_put(c, out, key, json_integer(l.n));
        else faults_node(c->faults, it->value, "bad-value", "‹%s› is a time such as seconds(1), not %s", it->key, value_shown(c, it->value));
        return;
    }
    faults_add(c->faults, &it->key_span, "unknown-field", "there is no limit ‹%s›%s", it->key, faults_nearest(c->faults, it->key, all));
}

static void limits(struct check *c, struct node *v, json_t *out) {
    json_t *all = v ? connector_part(c, out, "limits", json_object()) : NULL;
    if (v && v->kind != NODE_TABLE) faults_node(c->faults, v, "bad-value", "‹limits› is a list such as { per_s = 50, at_once = 16 }");
    for (int i = 0; all && v->kind == NODE_TABLE && i < v->n_items; i++) {
        if (v->items[i].key) limit(c, &v->items[i], all);
        else faults_node(c->faults, v->items[i].value, "bad-value", "every limit has a name: per_s = %s", value_shown(c, v->items[i].value));
    }
}

/* strategies/connectors/phone.lua says connector "phone". */
static void path_agrees(struct check *c) {
    const char *file = strrchr(c->path, '/'), *dot;
    struct node *name = node_name(c->head);
    file = file ? file + 1 : c->path;
    dot = strrchr(file, '.');
    if (!name || name->bad || !dot || strcmp(dot, ".lua") || !strstr(c->path, "connectors/")) return;
    if (strlen(name->text) == (size_t)(dot - file) && !strncmp(name->text, file, (size_t)(dot - file))) return;
    faults_node(c->faults, name, "name-path", "the file is named %s but says connector \"%s\"; make them agree", file, name->text);
}

static void head(struct check *c, json_t *out) {
    const struct node *table = node_body(c->head);
    const char *about = text_of(node_field(table, "about"));
    char hash[65];
    connector_put(c, out, "name", json_string(node_name_text(c->head)));
    connector_put(c, out, "about", json_string(about ? about : ""));
    crypt_sha256_hex(c->text, c->n, hash);
    connector_put(c, out, "hash", json_string(hash));
    auth(c, node_field(table, "auth"), out);
    limits(c, node_field(table, "limits"), out);
    path_agrees(c);
}

/* --- operations -------------------------------------------------------------------------------------- */

static int64_t ms_of(struct check *c, struct node *v, int64_t most, const char *longest) {
    struct length l = {0};
    const char *why = NULL;
    if (!v || v->bad || !value_length(c, v, &l, &why)) return 0;
    if (l.unit == LENGTH_DAYS) l.n *= 86400000; /* an answer that is kept: a day is 24 hours */
    if ((l.unit == LENGTH_ELAPSED_MS || l.unit == LENGTH_DAYS) && l.n <= most) return l.n;
    faults_node(c->faults, v, "bad-value", "this is too long, or counted in working time; the longest here is %s", longest);
    return 0;
}

static const char *kind_of(struct check *c, struct node *v) {
    static const char *const kinds[] = {"read", "effect", "money", NULL};
    for (int i = 0; text_of(v) && kinds[i]; i++)
        if (!strcmp(kinds[i], v->text)) return kinds[i];
    if (v && !v->bad)
        faults_node(c->faults, v, "bad-value", "‹kind› is \"read\" (asking twice is harmless), \"effect\" or \"money\" (money leaves), not %s%s", value_shown(c, v),
                    v->kind == NODE_TEXT ? faults_nearest(c->faults, v->text, kinds) : "");
    return "read";
}

/* The schema itself may be wrong: a pattern that is none. */
static const json_t *schema(struct check *c, struct node *v, bool closed) {
    json_t *made = v && !v->bad ? connector_schema_new(c, v, closed) : NULL;
    struct schema *s = NULL;
    struct fault f = {0};
    if (!made) return NULL;
    const json_t *kept = keep_json(c, made);
    enum err e = schema_new(kept, &s, &f);
    schema_free(s);
    if (e == OK) return kept;
    if (e == ERR_NOMEM) c->faults->no_memory = true;
    else faults_node(c->faults, v, "bad-value", "%s: %s", f.where, f.text);
    return NULL;
}

struct misfit {
    struct check *c;
    struct node *v;
};
static void sample_misfit(void *who, const char *pointer, const char *text) {
    struct misfit *m = who;
    struct node *field = *pointer ? node_field(m->v, pointer + 1) : NULL;
    faults_node(m->c->faults, field ? field : m->v, "bad-sample", "the sample does not fit the output%s%s: %s", *pointer ? " at " : "", *pointer ? pointer + 1 : "", text);
}

static void sample(struct check *c, struct node *v, const struct type *type, const json_t *output, json_t *out) {
    struct misfit m = {c, v};
    struct schema *s = NULL;
    json_t *data = v && !v->bad ? value_data_new(c, v, type) : NULL;
    if (data && output && schema_new(output, &s, NULL) == OK) (void)!schema_check(s, data, sample_misfit, &m, NULL);
    schema_free(s);
    connector_put(c, out, "sample", data);
}

static void words(struct check *c, struct node *v, json_t *out) {
    char text[400] = "";
    size_t n = 0;
    for (int i = 0; v && !v->bad && v->kind == NODE_TABLE && i < v->n_items; i++)
        n += (size_t)snprintf(text + n, n < sizeof text ? sizeof text - n : 0, "%s%s", i ? " " : "", v->items[i].value->text);
    if (n >= sizeof text) faults_node(c->faults, v, "too-many", "too many events in ‹stale_on›");
    else if (n) connector_put(c, out, "stale_on", json_string(text));
}

static const struct type *record_of(struct check *c, const json_t *schema_) { return schema_ ? type_from_schema(schema_, c->arena) : NULL; }

static const struct type TEXT_TYPE = {.kind = TYPE_TEXT}, LOST_TYPE = {.kind = TYPE_UNKNOWN};

/* What is not sound, and nothing told of it, was left out for lack of memory. */
static void whole(struct check *c, bool sound) {
    if (!sound && !c->faults->n_faults) c->faults->no_memory = true;
}

static void look(struct check *c, struct node *p, struct node *table, const struct expr_scope *s, const json_t *output, const char *kind,
                 struct connector_op *op, json_t *out) {
    static const char *const known[] = {"get", "post", "put", "delete", "query", "headers", "body", "form", "answer", "ends", "key_header", NULL};
    struct node *v = node_field(table, "look");
    if (!v && strcmp(kind, "read") && !table->bad)
        faults_add(c->faults, &p->word_span, "missing-field",
                   "%s changes something, so it must be possible to ask what became of it; add look = { get = \"/path/{key}\" }", owner(c, p));
    if (!v || v->bad) return;
    if (v->kind != NODE_TABLE) {
        faults_node(c->faults, v, "bad-value", "‹look› is a request: { get = \"/path/{key}\" }");
        return;
    }
    if (!connector_known(c, v, known, "look")) return;
    json_t *about = connector_part(c, out, "look", json_object());
    op->has_look = true;
    bool sound = connector_way(c, v, v, s, &op->look, about);
    whole(c, connector_answer(c, v, table, output, about) && sound);
}

static void operation(struct check *c, struct node *p, struct connector_op *op, json_t *all) {
    struct node *table = node_body(p), *undoes = node_field(table, "undoes");
    const json_t *input = schema(c, node_field(table, "input"), true), *output = schema(c, node_field(table, "output"), false);
    const char *kind = kind_of(c, node_field(table, "kind")), *about = text_of(node_field(table, "about")), *contract = text_of(node_field(table, "contract"));
    int64_t cache_ms = ms_of(c, node_field(table, "cache"), INT64_C(2592000000), "days(30)");
    json_t *out = json_object();
    op->name = node_name_text(p), op->input = record_of(c, input);
    connector_put(c, out, "name", json_string(op->name)), connector_put(c, out, "about", json_string(about ? about : "")), connector_put(c, out, "kind", json_string(kind));
    if (contract) connector_put(c, out, "contract", json_string(contract));
    connector_put(c, out, "timeout_ms", json_integer(ms_of(c, node_field(table, "within"), TIMEOUT_MOST_MS, "seconds(120)")));
    if (cache_ms) connector_put(c, out, "cache_s", json_integer((cache_ms + 999) / 1000));
    if (cache_ms && strcmp(kind, "read")) faults_node(c->faults, node_field(table, "cache"), "bad-value", "only what reads is kept; an %s happens each time", kind);
    if (undoes && !undoes->bad && undoes->truth) connector_put(c, out, "undoes", json_true());
    words(c, node_field(table, "stale_on"), out);
    connector_put(c, out, "input", json_incref((json_t *)input)), connector_put(c, out, "output", json_incref((json_t *)output));
    sample(c, node_field(table, "sample"), record_of(c, output), output, out);
    struct expr_name names[] = {{.name = "input", .type = op->input ? op->input : &LOST_TYPE}, {.name = "key", .type = &TEXT_TYPE}, {0}};
    struct expr_scope scope = {.names = names};
    json_t *ask = connector_part(c, out, "ask", json_object());
    bool sound = connector_way(c, p, table, &scope, &op->ask, ask);
    whole(c, connector_answer(c, table, NULL, output, ask) && sound);
    look(c, p, table, &scope, output, kind, op, out);
    connector_add(c, all, out);
}

const struct connector_plan *connector_build(struct check *c) {
    static const struct catalog alone; /* it stands by itself: what it says never changes with another file */
    int most = c->root->n_items;
    struct connector_plan *plan = arena_alloc(c->arena, sizeof *plan);
    struct connector_op *ops = arena_alloc(c->arena, sizeof *ops * (size_t)(most + 1));
    json_t *description = keep_json(c, json_object()), *all = NULL;
    if (!plan || !ops || !description) {
        c->faults->no_memory = true;
        return NULL;
    }
    c->catalog = &alone;
    head(c, description);
    all = connector_part(c, description, "operations", json_array());
    for (int i = 1; i < most; i++) {
        struct node *p = c->root->items[i].value;
        if (p->bad || !node_is_call(p, "operation") || !node_body(p)) continue;
        if (plan->n_ops == OPERATIONS_MOST) {
            faults_node(c->faults, p, "too-many", "a connector has at most %d operations", OPERATIONS_MOST);
            break;
        }
        operation(c, p, &ops[plan->n_ops++], all);
    }
    if (!plan->n_ops && !c->faults->n_faults)
        faults_add(c->faults, &c->head->word_span, "no-operation", "connector \"%s\" offers nothing; add operation \"...\" { ... }", node_name_text(c->head));
    plan->description = description, plan->ops = ops;
    return c->faults->n_faults ? NULL : plan;
}
