/* cache_test.c - the store against a slow list of the same; its bounds; memory that runs out. */
#include "connectors/cache.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "tests/harness/torture.h"

static struct cache_key key(unsigned n) {
    struct cache_key k = {{0}};
    memcpy(k.b, &n, sizeof n);
    return k;
}
static enum err put(struct cache *c, unsigned n, const char *customer, const char *stale_on, const char *text, int64_t ends_ms) {
    struct cache_key k = key(n);
    struct cached what = {text, strlen(text), ends_ms - 1000, ends_ms};
    return cache_put(c, &k, customer, stale_on, &what);
}
static bool has(struct cache *c, unsigned n, const char *text, int64_t now) {
    struct cache_key k = key(n);
    struct cached got;
    if (!cache_find(c, &k, now, &got)) return false;
    CU_ASSERT_EQUAL(got.n, strlen(text));
    CU_ASSERT_STRING_EQUAL(got.text, text);
    CU_ASSERT_EQUAL(got.ends_ms - got.stored_ms, 1000);
    return true;
}

void test_cache__keeps_replaces_and_lets_go_in_time(void) {
    struct cache *c = cache_new(100000, 100);
    CU_ASSERT_EQUAL(put(c, 1, "asha", "consent.revoked", "one", 5000), OK);
    CU_ASSERT_TRUE(has(c, 1, "one", 4999));
    CU_ASSERT_FALSE(has(c, 2, "", 1));
    CU_ASSERT_EQUAL(put(c, 1, "asha", "consent.revoked", "another", 9000), OK);
    CU_ASSERT_TRUE(has(c, 1, "another", 5000));
    CU_ASSERT_EQUAL(cache_count(c), 1);
    CU_ASSERT_FALSE(has(c, 1, "another", 9000)); /* its end is the first instant without it */
    CU_ASSERT_EQUAL(cache_count(c), 0);
    CU_ASSERT_EQUAL(cache_bytes(c), 0);
    cache_free(c);
}

void test_cache__events_reach_what_they_name_and_erasing_all(void) {
    struct cache *c = cache_new(100000, 100);
    CU_ASSERT_EQUAL(put(c, 1, "asha", "consent.revoked loan.changed", "a", 5000), OK);
    CU_ASSERT_EQUAL(put(c, 2, "asha", "loan.changed", "b", 5000), OK);
    CU_ASSERT_EQUAL(put(c, 3, "asha", NULL, "c", 5000), OK);
    CU_ASSERT_EQUAL(put(c, 4, "ravi", "consent.revoked", "d", 5000), OK);
    CU_ASSERT_EQUAL(put(c, 5, "", "consent.revoked", "e", 5000), OK);
    CU_ASSERT_EQUAL(cache_forget(c, "asha", "consent"), 0);
    CU_ASSERT_EQUAL(cache_forget(c, "asha", "consent.revoked"), 1);
    CU_ASSERT_FALSE(has(c, 1, "a", 1));
    CU_ASSERT(has(c, 2, "b", 1) && has(c, 4, "d", 1) && has(c, 5, "e", 1));
    CU_ASSERT_EQUAL(cache_forget(c, "asha", NULL), 2);
    CU_ASSERT_EQUAL(cache_forget(c, "asha", NULL), 0);
    CU_ASSERT_EQUAL(cache_count(c), 2);
    cache_free(c);
}

void test_cache__words(void) {
    CU_ASSERT_TRUE(cache_goes_stale("a b c", "b"));
    CU_ASSERT_TRUE(cache_goes_stale("a b c", "c"));
    CU_ASSERT_TRUE(cache_goes_stale("a", "a"));
    CU_ASSERT_FALSE(cache_goes_stale("ab bc", "b"));
    CU_ASSERT_FALSE(cache_goes_stale("", "a"));
    CU_ASSERT_FALSE(cache_goes_stale(NULL, "a"));
    CU_ASSERT_FALSE(cache_goes_stale("a b", ""));
}

void test_cache__the_least_used_goes_first(void) {
    struct cache *c = cache_new(1000000, 3);
    for (unsigned i = 1; i <= 3; i++) CU_ASSERT_EQUAL(put(c, i, "x", "", "t", 5000), OK);
    CU_ASSERT_TRUE(has(c, 1, "t", 1)); /* used: 2 is now the oldest */
    CU_ASSERT_EQUAL(put(c, 4, "x", "", "t", 5000), OK);
    CU_ASSERT(has(c, 1, "t", 1) && !has(c, 2, "t", 1) && has(c, 3, "t", 1) && has(c, 4, "t", 1));
    cache_free(c);
}

void test_cache__never_holds_more_bytes_than_it_may(void) {
    struct cache *c = cache_new(10000, 1000);
    struct rng rng;
    rng_seed(&rng, 3);
    static char text[4000];
    memset(text, 'x', sizeof text - 1);
    for (unsigned i = 0; i < 2000; i++) {
        struct cache_key k = key((unsigned)rng_below(&rng, 50));
        struct cached what = {text, rng_below(&rng, sizeof text), 0, 10};
        CU_ASSERT_EQUAL(cache_put(c, &k, i % 3 ? "a" : "b", "", &what), OK);
        CU_ASSERT(cache_bytes(c) <= 10000);
        struct cached got;
        if (what.n > 2500) CU_ASSERT_FALSE(cache_find(c, &k, 1, &got)); /* too large for it, and the old one is gone */
    }
    CU_ASSERT(cache_count(c) > 1);
    (void)cache_forget(c, "a", NULL), (void)cache_forget(c, "b", NULL);
    CU_ASSERT(cache_count(c) == 0 && cache_bytes(c) == 0);
    cache_free(c);
}

/* The same moves on a plain array. */
void test_cache__is_what_a_list_would_be(void) {
    enum { KEYS = 40, CUSTOMERS = 5 };
    static const char *const events[] = {"e0", "e1", "e2", NULL};
    static const char *const words[] = {"e0 e1", "e1", "e2", "", "e0 e2"};
    struct { bool there; int customer, words; int64_t ends; char text[16]; } list[KEYS] = {0};
    struct cache *c = cache_new(1 << 20, 1000);
    struct rng rng;
    rng_seed(&rng, 11);
    int64_t now = 0;
    char name[16];
    for (int step = 0; step < 20000; step++) {
        unsigned k = (unsigned)rng_below(&rng, KEYS);
        now += (int64_t)rng_below(&rng, 5);
        switch (rng_below(&rng, 4)) {
        case 0:
            list[k].there = true, list[k].customer = (int)rng_below(&rng, CUSTOMERS), list[k].words = (int)rng_below(&rng, 5);
            list[k].ends = now + 1 + (int64_t)rng_below(&rng, 300);
            snprintf(list[k].text, sizeof list[k].text, "%d", step);
            snprintf(name, sizeof name, "c%d", list[k].customer);
            CU_ASSERT_EQUAL(put(c, k, list[k].customer ? name : NULL, words[list[k].words], list[k].text, list[k].ends), OK);
            break;
        case 1: {
            int customer = 1 + (int)rng_below(&rng, CUSTOMERS - 1);
            const char *event = events[rng_below(&rng, 4)];
            snprintf(name, sizeof name, "c%d", customer);
            (void)cache_forget(c, name, event);
            for (unsigned i = 0; i < KEYS; i++)
                if (list[i].customer == customer && (!event || cache_goes_stale(words[list[i].words], event))) list[i].there = false;
            break;
        }
        default: CU_ASSERT_EQUAL(has(c, k, list[k].text, now), list[k].there && list[k].ends > now);
        }
    }
    cache_free(c);
}

static void fill(void *who) {
    (void)who;
    struct cache *c = cache_new(100000, 10);
    CU_ASSERT(c || torture_hit());
    for (unsigned i = 0; c && i < 20; i++) {
        enum err e = put(c, i % 12, i % 2 ? "a" : "b", "e", "text", 5000);
        CU_ASSERT(e == OK || (e == ERR_NOMEM && torture_hit()));
    }
    if (c) (void)cache_forget(c, "a", "e");
    if (c) CU_ASSERT(cache_forget(c, "a", NULL) == 0); /* an answer that events cannot reach was not kept */
    cache_free(c);
}
void test_cache__without_memory(void) { CU_ASSERT(torture_run(fill, NULL) > 20); }
