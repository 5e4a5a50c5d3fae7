#include "base/mrz.h"

#include <CUnit/CUnit.h>
#include <stdbool.h>
#include <string.h>

#include "base/zone.h"

/* The specimen of ICAO 9303 part 4, appendix B. */
static const char L1[] = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<";
static const char L2[] = "L898902C36UTO7408122F1204159ZE184226B<<<<<10";
#define TODAY 20468 /* 2026-01-15 */

void test_mrz__the_specimen(void) {
    struct mrz m;
    CU_ASSERT_EQUAL(mrz_digit("L898902C3", 9), '6');
    CU_ASSERT_EQUAL(mrz_digit("740812", 6), '2');
    CU_ASSERT_EQUAL(mrz_digit("120415", 6), '9');
    CU_ASSERT_EQUAL(mrz_digit("ZE184226B<<<<<", 14), '1');
    CU_ASSERT_EQUAL(mrz_digit("ab", 2), 0);
    CU_ASSERT_PTR_NULL(mrz_read(L1, L2, TODAY, &m));
    CU_ASSERT_STRING_EQUAL(m.surname, "ERIKSSON");
    CU_ASSERT_STRING_EQUAL(m.given, "ANNA MARIA");
    CU_ASSERT_STRING_EQUAL(m.issuer, "UTO");
    CU_ASSERT_STRING_EQUAL(m.nationality, "UTO");
    CU_ASSERT_STRING_EQUAL(m.document, "L898902C3");
    CU_ASSERT_STRING_EQUAL(m.optional, "ZE184226B");
    CU_ASSERT_EQUAL(m.birth_day, day_of(1974, 8, 12));
    CU_ASSERT_EQUAL(m.expiry_day, day_of(2012, 4, 15));
    CU_ASSERT_EQUAL(m.sex, 'F');
}

static void changed(size_t at, char to, const char *word) {
    char l2[sizeof L2];
    struct mrz m;
    memcpy(l2, L2, sizeof l2);
    l2[at] = to;
    const char *got = mrz_read(L1, l2, TODAY, &m);
    CU_ASSERT_STRING_EQUAL(got ? got : "none", word);
}

void test_mrz__each_digit_guards_its_field(void) {
    changed(0, 'M', "mrz_document_digit");
    changed(9, '7', "mrz_document_digit");
    changed(14, '5', "mrz_birth_digit");
    changed(22, '3', "mrz_expiry_digit");
    changed(30, '2', "mrz_optional_digit");
    changed(43, '1', "mrz_composite_digit");
    changed(20, 'f', "mrz_characters");
}

void test_mrz__lines_of_another_form(void) {
    struct mrz m;
    char visa[sizeof L1];
    memcpy(visa, L1, sizeof visa);
    visa[0] = 'V';
    CU_ASSERT_STRING_EQUAL(mrz_read("P<UTO", L2, TODAY, &m), "mrz_length");
    CU_ASSERT_STRING_EQUAL(mrz_read(L1, "", TODAY, &m), "mrz_length");
    CU_ASSERT_STRING_EQUAL(mrz_read(visa, L2, TODAY, &m), "mrz_kind");
}

/* A line with these dates and all digits right. */
static const char *with_dates(const char *birth, const char *expiry, bool no_optional) {
    static char l[sizeof L2];
    char whole[39];
    memcpy(l, L2, sizeof l);
    memcpy(l + 13, birth, 6), l[19] = mrz_digit(birth, 6);
    memcpy(l + 21, expiry, 6), l[27] = mrz_digit(expiry, 6);
    if (no_optional) memset(l + 28, '<', 15);
    memcpy(whole, l, 10), memcpy(whole + 10, l + 13, 7), memcpy(whole + 17, l + 21, 22);
    l[43] = mrz_digit(whole, 39);
    return l;
}

void test_mrz__two_digits_of_a_year_get_their_century(void) {
    struct mrz m;
    CU_ASSERT_PTR_NULL(mrz_read(L1, with_dates("260115", "351231", true), TODAY, &m)); /* born today */
    CU_ASSERT_EQUAL(m.birth_day, day_of(2026, 1, 15));
    CU_ASSERT_EQUAL(m.expiry_day, day_of(2035, 12, 31));
    CU_ASSERT_STRING_EQUAL(m.optional, "");
    CU_ASSERT_PTR_NULL(mrz_read(L1, with_dates("260116", "351231", true), TODAY, &m)); /* tomorrow: a hundred years ago */
    CU_ASSERT_EQUAL(m.birth_day, day_of(1926, 1, 16));
    CU_ASSERT_PTR_NULL(mrz_read(L1, with_dates("000229", "280229", false), TODAY, &m));
    CU_ASSERT_EQUAL(m.birth_day, day_of(2000, 2, 29));
    CU_ASSERT_STRING_EQUAL(mrz_read(L1, with_dates("741312", "280229", false), TODAY, &m), "mrz_birth_date");
    CU_ASSERT_STRING_EQUAL(mrz_read(L1, with_dates("74<<12", "280229", false), TODAY, &m), "mrz_birth_date");
    CU_ASSERT_STRING_EQUAL(mrz_read(L1, with_dates("740812", "290230", false), TODAY, &m), "mrz_expiry_date");
}
