#include "base/buf.h"

#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

void test_buf__grows_and_terminates(void) {
    AUTO(buf_reset) struct buf b;
    buf_init(&b, 1 << 20);
    CU_ASSERT_STRING_EQUAL(buf_text(&b), "");
    for (int i = 0; i < 1000; i++) buf_addf(&b, "%d,", i);
    CU_ASSERT_TRUE(buf_ok(&b));
    CU_ASSERT_EQUAL(b.len, 10 * 2 + 90 * 3 + 900 * 4);
    CU_ASSERT_EQUAL(strlen(buf_text(&b)), b.len);
    CU_ASSERT_NSTRING_EQUAL(buf_text(&b) + b.len - 8, "998,999,", 8);
}
