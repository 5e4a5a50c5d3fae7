/* connector_types.c - inputs and outputs of declared operations, as JSON Schema. */
#include <string.h>

#include "base/fixed.h"
#include "base/text.h"
#include "dsl/connector_plan.h"
#include "dsl/unit.h"

#define TEXT_MOST 500

static const struct spelled {
    const char *word, *options; /* separated by spaces */
} TYPES[] = {{"text", "pattern least_length most_length personal"}, {"number", "whole least most better personal"},
             {"share", "least most better"}, {"money", "least most better"}, {"date", "personal"}, {"instant", ""},
             {"truth", ""}, {"one_of", ""}};
static const char *const NAMES[] = {"text", "number", "share", "money", "date", "instant", "truth", "one_of", NULL};

static const struct spelled *spelled(const char *word) {
    for (size_t i = 0; i < ARRAY_LEN(TYPES); i++)
        if (!strcmp(TYPES[i].word, word)) return &TYPES[i];
    return NULL;
}

static bool listed(const char *list, const char *word) {
    size_t n = strlen(word);
    for (const char *p = list; (p = strstr(p, word)); p += n)
        if ((p == list || p[-1] == ' ') && (!p[n] || p[n] == ' ')) return true;
    return false;
}

void connector_put(struct check *c, json_t *o, const char *key, json_t *v) {
    if ((!v || json_object_set_new(o, key, v)) && !c->faults->n_faults) c->faults->no_memory = true;
}

void connector_add(struct check *c, json_t *list, json_t *v) {
    if ((!v || json_array_append_new(list, v)) && !c->faults->n_faults) c->faults->no_memory = true;
}

json_t *connector_part(struct check *c, json_t *o, const char *key, json_t *v) {
    connector_put(c, o, key, v);
    return json_object_get(o, key);
}

/* --- options --------------------------------------------------------------------------------------- */

static bool bound(struct check *c, struct node *v, const char *type, json_t *s, const char *key) {
    struct value got;
    const char *why = NULL;
    int64_t n;
    if (!strcmp(type, "money")) {
        if (value_unit(c, v, &got, &why) && got.kind == TYPE_MONEY) return connector_put(c, s, key, json_integer(got.n)), true;
        faults_node(c->faults, v, "bad-value", "‹%s› of money is an amount such as rupees(500), not %s", !strcmp(key, "minimum") ? "least" : "most", value_shown(c, v));
        return false;
    }
    if (!strcmp(type, "share") && value_unit(c, v, &got, &why) && got.kind == TYPE_SHARE) return connector_put(c, s, key, json_real((double)got.n / FIXED_ONE)), true;
    if (v->kind == NODE_NUMBER && fixed_parse(v->text, v->text_len, &n) == OK)
        return connector_put(c, s, key, n % FIXED_ONE ? json_real((double)n / FIXED_ONE) : json_integer(n / FIXED_ONE)), true;
    faults_node(c->faults, v, "bad-value", "‹%s› is a number, not %s", !strcmp(key, "minimum") ? "least" : "most", value_shown(c, v));
    return false;
}

static bool is_truth(struct check *c, const struct item *it) {
    if (it->value->kind == NODE_TRUTH) return true;
    faults_node(c->faults, it->value, "bad-value", "‹%s› is true or false, not %s", it->key, value_shown(c, it->value));
    return false;
}

static bool is_text(struct check *c, const struct item *it) {
    if (it->value->kind == NODE_TEXT && it->value->text_len) return true;
    faults_node(c->faults, it->value, "bad-value", "‹%s› is a text in quotes, not %s", it->key, value_shown(c, it->value));
    return false;
}

static bool length(struct check *c, const struct item *it, json_t *s, const char *key) {
    int64_t n = value_int(it->value, -1);
    if (n >= 0 && n <= 1000000) return connector_put(c, s, key, json_integer(n)), true;
    faults_node(c->faults, it->value, "bad-value", "‹%s› is a whole number, not %s", it->key, value_shown(c, it->value));
    return false;
}

static bool better(struct check *c, const struct item *it, json_t *s) {
    if (!is_text(c, it)) return false;
    if (!strcmp(it->value->text, "higher") || !strcmp(it->value->text, "lower")) return connector_put(c, s, "x-better", json_string(it->value->text)), true;
    faults_node(c->faults, it->value, "bad-value", "‹better› is \"lower\" or \"higher\", not \"%s\"", it->value->text);
    return false;
}

static bool option(struct check *c, const struct item *it, const char *type, json_t *s, bool *maybe) {
    const char *k = it->key;
    if (!strcmp(k, "maybe")) return is_truth(c, it) && (*maybe = it->value->truth, true);
    if (!strcmp(k, "about")) return is_text(c, it) && (connector_put(c, s, "description", json_string(it->value->text)), true);
    if (!strcmp(k, "personal")) return is_truth(c, it) && (it->value->truth ? connector_put(c, s, "x-personal", json_true()) : (void)0, true);
    if (!strcmp(k, "whole")) return is_truth(c, it) && (it->value->truth ? connector_put(c, s, "type", json_string("integer")) : (void)0, true);
    if (!strcmp(k, "pattern")) return is_text(c, it) && (connector_put(c, s, "pattern", json_string(it->value->text)), true);
    if (!strcmp(k, "least_length")) return length(c, it, s, "minLength");
    if (!strcmp(k, "most_length")) return length(c, it, s, "maxLength");
    if (!strcmp(k, "least")) return bound(c, it->value, type, s, "minimum");
    if (!strcmp(k, "most")) return bound(c, it->value, type, s, "maximum");
    return better(c, it, s);
}

static bool options(struct check *c, struct node *table, const struct spelled *t, json_t *s, bool *maybe) {
    const char *known[12] = {"maybe", "about"};
    static const char *const all[] = {"pattern", "least_length", "most_length", "personal", "whole", "least", "most", "better"};
    int n = 2;
    bool sound = true;
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (listed(t->options, all[i])) known[n++] = all[i];
    for (int i = 0; table && i < table->n_items; i++) {
        const struct item *it = &table->items[i];
        bool mine = false;
        for (int k = 0; it->key && k < n; k++) mine |= !strcmp(known[k], it->key);
        if (it->key && !mine) {
            faults_add(c->faults, &it->key_span, "unknown-field", "‹%s› takes no ‹%s›%s", t->word, it->key, faults_nearest(c->faults, it->key, known));
            sound = false;
        } else if (it->key && !it->value->bad) sound &= option(c, it, t->word, s, maybe);
    }
    return sound;
}

/* --- types ----------------------------------------------------------------------------------------- */

static json_t *words_new(struct check *c, struct node *v, const struct node *table) {
    json_t *all = json_array();
    for (int i = 0; all && table && i < table->n_items; i++)
        if (!table->items[i].key && table->items[i].value->kind == NODE_TEXT)
            connector_add(c, all, json_string(table->items[i].value->text));
    if (json_array_size(all) > 1) return all;
    faults_node(c->faults, v, "bad-value", "‹one_of› lists its words: one_of { \"mobile\", \"landline\" }");
    json_decref(all);
    return NULL;
}

static json_t *bare_new(struct check *c, const char *word) {
    if (!strcmp(word, "text")) return json_pack("{s:s, s:i}", "type", "string", "maxLength", TEXT_MOST);
    if (!strcmp(word, "number")) return json_pack("{s:s}", "type", "number");
    if (!strcmp(word, "share")) return json_pack("{s:s, s:i, s:i, s:s}", "type", "number", "minimum", 0, "maximum", 1, "x-unit", "share");
    if (!strcmp(word, "money"))
        return json_pack("{s:s, s:s, s:s}", "type", "integer", "x-unit", "money", "x-currency", c->catalog->currency ? c->catalog->currency : "INR");
    if (!strcmp(word, "date")) return json_pack("{s:s, s:s}", "type", "string", "format", "date");
    if (!strcmp(word, "instant")) return json_pack("{s:s, s:s}", "type", "string", "format", "date-time");
    return !strcmp(word, "truth") ? json_pack("{s:s}", "type", "boolean") : json_object();
}

/* "number", or number { whole = true }. */
static json_t *type_new(struct check *c, const struct item *it, bool *maybe) {
    struct node *v = it->value;
    const char *word = v->kind == NODE_TEXT || v->kind == NODE_CALL ? v->text : "";
    const struct spelled *t = spelled(word);
    struct node *table = node_body(v);
    *maybe = false;
    if (v->bad) return NULL;
    if (!t || (v->kind == NODE_CALL && !table)) {
        faults_node(c->faults, v, "bad-value", "‹%s› needs a type such as number { least = 0 } or \"text\"%s", it->key,
                    *word && !t ? faults_nearest(c->faults, word, NAMES) : "");
        return NULL;
    }
    json_t *s = bare_new(c, word);
    bool sound = s && options(c, table, t, s, maybe);
    if (sound && !strcmp(word, "one_of")) {
        json_t *words = words_new(c, v, table);
        sound = words != NULL;
        connector_put(c, s, "enum", words);
    }
    if (sound) return s;
    json_decref(s);
    return NULL;
}

static bool plain(const char *s) {
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return n && !s[n] && n <= 60;
}

static bool one_field(struct check *c, const struct item *it, json_t *properties, json_t *required) {
    bool maybe = false;
    json_t *s = NULL;
    if (!it->key) faults_node(c->faults, it->value, "bad-value", "every field has a name here: name = %s", value_shown(c, it->value));
    else if (!plain(it->key)) faults_add(c->faults, &it->key_span, "bad-name", "the name ‹%s› should be small letters, digits and _ only", it->key);
    else s = type_new(c, it, &maybe);
    if (!s) return false;
    connector_put(c, properties, it->key, s);
    if (!maybe) connector_add(c, required, json_string(it->key));
    return true;
}

json_t *connector_schema_new(struct check *c, struct node *table, bool closed) {
    json_t *properties = json_object(), *required = json_array();
    bool sound = properties && required && table && table->kind == NODE_TABLE;
    if (table && !table->bad && table->kind != NODE_TABLE) faults_node(c->faults, table, "bad-value", "fields and their types stand in { }: { pan = \"text\" }");
    for (int i = 0; table && table->kind == NODE_TABLE && i < table->n_items; i++) sound &= one_field(c, &table->items[i], properties, required);
    json_t *out = sound ? json_pack("{s:s, s:O, s:O}", "type", "object", "properties", properties, "required", required) : NULL;
    if (out && closed) connector_put(c, out, "additionalProperties", json_false());
    json_decref(properties), json_decref(required);
    return out;
}
