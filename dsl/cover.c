/* cover.c - one box taken from others leaves pieces, side by side. */
#include "dsl/cover.h"

#include <string.h>

static struct box_side *find(struct box *b, const struct box_side *like) {
    for (int i = 0; i < b->n; i++)
        if (b->side[i].present == like->present && !strcmp(b->side[i].fact, like->fact)) return &b->side[i];
    return NULL;
}

static bool listed(const struct box_side *s, const char *word) {
    for (int i = 0; i < s->n_words; i++)
        if (!strcmp(s->word[i], word)) return true;
    return false;
}

/* All that the fact can be. */
static struct box_side whole_side(const struct cover *c, const struct box_side *like) {
    struct box_side s = {.fact = like->fact, .present = like->present, .lo = INT64_MIN, .hi = INT64_MAX};
    const struct type *t = c->type_of ? c->type_of(c->who, like->fact) : NULL;
    if (like->words || like->except) s.except = true;
    else if (like->present || (t && t->kind == TYPE_TRUTH)) s.lo = 0, s.hi = 1;
    else if (t) {
        if (t->bounded_below) s.lo = t->least;
        if (t->bounded_above) s.hi = t->most;
    }
    return s;
}

static bool side_empty(const struct cover *c, const struct box_side *s) {
    if (s->words) return !s->n_words;
    if (!s->except) return s->lo > s->hi;
    const struct type *t = c->type_of ? c->type_of(c->who, s->fact) : NULL;
    if (!t || t->kind != TYPE_ONE_OF || !t->words) return false;
    for (const char *const *w = t->words; *w; w++)
        if (!listed(s, *w)) return false;
    return true;
}

static bool add_word(struct box_side *s, const char *word) {
    if (listed(s, word)) return true;
    if (s->n_words == BOX_WORDS) return false;
    s->word[s->n_words++] = word;
    return true;
}

/* The words of `a` that are (or are not) among those of `b`. */
static void sift(struct box_side *a, const struct box_side *b, bool among) {
    int kept = 0;
    for (int i = 0; i < a->n_words; i++)
        if (listed(b, a->word[i]) == among) a->word[kept++] = a->word[i];
    a->n_words = kept;
}

/* a = a and b. False: it cannot be kept. */
static bool narrow_words(struct box_side *a, const struct box_side *b) {
    bool room = true;
    if (a->words) {
        sift(a, b, b->words);
    } else if (b->words) {
        struct box_side taken = *b;
        sift(&taken, a, false);
        *a = taken;
    } else {
        for (int i = 0; i < b->n_words; i++) room &= add_word(a, b->word[i]);
    }
    return room;
}

static bool narrow(struct box_side *a, const struct box_side *b) {
    bool aw = a->words || a->except, bw = b->words || b->except;
    if (aw != bw) return false;
    if (aw) return narrow_words(a, b);
    if (b->lo > a->lo) a->lo = b->lo;
    if (b->hi < a->hi) a->hi = b->hi;
    return true;
}

static struct box_side *side_for(struct cover *c, struct box *b, const struct box_side *like) {
    struct box_side *s = find(b, like);
    if (s || b->n == BOX_SIDES) return s;
    b->side[b->n] = whole_side(c, like);
    return &b->side[b->n++];
}

static void keep(struct cover *c, struct box *out, int *n, const struct box *piece) {
    if (*n == COVER_BOXES) c->lost = true;
    else out[(*n)++] = *piece;
}

/* Nothing lies below the least number or above the greatest: such a side is empty, with lo above hi. */
static struct box_side below(const struct box_side *s) {
    bool none = s->lo == INT64_MIN;
    struct box_side b = {.fact = s->fact, .present = s->present, .lo = none ? INT64_MAX : INT64_MIN, .hi = none ? INT64_MIN : s->lo - 1};
    return b;
}

static struct box_side above(const struct box_side *s) {
    bool none = s->hi == INT64_MAX;
    struct box_side a = {.fact = s->fact, .present = s->present, .lo = none ? INT64_MAX : s->hi + 1, .hi = none ? INT64_MIN : INT64_MAX};
    return a;
}

static void keep_outside(struct cover *c, const struct box *from, const struct box_side *outside, struct box *out, int *n) {
    struct box piece = *from;
    struct box_side *s = side_for(c, &piece, outside);
    if (!s || !narrow(s, outside)) c->lost = true;
    else if (!side_empty(c, s)) keep(c, out, n, &piece);
}

/* What of `rest` lies outside of one side of the box; `rest` becomes what lies inside. False: nothing does. */
static bool cut(struct cover *c, struct box *rest, const struct box_side *by, struct box *out, int *n) {
    if (by->words || by->except) {
        struct box_side outside = *by;
        outside.words = by->except, outside.except = by->words;
        keep_outside(c, rest, &outside, out, n);
    } else {
        struct box_side low = below(by), high = above(by);
        if (by->lo != INT64_MIN) keep_outside(c, rest, &low, out, n);
        if (by->hi != INT64_MAX) keep_outside(c, rest, &high, out, n);
    }
    struct box_side *inside = side_for(c, rest, by);
    if (!inside || !narrow(inside, by)) return !(c->lost = true);
    return !side_empty(c, inside);
}

static void subtract(struct cover *c, const struct box *from, const struct box *b, struct box *out, int *n) {
    struct box rest = *from;
    for (int i = 0; i < b->n && !c->lost; i++)
        if (!cut(c, &rest, &b->side[i], out, n)) return;
}

void cover_init(struct cover *c, const struct type *(*type_of)(void *who, const char *fact), void *who) {
    c->type_of = type_of, c->who = who;
    c->left[0] = (struct box){.whole = true};
    c->n = 1, c->lost = false;
}

void cover_take(struct cover *c, const struct box *b) {
    int n = 0;
    if (c->lost || !b->whole) return;
    for (int i = 0; i < c->n && !c->lost; i++) subtract(c, &c->left[i], b, c->next, &n);
    if (c->lost) return;
    memcpy(c->left, c->next, sizeof c->next[0] * (size_t)n);
    c->n = n;
}

bool cover_meets(const struct cover *c, const struct box *b) {
    if (c->lost) return true;
    for (int i = 0; i < c->n; i++) {
        struct box piece = c->left[i];
        bool empty = false;
        for (int k = 0; k < b->n && !empty; k++) {
            struct box_side *s = side_for((struct cover *)c, &piece, &b->side[k]);
            empty = s && narrow(s, &b->side[k]) && side_empty(c, s);
        }
        if (!empty) return true;
    }
    return false;
}
