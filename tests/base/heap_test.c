#include "base/heap.h"

#include <CUnit/CUnit.h>
#include <stdlib.h>

#include "base/rng.h"
#include "tests/harness/torture.h"

enum { NODES = 2000 };

static int by_time(const void *a, const void *b) {
    const struct heap_node *x = *(struct heap_node *const *)a, *y = *(struct heap_node *const *)b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static void check_slots(const struct heap *h) {
    for (size_t i = 1; i <= h->count; i++) {
        CU_ASSERT_EQUAL_FATAL(h->nodes[i]->slot, i);
        if (i > 1) CU_ASSERT_FATAL(by_time(&h->nodes[i / 2], &h->nodes[i]) < 0);
    }
}

void test_heap__gives_what_a_sort_gives(void) {
    static struct heap_node nodes[NODES], *sorted[NODES];
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct heap h = {0};
        struct rng r;
        rng_seed(&r, seed);
        for (int i = 0; i < NODES; i++) {
            nodes[i] = (struct heap_node){.at = (int64_t)rng_below(&r, seed * 50) - 100};
            CU_ASSERT_EQUAL(heap_push(&h, &nodes[i]), OK);
        }
        size_t left = 0;
        for (int i = 0; i < NODES; i++) {
            if (rng_below(&r, 3) == 0) heap_remove(&h, &nodes[i]);
            else sorted[left++] = &nodes[i];
        }
        CU_ASSERT_EQUAL_FATAL(h.count, left);
        check_slots(&h);
        qsort(sorted, left, sizeof *sorted, by_time);
        for (size_t i = 0; i < left; i++) {
            CU_ASSERT_PTR_EQUAL_FATAL(heap_top(&h), sorted[i]);
            heap_remove(&h, sorted[i]);
            CU_ASSERT_EQUAL(sorted[i]->slot, 0);
        }
        CU_ASSERT_PTR_NULL(heap_top(&h));
        heap_reset(&h);
    }
}

void test_heap__nodes_can_come_back(void) {
    struct heap h = {0};
    struct heap_node a = {.at = 5}, b = {.at = 5};
    CU_ASSERT_EQUAL(heap_push(&h, &a), OK);
    CU_ASSERT_EQUAL(heap_push(&h, &b), OK);
    CU_ASSERT_PTR_EQUAL(heap_top(&h), &a);
    heap_remove(&h, &a);
    CU_ASSERT_EQUAL(heap_push(&h, &a), OK);
    CU_ASSERT_PTR_EQUAL(heap_top(&h), &b); /* a is now the later of equals */
    heap_reset(&h);
    CU_ASSERT_EQUAL(a.slot + b.slot, 0);
}

static void push_many(void *who) {
    (void)who;
    struct heap h = {0};
    struct heap_node nodes[300] = {0};
    size_t held = 0;
    for (int i = 0; i < 300; i++) {
        enum err e = heap_push(&h, &nodes[i]);
        CU_ASSERT(e == OK || (e == ERR_NOMEM && torture_hit() && nodes[i].slot == 0));
        held += e == OK;
    }
    CU_ASSERT_EQUAL(h.count, held);
    heap_reset(&h);
}

void test_heap__survives_no_memory(void) {
    CU_ASSERT(torture_run(push_many, NULL) >= 3);
}
