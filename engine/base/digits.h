/* digits.h - identifiers that people mistype: form and check digits, before anybody pays for a question. Pure.
 *
 * Each function takes a whole text (no spaces, upper case where letters count) and answers NULL when it is well
 * formed, else a fixed word that says what failed, such as "gstin_check_digit". Well formed is not issued: only the
 * register knows that. None of the words holds a part of the identifier. */
#ifndef BASE_DIGITS_H
#define BASE_DIGITS_H

#include <stddef.h>

/* The digit '0'-'9' that Verhoeff's scheme puts behind n digits, 0 when one is no digit. It catches every single wrong
 * digit and every swap of neighbours. J. Verhoeff, Error Detecting Decimal Codes (1969): dihedral group D5. */
char digits_verhoeff(const char *digits, size_t n);
/* The character behind the 14 of a GSTIN, 0 when one is not 0-9A-Z: weights 1, 2, 1, 2 ..., digits of the products in
 * base 36 added, complement to 36. */
char digits_gstin(const char *chars, size_t n);

const char *digits_aadhaar_fault(const char *s); /* 12 digits, the first 2-9, Verhoeff: aadhaar_form, aadhaar_check_digit */
/* Indian tax number: five letters of which the fourth says who holds it, four digits, a letter (whose rule is not public). */
const char *digits_pan_fault(const char *s);     /* pan_form, pan_holder */
const char *digits_ifsc_fault(const char *s);    /* bank branch, [A-Z]{4}0[A-Z0-9]{6}: ifsc_form */
const char *digits_vpa_fault(const char *s);     /* UPI address name@handle: vpa_form */
/* Goods and services tax number: state, PAN, entity, Z, check: gstin_form, gstin_state, gstin_pan, gstin_check_digit */
const char *digits_gstin_fault(const char *s);
/* ISO 13616: length by country, then mod 97: iban_form, iban_country, iban_length, iban_check_digits */
const char *digits_iban_fault(const char *s);
const char *digits_aba_fault(const char *s);     /* US routing number, weights 3 7 1: aba_form, aba_check_digit */
const char *digits_phone_fault(const char *s);   /* E.164: '+', then 8 to 15 digits, the first not 0: phone_form */

#endif
