/* keyfacts_test.c - the statement adds up and says the same each time. */
#include <CUnit/CUnit.h>

#include "base/zone.h"
#include "book/keyfacts.h"
#include "tests/harness/torture.h"

static struct key_facts k;
static const struct contingent_charge CHARGES[] = {{"late", 50000, 0}, {"foreclosure", 0, 40000}};

static void vector(void) {
    struct fault f;
    k = (struct key_facts){.terms = {.principal_minor = 2000000, .rate = 150000, .months = 24, .fee_minor = 40000, .start_day = day_of(2026, 1, 15)},
                           .id = "F1", .currency = "INR", .offered_day = day_of(2026, 1, 15), .valid_until = day_of(2026, 1, 22),
                           .cooling_off_days = 3, .charges = CHARGES, .n_charges = 2};
    CU_ASSERT_EQUAL_FATAL(key_facts_reckon(&k, &f), OK);
}

void test_keyfacts__the_vector_in_full(void) {
    vector();
    CU_ASSERT_EQUAL(k.instalment_minor, 96973);
    CU_ASSERT_EQUAL(k.paid_out_minor, 1960000);
    CU_ASSERT_EQUAL(k.total_minor, 2000000 + k.interest_minor);
    CU_ASSERT_EQUAL(k.cost_minor, k.interest_minor + 40000);
    json_t *v = key_facts_json_new(&k);
    CU_ASSERT_PTR_NOT_NULL_FATAL(v);
    CU_ASSERT_DOUBLE_EQUAL(json_number_value(json_object_get(v, "apr")), 0.1707, 0.00005);
    CU_ASSERT_DOUBLE_EQUAL(json_number_value(json_object_get(v, "effective_rate")), 0.1847, 0.00005);
    CU_ASSERT_STRING_EQUAL(json_text(v, "valid_until", ""), "2026-01-22");
    CU_ASSERT_STRING_EQUAL(json_text(v, "last_due", ""), "2028-01-15");
    CU_ASSERT_EQUAL(json_array_size(json_object_get(v, "schedule")), 24);
    CU_ASSERT_EQUAL(json_array_size(json_object_get(v, "charges")), 2);
    json_decref(v);
}

void test_keyfacts__the_hash_changes_with_the_price_and_with_nothing_else(void) {
    char a[65], b[65];
    vector();
    json_t *v = key_facts_json_new(&k), *again = key_facts_json_new(&k);
    CU_ASSERT_EQUAL(json_hash(v, a), OK);
    CU_ASSERT_EQUAL(json_hash(again, b), OK);
    CU_ASSERT_STRING_EQUAL(a, b);
    json_decref(again);
    struct fault f;
    k.terms.rate++;
    CU_ASSERT_EQUAL(key_facts_reckon(&k, &f), OK);
    again = key_facts_json_new(&k);
    CU_ASSERT_EQUAL(json_hash(again, b), OK);
    CU_ASSERT_STRING_NOT_EQUAL(a, b);
    json_decref(v), json_decref(again);
}

static void write_once(void *who) {
    (void)who;
    json_t *v = key_facts_json_new(&k);
    CU_ASSERT(v || torture_hit());
    json_decref(v);
}
void test_keyfacts__survive_no_memory(void) {
    vector();
    CU_ASSERT(torture_run(write_once, NULL) > 50);
}
