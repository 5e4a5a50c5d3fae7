/* check_expr.c - reads an expression of the file and puts its faults at their place. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "dsl/check.h"
#include "dsl/unit.h"

const struct type TYPE_A_TRUTH = {.kind = TYPE_TRUTH};
const struct type TYPE_A_DATE = {.kind = TYPE_DATE};

struct span place_in(const struct check *c, size_t from, size_t to) {
    struct span s = {from, to, 1, 1};
    for (size_t i = 0; i < from && i < c->n; i++) {
        if (c->text[i] == '\n') {
            s.line++;
            s.col = 1;
        } else if (((unsigned char)c->text[i] & 0xC0) != 0x80) s.col++;
    }
    return s;
}

struct telling {
    struct check *c;
    struct node *v;
    const char *text;
    size_t n;
    bool exact; /* offsets of `text` are offsets of the file */
};

/* The first part of the name at `at`; false: it cannot be one. */
static bool first_part(const struct telling *t, size_t at, size_t length, char name[64]) {
    if (at + length > t->n || length >= 64) return false;
    snprintf(name, 64, "%.*s", (int)length, t->text + at);
    name[strcspn(name, ".")] = 0;
    return true;
}

/* "nothing called ‹offer›" is better said when the file does have an offer, only later. */
static const char *absent(const struct telling *t, size_t at, size_t length) {
    char name[64];
    if (!t->c->absent || !first_part(t, at, length, name)) return NULL;
    return t->c->absent(t->c->absent_who, name);
}

/* A threshold that does not fit where it is compared is to be mended where it is defined. */
static bool told_at_definition(const struct telling *t, size_t at, size_t length, const char *code, const char *sentence) {
    char name[64];
    if (strcmp(code, "threshold-type") || !t->c->defined || !first_part(t, at, length, name)) return false;
    struct node *v = t->c->defined(t->c->absent_who, name);
    if (v) faults_node(t->c->faults, v, code, "%s", sentence);
    return v != NULL;
}

static void tell(void *who, size_t at, size_t length, const char *code, const char *sentence) {
    struct telling *t = who;
    struct span s = t->v->span;
    if (t->exact) s = place_in(t->c, t->v->text_at + at, t->v->text_at + at + length);
    const char *better = !strcmp(code, "unknown-name") ? absent(t, at, length) : NULL;
    if (better && !*better) return; /* it follows from another fault */
    if (told_at_definition(t, at, length, code, sentence)) return;
    faults_add(t->c->faults, &s, code, "%s", better ? better : sentence);
}

/* A constant of the file in the words of an expression: rupees "2,50,000" -> rupees(250000). */
static const char *constant_text(struct check *c, const struct node *v) {
    const struct node *arg = v->kind == NODE_CALL && v->n_args == 1 ? v->args[0] : NULL;
    char bare[64];
    size_t n = 0;
    if (v->kind == NODE_NUMBER) return v->text;
    if (v->kind == NODE_TRUTH) return v->truth ? "true" : "false";
    if (!arg) return NULL;
    if (!strcmp(v->text, "text") && arg->kind == NODE_TEXT && !strchr(arg->text, '\''))
        return arena_printf(c->arena, "'%s'", arg->text);
    if (!strcmp(v->text, "date") && arg->kind == NODE_TEXT && !strchr(arg->text, '\''))
        return arena_printf(c->arena, "date('%s')", arg->text);
    if (!unit_find(v->text) || (arg->kind != NODE_TEXT && arg->kind != NODE_NUMBER)) return NULL;
    for (const char *s = arg->text; *s && n < sizeof bare - 1; s++)
        if (*s != ',') bare[n++] = *s;
    bare[n] = 0;
    return arena_printf(c->arena, "%s(%s)", v->text, bare);
}

static struct expr_scope with_formulas(const struct check *c, const struct expr_scope *s) {
    struct expr_scope with = s ? *s : (struct expr_scope){0};
    with.catalog = c->catalog;
    return with;
}

const struct expr *read_text(struct check *c, struct node *v, const char *text, const struct expr_scope *s,
                             const struct type *want) {
    struct telling t = {c, v, text, strlen(text), false};
    const struct expr *e = NULL;
    struct expr_scope with = with_formulas(c, s);
    enum err err = expr_read(text, t.n, &with, want, c->arena, tell, &t, &e);
    if (err == ERR_NOMEM) c->faults->no_memory = true;
    if (err != OK && !c->faults->silent) v->bad = true;
    return err == OK ? e : NULL;
}

const struct expr *read_expression(struct check *c, struct node *v, const struct expr_scope *s,
                                   const struct type *want) {
    struct value got;
    const char *why = NULL;
    if (!v || v->bad) return NULL;
    if (v->kind != NODE_TEXT) {
        const char *text = NULL;
        if (v->kind != NODE_CALL || !unit_find(v->text) || value_unit(c, v, &got, &why)) text = constant_text(c, v);
        if (text) return read_text(c, v, text, s, want);
        if (why) faults_node(c->faults, v, "bad-value", "%s", why);
        else
            faults_node(c->faults, v, "bad-value",
                        "%s should be an expression in quotes, or text \"...\" for a constant%s", value_shown(c, v),
                        v->kind == NODE_CALL && text_nearest(v->text, unit_names())
                            ? faults_nearest(c->faults, v->text, unit_names())
                            : "");
        return NULL;
    }
    struct telling t = {c, v, v->text, v->text_len, v->text_at > 0};
    const struct expr *e = NULL;
    struct expr_scope with = with_formulas(c, s);
    enum err err = expr_read(v->text, v->text_len, &with, want, c->arena, tell, &t, &e);
    if (err == ERR_NOMEM) c->faults->no_memory = true;
    if (err != OK && !c->faults->silent) v->bad = true;
    return err == OK ? e : NULL;
}
