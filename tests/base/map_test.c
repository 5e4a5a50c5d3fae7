#include "base/map.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "tests/harness/torture.h"

enum { KEYS = 700 };

/* The slow list the map is held against. */
struct list {
    char key[KEYS][40];
    size_t n[KEYS];
    void *value[KEYS]; /* NULL: absent */
    size_t count;
};

static void make_keys(struct list *l, struct rng *r) {
    for (int i = 0; i < KEYS; i++) {
        int n = snprintf(l->key[i], sizeof l->key[i], "%d", i);
        l->n[i] = (size_t)n + rng_below(r, 30);
        for (size_t j = (size_t)n; j < l->n[i]; j++) l->key[i][j] = (char)(j ? 0 : 'x');
        if (l->n[i] > (size_t)n) l->key[i][n] = '/';
    }
}

static void count_one(void *who, const void *key, size_t n, void *value) {
    (void)key, (void)n;
    CU_ASSERT_PTR_NOT_NULL(value);
    ++*(size_t *)who;
}

static void one_step(struct map *m, struct list *l, struct rng *r) {
    size_t i = rng_below(r, KEYS);
    void *value = &l->key[rng_below(r, KEYS)], *old = value;
    switch (rng_below(r, 3)) {
    case 0:
        CU_ASSERT_EQUAL(map_put(m, l->key[i], l->n[i], value, &old), OK);
        CU_ASSERT_PTR_EQUAL_FATAL(old, l->value[i]);
        l->count += !l->value[i];
        l->value[i] = value;
        break;
    case 1:
        CU_ASSERT_PTR_EQUAL_FATAL(map_remove(m, l->key[i], l->n[i]), l->value[i]);
        l->count -= l->value[i] != NULL;
        l->value[i] = NULL;
        break;
    default: CU_ASSERT_PTR_EQUAL_FATAL(map_get(m, l->key[i], l->n[i]), l->value[i]);
    }
    CU_ASSERT_EQUAL_FATAL(map_size(m), l->count);
}

void test_map__does_what_a_slow_list_does(void) {
    static struct list l;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct rng r;
        rng_seed(&r, seed);
        memset(&l, 0, sizeof l);
        make_keys(&l, &r);
        struct map *m = map_new();
        for (int step = 0; step < 20000; step++) one_step(m, &l, &r);
        size_t seen = 0;
        map_each(m, count_one, &seen);
        CU_ASSERT_EQUAL(seen, l.count);
        for (int i = 0; i < KEYS; i++)
            CU_ASSERT_PTR_EQUAL(map_get(m, l.key[i], l.n[i]), l.value[i]);
        map_free(m, NULL);
    }
}

struct walk {
    struct map *m;
    char order[200];
};

static void note(void *who, const void *key, size_t n, void *value) {
    struct walk *w = who;
    size_t at = strlen(w->order);
    memcpy(w->order + at, key, n);
    w->order[at + n] = 0;
    if (*(char *)value == 'd') CU_ASSERT_PTR_EQUAL(map_remove(w->m, key, n), value);
}

void test_map__walks_in_order_of_insertion_and_may_remove(void) {
    static const char *const keys[] = {"one ", "two ", "three ", "a key longer than sixteen bytes ", "five "};
    static char keep[] = "k", drop[] = "d";
    struct walk w = {map_new(), ""};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        CU_ASSERT_EQUAL(map_put(w.m, keys[i], strlen(keys[i]), i % 2 ? drop : keep, NULL), OK);
    CU_ASSERT_EQUAL(map_put(w.m, "one ", 4, keep, NULL), OK);
    map_each(w.m, note, &w);
    CU_ASSERT_STRING_EQUAL(w.order, "one two three a key longer than sixteen bytes five ");
    w.order[0] = '\0';
    map_each(w.m, note, &w);
    CU_ASSERT_STRING_EQUAL(w.order, "one three five ");
    map_free(w.m, NULL);
}

void test_map__edges(void) {
    struct map *m = map_new();
    CU_ASSERT_PTR_NULL(map_get(m, "x", 1));
    CU_ASSERT_PTR_NULL(map_remove(m, "x", 1));
    CU_ASSERT_EQUAL(map_put(m, "", 0, malloc(1), NULL), OK);
    CU_ASSERT_PTR_NOT_NULL(map_get(m, NULL, 0));
    CU_ASSERT_EQUAL(map_put(m, "a\0b", 3, malloc(1), NULL), OK);
    CU_ASSERT_PTR_NULL(map_get(m, "a\0c", 3));
    map_free(m, free);
    map_free(NULL, free);
}

static void churn(void *who) {
    (void)who;
    struct map *m = map_new();
    if (!m) {
        CU_ASSERT(torture_hit());
        return;
    }
    for (int i = 0; i < 100; i++) {
        char key[64];
        int n = snprintf(key, sizeof key, i % 2 ? "%d" : "a rather long key with number %d", i);
        enum err e = map_put(m, key, (size_t)n, m, NULL);
        CU_ASSERT(e == OK ? map_get(m, key, (size_t)n) == m : e == ERR_NOMEM && torture_hit());
    }
    CU_ASSERT(map_size(m) >= 99u);
    map_free(m, NULL);
}

void test_map__survives_no_memory(void) {
    CU_ASSERT(torture_run(churn, NULL) > 50);
}
