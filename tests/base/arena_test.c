#include "base/arena.h"

#include <CUnit/CUnit.h>
#include <stdint.h>
#include <string.h>

#include "base/rng.h"
#include "tests/harness/torture.h"

void test_arena__blocks_are_zero_aligned_and_apart(void) {
    struct arena *a = arena_new(1 << 22);
    struct rng r;
    rng_seed(&r, 3);
    struct {
        unsigned char *p;
        size_t n;
    } piece[500];
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 500; i++) {
            size_t n = rng_below(&r, i % 50 ? 300 : 20000);
            piece[i].p = arena_alloc(a, n);
            piece[i].n = n;
            CU_ASSERT_PTR_NOT_NULL_FATAL(piece[i].p);
            CU_ASSERT_EQUAL((uintptr_t)piece[i].p % 16, 0);
            for (size_t j = 0; j < n; j++) CU_ASSERT_EQUAL_FATAL(piece[i].p[j], 0);
            memset(piece[i].p, i & 255, n);
        }
        for (int i = 0; i < 500; i++)
            for (size_t j = 0; j < piece[i].n; j++) CU_ASSERT_EQUAL_FATAL(piece[i].p[j], i & 255);
        arena_clear(a);
        CU_ASSERT_EQUAL(arena_used(a), 0);
    }
    arena_free(a);
    arena_free(NULL);
}

void test_arena__ceiling_holds(void) {
    struct arena *a = arena_new(10000);
    CU_ASSERT_PTR_NULL(arena_alloc(a, 10001));
    CU_ASSERT_PTR_NULL(arena_alloc(a, SIZE_MAX));
    CU_ASSERT_PTR_NULL(arena_alloc(a, SIZE_MAX - 8));
    size_t got = 0;
    while (arena_alloc(a, 100)) got += 100;
    CU_ASSERT(got <= 10000 && got > 8000);
    CU_ASSERT(arena_used(a) <= 10000);
    arena_clear(a);
    CU_ASSERT_PTR_NOT_NULL(arena_alloc(a, 100));
    arena_free(a);
}

void test_arena__texts(void) {
    struct arena *a = arena_new(1 << 16);
    CU_ASSERT_STRING_EQUAL(arena_strdup(a, "loan"), "loan");
    CU_ASSERT_STRING_EQUAL(arena_strndup(a, "loan approval", 4), "loan");
    CU_ASSERT_STRING_EQUAL(arena_strndup(a, "abc", 99), "abc");
    CU_ASSERT_STRING_EQUAL(arena_printf(a, "%s@%d", "loan", 4), "loan@4");
    arena_free(a);
}

static void fill(void *who) {
    (void)who;
    struct arena *a = arena_new(1 << 20);
    if (!a) {
        CU_ASSERT(torture_hit());
        return;
    }
    for (int i = 0; i < 100; i++)
        if (!arena_printf(a, "%0500d", i)) CU_ASSERT(torture_hit());
    arena_free(a);
}

void test_arena__survives_no_memory(void) {
    CU_ASSERT(torture_run(fill, NULL) >= 4);
}
