/* formula_build.c - strategies/functions.lua: from the tree to formulas; compiles each and makes its tries. */
#include <ctype.h>
#include <string.h>

#include "base/fixed.h"
#include "base/text.h"
#include "dsl/file.h"
#include "dsl/formula_lua.h"
#include "dsl/unit.h"

static const struct {
    const char *word;
    enum type_kind kind;
} TYPES[] = {{"money", TYPE_MONEY}, {"share", TYPE_SHARE}, {"number", TYPE_NUMBER},
             {"truth", TYPE_TRUTH}, {"date", TYPE_DATE},   {"text", TYPE_TEXT}};
static const char *const TYPE_NAMES[] = {"money", "share", "number", "truth", "date", "text", NULL};

static void *room(struct check *c, size_t n) {
    void *p = arena_alloc(c->arena, n ? n : 1);
    if (!p) c->faults->no_memory = true;
    return p;
}

static const struct type *type_named(struct check *c, const char *word) {
    for (size_t i = 0; i < ARRAY_LEN(TYPES); i++) {
        if (strcmp(TYPES[i].word, word)) continue;
        struct type *t = room(c, sizeof *t);
        if (!t) return NULL;
        *t = (struct type){.kind = TYPES[i].kind};
        if (t->kind == TYPE_MONEY) text_copy(t->currency, sizeof t->currency, c->catalog->currency ? c->catalog->currency : "INR");
        return t;
    }
    return NULL;
}

/* --- takes, gives ---------------------------------------------------------------------------------- */

static bool plain(const char *s) {
    static const char *const lua[] = {"and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in",
                                      "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while", NULL};
    for (int i = 0; lua[i]; i++)
        if (!strcmp(lua[i], s)) return false;
    if (!islower((unsigned char)*s) || strlen(s) > 40) return false;
    for (; *s; s++)
        if (!islower((unsigned char)*s) && !isdigit((unsigned char)*s) && *s != '_') return false;
    return true;
}

static bool one_argument(struct check *c, struct node *v, struct formula *f, struct formula_arg *out) {
    const char *name = v->kind == NODE_CALL && v->n_args == 1 && v->args[0]->kind == NODE_TEXT ? v->args[0]->text : NULL;
    if (!name) {
        faults_node(c->faults, v, "bad-value", "an argument is its type and its name, as in money \"emi\"");
        return false;
    }
    out->name = name, out->type = type_named(c, v->text);
    if (!out->type)
        faults_node(c->faults, v, "unknown-word", "there is no type ‹%s›%s", v->text, faults_nearest(c->faults, v->text, TYPE_NAMES));
    else if (!plain(name))
        faults_node(c->faults, v, "bad-name", "the name \"%s\" should be small letters, digits and _ only, and no word of Lua", name);
    for (int i = 0; i < f->n_args && out->type; i++)
        if (!strcmp(f->args[i].name, name)) faults_node(c->faults, v, "duplicate-name", "the argument \"%s\" is already given", name);
    return !v->bad;
}

static bool takes(struct check *c, struct node *v, struct formula *f) {
    if (!v || v->bad) return false;
    if (v->kind != NODE_TABLE || !v->n_items || v->n_items > FORMULA_ARGS || v->items[0].key) {
        faults_node(c->faults, v, "bad-value", "‹takes› lists 1 to %d arguments in their order: { money \"emi\", number \"months\" }", FORMULA_ARGS);
        return false;
    }
    struct formula_arg *all = room(c, sizeof *all * (size_t)v->n_items);
    f->args = all;
    for (int i = 0; all && i < v->n_items; i++) {
        if (!one_argument(c, v->items[i].value, f, &all[f->n_args])) return false;
        f->n_args++;
    }
    return all != NULL;
}

static bool gives(struct check *c, struct node *v, struct formula *f) {
    if (!v || v->bad) return false;
    if (v->kind == NODE_TEXT && strcmp(v->text, "text")) f->gives = type_named(c, v->text);
    struct type *t = v->kind == NODE_TABLE && v->n_items ? room(c, sizeof *t) : NULL;
    bool words = t != NULL;
    for (int i = 0; words && i < v->n_items; i++) words = !v->items[i].key && v->items[i].value->kind == NODE_TEXT;
    if (words) *t = (struct type){.kind = TYPE_ONE_OF, .words = names_new(c, v, NULL)}, f->gives = t;
    if (!f->gives)
        faults_node(c->faults, v, "bad-value",
                    "‹gives› is \"money\", \"share\", \"number\", \"truth\" or \"date\", or a list of words such as { \"low\", \"high\" }%s",
                    v->kind == NODE_TEXT && strcmp(v->text, "text") ? faults_nearest(c->faults, v->text, TYPE_NAMES) : "");
    return f->gives != NULL;
}

/* --- the body -------------------------------------------------------------------------------------- */

static bool body(struct check *c, struct node *v, struct formula *f, struct formula_state *s) {
    struct fault why = {0};
    int line = 0;
    if (!v || v->bad || v->kind != NODE_TEXT) return false;
    f->line = v->text_at ? place_in(c, v->text_at, v->text_at).line : v->span.line;
    enum err e = formula_compile(s, f, v->text, v->text_len, &line, &why);
    if (e == OK) return true;
    if (e == ERR_NOMEM) c->faults->no_memory = true;
    struct span at = v->span;
    if (line > 0) at.line = f->line + line - 1, at.col = 1;
    if (line > 1) at.from = at.to = 0;
    faults_add(c->faults, &at, "bad-body", "formula \"%s\": %s", f->name, why.text);
    v->bad = true;
    return false;
}

/* --- tries ----------------------------------------------------------------------------------------- */

/* A constant of the file as a value of this type. */
static bool constant(struct check *c, struct node *v, const struct type *want, const char *what, struct value *out) {
    const char *why = NULL;
    int64_t n;
    *out = (struct value){.kind = want->kind};
    if (v->bad) return false;
    if ((want->kind == TYPE_NUMBER || want->kind == TYPE_SHARE) && v->kind == NODE_NUMBER && fixed_parse(v->text, v->text_len, &n) == OK)
        return out->n = n, true;
    if (want->kind == TYPE_TRUTH && v->kind == NODE_TRUTH) return out->n = v->truth, true;
    if ((want->kind == TYPE_TEXT || want->kind == TYPE_ONE_OF) && v->kind == NODE_TEXT) return out->text = v->text, true;
    if (value_unit(c, v, out, &why) && out->kind == want->kind) return true;
    if (why) faults_node(c->faults, v, "bad-value", "%s", why);
    else faults_node(c->faults, v, "wrong-type", "%s is %s, not %s", what, type_words(want, c->arena), value_shown(c, v));
    return false;
}

static bool same(const struct value *a, const struct value *b) {
    if (a->text || b->text) return a->text && b->text && !strcmp(a->text, b->text);
    return a->n == b->n;
}

static void make(struct check *c, struct node *p, const struct formula *f, const struct value *args, struct node *expected) {
    struct value want, got;
    struct fault why = {0};
    if (!constant(c, expected, f->gives, "‹gives›", &want)) return;
    if (formula_call(f, args, NULL, &got, &why) != OK) faults_node(c->faults, p, "failed-try", "%s", why.text);
    else if (!same(&want, &got))
        faults_node(c->faults, expected, "failed-try", "%s gives %s here, not %s", f->name, value_words(&got, c->arena), value_words(&want, c->arena));
}

static void try(struct check *c, struct node *p, const struct formula *f) {
    struct node *table = node_is_call(p, "try") && p->n_args == 1 && p->args[0]->kind == NODE_TABLE ? p->args[0] : NULL;
    struct node *expected = node_field(table, "gives");
    struct value args[FORMULA_ARGS];
    int n = 0;
    if (!table || !expected) {
        faults_node(c->faults, p, "bad-value", "a try is written try { the arguments in their order, gives = what comes of them }");
        return;
    }
    for (int i = 0; i < table->n_items; i++) {
        const struct item *it = &table->items[i];
        if (it->key && strcmp(it->key, "gives"))
            faults_add(c->faults, &it->key_span, "unknown-field", "a try has no field ‹%s›; its arguments stand in their order", it->key);
        if (it->key) continue;
        if (n == f->n_args || !constant(c, it->value, f->args[n].type, f->args[n].name, &args[n])) {
            if (n == f->n_args) faults_node(c->faults, it->value, "too-many", "%s takes %d value%s", f->name, n, n == 1 ? "" : "s");
            return;
        }
        n++;
    }
    if (n < f->n_args) faults_node(c->faults, p, "missing-value", "‹%s› is missing: %s takes %d values", f->args[n].name, f->name, f->n_args);
    else make(c, p, f, args, expected);
}

static void tries(struct check *c, struct node *v, const struct formula *f) {
    if (!v || v->bad) return;
    if (v->kind != NODE_TABLE || !v->n_items) {
        faults_node(c->faults, v, "bad-value", "‹tries› lists at least one: { try { rupees(100), gives = true } }");
        return;
    }
    if (v->n_items > FORMULA_TRIES) faults_node(c->faults, v, "too-many", "a formula has at most %d tries", FORMULA_TRIES);
    for (int i = 0; i < v->n_items && !v->bad; i++) try(c, v->items[i].value, f);
}

/* --- the file -------------------------------------------------------------------------------------- */

static bool name_is_free(struct check *c, struct node *p, const struct formula *all, int n) {
    static const char *const taken[] = {"has", "default", "count", "any", "all", "sum", "min", "max", "visits", "ended", "today", NULL};
    struct node *name = node_name(p);
    bool hidden = unit_find(name->text) != NULL;
    for (int i = 0; taken[i]; i++) hidden |= !strcmp(taken[i], name->text);
    if (hidden) faults_node(c->faults, name, "bad-name", "‹%s› means something in expressions already; choose another name", name->text);
    for (int i = 0; i < n && !name->bad; i++)
        if (!strcmp(all[i].name, name->text)) faults_node(c->faults, name, "duplicate-name", "formula \"%s\" is already given above; keep one of the two", name->text);
    return !name->bad;
}

static void one(struct check *c, struct node *p, struct formula *f, struct formula_state *s) {
    struct node *table = node_body(p), *about = node_field(table, "about");
    *f = (struct formula){.name = node_name_text(p), .about = about && about->kind == NODE_TEXT ? about->text : "", .line = p->span.line};
    bool sound = takes(c, node_field(table, "takes"), f);
    sound &= gives(c, node_field(table, "gives"), f);
    if (sound && body(c, node_field(table, "body"), f, s)) tries(c, node_field(table, "tries"), f);
}

const struct formula *formulas_build(struct check *c, struct formula_state *s, int *n) {
    struct formula *all = room(c, sizeof *all * (size_t)(c->root->n_items + 1));
    for (int i = 0; all && i < c->root->n_items; i++) {
        struct node *p = c->root->items[i].value;
        if (*n == FORMULA_FILE) {
            faults_node(c->faults, p, "too-many", "a file has at most %d formulas", FORMULA_FILE);
            break;
        }
        if (p->bad || !node_is_call(p, "formula") || !node_body(p) || !name_is_free(c, p, all, *n)) continue;
        one(c, p, &all[(*n)++], s);
    }
    return all;
}
