/* expr_parse.c - from tokens to a tree without types. or < and < not < comparison < + - < * / < -x.
 *
 * Stops at the first fault: what follows a slip of grammar cannot be trusted. Depth and size are
 * bounded here, so that everything that walks the tree may recurse. */
#include <string.h>

#include "base/fixed.h"
#include "base/text.h"
#include "base/zone.h"
#include "dsl/catalog.h"
#include "dsl/expr_lex.h"
#include "dsl/unit.h"

struct parser {
    struct reading *r;
    struct token now;
};

static struct node *parse_or(struct parser *p);
static struct node *parse_sum(struct parser *p);

static void advance(struct parser *p) { p->now = lex_next(p->r, p->now.at + p->now.length); }

static bool accept(struct parser *p, enum token_kind kind) {
    if (p->now.kind != kind) return false;
    advance(p);
    return true;
}

static struct node *unexpected(struct parser *p, const char *wanted) {
    if (p->now.kind == TOKEN_BAD) return NULL;
    if (p->now.kind == TOKEN_END)
        reading_fault(p->r, p->now.at, 0, "unfinished", "the expression ends too early; %s is missing", wanted);
    else if (p->now.kind == TOKEN_COMMA)
        reading_fault(p->r, p->now.at, 1, "grouped-number",
                      "a comma cannot stand here; write numbers without grouping (250000) and amounts as rupees('2,50,000')");
    else
        reading_fault(p->r, p->now.at, p->now.length, "unexpected", "‹%.*s› cannot stand here; %s is wanted",
                      (int)p->now.length, p->r->text + p->now.at, wanted);
    return NULL;
}

static bool expect(struct parser *p, enum token_kind kind) {
    if (accept(p, kind)) return true;
    unexpected(p, token_words(kind));
    return false;
}

static bool enter(struct parser *p) {
    if (++p->r->depth <= EXPR_MAX_DEPTH) return true;
    reading_fault(p->r, p->now.at, p->now.length, "too-deep", "this is nested too deeply; give a part of it a name with fact");
    return false;
}
static struct node *leave(struct parser *p, struct node *n) {
    p->r->depth--;
    return n;
}

static struct node *node_new(struct parser *p, enum node_op op, size_t at, size_t end) {
    struct reading *r = p->r;
    if (++r->nodes > EXPR_MAX_NODES) {
        reading_fault(r, at, end - at, "too-long", "this expression has too many parts; give some of them names with fact");
        return NULL;
    }
    struct node *n = reading_alloc(r, sizeof *n);
    if (!n) return NULL;
    n->op = op;
    n->depth = 1;
    n->at = (unsigned)at;
    n->length = (unsigned)(end - at);
    n->type = type_basic(TYPE_UNKNOWN);
    return n;
}

/* Takes kids (which may hold NULLs only where a list function has no `where`). */
static struct node *node_over(struct parser *p, enum node_op op, size_t at, struct node **kids, int n) {
    size_t end = at;
    uint8_t depth = 0;
    for (int i = 0; i < n; i++) {
        if (!kids[i]) continue;
        if (kids[i]->at + kids[i]->length > end) end = kids[i]->at + kids[i]->length;
        if (kids[i]->depth > depth) depth = kids[i]->depth;
    }
    struct node *me = node_new(p, op, at, end);
    if (!me) return NULL;
    if (depth >= EXPR_MAX_DEPTH) {
        reading_fault(p->r, at, end - at, "too-deep", "this is too long a chain; give a part of it a name with fact");
        return NULL;
    }
    me->depth = (uint8_t)(depth + 1);
    me->n_kids = n;
    me->kids = reading_alloc(p->r, (size_t)n * sizeof(struct node *));
    if (!me->kids) return NULL;
    memcpy(me->kids, kids, (size_t)n * sizeof(struct node *));
    return me;
}

static struct node *over_two(struct parser *p, enum node_op op, struct node *a, struct node *b) {
    struct node *kids[] = {a, b};
    return a && b ? node_over(p, op, a->at, kids, 2) : NULL;
}

/* ---- primaries ---- */

static struct node *constant(struct parser *p, struct token t, struct value v) {
    struct node *n = node_new(p, NODE_CONST, t.at, t.at + t.length);
    if (!n) return NULL;
    n->value = v;
    n->literal = true;
    n->flex = v.kind == TYPE_NUMBER;
    n->type = type_basic(v.kind);
    return n;
}

static struct node *number(struct parser *p) {
    struct token t = p->now;
    bool percent = t.kind == TOKEN_PERCENT;
    const char *text = p->r->text + t.at;
    struct value v = {.kind = percent ? TYPE_SHARE : TYPE_NUMBER};
    int64_t whole;
    if (fixed_parse(text, t.length - percent, &v.n) != OK) {
        reading_fault(p->r, t.at, t.length, "bad-number", "‹%.*s› is too big or has more than six decimals", (int)t.length, text);
        return NULL;
    }
    if (percent) {
        whole = v.n;
        if (!fixed_muldiv(whole, 1, 100, &v.n) || v.n * 100 != whole) {
            reading_fault(p->r, t.at, t.length, "bad-number", "‹%.*s› is finer than a share is counted (0.0001%%)", (int)t.length, text);
            return NULL;
        }
    }
    advance(p);
    return constant(p, t, v);
}

static struct node *quoted(struct parser *p) {
    struct token t = p->now;
    struct value v = {.kind = TYPE_TEXT};
    v.text = arena_strndup(p->r->arena, p->r->text + t.at + 1, t.length - 2);
    if (!v.text) return p->r->nomem = true, NULL;
    advance(p);
    return constant(p, t, v);
}

static struct node *truth(struct parser *p) {
    struct token t = p->now;
    advance(p);
    return constant(p, t, (struct value){.kind = TYPE_TRUTH, .n = t.kind == TOKEN_TRUE});
}

static const char *spelled(struct parser *p, struct token t) {
    const char *s = arena_strndup(p->r->arena, p->r->text + t.at, t.length);
    if (!s) p->r->nomem = true;
    return s;
}

static struct node *name(struct parser *p, struct token t) {
    const char *dotted = spelled(p, t);
    if (!dotted) return NULL;
    bool it = !strncmp(dotted, "it", 2) && (!dotted[2] || dotted[2] == '.');
    struct node *n = node_new(p, it ? NODE_IT : NODE_NAME, t.at, t.at + t.length);
    if (!n) return NULL;
    if (!strcmp(dotted, "today")) n->op = NODE_TODAY;
    if (!path_split(&n->path, dotted, p->r->arena)) p->r->nomem = true;
    if (n->path.n_parts > PATH_PARTS) {
        reading_fault(p->r, t.at, t.length, "too-deep", "a name may have at most %d parts", PATH_PARTS);
        return NULL;
    }
    return p->r->nomem ? NULL : n;
}

/* ---- calls ---- */

static struct node *close_call(struct parser *p, struct node *n, struct token word) {
    size_t end = p->now.at + p->now.length;
    if (!n || !expect(p, TOKEN_CLOSE)) return NULL;
    n->at = (unsigned)word.at;
    n->length = (unsigned)(end - word.at);
    return n;
}

/* rupees(2,50,000) is grouped; percent(4,5) has a comma for its point. */
static struct node *several_numbers(struct parser *p, const struct unit *u, struct token first) {
    struct reading *r = p->r;
    size_t comma = p->now.at;
    advance(p);
    if (u->currency || p->now.kind != TOKEN_NUMBER)
        reading_fault(r, comma, 1, "grouped-number", "%s takes one number; a grouped amount is text: %s('2,50,000')", u->word, u->word);
    else
        reading_fault(r, comma, 1, "grouped-number", "%s takes one number; a decimal has a point: %s(%.*s.%.*s)", u->word, u->word,
                      (int)first.length, r->text + first.at, (int)p->now.length, r->text + p->now.at);
    return NULL;
}

/* rupees(5000), rupees('2,50,000'), days(3), date('2026-12-01'): only something written out. */
static struct node *unit_call(struct parser *p, struct token word, const struct unit *u) {
    struct reading *r = p->r;
    struct value v;
    struct fault f = {0};
    bool minus = accept(p, TOKEN_MINUS), text = p->now.kind == TOKEN_TEXT;
    struct token t = p->now;
    if (p->now.kind != TOKEN_NUMBER && !(text && !minus)) {
        if (p->now.kind == TOKEN_BAD) return NULL;
        reading_fault(r, t.at, t.length, "unit-argument", "%s(...) takes one number as it is written, such as %s(12)", u->word, u->word);
        return NULL;
    }
    advance(p);
    if (p->now.kind == TOKEN_COMMA) {
        return several_numbers(p, u, t);
    }
    enum err e = unit_value(u, r->text + t.at + text, t.length - 2 * text, text, &v, &f);
    if (e == ERR_NOMEM) return r->nomem = true, NULL;
    if (e != OK) {
        reading_fault(r, word.at, t.at + t.length - word.at, "bad-unit", "%s", f.text);
        return NULL;
    }
    if (minus) v.n = -v.n;
    return close_call(p, constant(p, t, v), word);
}

static struct node *name_argument(struct parser *p, const char *what) {
    struct token t = p->now;
    if (t.kind != TOKEN_NAME) return unexpected(p, what);
    advance(p);
    return name(p, t);
}

static struct node *has_call(struct parser *p, struct token word) {
    struct node *arg = name_argument(p, "a name such as case.amount");
    return close_call(p, arg ? node_over(p, NODE_HAS, word.at, &arg, 1) : NULL, word);
}

static struct node *default_call(struct parser *p, struct token word) {
    struct node *kids[2];
    if (!(kids[0] = parse_or(p))) return NULL;
    if (!expect(p, TOKEN_COMMA) || !(kids[1] = parse_or(p))) return NULL;
    return close_call(p, node_over(p, NODE_DEFAULT, word.at, kids, 2), word);
}

/* visits(x), ended(x): x is the bare name of a paragraph, no value. */
static struct node *paragraph_call(struct parser *p, struct token word, enum node_op op) {
    struct node *arg = name_argument(p, "the name of a paragraph");
    struct node *n = arg ? node_over(p, op, word.at, &arg, 1) : NULL;
    if (n) n->path = arg->path;
    return close_call(p, n, word);
}

static struct node *list_call(struct parser *p, struct token word, enum node_op op, struct node *list) {
    struct node *kids[2] = {list, NULL};
    if (accept(p, TOKEN_WHERE) && !(kids[1] = parse_or(p))) return NULL;
    return close_call(p, node_over(p, op, word.at, kids, 2), word);
}

/* min(a, b, ...) of values, or min(case.offers.rate where ...) over a list. */
static struct node *extreme_call(struct parser *p, struct token word, enum node_op op) {
    struct node *kids[16];
    int n = 0;
    if (!(kids[n++] = parse_or(p))) return NULL;
    if (p->now.kind != TOKEN_COMMA && kids[0]->op == NODE_NAME)
        return list_call(p, word, op == NODE_MIN ? NODE_LEAST : NODE_MOST, kids[0]);
    while (accept(p, TOKEN_COMMA)) {
        if (n == (int)ARRAY_LEN(kids)) return unexpected(p, "at most sixteen values");
        if (!(kids[n++] = parse_or(p))) return NULL;
    }
    return close_call(p, node_over(p, op, word.at, kids, n), word);
}

static const struct catalog *catalog_of(const struct parser *p) { return p->r->scope ? p->r->scope->catalog : NULL; }

static struct node *wrong_count(struct parser *p, struct token word, const struct formula *f, int n) {
    const char *names = "";
    for (int i = 0; i < f->n_args && names; i++) names = arena_printf(p->r->arena, "%s%s%s", names, i ? ", " : "", f->args[i].name);
    reading_fault(p->r, word.at, word.length, "wrong-count", "%s takes %d value%s (%s), not %d", f->name, f->n_args, f->n_args == 1 ? "" : "s",
                  names ? names : "", n);
    return NULL;
}

static struct node *formula_args(struct parser *p, struct token word, const struct formula *f) {
    struct node *kids[FORMULA_ARGS + 1];
    int n = 0;
    if (p->now.kind == TOKEN_CLOSE) return wrong_count(p, word, f, 0);
    do {
        if (n > FORMULA_ARGS) return unexpected(p, "fewer values");
        if (!(kids[n++] = parse_or(p))) return NULL;
    } while (accept(p, TOKEN_COMMA));
    if (n != f->n_args) return wrong_count(p, word, f, n);
    struct node *me = node_over(p, NODE_FORMULA, word.at, kids, n);
    if (me) me->formula = f;
    return close_call(p, me, word);
}

static const char *const FUNCTIONS[] = {"has", "default", "count", "any", "all", "sum", "min", "max", "visits", "ended",
                                        "rupees", "dollars", "euros", "percent", "days", "weeks", "hours", "minutes",
                                        "seconds", "date", "instant", NULL};

static struct node *unknown_call(struct parser *p, struct token word, const char *w) {
    const struct catalog *c = catalog_of(p);
    const char *near = !strcmp(w, "day") ? "days" : text_nearest(w, FUNCTIONS);
    if (!near && c && c->formula_names) near = text_nearest(w, c->formula_names(c->who));
    if (near)
        reading_fault(p->r, word.at, word.length, "unknown-function", "there is no function ‹%.60s›; did you mean ‹%s›?", w, near);
    else
        reading_fault(p->r, word.at, word.length, "unknown-function",
                      "there is no function ‹%.60s›; there are has, default, count, any, all, sum, min, max, visits, ended and units such as rupees", w);
    return NULL;
}

static struct node *call(struct parser *p, struct token word) {
    static const struct {
        const char *word;
        enum node_op op;
    } LISTS[] = {{"count", NODE_COUNT}, {"any", NODE_ANY}, {"all", NODE_ALL}, {"sum", NODE_SUM}};
    const char *w = spelled(p, word);
    if (!w) return NULL;
    advance(p); /* the bracket */
    const struct unit *u = unit_find(w);
    if (u) return unit_call(p, word, u);
    if (!strcmp(w, "has")) return has_call(p, word);
    if (!strcmp(w, "default")) return default_call(p, word);
    if (!strcmp(w, "visits")) return paragraph_call(p, word, NODE_VISITS);
    if (!strcmp(w, "ended")) return paragraph_call(p, word, NODE_ENDED);
    if (!strcmp(w, "min")) return extreme_call(p, word, NODE_MIN);
    if (!strcmp(w, "max")) return extreme_call(p, word, NODE_MAX);
    for (size_t i = 0; i < ARRAY_LEN(LISTS); i++) {
        if (strcmp(w, LISTS[i].word)) continue;
        struct node *list = name_argument(p, "the name of a list");
        return list ? list_call(p, word, LISTS[i].op, list) : NULL;
    }
    const struct catalog *c = catalog_of(p);
    const struct formula *f = c && c->formula ? c->formula(c->who, w) : NULL;
    if (f) return formula_args(p, word, f);
    return unknown_call(p, word, w);
}

static struct node *bracketed(struct parser *p) {
    size_t from = p->now.at;
    advance(p);
    struct node *n = parse_or(p);
    size_t end = p->now.at + p->now.length;
    if (!n || !expect(p, TOKEN_CLOSE)) return NULL;
    n->at = (unsigned)from;
    n->length = (unsigned)(end - from);
    n->bracketed = true;
    return n;
}

static struct node *primary(struct parser *p) {
    struct token t = p->now;
    struct node *n;
    switch (t.kind) {
    case TOKEN_NUMBER:
    case TOKEN_PERCENT: return number(p);
    case TOKEN_TEXT: return quoted(p);
    case TOKEN_TRUE:
    case TOKEN_FALSE: return truth(p);
    case TOKEN_NAME:
        advance(p);
        if (p->now.kind != TOKEN_OPEN) return name(p, t);
        if (!enter(p)) return NULL;
        n = call(p, t);
        return leave(p, n);
    case TOKEN_OPEN:
        if (!enter(p)) return NULL;
        n = bracketed(p);
        return leave(p, n);
    default: return unexpected(p, "a name, a number, a 'text' or (");
    }
}

/* ---- operators ---- */

static bool signed_kind(enum type_kind k) {
    return k == TYPE_NUMBER || k == TYPE_SHARE || k == TYPE_MONEY || k == TYPE_ELAPSED || k == TYPE_CALENDAR_LENGTH;
}

static struct node *parse_minus(struct parser *p) {
    size_t from = p->now.at;
    if (p->now.kind != TOKEN_MINUS) return primary(p);
    if (!enter(p)) return NULL;
    advance(p);
    struct node *n = parse_minus(p);
    if (n && n->op == NODE_CONST && signed_kind(n->value.kind)) {
        n->value.n = -n->value.n; /* a literal is never INT64_MIN: the sign comes after it */
        n->length += n->at - (unsigned)from;
        n->at = (unsigned)from;
        return leave(p, n);
    }
    return leave(p, n ? node_over(p, NODE_NEG, from, &n, 1) : NULL);
}

static struct node *parse_product(struct parser *p) {
    struct node *n = parse_minus(p);
    while (n && (p->now.kind == TOKEN_STAR || p->now.kind == TOKEN_SLASH)) {
        enum node_op op = p->now.kind == TOKEN_STAR ? NODE_MUL : NODE_DIV;
        advance(p);
        n = over_two(p, op, n, parse_minus(p));
    }
    return n;
}

static struct node *parse_sum(struct parser *p) {
    struct node *n = parse_product(p);
    while (n && (p->now.kind == TOKEN_PLUS || p->now.kind == TOKEN_MINUS)) {
        enum node_op op = p->now.kind == TOKEN_PLUS ? NODE_ADD : NODE_SUB;
        advance(p);
        n = over_two(p, op, n, parse_product(p));
    }
    return n;
}

static struct node *parse_in(struct parser *p, struct node *left) {
    struct node *kids[65] = {left};
    int n = 1;
    if (!expect(p, TOKEN_OPEN)) return NULL;
    do {
        if (n == (int)ARRAY_LEN(kids)) return unexpected(p, "a list of at most 64 values");
        if (!(kids[n] = parse_sum(p))) return NULL;
        if (!kids[n]->literal) {
            reading_fault(p->r, kids[n]->at, kids[n]->length, "in-list", "a list after ‹in› holds values as they are written, such as ('a', 'b')");
            return NULL;
        }
        n++;
    } while (accept(p, TOKEN_COMMA));
    size_t end = p->now.at + p->now.length;
    if (!expect(p, TOKEN_CLOSE)) return NULL;
    struct node *me = node_over(p, NODE_IN, left->at, kids, n);
    if (me) me->length = (unsigned)(end - left->at);
    return me;
}

static struct node *parse_between(struct parser *p, struct node *left) {
    struct node *kids[3] = {left};
    if (!(kids[1] = parse_sum(p))) return NULL;
    if (!accept(p, TOKEN_AND)) return unexpected(p, "‹and› with the upper end (between 1 and 30)");
    if (!(kids[2] = parse_sum(p))) return NULL;
    return node_over(p, NODE_BETWEEN, left->at, kids, 3);
}

static bool comparison(enum token_kind kind, enum node_op *op) {
    if (kind < TOKEN_EQ || kind > TOKEN_GE) return false;
    *op = (enum node_op)(NODE_EQ + (kind - TOKEN_EQ));
    return true;
}
_Static_assert(NODE_GE - NODE_EQ == (int)TOKEN_GE - (int)TOKEN_EQ, "operators and tokens in one order");

static struct node *parse_comparison(struct parser *p) {
    struct node *n = parse_sum(p);
    enum node_op op;
    bool negated;
    if (!n) return NULL;
    if (comparison(p->now.kind, &op)) {
        advance(p);
        if (!(n = over_two(p, op, n, parse_sum(p)))) return NULL;
        if (comparison(p->now.kind, &op)) {
            reading_fault(p->r, p->now.at, p->now.length, "chained", "two comparisons in a row; write a < b and b < c, or b between a and c");
            return NULL;
        }
        return n;
    }
    negated = p->now.kind == TOKEN_NOT;
    if (negated) advance(p);
    if (p->now.kind == TOKEN_IN || p->now.kind == TOKEN_BETWEEN) {
        bool in = p->now.kind == TOKEN_IN;
        advance(p);
        n = in ? parse_in(p, n) : parse_between(p, n);
        return n && negated ? node_over(p, NODE_NOT, n->at, &n, 1) : n;
    }
    return negated ? unexpected(p, "‹in› or ‹between›") : n;
}

static struct node *parse_not(struct parser *p) {
    size_t from = p->now.at;
    if (p->now.kind != TOKEN_NOT) return parse_comparison(p);
    if (!enter(p)) return NULL;
    advance(p);
    struct node *n = parse_not(p);
    return leave(p, n ? node_over(p, NODE_NOT, from, &n, 1) : NULL);
}

/* Chains of one operator become one node with many kids, so that length is not depth. */
static struct node *parse_chain(struct parser *p, enum token_kind kind, enum node_op op,
                                struct node *(*part)(struct parser *)) {
    struct node *kids[64];
    int n = 0;
    if (!(kids[n++] = part(p))) return NULL;
    if (p->now.kind != kind) return kids[0];
    while (accept(p, kind)) {
        if (n == (int)ARRAY_LEN(kids)) return unexpected(p, "at most 64 parts in one chain");
        if (!(kids[n++] = part(p))) return NULL;
    }
    return node_over(p, op, kids[0]->at, kids, n);
}

static struct node *parse_and(struct parser *p) { return parse_chain(p, TOKEN_AND, NODE_AND, parse_not); }
static struct node *parse_or(struct parser *p) { return parse_chain(p, TOKEN_OR, NODE_OR, parse_and); }

struct node *expr_parse(struct reading *r) {
    struct parser p = {.r = r, .now = lex_next(r, 0)};
    if (p.now.kind == TOKEN_END) {
        reading_fault(r, 0, r->n, "empty", "the expression is empty; write a condition or a name");
        return NULL;
    }
    struct node *n = parse_or(&p);
    if (n && p.now.kind != TOKEN_END) return unexpected(&p, "and, or, an operator or the end");
    return n;
}
