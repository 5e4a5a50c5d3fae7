#include "base/err.h"

#include <CUnit/CUnit.h>
#include <string.h>

#include "base/text.h"

void test_err__every_kind_has_its_own_word(void) {
    for (int i = 0; i < ERR_COUNT; i++) {
        CU_ASSERT_PTR_NOT_NULL_FATAL(err_word((enum err)i));
        for (int j = 0; j < i; j++)
            CU_ASSERT_STRING_NOT_EQUAL(err_word((enum err)i), err_word((enum err)j));
    }
    CU_ASSERT_STRING_EQUAL(err_word((enum err)99), "unknown");
    CU_ASSERT_STRING_EQUAL(err_word(ERR_CONFLICT), "conflict");
}

void test_err__fault_is_filled_and_cut_at_characters(void) {
    CU_ASSERT_EQUAL(fault_set(NULL, ERR_BUSY, "x", "%d", 1), ERR_BUSY);
    struct fault f;
    CU_ASSERT_EQUAL(fault_set(&f, ERR_INVALID, "loan.lua:3:1", "%s is %d", "amount", 0), ERR_INVALID);
    CU_ASSERT_EQUAL(f.kind, ERR_INVALID);
    CU_ASSERT_STRING_EQUAL(f.where, "loan.lua:3:1");
    CU_ASSERT_STRING_EQUAL(f.text, "amount is 0");
    char rupees[900] = "";
    for (int i = 0; i < 899; i++) rupees[i] = "\xE2\x82\xB9"[i % 3];
    for (int shift = 0; shift < 3; shift++) {
        fault_set(&f, ERR_LIMIT, NULL, "%.*s%s", shift, "ab", rupees);
        CU_ASSERT_TRUE(text_is_utf8(f.text, strlen(f.text)));
        CU_ASSERT(strlen(f.text) > 390);
        CU_ASSERT_STRING_EQUAL(f.where, "");
    }
}
