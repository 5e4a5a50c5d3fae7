/* cover_test.c - what is left over, against counting every case. */
#include <CUnit/CUnit.h>
#include <stdlib.h>

#include "base/rng.h"
#include "dsl/cover.h"


enum { NUMBERS = 6, WORDS = 3 };
static const char *const WORD[] = {"x", "y", "z", NULL};
static const struct type NUMBER = {.kind = TYPE_NUMBER, .bounded_below = true, .bounded_above = true, .least = 0, .most = NUMBERS - 1};
static const struct type TRUTH = {.kind = TYPE_TRUTH};
static const struct type ONE_OF = {.kind = TYPE_ONE_OF, .words = WORD};

static const struct type *type_of(void *who, const char *fact) {
    (void)who;
    return *fact == 'n' ? &NUMBER : *fact == 't' ? &TRUTH : &ONE_OF;
}

static void random_box(struct rng *r, struct box *b) {
    *b = (struct box){.whole = true};
    if (rng_u64(r) % 2) {
        int64_t lo = (int64_t)(rng_u64(r) % NUMBERS), hi = lo + (int64_t)(rng_u64(r) % 3);
        b->side[b->n++] = (struct box_side){.fact = "n", .lo = rng_u64(r) % 3 ? lo : INT64_MIN, .hi = rng_u64(r) % 3 ? hi : INT64_MAX};
    }
    if (rng_u64(r) % 2) {
        int64_t t = (int64_t)(rng_u64(r) % 2);
        b->side[b->n++] = (struct box_side){.fact = "t", .lo = t, .hi = t};
    }
    if (rng_u64(r) % 2) {
        struct box_side *s = &b->side[b->n++];
        *s = (struct box_side){.fact = "w", .words = true, .lo = INT64_MIN, .hi = INT64_MAX};
        for (int i = 0; i < WORDS; i++)
            if (rng_u64(r) % 2) s->word[s->n_words++] = WORD[i];
    }
}

static bool holds(const struct box *b, int n, int t, int w) {
    for (int i = 0; i < b->n; i++) {
        const struct box_side *s = &b->side[i];
        bool in = false;
        for (int k = 0; k < s->n_words; k++) in |= s->word[k] == WORD[w];
        if (!s->words) in = (*s->fact == 'n' ? n : t) >= s->lo && (*s->fact == 'n' ? n : t) <= s->hi;
        if (!in) return false;
    }
    return true;
}

static bool left_over(const struct box *taken, int n_taken, const struct box *probe) {
    for (int n = 0; n < NUMBERS; n++)
        for (int t = 0; t < 2; t++)
            for (int w = 0; w < WORDS; w++) {
                bool free = holds(probe, n, t, w);
                for (int i = 0; free && i < n_taken; i++) free = !holds(&taken[i], n, t, w);
                if (free) return true;
            }
    return false;
}

void test_cover__agrees_with_counting_every_case(void) {
    struct rng r;
    struct cover *c = malloc(sizeof *c);
    int met = 0, rounds = 4000;
    rng_seed(&r, 7);
    for (int round = 0; c && round < rounds; round++) {
        struct box taken[6], probe;
        int n = (int)(rng_u64(&r) % 6);
        cover_init(c, type_of, NULL);
        for (int i = 0; i < n; i++) {
            random_box(&r, &taken[i]);
            cover_take(c, &taken[i]);
        }
        random_box(&r, &probe);
        bool want = left_over(taken, n, &probe), got = cover_meets(c, &probe);
        met += want;
        if (want != got) CU_FAIL("what is left over is not what counting says");
    }
    CU_ASSERT(met > rounds / 10 && met < rounds * 9 / 10); /* both answers were tried */
    free(c);
}

void test_cover__claims_nothing_of_what_it_cannot_judge(void) {
    struct box all = {.whole = true}, half = {.whole = false};
    struct cover *c = malloc(sizeof *c);
    if (!c) return;
    cover_init(c, NULL, NULL);
    cover_take(c, &half);
    CU_ASSERT(cover_meets(c, &all));
    cover_take(c, &all);
    CU_ASSERT(!cover_meets(c, &all));
    /* More pieces than there is room for. */
    cover_init(c, NULL, NULL);
    for (int i = 0; i < 2 * COVER_BOXES; i++) {
        struct box b = {.whole = true, .n = 1, .side = {{.fact = "n", .lo = 2 * i, .hi = 2 * i}}};
        cover_take(c, &b);
    }
    CU_ASSERT(c->lost && cover_meets(c, &all));
    free(c);
}
