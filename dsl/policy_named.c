/* policy_named.c - facts, tables and limits: read in an order in which none reads a later one. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "dsl/policy_build.h"
#include "dsl/unit.h"

struct named {
    struct node *node;
    enum policy_named_kind kind;
    int index;
    int colour; /* 0 new, 1 on the way, 2 read */
};
struct ordering {
    struct policy_build *b;
    struct named *all;
    int n;
};

static void name_add(struct policy_build *b, const char *name, const struct type *type, int slot,
                     const struct expr *is) {
    if (b->n_names >= POLICY_NAMES) return;
    b->names[b->n_names++] =
        (struct expr_name){.name = name, .type = type ? type : type_constant(b, TYPE_UNKNOWN), .slot = slot, .is = is};
}

/* --- does a text read a name: as a whole word, not after a dot, not inside '...' --- */

static bool word_byte(char c) { return isalnum((unsigned char)c) || c == '_'; }

static bool text_reads(const char *text, const char *name) {
    size_t n = strlen(name);
    bool quoted = false;
    for (const char *p = text; *p; p++) {
        if (*p == '\'') quoted = !quoted;
        if (quoted || (p > text && (word_byte(p[-1]) || p[-1] == '.'))) continue;
        if (!strncmp(p, name, n) && !word_byte(p[n])) return true;
    }
    return false;
}

static bool node_reads(const struct node *v, const char *name) {
    if (v->kind == NODE_TEXT) return text_reads(v->text, name);
    for (int i = 0; v->kind == NODE_TABLE && i < v->n_items; i++)
        if (node_reads(v->items[i].value, name)) return true;
    return false;
}

static bool reads(const struct named *n, const char *name) {
    static const char *const fields[] = {"is", "base", "cap", "floor", "round_down", "by"};
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        const struct node *v = node_field(node_body(n->node), fields[i]);
        if (v && node_reads(v, name)) return true;
    }
    return false;
}

/* --- facts and limits --- */

static void fact(struct policy_build *b, struct node *node, struct policy_fact *f) {
    struct node *body = node_body(node), *better = node_field(body, "better");
    *f = (struct policy_fact){.name = node_name_text(node), .line = node->span.line};
    f->is = read_expression(b->c, node_field(body, "is"), &b->scope, NULL);
    if (better && !better->bad) {
        f->better = !strcmp(better->text, "lower") ? -1 : !strcmp(better->text, "higher");
        if (!f->better)
            faults_node(b->c->faults, better, "bad-value", "‹better› is \"lower\" or \"higher\", not \"%s\"",
                        better->text);
    }
}

static void limit(struct policy_build *b, struct node *node, struct policy_limit *l) {
    const struct type *money = type_constant(b, TYPE_MONEY);
    struct node *body = node_body(node);
    *l = (struct policy_limit){.name = node_name_text(node), .line = node->span.line};
    l->base = read_expression(b->c, node_field(body, "base"), &b->scope, money);
    l->cap = read_expression(b->c, node_field(body, "cap"), &b->scope, money);
    l->floor = read_expression(b->c, node_field(body, "floor"), &b->scope, money);
    l->round_down = read_expression(b->c, node_field(body, "round_down"), &b->scope, money);
}

/* --- tables --- */

static bool number_like(const char *s) {
    return isdigit((unsigned char)*s) || (*s == '-' && isdigit((unsigned char)s[1])) || !strcmp(s, "true") ||
           !strcmp(s, "false") || strchr(s, '(');
}

/* "<= 2%" -> "risk.pd <= 2%"; "salaried" -> "case.work == 'salaried'"; a fact that may be missing then
 * does not fit. */
static const char *cell_text(struct policy_build *b, const char *by, bool maybe, const char *cell) {
    const char *op = strchr("<>=~", *cell) || text_starts(cell, "in ") || text_starts(cell, "between ") ? "" : "== ";
    const char *quote = *op && !number_like(cell) && *cell != '\'' ? "'" : "";
    return arena_printf(b->c->arena, "%s%s%s%s %s%s%s%s", maybe ? "has(" : "", maybe ? by : "", maybe ? ") and " : "",
                        by, op, quote, cell, quote);
}

static const struct expr *cell(struct policy_build *b, struct node *v, const struct node *by, const struct type *type) {
    const char *shown = v->kind == NODE_TEXT ? v->text : value_shown(b->c, v);
    if (!type || v->bad || by->bad || !strcmp(shown, "-")) return NULL;
    const char *text = cell_text(b, by->text, type->maybe, shown);
    return text ? read_text(b->c, v, text, &b->scope, &TYPE_A_TRUTH) : NULL;
}

static bool one_of(const struct type *t, const char *word) {
    for (const char *const *w = t->words; w && *w; w++)
        if (!strcmp(*w, word)) return true;
    return false;
}

/* "; write percent(5)": a number that lacks its unit. */
static const char *with_unit(struct policy_build *b, const struct node *v, const struct type *want) {
    const char *unit = want->kind == TYPE_SHARE ? "percent" : want->kind == TYPE_MONEY ? unit_currency_word(want->currency) : NULL;
    const char *s = unit && v->kind == NODE_NUMBER ? arena_printf(b->c->arena, "; write %s(%s)", unit, v->text) : "";
    return s ? s : "";
}

/* Whether a constant is a value of the declared type; turns a text into the one-of it is. */
bool policy_fits(struct policy_build *b, struct node *v, const struct type *want, struct value *got) {
    if (want->kind == TYPE_UNKNOWN) return true;
    if (want->kind == TYPE_ONE_OF && got->kind == TYPE_TEXT && one_of(want, got->text)) {
        got->kind = TYPE_ONE_OF;
        return true;
    }
    if (want->kind == got->kind && (got->kind != TYPE_MONEY || !strcmp(want->currency, got->currency))) return true;
    if (want->kind == TYPE_SHARE && got->kind == TYPE_NUMBER && got->n >= 0 && got->n <= 1000000) {
        got->kind = TYPE_SHARE;
        return true;
    }
    const char *near =
        want->kind == TYPE_ONE_OF && got->kind == TYPE_TEXT ? faults_nearest(b->c->faults, got->text, want->words)
                                                            : with_unit(b, v, want);
    faults_node(b->c->faults, v, "wrong-type", "%s should stand here, not %s%s", type_words(want, b->c->arena),
                value_shown(b->c, v), near);
    return false;
}

static const struct type *result_type(struct policy_build *b, const char *name) {
    for (const struct type_field *f = b->p->gives->fields; name && f->name; f++)
        if (!strcmp(f->name, name)) return &f->type;
    return NULL;
}

static bool row(struct policy_build *b, struct node *node, struct policy_table *t, const struct node *by,
                const struct type **types, struct policy_row *r) {
    struct node *cells = node->n_args == 1 && node->args[0]->kind == NODE_TABLE ? node->args[0] : NULL;
    if (!cells || cells->n_items != t->n_by + 1) {
        faults_node(b->c->faults, node, "row-length",
                    "this row should have %d cells: one per fact of `by` and the result", t->n_by + 1);
        return false;
    }
    const struct expr **list = policy_room(b, sizeof *list * (size_t)(t->n_by + 1));
    *r = (struct policy_row){.cells = list, .line = node->span.line};
    for (int i = 0; list && i < t->n_by; i++) {
        struct node *v = cells->items[i].value;
        if (v->kind != NODE_TEXT && v->kind != NODE_NUMBER && v->kind != NODE_TRUTH && v->kind != NODE_CALL)
            faults_node(b->c->faults, v, "bad-cell",
                        "a cell is a comparison such as \"<= 2%%\", a value, or \"-\" for any");
        list[i] = cell(b, v, by->items[i].value, types[i]);
    }
    struct node *last = cells->items[t->n_by].value;
    if (last->bad || !policy_constant(b, last, &r->result)) return false;
    if (!t->gives) {
        struct type *first = (struct type *)type_constant(b, r->result.kind);
        if (first) text_copy(first->currency, sizeof first->currency, r->result.currency);
        t->gives = first;
        return first != NULL;
    }
    return policy_fits(b, last, t->gives, &r->result);
}

static bool covers_all(const struct policy_table *t) {
    bool all = t->n_rows > 0;
    for (int i = 0; all && i < t->n_by; i++) all = !t->rows[t->n_rows - 1].cells[i];
    return all;
}

static void table(struct policy_build *b, struct node *node, struct policy_table *t) {
    struct node *body = node_body(node), *by = node_field(body, "by"), *gives = node_field(body, "gives");
    const struct type *types[64] = {0};
    *t = (struct policy_table){.name = node_name_text(node), .line = node->span.line};
    if (!by || by->bad) return;
    t->by = names_new(b->c, by, &t->n_by);
    if (t->n_by > 60) faults_node(b->c->faults, by, "too-many", "a table has at most 60 columns");
    for (int i = 0; i < t->n_by && t->n_by <= 60; i++) {
        const struct expr *e = read_expression(b->c, by->items[i].value, &b->scope, NULL);
        types[i] = e ? expr_type(e) : NULL;
    }
    t->result = gives && !gives->bad ? gives->text : NULL;
    t->gives = result_type(b, t->result);
    if (t->result && !t->gives)
        faults_node(b->c->faults, gives, "unknown-name",
                    "the policy gives no result ‹%s›; declare it at the top: gives = { %s = ... }", t->result,
                    t->result);
    struct policy_row *rows = policy_room(b, sizeof *rows * (size_t)(body->n_items + 1));
    for (int i = 0; rows && t->n_by <= 60 && i < body->n_items; i++) {
        struct node *v = body->items[i].value;
        if (body->items[i].key || !node_is_call(v, "row") || v->bad) continue;
        if (t->n_rows && t->n_rows <= i &&
            covers_all(&(struct policy_table){.n_by = t->n_by, .rows = rows, .n_rows = t->n_rows}) && !node->bad &&
            !b->c->faults->n_faults)
            faults_node(b->c->faults, v, "dead-row",
                        "the row above fits everything, so this one is never reached; move it up or take it out");
        t->n_rows += row(b, v, t, by, types, &rows[t->n_rows]);
    }
    t->rows = rows;
    if (!t->n_rows && !node->bad)
        faults_node(b->c->faults, node, "empty-table", "table \"%s\" has no row; write row { ... }, one per line",
                    t->name);
    if (t->gives && !covers_all(t)) {
        struct type *maybe = policy_room(b, sizeof *maybe);
        if (!maybe) return;
        *maybe = *t->gives;
        maybe->maybe = true;
        t->gives = maybe;
    } else if (t->gives && t->gives->maybe) {
        struct type *sure = policy_room(b, sizeof *sure);
        if (!sure) return;
        *sure = *t->gives;
        sure->maybe = false;
        t->gives = sure;
    }
}

/* --- the order --- */

static void read_one(struct ordering *o, struct named *n) {
    struct policy_build *b = o->b;
    struct policy *p = b->p;
    int slot = policy_slot(n->kind, n->index);
    const char *name = node_name_text(n->node);
    if (n->kind == NAMED_FACT) {
        struct policy_fact *f = (struct policy_fact *)&p->facts[n->index];
        fact(b, n->node, f);
        name_add(b, name, f->is ? expr_type(f->is) : NULL, slot, f->is);
    } else if (n->kind == NAMED_LIMIT) {
        limit(b, n->node, (struct policy_limit *)&p->limits[n->index]);
        name_add(b, name, type_constant(b, TYPE_MONEY), slot, NULL);
    } else {
        struct policy_table *t = (struct policy_table *)&p->tables[n->index];
        table(b, n->node, t);
        name_add(b, name, t->gives, slot, NULL);
    }
    ((struct policy_named *)p->named)[p->n_named++] = (struct policy_named){n->kind, n->index};
}

static void visit(struct ordering *o, struct named *n) {
    n->colour = 1;
    for (int i = 0; i < o->n; i++) {
        struct named *other = &o->all[i];
        if (other->colour == 2 || !reads(n, node_name_text(other->node))) continue;
        if (other->colour == 1) {
            faults_node(o->b->c->faults, n->node, "round-name",
                        "%s reads \"%s\", which reads it in turn; a name may not depend on itself",
                        owner(o->b->c, n->node), node_name_text(other->node));
            name_add(o->b, node_name_text(other->node), NULL, 0, NULL);
            continue;
        }
        visit(o, other);
    }
    n->colour = 2;
    read_one(o, n); /* also one without fields: its name must be there */
}

static void first_names(struct policy_build *b) {
    name_add(b, "case", b->case_type, 0, NULL);
    for (int i = 0; i < b->p->n_needs; i++) {
        const struct op_decl *op = b->p->needs[i].op;
        name_add(b, b->p->needs[i].name, op && op->output ? type_from_schema(op->output, b->c->arena) : NULL, 0, NULL);
    }
    for (int i = 0; i < b->p->n_thresholds; i++) {
        const struct policy_threshold *t = &b->p->thresholds[i];
        name_add(b, t->name, t->type, policy_slot(NAMED_THRESHOLD, i), NULL);
        if (b->n_names && t->value.kind != TYPE_UNKNOWN) b->names[b->n_names - 1].constant = &t->value;
    }
}

static void same_name(struct policy_build *b, const struct node *table, struct named *all, int n) {
    for (int i = 0; table && table->kind == NODE_TABLE && i < table->n_items; i++)
        for (int k = 0; k < n; k++)
            if (table->items[i].key && !strcmp(table->items[i].key, node_name_text(all[k].node)))
                faults_node(b->c->faults, node_name(all[k].node), "duplicate-name",
                            "\"%s\" is already a name of line %d; choose another", table->items[i].key,
                            table->items[i].key_span.line);
}

void policy_names(struct policy_build *b) {
    struct check *c = b->c;
    struct policy *p = b->p;
    int most = c->root->n_items;
    struct ordering o = {b, policy_room(b, sizeof *o.all * (size_t)most), 0};
    p->facts = policy_room(b, sizeof *p->facts * (size_t)most);
    p->tables = policy_room(b, sizeof *p->tables * (size_t)most);
    p->limits = policy_room(b, sizeof *p->limits * (size_t)most);
    p->named = policy_room(b, sizeof *p->named * (size_t)most);
    if (c->faults->no_memory) return;
    for (int i = 1; i < most; i++) {
        struct node *v = c->root->items[i].value;
        if (!node_name(v)) continue;
        if (node_is_call(v, "fact")) o.all[o.n++] = (struct named){v, NAMED_FACT, p->n_facts++, 0};
        if (node_is_call(v, "table")) o.all[o.n++] = (struct named){v, NAMED_TABLE, p->n_tables++, 0};
        if (node_is_call(v, "limit")) o.all[o.n++] = (struct named){v, NAMED_LIMIT, p->n_limits++, 0};
    }
    if (o.n + p->n_needs + p->n_thresholds >= POLICY_NAMES) {
        faults_add(c->faults, &c->head->word_span, "too-many",
                   "a policy has at most %d facts, tables, limits, needs and thresholds", POLICY_NAMES);
        return;
    }
    first_names(b);
    b->scope = (struct expr_scope){.names = b->names};
    same_name(b, node_field(node_body(c->head), "thresholds"), o.all, o.n);
    same_name(b, node_field(node_body(c->head), "needs"), o.all, o.n);
    for (int i = 0; i < o.n; i++)
        if (!o.all[i].colour) visit(&o, &o.all[i]);
}
