#include "connectors/name_match.h"

#include <CUnit/CUnit.h>

void test_name_match__words_in_any_order_and_case(void) {
    CU_ASSERT_DOUBLE_EQUAL(name_match("IYER meera", "Meera Iyer"), 1, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(name_match("Meera", "Meera Iyer"), 0.5, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(name_match("Smt. Meera Iyer", "Meera Iyer"), 1, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(name_match("Dr", "Meera"), 0, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(name_match("", ""), 0, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(name_match("मीरा अय्यर", "अय्यर मीरा"), 1, 1e-9);
}

void test_name_match__likeness_forgives_spelling(void) {
    CU_ASSERT_DOUBLE_EQUAL(name_likeness("Meera Iyer", "iyer meera"), 1, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(name_likeness("martha", "marhta"), 0.9611, 1e-4); /* Winkler's own examples */
    CU_ASSERT_DOUBLE_EQUAL(name_likeness("dwayne", "duane"), 0.84, 1e-4);
    CU_ASSERT_DOUBLE_EQUAL(name_likeness("dixon", "dicksonx"), 0.8133, 1e-4);
    CU_ASSERT(name_likeness("Mira Iyer", "Meera Iyer") > 0.85);
    CU_ASSERT(name_likeness("Meera Iyer", "Kabir Singh") < 0.6);
    CU_ASSERT(name_likeness("Meera", "Meera Iyer Nair") < 0.4); /* one of three words */
    CU_ASSERT_DOUBLE_EQUAL(name_likeness("", "Meera"), 0, 1e-9);
}

void test_name_match__likeness_is_the_same_both_ways(void) {
    static const char *const names[] = {"Meera Iyer", "Mira Ayer", "Iyer M", "Kabir Singh", "Singh Kabeer K", "", "a b c d e f g h i j"};
    for (int a = 0; a < 7; a++)
        for (int b = 0; b < 7; b++) {
            double l = name_likeness(names[a], names[b]);
            CU_ASSERT(l >= 0 && l <= 1 + 1e-9);
            CU_ASSERT_DOUBLE_EQUAL(l, name_likeness(names[b], names[a]), 1e-9);
        }
}
