/* connector_request.c - the request of a declared operation: method, path, query, headers, body, read and typed. */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "dsl/connector_plan.h"
#include "dsl/unit.h"

const char *const CONNECTOR_DATE_FORMS[] = {"YYYY-MM-DD", "DD-MM-YYYY", "DD/MM/YYYY", "MM/DD/YYYY", "YYYYMMDD", "DDMMYYYY", NULL};

static const char *const METHODS[][2] = {{"get", "GET"}, {"post", "POST"}, {"put", "PUT"}, {"delete", "DELETE"}};

static void *room(struct check *c, size_t n) {
    void *p = arena_alloc(c->arena, n ? n : 1);
    if (!p) c->faults->no_memory = true;
    return p;
}

/* --- values ---------------------------------------------------------------------------------------- */

static bool value(struct check *c, struct node *v, const struct expr_scope *s, bool scalar, struct said *out);

static bool is_scalar(const struct type *t) { return t->kind != TYPE_LIST && t->kind != TYPE_RECORD && t->kind != TYPE_OPAQUE; }

static bool expression(struct check *c, struct node *v, const struct expr_scope *s, bool scalar, struct said *out) {
    out->kind = SAID_EXPR;
    out->expr = read_expression(c, v, s, NULL);
    if (!out->expr) return false;
    if (!scalar || is_scalar(expr_type(out->expr))) return true;
    faults_node(c->faults, v, "wrong-type", "%s cannot stand in an address or a header; name one field of it", type_words(expr_type(out->expr), c->arena));
    return false;
}

static bool constant(struct check *c, struct node *v, struct said *out) {
    out->kind = SAID_CONST;
    out->constant = keep_json(c, value_data_new(c, v, NULL));
    return out->constant != NULL;
}

static bool date_form(struct check *c, struct node *v, struct said *out) {
    if (!v) return true;
    for (const char *const *f = CONNECTOR_DATE_FORMS; v->kind == NODE_TEXT && *f; f++)
        if (!strcmp(*f, v->text)) return out->form = *f, true;
    faults_node(c->faults, v, "bad-value", "there is no date form %s%s", value_shown(c, v),
                v->kind == NODE_TEXT ? faults_nearest(c->faults, v->text, CONNECTOR_DATE_FORMS) : "");
    return false;
}

/* money { is = "input.amount", counts = "major" }, date { is = "input.dob", form = "DDMMYYYY" } */
static bool converted(struct check *c, struct node *v, const struct expr_scope *s, struct said *out) {
    static const char *const money[] = {"is", "counts", NULL}, *const date[] = {"is", "form", NULL};
    bool is_money = !strcmp(v->text, "money");
    struct node *table = node_body(v), *is = node_field(table, "is"), *counts = node_field(table, "counts");
    if (!connector_known(c, table, is_money ? money : date, v->text)) return false;
    if (!is) {
        faults_node(c->faults, v, "missing-field", "‹%s› needs ‹is›: the expression, as in %s { is = \"input.%s\" }", v->text, v->text, is_money ? "amount" : "dob");
        return false;
    }
    if (!expression(c, is, s, true, out)) return false;
    enum type_kind want = is_money ? TYPE_MONEY : TYPE_DATE;
    if (expr_type(out->expr)->kind != want && expr_type(out->expr)->kind != TYPE_UNKNOWN) {
        faults_node(c->faults, is, "wrong-type", "this is %s, not %s", type_words(expr_type(out->expr), c->arena), is_money ? "money" : "a date");
        return false;
    }
    if (!is_money) return date_form(c, node_field(table, "form"), out);
    if (counts && counts->kind == NODE_TEXT && !strcmp(counts->text, "major")) return out->major_digits = 1, true;
    if (counts && counts->kind == NODE_TEXT && !strcmp(counts->text, "minor")) return true;
    faults_node(c->faults, counts ? counts : v, "bad-value", "say what the provider counts in: counts = \"major\" (rupees) or \"minor\" (paise)");
    return false;
}

static bool fields(struct check *c, struct node *table, const struct expr_scope *s, bool scalar, const struct said_field **out, int *n);

static bool list(struct check *c, struct node *v, const struct expr_scope *s, struct said *out) {
    struct node *table = node_body(v);
    struct said_field *all = room(c, sizeof *all * (size_t)(table ? table->n_items : 0));
    bool sound = all != NULL;
    out->kind = SAID_LIST, out->fields = all;
    for (int i = 0; sound && table && i < table->n_items; i++) sound = value(c, table->items[i].value, s, false, &all[out->n_fields++].value);
    return sound;
}

static bool value(struct check *c, struct node *v, const struct expr_scope *s, bool scalar, struct said *out) {
    *out = (struct said){.major_digits = -1};
    if (v->bad) return false;
    if (v->kind == NODE_TEXT) return expression(c, v, s, scalar, out);
    if (v->kind == NODE_CALL && node_body(v) && (!strcmp(v->text, "money") || !strcmp(v->text, "date"))) return converted(c, v, s, out);
    if (v->kind == NODE_CALL && !strcmp(v->text, "list") && node_body(v) && !scalar) return list(c, v, s, out);
    if (v->kind == NODE_TABLE && !scalar) {
        out->kind = SAID_OBJECT;
        return fields(c, v, s, false, &out->fields, &out->n_fields);
    }
    if (v->kind == NODE_TABLE) {
        faults_node(c->faults, v, "bad-value", "an address and a header hold single values, not { ... }");
        return false;
    }
    return constant(c, v, out);
}

/* name = value, or { "X-Odd-Name", value } where the name is no plain word. */
static bool pair(struct check *c, const struct item *it, const struct expr_scope *s, bool scalar, struct said_field *out) {
    struct node *v = it->value;
    if (it->key) return out->name = it->key, value(c, v, s, scalar, &out->value);
    if (v->kind == NODE_TABLE && v->n_items == 2 && !v->items[0].key && !v->items[1].key && v->items[0].value->kind == NODE_TEXT) {
        out->name = v->items[0].value->text;
        return value(c, v->items[1].value, s, scalar, &out->value);
    }
    faults_node(c->faults, v, "bad-value", "write name = value, or { \"X-Name\", value } where the name is no plain word");
    return false;
}

static bool fields(struct check *c, struct node *table, const struct expr_scope *s, bool scalar, const struct said_field **out, int *n) {
    *n = 0;
    if (!table) return true;
    if (table->bad) return false;
    if (table->kind != NODE_TABLE) {
        faults_node(c->faults, table, "bad-value", "names and values stand in { }, not %s", value_shown(c, table));
        return false;
    }
    struct said_field *all = room(c, sizeof *all * (size_t)table->n_items);
    bool sound = all != NULL;
    *out = all;
    for (int i = 0; all && i < table->n_items; i++) sound &= pair(c, &table->items[i], s, scalar, &all[(*n)++]);
    return sound;
}

/* --- headers: what may travel raw ------------------------------------------------------------------- */

static bool header_names(struct check *c, struct node *table, const struct way *w) {
    static const char *const ours[] = {"authorization", "host", "content-length", "content-type", "transfer-encoding", "connection", NULL};
    bool sound = true;
    for (int i = 0; i < w->n_headers; i++) {
        const char *name = w->headers[i].name;
        if (!name) continue; /* told already */
        bool token = *name && strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == strlen(name), hidden = false;
        for (int k = 0; ours[k]; k++) hidden |= !strcasecmp(ours[k], name);
        if (token && !hidden) continue;
        if (hidden) faults_node(c->faults, table->items[i].value, "bad-name", "the header %s is set by the engine; a secret belongs to ‹auth›", name);
        else faults_node(c->faults, table->items[i].value, "bad-name", "\"%s\" is no name of a header", name);
        sound = false;
    }
    return sound;
}

/* --- the path ---------------------------------------------------------------------------------------- */

static bool path_expression(struct check *c, struct node *v, const char *from, size_t n, const struct expr_scope *s, struct path_part *out) {
    const char *text = arena_strndup(c->arena, from, n);
    out->expr = text ? read_text(c, v, text, s, NULL) : NULL;
    if (!out->expr) return false;
    const struct type *t = expr_type(out->expr);
    if (is_scalar(t) && !t->maybe) return true;
    if (t->maybe) faults_node(c->faults, v, "maybe-missing", "{%s} may be missing, and an address needs it; give it a default", text);
    else faults_node(c->faults, v, "wrong-type", "{%s} is %s and cannot stand in an address", text, type_words(t, c->arena));
    return false;
}

static bool path_is_sane(struct check *c, struct node *v) {
    bool inside = false;
    const char *odd = v->text[0] == '/' ? NULL : "it begins with /";
    for (const char *p = v->text; *p && !odd; p++) {
        inside = *p == '{' ? true : *p == '}' ? false : inside;
        if (!inside && (isspace((unsigned char)*p) || strchr("?#\\\"", *p))) odd = "what stands behind ? goes into ‹query›; no spaces";
    }
    if (!odd && strstr(v->text, "..")) odd = "it has no ..";
    if (!odd) return true;
    faults_node(c->faults, v, "bad-value", "\"%s\" is no path of an address: %s", v->text, odd);
    return false;
}

static bool path(struct check *c, struct node *v, const struct expr_scope *s, struct way *w) {
    struct path_part *all = room(c, sizeof *all * (v->text_len + 1));
    const char *p = v->text;
    w->path = all;
    if (!all || !path_is_sane(c, v)) return false;
    while (*p) {
        const char *open = strchr(p, '{'), *close = open ? strchr(open, '}') : NULL;
        size_t n = open ? (size_t)(open - p) : strlen(p);
        if (n) all[w->n_path++].text = arena_strndup(c->arena, p, n);
        if (!open) break;
        if (!close) {
            faults_node(c->faults, v, "bad-value", "the { in \"%s\" is not closed", v->text);
            return false;
        }
        if (!path_expression(c, v, open + 1, (size_t)(close - open - 1), s, &all[w->n_path])) return false;
        w->n_path++;
        p = close + 1;
    }
    return true;
}

static struct node *method(struct check *c, struct node *call, struct node *table, json_t *about) {
    struct node *found = NULL;
    for (size_t i = 0; i < ARRAY_LEN(METHODS); i++) {
        struct node *v = node_field(table, METHODS[i][0]);
        if (!v) continue;
        if (found) faults_node(c->faults, v, "two-methods", "one request has one method; keep one of get, post, put and delete");
        found = v;
        connector_put(c, about, "method", json_string(METHODS[i][1]));
    }
    if (!found && !table->bad) faults_add(c->faults, call->kind == NODE_CALL ? &call->word_span : &call->span, "no-method", "say what is asked: get = \"/path\" or post = \"/path\"");
    if (!found || found->bad) return NULL;
    if (found->kind == NODE_TEXT && found->text_len) return found;
    faults_node(c->faults, found, "bad-value", "a path is a text in quotes, such as \"/v1/reports\"");
    return NULL;
}

static bool form(struct check *c, struct node *table, const struct way *w, json_t *about) {
    struct node *v = node_field(table, "form"), *once = node_field(table, "key_header");
    bool json = !v || (v->kind == NODE_TEXT && !strcmp(v->text, "json")), form = v && v->kind == NODE_TEXT && !strcmp(v->text, "form");
    if (!json && !form) {
        faults_node(c->faults, v, "bad-value", "‹form› is \"json\" or \"form\", not %s", value_shown(c, v));
        return false;
    }
    for (int i = 0; form && i < w->body.n_fields; i++)
        if (w->body.fields[i].value.kind == SAID_OBJECT || w->body.fields[i].value.kind == SAID_LIST) {
            faults_node(c->faults, node_field(table, "body"), "bad-value", "a form holds single values; ‹%s› is none", w->body.fields[i].name);
            return false;
        }
    connector_put(c, about, "form", json_string(form ? "form" : "json"));
    if (once && once->kind == NODE_TEXT) connector_put(c, about, "key_header", json_string(once->text));
    return true;
}

bool connector_known(struct check *c, struct node *table, const char *const *known, const char *what) {
    bool sound = true;
    for (int i = 0; table && table->kind == NODE_TABLE && i < table->n_items; i++) {
        const struct item *it = &table->items[i];
        bool mine = !it->key;
        for (int k = 0; known[k] && it->key; k++) mine |= !strcmp(known[k], it->key);
        if (mine) continue;
        faults_add(c->faults, &it->key_span, "unknown-field", "‹%s› has no field ‹%s›%s", what, it->key, faults_nearest(c->faults, it->key, known));
        sound = false;
    }
    return sound;
}

bool connector_way(struct check *c, struct node *call, struct node *table, const struct expr_scope *s, struct way *out, json_t *about) {
    struct node *to = method(c, call, table, about), *body = node_field(table, "body"), *headers = node_field(table, "headers");
    bool sound = to && path(c, to, s, out);
    sound &= fields(c, node_field(table, "query"), s, true, &out->query, &out->n_query);
    sound &= fields(c, headers, s, true, &out->headers, &out->n_headers);
    sound &= header_names(c, headers, out);
    out->has_body = body != NULL;
    if (body && to && !strcmp(json_text(about, "method", ""), "GET")) {
        faults_node(c->faults, body, "bad-value", "a get has no body; put it into ‹query›, or write post");
        return false;
    }
    if (body) sound &= value(c, body, s, false, &out->body);
    return form(c, table, out, about) && sound;
}
