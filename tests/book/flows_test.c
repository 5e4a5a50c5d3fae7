/* flows_test.c - sums by pair and day, differences that post only forward. */
#include <CUnit/CUnit.h>

#include "book/flows.h"

static struct arena *arena;
int setup_flows(void) { return !(arena = arena_new(1 << 20)); }
int teardown_flows(void) { return arena_free(arena), 0; }

void test_flows__settle_sums_and_drops_nothing_else(void) {
    struct flows f;
    flows_init(&f, arena);
    flows_add(&f, ACCOUNT_PRINCIPAL, ACCOUNT_SETTLEMENT, 5, 100);
    flows_add(&f, ACCOUNT_SETTLEMENT, ACCOUNT_PRINCIPAL, 5, 30);
    flows_add(&f, ACCOUNT_PRINCIPAL, ACCOUNT_SETTLEMENT, 4, 7);
    flows_add(&f, ACCOUNT_FEE, ACCOUNT_FEE_INCOME, 5, 9);
    flows_add(&f, ACCOUNT_FEE, ACCOUNT_FEE_INCOME, 5, -9);
    flows_add(&f, ACCOUNT_FEE, ACCOUNT_FEE_INCOME, 5, 0);
    flows_settle(&f);
    CU_ASSERT_EQUAL_FATAL(f.n, 2);
    CU_ASSERT(f.all[0].day == 4 && f.all[0].minor == 7);
    CU_ASSERT(f.all[1].day == 5 && f.all[1].minor == 70);
    CU_ASSERT_EQUAL(flows_balance(&f, ACCOUNT_PRINCIPAL, 4), 7);
    CU_ASSERT_EQUAL(flows_balance(&f, ACCOUNT_PRINCIPAL, 5), 77);
    CU_ASSERT_EQUAL(flows_balance(&f, ACCOUNT_SETTLEMENT, 5), -77);
}

void test_flows__a_difference_is_above_zero_and_turned_where_it_must(void) {
    struct flows a, b, d;
    flows_init(&a, arena), flows_init(&b, arena), flows_init(&d, arena);
    flows_add(&a, ACCOUNT_CREDIT, ACCOUNT_PRINCIPAL, 5, 100);
    flows_add(&b, ACCOUNT_CREDIT, ACCOUNT_PRINCIPAL, 5, 60);
    flows_add(&b, ACCOUNT_CREDIT, ACCOUNT_INTEREST, 5, 40);
    CU_ASSERT(flows_difference(&a, &b, &d));
    CU_ASSERT_EQUAL_FATAL(d.n, 2);
    for (size_t k = 0; k < d.n; k++) {
        CU_ASSERT_EQUAL(d.all[k].minor, 40);
        CU_ASSERT(d.all[k].debit == ACCOUNT_PRINCIPAL ? d.all[k].credit == ACCOUNT_CREDIT
                                                      : d.all[k].debit == ACCOUNT_CREDIT && d.all[k].credit == ACCOUNT_INTEREST);
    }
}

void test_flows__no_memory_is_told_once(void) {
    struct arena *tiny = arena_new(64);
    struct flows f;
    flows_init(&f, tiny);
    flows_add(&f, ACCOUNT_FEE, ACCOUNT_FEE_INCOME, 1, 1);
    CU_ASSERT(f.failed);
    flows_settle(&f);
    CU_ASSERT_EQUAL(f.n, 0);
    arena_free(tiny);
}

void test_flows__accounts_have_words(void) {
    CU_ASSERT_STRING_EQUAL(account_word(ACCOUNT_PRINCIPAL), "principal");
    CU_ASSERT_STRING_EQUAL(account_word(ACCOUNT_SUSPENSE), "suspense");
}
