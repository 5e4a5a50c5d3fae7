#include "base/digits.h"

#include <CUnit/CUnit.h>
#include <stdbool.h>
#include <string.h>

#include "base/rng.h"

static void says(const char *(*check)(const char *), const char *text, const char *word) {
    const char *got = check(text);
    CU_ASSERT_STRING_EQUAL(got ? got : "well formed", word ? word : "well formed");
}

void test_digits__verhoeff_gives_the_known_digits(void) {
    CU_ASSERT_EQUAL(digits_verhoeff("236", 3), '3');
    CU_ASSERT_EQUAL(digits_verhoeff("12345", 5), '1');
    CU_ASSERT_EQUAL(digits_verhoeff("142857", 6), '0');
    CU_ASSERT_EQUAL(digits_verhoeff("99999999001", 11), '9');
    CU_ASSERT_EQUAL(digits_verhoeff("23a", 3), 0);
    says(digits_aadhaar_fault, "999999990019", NULL);
    says(digits_aadhaar_fault, "999999990018", "aadhaar_check_digit");
    says(digits_aadhaar_fault, "099999990019", "aadhaar_form");
    says(digits_aadhaar_fault, "9999 9999 0019", "aadhaar_form");
    says(digits_aadhaar_fault, "", "aadhaar_form");
}

static void some_number(struct rng *r, char *s, size_t n) {
    for (size_t k = 0; k < n; k++) s[k] = (char)('0' + rng_below(r, 10));
    s[n] = digits_verhoeff(s, n);
    s[n + 1] = 0;
}

static bool whole(const char *s) { return digits_verhoeff(s, strlen(s) - 1) == s[strlen(s) - 1]; }

void test_digits__verhoeff_catches_every_wrong_digit_and_every_swap(void) {
    struct rng r;
    unsigned wrong = 0, swaps = 0;
    rng_seed(&r, 6);
    for (int round = 0; round < 300; round++) {
        char s[24];
        some_number(&r, s, 3 + rng_below(&r, 16));
        CU_ASSERT(whole(s));
        for (size_t k = 0; s[k]; k++) {
            char was = s[k];
            for (char d = '0'; d <= '9'; d++) {
                s[k] = d;
                if (d != was) wrong += whole(s);
            }
            s[k] = was;
            if (!s[k + 1] || s[k] == s[k + 1]) continue;
            s[k] = s[k + 1], s[k + 1] = was;
            swaps += whole(s);
            s[k + 1] = s[k], s[k] = was;
        }
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(swaps, 0);
}

void test_digits__indian_identifiers(void) {
    says(digits_pan_fault, "ABCPD1234F", NULL);
    says(digits_pan_fault, "ABCDE1234F", "pan_holder");
    says(digits_pan_fault, "ABCPD1234", "pan_form");
    says(digits_pan_fault, "abcpd1234f", "pan_form");
    says(digits_pan_fault, "ABCPD1234FX", "pan_form");
    says(digits_ifsc_fault, "SBIN0001234", NULL);
    says(digits_ifsc_fault, "SBIN1001234", "ifsc_form");
    says(digits_ifsc_fault, "SBIN000123", "ifsc_form");
    says(digits_vpa_fault, "asha.verma-22@okbank", NULL);
    says(digits_vpa_fault, "a@okbank", "vpa_form");
    says(digits_vpa_fault, "asha@1bank", "vpa_form");
    says(digits_vpa_fault, "asha@ok@bank", "vpa_form");
    says(digits_vpa_fault, "asha", "vpa_form");
    says(digits_vpa_fault, "as ha@okbank", "vpa_form");
    says(digits_phone_fault, "+919876543210", NULL);
    says(digits_phone_fault, "919876543210", "phone_form");
    says(digits_phone_fault, "+019876543210", "phone_form");
    says(digits_phone_fault, "+91 98765", "phone_form");
    says(digits_phone_fault, "+1234567890123456", "phone_form");
    says(digits_phone_fault, "", "phone_form");
}

void test_digits__gstin(void) {
    says(digits_gstin_fault, "27AAPFU0939F1ZV", NULL); /* the example in the network's own developer pages */
    says(digits_gstin_fault, "27AAPFU0939F1ZU", "gstin_check_digit");
    says(digits_gstin_fault, "27AAPFU0993F1ZV", "gstin_check_digit");
    says(digits_gstin_fault, "40AAPFU0939F1ZV", "gstin_state");
    says(digits_gstin_fault, "27AAPDU0939F1ZV", "gstin_pan");
    says(digits_gstin_fault, "27AAPFU0939F1AV", "gstin_form");
    says(digits_gstin_fault, "27AAPFU0939F0ZV", "gstin_form");
    CU_ASSERT_EQUAL(digits_gstin("27aa", 4), 0);
}

void test_digits__gstin_catches_every_wrong_character(void) {
    static const char set[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    char s[] = "27AAPFU0939F1ZV";
    for (size_t k = 0; k < 14; k++) {
        char was = s[k];
        for (const char *p = set; *p; p++) {
            s[k] = *p;
            CU_ASSERT_EQUAL(digits_gstin(s, 14) == 'V', *p == was);
        }
        s[k] = was;
    }
}

void test_digits__iban(void) {
    says(digits_iban_fault, "GB82WEST12345698765432", NULL);
    says(digits_iban_fault, "DE89370400440532013000", NULL);
    says(digits_iban_fault, "NO9386011117947", NULL);
    says(digits_iban_fault, "GB83WEST12345698765432", "iban_check_digits");
    says(digits_iban_fault, "GB82WEST1234569876543", "iban_length");
    says(digits_iban_fault, "ZZ82WEST12345698765432", "iban_country");
    says(digits_iban_fault, "GB82 WEST 1234 5698 7654 32", "iban_form");
    says(digits_iban_fault, "gb82west12345698765432", "iban_form");
    says(digits_iban_fault, "", "iban_form");
}

void test_digits__iban_catches_single_digits_and_swaps(void) {
    char s[] = "GB82WEST12345698765432";
    for (size_t k = 2; s[k]; k++) {
        char was = s[k];
        if (was < '0' || was > '9') continue;
        for (s[k] = '0'; s[k] <= '9'; s[k]++)
            if (s[k] != was) says(digits_iban_fault, s, "iban_check_digits");
        s[k] = was;
        char next = s[k + 1];
        if (next < '0' || next > '9' || next == was) continue;
        s[k] = next, s[k + 1] = was;
        says(digits_iban_fault, s, "iban_check_digits");
        s[k] = was, s[k + 1] = next;
    }
}

void test_digits__aba(void) {
    says(digits_aba_fault, "021000021", NULL);
    says(digits_aba_fault, "021000022", "aba_check_digit");
    says(digits_aba_fault, "201000021", "aba_check_digit");
    says(digits_aba_fault, "000000000", "aba_check_digit");
    says(digits_aba_fault, "02100002", "aba_form");
}
