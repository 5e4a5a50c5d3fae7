/* expr_oracle_test.c - random trees against an evaluator that shares nothing with the product: it
 * works on its own tree, rounds by schoolbook division on 128 bits and reads no text. */
#include "base/rng.h"
#include "tests/dsl/expr_world.h"

enum { TREES = 6000, FACTS = 6, POOL = 64 };

enum kind { LITERAL, FACT, ADD, SUB, MUL, DIV_OR, NEG, MINOF, MAXOF, LESS, LESS_EQ, EQUAL, RANGE, AND, OR, NOT, MEMBER };
struct tree {
    enum kind kind;
    int64_t n; /* millionths, or index of a fact */
    struct tree *a, *b, *c;
};
struct outcome {
    bool fault;
    __int128 n;
};

static struct tree pool[POOL];
static int used;
static int64_t facts[FACTS];
static uint64_t state;

static uint64_t next(void) { /* splitmix64 */
    uint64_t z = (state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}
static int64_t below(int64_t n) { return (int64_t)(next() % (uint64_t)n); }

static int64_t some_number(void) {
    switch (below(5)) {
    case 0: return below(4) * 1000000;
    case 1: return below(2000000);
    case 2: return below(1000) * 1000;
    case 3: return below(INT64_C(9000000000000)) * 1000000;
    default: return below(5) * 500000;
    }
}

static struct tree *leaf(void) {
    struct tree *t = &pool[used++];
    *t = (struct tree){.kind = below(3) ? LITERAL : FACT};
    t->n = t->kind == FACT ? below(FACTS) : some_number();
    return t;
}

static struct tree *number(int depth) {
    static const enum kind KINDS[] = {ADD, SUB, MUL, DIV_OR, NEG, MINOF, MAXOF};
    if (depth == 0 || used > POOL - 16 || below(6) == 0) return leaf();
    struct tree *t = &pool[used++];
    *t = (struct tree){.kind = KINDS[below(7)]};
    t->a = number(depth - 1);
    if (t->kind != NEG) t->b = number(depth - 1);
    if (t->kind == DIV_OR) {
        struct tree *divisor = t->b;
        t->n = some_number();
        while (divisor->kind == NEG) divisor = divisor->a;
        if (divisor->kind == LITERAL && divisor->n == 0) divisor->n = 1000000; /* refused when read */
    }
    return t;
}

static struct tree *truth(int depth) {
    static const enum kind KINDS[] = {LESS, LESS_EQ, EQUAL, RANGE, MEMBER, AND, OR, NOT};
    struct tree *t = &pool[used++];
    *t = (struct tree){.kind = KINDS[depth > 0 && used < POOL - 32 ? below(8) : below(3)]};
    bool of_truths = t->kind >= AND && t->kind <= NOT;
    t->a = of_truths ? truth(depth - 1) : number(2);
    if (t->kind == NOT) return t;
    t->b = of_truths ? truth(depth - 1) : t->kind == MEMBER ? leaf() : number(2);
    if (t->kind == MEMBER) t->b->kind = LITERAL, t->b->n = some_number();
    if (t->kind == RANGE) t->c = number(1);
    return t;
}

/* ---- as text ---- */

static void put(struct buf *b, const struct tree *t);

static void put_literal(struct buf *b, int64_t n) {
    buf_addf(b, "%lld", (long long)(n / 1000000));
    if (n % 1000000) buf_addf(b, ".%06lld", (long long)(n % 1000000));
}
static void put_two(struct buf *b, const struct tree *t, const char *op) {
    buf_addc(b, '(');
    put(b, t->a);
    buf_addf(b, " %s ", op);
    put(b, t->b);
    buf_addc(b, ')');
}
static void put_call(struct buf *b, const struct tree *t, const char *name) {
    buf_adds(b, name);
    put_two(b, t, ",");
}
static void put(struct buf *b, const struct tree *t) {
    switch (t->kind) {
    case LITERAL: put_literal(b, t->n); break;
    case FACT: buf_addf(b, "f%lld.x", (long long)t->n); break;
    case ADD: put_two(b, t, "+"); break;
    case SUB: put_two(b, t, "-"); break;
    case MUL: put_two(b, t, "*"); break;
    case DIV_OR:
        buf_adds(b, "default");
        buf_addc(b, '(');
        put_two(b, t, "/");
        buf_adds(b, ", ");
        put_literal(b, t->n);
        buf_addc(b, ')');
        break;
    case NEG: buf_adds(b, "(-"); put(b, t->a); buf_addc(b, ')'); break;
    case MINOF: put_call(b, t, "min"); break;
    case MAXOF: put_call(b, t, "max"); break;
    case LESS: put_two(b, t, "<"); break;
    case LESS_EQ: put_two(b, t, "<="); break;
    case EQUAL: put_two(b, t, "=="); break;
    case RANGE:
        buf_addc(b, '('), put(b, t->a), buf_adds(b, " between "), put(b, t->b), buf_adds(b, " and "), put(b, t->c), buf_addc(b, ')');
        break;
    case MEMBER: buf_addc(b, '('), put(b, t->a), buf_adds(b, " in (7, "), put(b, t->b), buf_adds(b, "))"); break;
    case AND: put_two(b, t, "and"); break;
    case OR: put_two(b, t, "or"); break;
    case NOT: buf_adds(b, "(not "), put(b, t->a), buf_addc(b, ')'); break;
    }
}

/* ---- the other evaluator ---- */

static struct outcome fits(__int128 n) { return (struct outcome){n > INT64_MAX || n < INT64_MIN, n}; }

/* Half to even, by comparing twice the remainder with the divisor. */
static __int128 rounded(__int128 n, __int128 d) {
    bool minus = (n < 0) != (d < 0);
    unsigned __int128 a = n < 0 ? -(unsigned __int128)n : (unsigned __int128)n, b = d < 0 ? -(unsigned __int128)d : (unsigned __int128)d;
    unsigned __int128 q = a / b, rest = a - q * b;
    if (rest * 2 > b || (rest * 2 == b && (q & 1))) q++;
    return minus ? -(__int128)q : (__int128)q;
}

static struct outcome value(const struct tree *t) {
    struct outcome a = {0}, b = {0}, c = {0};
    if (t->kind == LITERAL) return fits(t->n);
    if (t->kind == FACT) return fits(facts[t->n]);
    a = value(t->a);
    if (a.fault) return a;
    if (t->kind == AND && !a.n) return a;
    if (t->kind == OR && a.n) return a;
    if (t->b) b = value(t->b);
    if (b.fault) return b;
    if (t->c) c = value(t->c);
    if (c.fault) return c;
    switch (t->kind) {
    case ADD: return fits(a.n + b.n);
    case SUB: return fits(a.n - b.n);
    case MUL: return fits(rounded(a.n * b.n, 1000000));
    case DIV_OR: return b.n == 0 ? fits(t->n) : fits(rounded(a.n * 1000000, b.n));
    case NEG: return fits(-a.n);
    case MINOF: return a.n < b.n ? a : b;
    case MAXOF: return a.n > b.n ? a : b;
    case LESS: return fits(a.n < b.n);
    case LESS_EQ: return fits(a.n <= b.n);
    case EQUAL: return fits(a.n == b.n);
    case RANGE: return fits(a.n >= b.n && a.n <= c.n);
    case MEMBER: return fits(a.n == 7000000 || a.n == b.n);
    case NOT: return fits(!a.n);
    default: return b; /* and, or: the second decides */
    }
}

static void give_facts(struct world *w) {
    for (int i = 0; i < FACTS; i++) {
        char name[16];
        snprintf(name, sizeof name, "f%d", i);
        int64_t n = below(3) ? below(3000000) : below(2000) * 1000000;
        facts[i] = below(2) ? n : -n;
        json_t *j = facts[i] % 1000000 ? json_real((double)facts[i] / 1e6) : json_integer(facts[i] / 1000000);
        json_object_set_new(w->facts, name, json_pack("{s:o}", "x", j));
    }
}

static bool one_tree(struct world *w, uint64_t seed) {
    struct value v;
    struct fault f = {0};
    struct buf b;
    buf_init(&b, 1 << 16);
    state = seed;
    used = 0;
    give_facts(w);
    struct tree *t = below(2) ? truth(4) : number(5);
    put(&b, t);
    if (b.len > EXPR_MAX_BYTES) return buf_reset(&b), true;
    const struct expr *e = world_read(w, buf_text(&b));
    bool good = false;
    if (e) {
        struct outcome want = value(t);
        enum err err = expr_eval(e, &w->at, &v, NULL, &f);
        good = want.fault ? err == ERR_INVALID : err == OK && !v.missing && v.n == (int64_t)want.n;
    }
    if (!good) fprintf(stderr, "\n  seed %llu: %s\n  %s%s\n", (unsigned long long)seed, buf_text(&b), w->said, f.text);
    buf_reset(&b);
    return good;
}

void test_expr_oracle__random_trees_agree_with_an_independent_evaluator(void) {
    static const char SCHEMA[] = "{\"f0\":%s,\"f1\":%s,\"f2\":%s,\"f3\":%s,\"f4\":%s,\"f5\":%s}";
    static const char ONE[] = "{\"type\":\"object\",\"required\":[\"x\"],\"properties\":{\"x\":{\"type\":\"number\"}}}";
    char schema[1024];
    int bad = 0;
    snprintf(schema, sizeof schema, SCHEMA, ONE, ONE, ONE, ONE, ONE, ONE);
    for (uint64_t seed = 1; seed <= TREES && bad < 5; seed += 200) {
        struct world w;
        world_open(&w, schema, "{}");
        for (uint64_t s = seed; s < seed + 200; s++) bad += !one_tree(&w, s);
        world_close(&w);
    }
    CU_ASSERT_EQUAL(bad, 0);
}
