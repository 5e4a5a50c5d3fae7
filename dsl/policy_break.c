/* policy_break.c - as a function of one fact, an outcome changes only where a comparison that holds
 * the fact turns. Here those points are found.
 *
 * Where the fact stands alone on one side and the other side does not read it, the point is the other
 * side's value. Otherwise the sign of (left - right) is followed outwards by doubling steps and the
 * turn is found by bisection, in the type's smallest unit. Where a side is not monotone in the fact
 * only the turns that doubling meets are found, and that is said. */
#include <string.h>

#include "base/fixed.h"
#include "dsl/policy_run.h"

enum { POINTS_MOST = 512, EVALUATIONS_MOST = 20000 };

enum way { WAY_NONE = 0, WAY_UP = 1, WAY_DOWN = 2 }; /* as bits */

struct turn { /* something whose sign matters: a comparison, or a limit against its floor */
    const struct expr *e;
    const struct node *left, *right;
    int limit;
    bool monotone; /* alike at the edge means alike all the way */
};

/* ---- who reads the fact ---- */

static bool slot_reads(const struct breaks *b, int slot) {
    enum policy_named_kind kind = (enum policy_named_kind)((slot - 1) % 4);
    if (kind == NAMED_THRESHOLD) return false;
    long at = policy_memo(b->run, kind, (slot - 1) / 4) - b->run->memos;
    return at < NAMED_MOST && b->reads[at];
}

static bool is_fact(const struct breaks *b, const struct node *n) {
    return n->op == NODE_NAME && n->slot == 0 && n->path.hash == b->hash && !strcmp(n->path.dotted, b->fact);
}

static bool node_reads(const struct breaks *b, const struct node *n) {
    if (is_fact(b, n)) return true;
    if (n->op == NODE_NAME && n->slot > 0) return slot_reads(b, n->slot);
    for (int i = 0; i < n->n_kids; i++)
        if (n->kids[i] && node_reads(b, n->kids[i])) return true;
    return false;
}

static bool expr_reads(const struct breaks *b, const struct expr *e) { return e && node_reads(b, e->root); }

static bool table_reads(const struct breaks *b, const struct policy_table *t) {
    for (int i = 0; i < t->n_rows; i++)
        for (int c = 0; c < t->n_by; c++)
            if (expr_reads(b, t->rows[i].cells[c])) return true;
    return false;
}

/* ---- ways: does a side rise or fall with the fact ---- */

static unsigned turned(unsigned w) { return ((w & 1u) << 1) | (w >> 1); }

static unsigned slot_way(const struct breaks *b, int slot) {
    enum policy_named_kind kind = (enum policy_named_kind)((slot - 1) % 4);
    long at = policy_memo(b->run, kind, (slot - 1) / 4) - b->run->memos;
    return at < NAMED_MOST ? b->ways[at] : WAY_UP | WAY_DOWN;
}

static unsigned way_of(const struct breaks *b, const struct node *n);

static unsigned ways_together(const struct breaks *b, const struct node *n) {
    unsigned w = WAY_NONE;
    for (int i = 0; i < n->n_kids; i++)
        if (n->kids[i]) w |= way_of(b, n->kids[i]);
    return w;
}

static unsigned way_of(const struct breaks *b, const struct node *n) {
    if (!node_reads(b, n)) return WAY_NONE;
    if (is_fact(b, n)) return WAY_UP;
    switch (n->op) {
    case NODE_ADD: case NODE_MIN: case NODE_MAX: case NODE_DEFAULT: return ways_together(b, n);
    case NODE_SUB: return way_of(b, n->kids[0]) | turned(way_of(b, n->kids[1]));
    case NODE_NEG: return turned(way_of(b, n->kids[0]));
    case NODE_MUL: /* by something that does not move: one way, whichever */
        return way_of(b, n->kids[0]) && way_of(b, n->kids[1]) ? WAY_UP | WAY_DOWN : ways_together(b, n);
    case NODE_DIV: return way_of(b, n->kids[1]) ? WAY_UP | WAY_DOWN : way_of(b, n->kids[0]);
    case NODE_NAME: return slot_way(b, n->slot);
    default: return WAY_UP | WAY_DOWN;
    }
}

/* Rounding down keeps the direction. */
static unsigned limit_way(const struct breaks *b, const struct policy_limit *l) {
    if (expr_reads(b, l->round_down)) return WAY_UP | WAY_DOWN;
    return way_of(b, l->base->root) | (l->cap ? way_of(b, l->cap->root) : WAY_NONE);
}

/* In the order of `named` no entry reads a later one, so one pass settles all. */
static void mark_readers(struct breaks *b) {
    const struct policy *p = b->run->p;
    for (int i = 0; i < p->n_named; i++) {
        enum policy_named_kind kind = p->named[i].kind;
        int k = p->named[i].index;
        const struct policy_limit *l = kind == NAMED_LIMIT ? &p->limits[k] : NULL;
        long at = policy_memo(b->run, kind, k) - b->run->memos;
        if (at >= NAMED_MOST) continue;
        if (kind == NAMED_FACT) b->reads[at] = expr_reads(b, p->facts[k].is);
        else if (kind == NAMED_TABLE) b->reads[at] = table_reads(b, &p->tables[k]);
        else b->reads[at] = expr_reads(b, l->base) || expr_reads(b, l->cap) || expr_reads(b, l->floor) || expr_reads(b, l->round_down);
        if (kind == NAMED_FACT) b->ways[at] = (unsigned char)way_of(b, p->facts[k].is->root);
        else if (kind == NAMED_TABLE) b->ways[at] = b->reads[at] ? WAY_UP | WAY_DOWN : WAY_NONE;
        else b->ways[at] = (unsigned char)limit_way(b, l);
    }
}

/* ---- points ---- */

static void add_point(struct breaks *b, int64_t x) {
    if (x < b->least || x > b->most || b->n >= POINTS_MOST || b->nomem) return;
    if (b->n == b->cap) {
        int cap = b->cap ? b->cap * 2 : 32;
        int64_t *more = realloc(b->points, (size_t)cap * sizeof *more);
        if (!more) {
            b->nomem = true;
            return;
        }
        b->points = more;
        b->cap = cap;
    }
    b->points[b->n++] = x;
}

/* Onto the grid of the type: a whole number below and one above. */
static void add_around(struct breaks *b, int64_t x) {
    int64_t down = x - (x % b->unit) - (x % b->unit < 0 ? b->unit : 0), next;
    add_point(b, down);
    if (fixed_add(down, b->unit, &next)) add_point(b, next);
    if (down == x && fixed_sub(down, b->unit, &next)) add_point(b, next);
}

static struct value at_value(const struct breaks *b, int64_t x) {
    struct value v = {.kind = b->type->kind, .n = x};
    memcpy(v.currency, b->type->currency, sizeof v.currency);
    return v;
}

/* How far apart the sides are, in quarters so that two add up; only guesses are made of it. */
static uint64_t apart(int64_t l, int64_t r) { return (l > r ? (uint64_t)l - (uint64_t)r : (uint64_t)r - (uint64_t)l) / 4; }

/* -1, 0, 1; 2 where it cannot be evaluated. */
static int sign_at(struct breaks *b, const struct turn *t, int64_t x, uint64_t *gap) {
    struct fact_change change = {.fact = b->fact, .value = at_value(b, x)};
    struct value l, r;
    enum err e;
    b->evaluations++;
    policy_run_again(b->run, &change);
    if (t->limit >= 0) {
        e = policy_limit_value(b->run, t->limit, &l);
        if (e == OK) e = policy_limit_floor(b->run, t->limit, &r);
        if (e == OK && r.missing) r.n = 1; /* an amount of 0 is none */
    } else {
        struct eval ev = {.scope = &b->run->scope, .source = t->e->source};
        e = node_eval(&ev, t->left, &l);
        if (e == OK) e = node_eval(&ev, t->right, &r);
        if (e == OK && (l.missing || r.missing)) e = ERR_INVALID;
    }
    b->run->scope.change = NULL;
    if (e != OK) return 2;
    *gap = apart(l.n, r.n);
    return l.n < r.n ? -1 : l.n > r.n;
}

static int64_t step(const struct breaks *b, int64_t from, int64_t steps, int dir) {
    return from + dir * steps * b->unit; /* within least .. most: steps_to_edge bounded it */
}

static int64_t steps_to_edge(const struct breaks *b, int64_t from, int dir) {
    __int128 room = dir > 0 ? (__int128)b->most - from : (__int128)from - b->least;
    return room < 0 ? 0 : (int64_t)(room / b->unit);
}

struct bracket { /* steps from the start: alike at low, another sign at high */
    int64_t low, high;
    uint64_t low_gap, high_gap;
};

/* Where the turn would be if the sides were straight lines, as they mostly are; then right beside the
 * last guess; then the middle, so that the bracket halves whatever the sides are. */
static int64_t guess(const struct bracket *k, int round, bool low_moved) {
    int64_t room = k->high - k->low, at = room / 2;
    if (round % 3 == 0 && k->low_gap + k->high_gap > 0)
        at = (int64_t)((unsigned __int128)(uint64_t)room * k->low_gap / (k->low_gap + k->high_gap));
    else if (round % 3 == 1)
        at = low_moved ? 2 : room - 2;
    return k->low + (at < 1 ? 1 : at >= room ? room - 1 : at);
}

static int64_t narrowed(struct breaks *b, const struct turn *t, int64_t from, int was, int dir, struct bracket k) {
    bool low_moved = false;
    for (int round = 0; k.high - k.low > 1; round++) {
        int64_t at = guess(&k, round, low_moved);
        uint64_t gap = 0;
        low_moved = sign_at(b, t, step(b, from, at, dir), &gap) == was;
        if (low_moved) k.low = at, k.low_gap = gap;
        else k.high = at, k.high_gap = gap;
    }
    return step(b, from, k.high, dir);
}

/* The first value from `from` on whose sign is another than `was`; false if doubling meets none.
 * Where a value cannot be evaluated (too big) the search stays below it. */
static bool first_other(struct breaks *b, const struct turn *t, int64_t from, int was, int dir, int64_t *out) {
    struct bracket k = {0};
    int64_t cap = steps_to_edge(b, from, dir) + 1;
    if (t->monotone && cap > 1) {
        int s = sign_at(b, t, step(b, from, cap - 1, dir), &k.high_gap);
        if (s == was) return false;
        if (s != 2) k.high = cap - 1;
    }
    while (!k.high && cap - k.low > 1 && b->evaluations <= EVALUATIONS_MOST) {
        int64_t at = k.low == 0 ? 1 : k.low > cap / 2 ? cap : k.low * 2;
        uint64_t gap = 0;
        if (at >= cap) at = k.low + (cap - k.low) / 2;
        int s = sign_at(b, t, step(b, from, at, dir), &gap);
        if (s == 2) cap = at;
        else if (s != was) k.high = at, k.high_gap = gap;
        else k.low = at, k.low_gap = gap;
    }
    if (!k.high) return false;
    *out = narrowed(b, t, from, was, dir, k);
    return true;
}

static int64_t start_of(const struct breaks *b) {
    if (!b->now.missing) return b->now.n;
    return b->least > 0 ? b->least : 0;
}

static void search(struct breaks *b, const struct turn *t) {
    int64_t from = start_of(b), x, beyond;
    uint64_t gap;
    int was = sign_at(b, t, from, &gap);
    if (was == 2) return;
    if (b->now.missing) add_point(b, from);
    for (int dir = -1; dir <= 1; dir += 2) {
        if (!first_other(b, t, from, was, dir, &x)) continue;
        add_point(b, x);
        if (sign_at(b, t, x, &gap) == 0 && first_other(b, t, x, 0, dir, &beyond)) add_point(b, beyond);
    }
}

/* ---- comparisons ---- */

static void add_text(struct breaks *b, const struct node *n) {
    if (n->op != NODE_CONST || !n->value.text || b->n_texts == TEXTS_MOST) return;
    b->texts[b->n_texts++] = n->value.text;
}

static bool direct(struct breaks *b, const struct expr *e, const struct node *fact, const struct node *other) {
    struct eval ev = {.scope = &b->run->scope, .source = e->source};
    struct value v;
    if (!is_fact(b, fact) || node_reads(b, other)) return false;
    policy_run_again(b->run, NULL);
    if (node_eval(&ev, other, &v) == OK && !v.missing) add_around(b, v.n);
    return true;
}

static void turn_of(struct breaks *b, const struct expr *e, const struct node *l, const struct node *r) {
    if (!node_reads(b, l) && !node_reads(b, r)) return;
    if (b->type->kind == TYPE_TEXT || b->type->kind == TYPE_ONE_OF) {
        add_text(b, l);
        add_text(b, r);
        return;
    }
    if (!type_ordered(b->type) || !type_ordered(l->type)) return;
    if (direct(b, e, l, r) || direct(b, e, r, l)) return;
    unsigned w = way_of(b, l) | turned(way_of(b, r));
    bool monotone = w != (WAY_UP | WAY_DOWN);
    if (!monotone) b->not_monotone = true;
    search(b, &(struct turn){.e = e, .left = l, .right = r, .limit = -1, .monotone = monotone});
}

static void node_turns(struct breaks *b, const struct expr *e, const struct node *n) {
    bool sided = n->op >= NODE_EQ && n->op <= NODE_BETWEEN;
    for (int i = 1; sided && i < n->n_kids; i++) turn_of(b, e, n->kids[0], n->kids[i]);
    for (int i = 0; i < n->n_kids; i++)
        if (n->kids[i]) node_turns(b, e, n->kids[i]);
}

static void each_expr(void *who, const struct expr *e) { node_turns(who, e, e->root); }

static int by_size(const void *x, const void *y) {
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return a < b ? -1 : a > b;
}

static void bounds(struct breaks *b) {
    const struct type *t = b->type;
    /* Ten million million of money is more than anybody lends; numbers are millionths. */
    const int64_t far = t->kind == TYPE_MONEY ? INT64_C(1000000000000000) : INT64_C(1000000000000000000);
    bool negative = !b->now.missing && b->now.n < 0, above_one = !b->now.missing && b->now.n > FIXED_ONE;
    b->unit = t->kind == TYPE_NUMBER && t->integer ? FIXED_ONE : 1;
    b->least = t->bounded_below ? t->least : (negative || t->kind == TYPE_NUMBER || t->kind == TYPE_DATE || t->kind == TYPE_INSTANT) ? -far : 0;
    b->most = t->bounded_above ? t->most : t->kind == TYPE_SHARE && !above_one ? FIXED_ONE : far;
    if (t->kind == TYPE_DATE) b->least = b->least < -719162 ? -719162 : b->least, b->most = b->most > 2932896 ? 2932896 : b->most;
}

enum err breaks_find(struct breaks *b) {
    const struct policy *p = b->run->p;
    b->hash = path_hash(b->fact);
    b->texts = calloc(TEXTS_MOST, sizeof *b->texts);
    if (!b->texts) return ERR_NOMEM;
    bounds(b);
    mark_readers(b);
    policy_exprs(p, each_expr, b);
    for (int i = 0; i < p->n_limits && type_ordered(b->type); i++) {
        long at = policy_memo(b->run, NAMED_LIMIT, i) - b->run->memos;
        if (at >= NAMED_MOST || !b->reads[at]) continue;
        bool monotone = b->ways[at] != (WAY_UP | WAY_DOWN) && !expr_reads(b, p->limits[i].floor);
        search(b, &(struct turn){.limit = i, .monotone = monotone});
    }
    if (b->nomem) return ERR_NOMEM;
    if (b->n) qsort(b->points, (size_t)b->n, sizeof *b->points, by_size);
    int k = 0;
    for (int i = 0; i < b->n; i++)
        if (!k || b->points[k - 1] != b->points[i]) b->points[k++] = b->points[i];
    b->n = k;
    return OK;
}

void breaks_reset(struct breaks *b) {
    free(b->points);
    free(b->texts);
}
