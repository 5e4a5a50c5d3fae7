/* connector_answer.c - what a reply means: where each field of the output stands in it, and which replies are a no. */
#include <string.h>

#include "base/fixed.h"
#include "base/schema.h"
#include "base/text.h"
#include "dsl/connector_plan.h"
#include "dsl/unit.h"

#define PATH_PARTS 16

/* "report.accounts.0.limit", or a JSON pointer "/report/first name". Numbers are places in lists. */
static json_t *path_new(struct check *c, struct node *v) {
    bool pointer = v && v->kind == NODE_TEXT && v->text[0] == '/';
    json_t *all = v && v->kind == NODE_TEXT && v->text_len ? json_array() : NULL;
    for (const char *p = all ? v->text + pointer : NULL; p && *p;) {
        size_t n = strcspn(p, pointer ? "/" : ".");
        int64_t place;
        bool is_place = text_i64(p, n, &place) == OK && place >= 0;
        if (!n || json_array_size(all) == PATH_PARTS) break;
        connector_add(c, all, is_place ? json_integer(place) : json_stringn(p, n));
        if (!p[n]) return all;
        p += n + 1;
    }
    bool lacks = !all && v && v->kind == NODE_TEXT && v->text_len;
    json_decref(all);
    if (lacks) c->faults->no_memory = true;
    else if (v) faults_node(c->faults, v, "bad-value", "%s is no place in a reply; write it as \"report.score\" or \"/report/first name\"", value_shown(c, v));
    return NULL;
}

static const char *type_of(const json_t *schema) {
    const char *type = json_text(schema, "type", ""), *format = json_text(schema, "format", ""), *unit = json_text(schema, "x-unit", "");
    if (json_object_get(schema, "enum")) return "word";
    if (!strcmp(unit, "money")) return "money";
    if (!strcmp(unit, "share")) return "share";
    if (!strcmp(format, "date")) return "date";
    if (!strcmp(format, "date-time")) return "instant";
    if (!strcmp(type, "boolean")) return "truth";
    if (!strcmp(type, "integer")) return "whole";
    return !strcmp(type, "number") ? "number" : "text";
}

static const char *type_says(const char *as) {
    static const char *const said[][2] = {{"word", "one of its words"}, {"whole", "a whole number"}, {"number", "a number"}, {"text", "a text"},
                                          {"share", "a share"}, {"date", "a date"}, {"instant", "an instant"}, {"truth", "true or false"}};
    for (size_t i = 0; i < ARRAY_LEN(said); i++)
        if (!strcmp(said[i][0], as)) return said[i][1];
    return as;
}

static bool fits(const json_t *schema, const json_t *v) {
    struct schema *s = NULL;
    bool good = schema_new(schema, &s, NULL) == OK && schema_check(s, v, NULL, NULL, NULL) == OK;
    schema_free(s);
    return good;
}

/* --- the ways to find a field ----------------------------------------------------------------------- */

static bool ours_fits(struct check *c, struct node *v, const json_t *schema, json_t *ours) {
    if (ours && fits(schema, ours)) return true;
    if (ours)
        faults_node(c->faults, v, "wrong-type", "%s does not fit the field, which is %s", value_shown(c, v), type_says(type_of(schema)));
    json_decref(ours);
    return false;
}

/* map { at = "line.type", { "M", "mobile" }, { "F", "landline" }, otherwise = "other" } */
static bool map(struct check *c, struct node *table, const json_t *schema, json_t *out) {
    static const char *const known[] = {"at", "otherwise", NULL};
    struct node *otherwise = node_field(table, "otherwise");
    json_t *pairs = json_array();
    bool sound = connector_known(c, table, known, "map") && pairs;
    for (int i = 0; sound && i < table->n_items; i++) {
        struct node *p = table->items[i].value;
        if (table->items[i].key) continue;
        bool two = p->kind == NODE_TABLE && p->n_items == 2 && !p->items[0].key && !p->items[1].key;
        if (!two) faults_node(c->faults, p, "bad-value", "a pair of a map is { theirs, ours }, as in { \"M\", \"mobile\" }");
        json_t *theirs = two ? value_data_new(c, p->items[0].value, NULL) : NULL, *ours = theirs ? value_data_new(c, p->items[1].value, NULL) : NULL;
        sound = ours_fits(c, two ? p->items[1].value : p, schema, ours);
        if (sound) connector_add(c, pairs, json_pack("[o, o]", theirs, ours));
        else json_decref(theirs);
    }
    if (sound && !json_array_size(pairs)) faults_node(c->faults, table, "bad-value", "a map has at least one pair: { \"M\", \"mobile\" }"), sound = false;
    if (sound) connector_put(c, out, "map", json_incref(pairs));
    json_decref(pairs);
    json_t *last = sound && otherwise ? value_data_new(c, otherwise, NULL) : NULL;
    if (sound && otherwise && !(sound = ours_fits(c, otherwise, schema, last))) return false;
    if (last) connector_put(c, out, "otherwise", last);
    return sound;
}

static bool one_of(struct check *c, const struct node *v, const char *field, const char *const *words, json_t *out) {
    for (const char *const *w = words; v && v->kind == NODE_TEXT && *w; w++)
        if (!strcmp(*w, v->text)) return connector_put(c, out, field, json_string(*w)), true;
    return false;
}

static bool money(struct check *c, struct node *v, struct node *table, json_t *out) {
    static const char *const known[] = {"at", "counts", NULL}, *const units[] = {"major", "minor", NULL};
    if (!connector_known(c, table, known, "money")) return false;
    if (one_of(c, node_field(table, "counts"), "counts", units, out)) return true;
    faults_node(c->faults, v, "bad-value", "say what the provider counts in: counts = \"major\" (rupees) or \"minor\" (paise)");
    return false;
}

static bool share(struct check *c, struct node *v, struct node *table, json_t *out) {
    static const char *const known[] = {"at", "counts", NULL}, *const units[] = {"percent", "share", NULL};
    if (!connector_known(c, table, known, "share")) return false;
    if (one_of(c, node_field(table, "counts"), "counts", units, out)) return true;
    faults_node(c->faults, v, "bad-value", "say how the provider writes it: counts = \"percent\" (87.5) or \"share\" (0.875)");
    return false;
}

static bool date(struct check *c, struct node *v, struct node *table, json_t *out) {
    static const char *const known[] = {"at", "form", NULL};
    struct node *form = node_field(table, "form");
    if (!connector_known(c, table, known, "date")) return false;
    if (!form || one_of(c, form, "form", CONNECTOR_DATE_FORMS, out)) return true;
    faults_node(c->faults, form, "bad-value", "there is no date form %s%s", value_shown(c, form),
                form->kind == NODE_TEXT ? faults_nearest(c->faults, form->text, CONNECTOR_DATE_FORMS) : "");
    (void)v;
    return false;
}

static bool is_for(struct check *c, struct node *v, const char *as, const char *wanted) {
    if (!strcmp(as, wanted) || (!strcmp(wanted, "number") && !strcmp(as, "whole"))) return true;
    faults_node(c->faults, v, "wrong-type", "‹%s› makes %s, but the field is %s", v->text, type_says(wanted), type_says(as));
    return false;
}

/* missing "score", present "score", count "accounts" */
static bool about_place(struct check *c, struct node *v, const char *as, json_t *out) {
    bool counts = !strcmp(v->text, "count");
    if (!is_for(c, v, as, counts ? "number" : "truth")) return false;
    connector_put(c, out, "path", path_new(c, v->args[0]));
    connector_put(c, out, "is", json_string(v->text));
    return json_object_get(out, "path") != NULL;
}

static bool call(struct check *c, struct node *v, const json_t *schema, json_t *out) {
    static const char *const ways[] = {"map", "money", "share", "date", "missing", "present", "count", "text", NULL};
    const char *as = type_of(schema);
    struct node *table = node_body(v), *at = node_field(table, "at");
    if (v->n_args == 1 && v->args[0]->kind == NODE_TEXT && (!strcmp(v->text, "missing") || !strcmp(v->text, "present") || !strcmp(v->text, "count")))
        return about_place(c, v, as, out);
    if (!strcmp(v->text, "text") || !table) {
        json_t *constant = value_data_new(c, v, NULL);
        if (!ours_fits(c, v, schema, constant)) return false;
        return connector_put(c, out, "const", constant), true;
    }
    bool known = false;
    for (const char *const *w = ways; *w; w++) known |= !strcmp(*w, v->text);
    if (!known) faults_node(c->faults, v, "unknown-word", "there is no way ‹%s› to read a field%s", v->text, faults_nearest(c->faults, v->text, ways));
    else if (!at) faults_node(c->faults, v, "missing-field", "‹%s› needs ‹at›: where it stands in the reply, as in at = \"report.score\"", v->text);
    if (!known || !at) return false;
    connector_put(c, out, "path", path_new(c, at));
    if (!json_object_get(out, "path")) return false;
    if (!strcmp(v->text, "map")) return map(c, table, schema, out);
    if (!is_for(c, v, as, v->text)) return false;
    if (!strcmp(v->text, "money")) return connector_put(c, out, "currency", json_string(json_text(schema, "x-currency", "INR"))), money(c, v, table, out);
    return !strcmp(v->text, "share") ? share(c, v, table, out) : date(c, v, table, out);
}

static json_t *field_new(struct check *c, struct node *v, const json_t *schema, bool maybe) {
    const char *as = type_of(schema);
    json_t *out = json_pack("{s:s}", "as", as);
    bool sound = out && !v->bad;
    if (sound && maybe) connector_put(c, out, "maybe", json_true());
    if (sound && v->kind == NODE_TEXT && (!strcmp(as, "money") || !strcmp(as, "share"))) {
        faults_node(c->faults, v, "bad-value", "say in which unit: %s", !strcmp(as, "money") ? "money { at = \"...\", counts = \"major\" }" : "share { at = \"...\", counts = \"percent\" }");
        sound = false;
    } else if (sound && v->kind == NODE_TEXT) {
        connector_put(c, out, "path", path_new(c, v));
        sound = json_object_get(out, "path") != NULL;
    } else if (sound && v->kind == NODE_CALL) sound = call(c, v, schema, out);
    else if (sound) {
        json_t *constant = value_data_new(c, v, NULL);
        sound = ours_fits(c, v, schema, constant);
        if (sound) connector_put(c, out, "const", constant);
    }
    if (sound) return out;
    json_decref(out);
    return NULL;
}

static bool is_required(const json_t *output, const char *name) {
    const json_t *one;
    size_t i;
    json_array_foreach(json_object_get(output, "required"), i, one)
        if (!strcmp(json_string_value(one), name)) return true;
    return false;
}

static const char *const *output_names(struct check *c, const json_t *properties) {
    const char **all = arena_alloc(c->arena, sizeof *all * (json_object_size(properties) + 1)), *name;
    json_t *v;
    size_t n = 0;
    if (all) json_object_foreach((json_t *)properties, name, v) all[n++] = name;
    return all;
}

static bool answer(struct check *c, struct node *table, const json_t *output, json_t *about) {
    const json_t *properties = json_object_get(output, "properties");
    json_t *fields = connector_part(c, about, "answer", json_object()), *schema;
    const char *name;
    bool sound = fields && table->kind == NODE_TABLE;
    if (table->kind != NODE_TABLE) faults_node(c->faults, table, "bad-value", "‹answer› says where each field stands in the reply: { score = \"report.score\" }");
    for (int i = 0; table->kind == NODE_TABLE && i < table->n_items; i++) {
        const struct item *it = &table->items[i];
        const json_t *field = it->key ? json_object_get(properties, it->key) : NULL;
        if (!it->key) faults_node(c->faults, it->value, "bad-value", "every field has a name here: name = %s", value_shown(c, it->value));
        else if (!field) faults_add(c->faults, &it->key_span, "unknown-field", "the output has no field ‹%s›%s", it->key, faults_nearest(c->faults, it->key, output_names(c, properties)));
        json_t *one = field ? field_new(c, it->value, field, !is_required(output, it->key)) : NULL;
        sound &= one != NULL;
        if (it->key) connector_put(c, fields, it->key, one);
    }
    json_object_foreach((json_t *)properties, name, schema) {
        if (!sound || json_object_get(fields, name) || !is_required(output, name)) continue;
        faults_add(c->faults, &table->span, "missing-field", "the output field ‹%s› has no place; say where it stands in the reply: %s = \"...\"", name, name);
        sound = false;
    }
    return sound;
}

/* --- ends ------------------------------------------------------------------------------------------- */

static bool plain_code(const char *s) {
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return n && !s[n] && n <= 40;
}

static bool one_end(struct check *c, struct node *v, json_t *all) {
    static const char *const known[] = {"status", "at", "is", "code", NULL}, *const words[] = {"refused", "failed", "uncertain", NULL};
    bool word = v->kind == NODE_CALL && (!strcmp(v->text, "refused") || !strcmp(v->text, "failed") || !strcmp(v->text, "uncertain"));
    struct node *table = word ? node_body(v) : NULL, *status = node_field(table, "status"), *at = node_field(table, "at"), *is = node_field(table, "is"),
                *code = node_field(table, "code");
    if (!table) {
        faults_node(c->faults, v, "bad-value", "an end is refused { status = 404, code = \"unknown\" }, failed { ... } or uncertain { ... }%s",
                    v->kind == NODE_CALL && !word ? faults_nearest(c->faults, v->text, words) : "");
        return false;
    }
    if (!connector_known(c, table, known, v->text)) return false;
    int64_t number = status ? value_int(status, 0) : 0;
    if (status && (number < 200 || number > 599)) faults_node(c->faults, status, "bad-value", "a status is a number such as 404, not %s", value_shown(c, status));
    else if (!status && !at) faults_node(c->faults, v, "bad-value", "say of which reply: status = 404, or at = \"error.code\" and is = \"NOT_FOUND\"");
    else if (!at != !is) faults_node(c->faults, v, "bad-value", "‹at› and ‹is› go together: at = \"error.code\", is = \"NOT_FOUND\"");
    else if (code && (code->kind != NODE_TEXT || !plain_code(code->text))) faults_node(c->faults, code, "bad-value", "a code is one plain word, such as \"unknown_number\"");
    json_t *one = v->bad || (status && status->bad) || (code && code->bad) ? NULL : json_pack("{s:s}", "end", v->text);
    if (one && status) connector_put(c, one, "status", json_integer(number));
    if (one && at) connector_put(c, one, "path", path_new(c, at)), connector_put(c, one, "is", value_data_new(c, is, NULL));
    if (one && code) connector_put(c, one, "code", json_string(code->text));
    if (one && at && (!json_object_get(one, "path") || !json_object_get(one, "is"))) json_decref(one), one = NULL;
    return one && !json_array_append_new(all, one);
}

static bool ends(struct check *c, struct node *table, json_t *about) {
    json_t *all = connector_part(c, about, "ends", json_array());
    bool sound = all != NULL;
    if (!table) return sound;
    if (table->kind != NODE_TABLE) {
        faults_node(c->faults, table, "bad-value", "‹ends› lists what a no looks like: { refused { status = 404, code = \"unknown\" } }");
        return false;
    }
    for (int i = 0; i < table->n_items; i++) sound &= one_end(c, table->items[i].value, all);
    return sound;
}

bool connector_answer(struct check *c, struct node *table, struct node *fallback, const json_t *output, json_t *about) {
    struct node *a = node_field(table, "answer"), *e = node_field(table, "ends");
    if (!a) a = node_field(fallback, "answer");
    if (!a || a->bad || !output) return false;
    bool sound = answer(c, a, output, about);
    return ends(c, e ? e : node_field(fallback, "ends"), about) && sound;
}
