/* boxes.c - atoms of a condition put together by fact. */
#include "dsl/boxes.h"

#include <string.h>

static struct box_side *side_of(struct box *b, const char *fact, bool present) {
    for (int i = 0; i < b->n; i++)
        if (b->side[i].present == present && !strcmp(b->side[i].fact, fact)) return &b->side[i];
    if (b->n == BOX_SIDES) return NULL;
    b->side[b->n] = (struct box_side){.fact = fact, .present = present, .lo = INT64_MIN, .hi = INT64_MAX};
    return &b->side[b->n++];
}

static bool word_in(const struct box_side *s, const char *word) {
    for (int i = 0; i < s->n_words; i++)
        if (!strcmp(s->word[i], word)) return true;
    return false;
}

static void keep_words(struct box_side *s, const struct value *v, int n) {
    struct box_side old = *s;
    s->n_words = 0;
    for (int i = 0; i < n; i++)
        if (!old.words || word_in(&old, v[i].text)) s->word[s->n_words++] = v[i].text;
    s->words = true;
}

static void keep_range(struct box_side *s, int64_t lo, int64_t hi) {
    if (lo > s->lo) s->lo = lo;
    if (hi < s->hi) s->hi = hi;
}

static const char *turned(const char *op) {
    static const char *const pairs[][2] = {{"<", ">="}, {">=", "<"},  {">", "<="},
                                           {"<=", ">"}, {"==", "~="}, {"~=", "=="}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (!strcmp(pairs[i][0], op)) return pairs[i][1];
    return "";
}

static bool is_word(const struct value *v) { return v->kind == TYPE_TEXT || v->kind == TYPE_ONE_OF; }

static bool truth(struct box *b, const struct expr_atom *a) {
    struct box_side *s = side_of(b, a->fact, !strcmp(a->op, "has"));
    if (s) keep_range(s, !a->negated, !a->negated);
    return s != NULL;
}

static bool compared(struct box_side *s, const char *op, const struct value *v) {
    if (is_word(v)) {
        if (!strcmp(op, "==")) keep_words(s, v, 1);
        return !strcmp(op, "==");
    }
    if (v->n <= INT64_MIN + 1 || v->n >= INT64_MAX - 1) return false;
    if (!strcmp(op, "==")) keep_range(s, v->n, v->n);
    else if (!strcmp(op, "<")) keep_range(s, INT64_MIN, v->n - 1);
    else if (!strcmp(op, "<=")) keep_range(s, INT64_MIN, v->n);
    else if (!strcmp(op, ">")) keep_range(s, v->n + 1, INT64_MAX);
    else if (!strcmp(op, ">=")) keep_range(s, v->n, INT64_MAX);
    else return false;
    return true;
}

static bool judged(struct box *b, const struct expr_atom *a) {
    if (!a->fact) return false;
    if (!strcmp(a->op, "truth") || !strcmp(a->op, "has")) return truth(b, a);
    if (!a->n || a->values[0].kind == TYPE_LIST || a->values[0].missing) return false;
    struct box_side *s = side_of(b, a->fact, false);
    if (!s) return false;
    if (!strcmp(a->op, "between") && a->n == 2 && !a->negated) keep_range(s, a->values[0].n, a->values[1].n);
    else if (!strcmp(a->op, "in") && !a->negated && is_word(a->values) && a->n <= 16) keep_words(s, a->values, a->n);
    else if (!strcmp(a->op, "in") || !strcmp(a->op, "between")) return false;
    else return compared(s, a->negated ? turned(a->op) : a->op, a->values);
    return true;
}

static void atom(void *who, const struct expr_atom *a) {
    struct box *b = who;
    b->whole &= judged(b, a);
}

void box_of(const struct expr *e, struct box *out) {
    *out = (struct box){.whole = true};
    if (e) expr_atoms(e, atom, out);
}

bool box_empty(const struct box *b, const struct box_side **side) {
    for (int i = 0; i < b->n; i++) {
        *side = &b->side[i];
        if (b->side[i].words ? !b->side[i].n_words : b->side[i].lo > b->side[i].hi) return true;
    }
    return false;
}

static bool side_contains(const struct box_side *outer, const struct box_side *inner) {
    if (!outer->words) return !inner->words && inner->lo >= outer->lo && inner->hi <= outer->hi;
    if (!inner->words) return false;
    for (int i = 0; i < inner->n_words; i++)
        if (!word_in(outer, inner->word[i])) return false;
    return true;
}

bool box_contains(const struct box *outer, const struct box *inner) {
    bool all = outer->whole;
    for (int i = 0; all && i < outer->n; i++) {
        const struct box_side *o = &outer->side[i];
        bool found = false;
        for (int k = 0; k < inner->n; k++)
            if (inner->side[k].present == o->present && !strcmp(inner->side[k].fact, o->fact))
                found = side_contains(o, &inner->side[k]);
        all = found;
    }
    return all;
}
