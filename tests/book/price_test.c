/* price_test.c - the price list. */
#include <CUnit/CUnit.h>

#include "book/price.h"

void test_price__takes_the_first_band_that_holds(void) {
    static const struct loan_band bands[] = {{10000, 120000}, {40000, 160000}};
    struct fault f;
    int64_t rate = 0;
    CU_ASSERT_EQUAL(loan_price(bands, 2, 10000, &rate, &f), OK);
    CU_ASSERT_EQUAL(rate, 120000);
    CU_ASSERT_EQUAL(loan_price(bands, 2, 10001, &rate, &f), OK);
    CU_ASSERT_EQUAL(rate, 160000);
    CU_ASSERT_EQUAL(loan_price(bands, 2, 40001, &rate, &f), ERR_REFUSED);
}
