/* digits.c - see digits.h. */
#include "base/digits.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* Multiplication in D5, and the eight permutations by place. */
static const unsigned char TIMES[10][10] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5}, {2, 3, 4, 0, 1, 7, 8, 9, 5, 6},
    {3, 4, 0, 1, 2, 8, 9, 5, 6, 7}, {4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
    {6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3}, {8, 7, 6, 5, 9, 3, 2, 1, 0, 4},
    {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}};
static const unsigned char PLACE[8][10] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4}, {5, 8, 0, 3, 7, 9, 6, 1, 4, 2},
    {8, 9, 1, 6, 0, 4, 3, 5, 2, 7}, {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
    {2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8}};
static const unsigned char INVERSE[10] = {0, 4, 3, 2, 1, 5, 6, 7, 8, 9};

/* One letter of `form` for one character: 9 a digit, A a capital letter, N either, anything else itself. */
static bool fits(const char *s, const char *form) {
    for (; *form; s++, form++) {
        unsigned char c = (unsigned char)*s;
        bool digit = c >= '0' && c <= '9', letter = c >= 'A' && c <= 'Z';
        if (*form == '9' ? !digit : *form == 'A' ? !letter : *form == 'N' ? !digit && !letter : c != (unsigned char)*form)
            return false;
    }
    return !*s;
}

char digits_verhoeff(const char *digits, size_t n) {
    unsigned c = 0;
    for (size_t k = 0; k < n; k++) {
        unsigned d = (unsigned)(digits[n - 1 - k] - '0');
        if (d > 9) return 0;
        c = TIMES[c][PLACE[(k + 1) % 8][d]];
    }
    return (char)('0' + INVERSE[c]);
}

const char *digits_aadhaar_fault(const char *s) {
    if (!fits(s, "999999999999") || s[0] < '2') return "aadhaar_form";
    return digits_verhoeff(s, 11) == s[11] ? NULL : "aadhaar_check_digit";
}

const char *digits_pan_fault(const char *s) {
    if (!fits(s, "AAAAA9999A")) return "pan_form";
    return strchr("ABCFGHJLPT", s[3]) ? NULL : "pan_holder";
}

const char *digits_ifsc_fault(const char *s) { return fits(s, "AAAA0NNNNNN") ? NULL : "ifsc_form"; }

const char *digits_vpa_fault(const char *s) {
    const char *at = strchr(s, '@');
    size_t name = at ? (size_t)(at - s) : 0, handle = at ? strlen(at + 1) : 0;
    if (name < 2 || name > 255 || handle < 2 || handle > 64 || !isalpha((unsigned char)at[1])) return "vpa_form";
    for (size_t k = 0; k < name; k++)
        if (!isalnum((unsigned char)s[k]) && !strchr(".-_", s[k])) return "vpa_form";
    for (const char *p = at + 1; *p; p++)
        if (!isalnum((unsigned char)*p)) return "vpa_form";
    return NULL;
}

static int value36(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'Z' ? c - 'A' + 10 : -1; }

char digits_gstin(const char *chars, size_t n) {
    int sum = 0;
    for (size_t k = 0; k < n; k++) {
        int v = value36(chars[k]);
        if (v < 0) return 0;
        v *= (n - k) % 2 ? 2 : 1; /* the last has weight 2 */
        sum += v / 36 + v % 36;
    }
    return "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(36 - sum % 36) % 36];
}

/* States and union territories are 01 to 38; 96 foreign, 97 other territory, 99 the centre. */
static bool gst_state(const char *s) {
    int n = (s[0] - '0') * 10 + s[1] - '0';
    return (n >= 1 && n <= 38) || n == 96 || n == 97 || n == 99;
}

const char *digits_gstin_fault(const char *s) {
    if (!fits(s, "99AAAAA9999ANZN") || s[12] == '0') return "gstin_form";
    if (!gst_state(s)) return "gstin_state";
    if (!strchr("ABCFGHJLPT", s[5])) return "gstin_pan";
    return digits_gstin(s, 14) == s[14] ? NULL : "gstin_check_digit";
}

/* Country and length, from the IBAN registry of ISO 13616. */
static const char IBAN_LENGTHS[] =
    "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22"
    "GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20"
    "MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26"
    "UA29VA22VG24XK20YE30";

static size_t iban_length(const char *country) {
    for (const char *p = IBAN_LENGTHS; *p; p += 4)
        if (p[0] == country[0] && p[1] == country[1]) return (size_t)((p[2] - '0') * 10 + p[3] - '0');
    return 0;
}

/* The first four characters go to the end, letters become 10 to 35, the whole number mod 97. */
static unsigned iban_rest(const char *s, size_t n) {
    unsigned rest = 0;
    for (size_t k = 0; k < n; k++) {
        unsigned v = (unsigned)value36(s[(k + 4) % n]);
        rest = (rest * (v > 9 ? 100 : 10) + v) % 97;
    }
    return rest;
}

const char *digits_iban_fault(const char *s) {
    size_t n = strlen(s), length;
    if (n < 15 || n > 34) return "iban_form";
    for (size_t k = 0; k < n; k++)
        if (k < 2 ? s[k] < 'A' || s[k] > 'Z' : k < 4 ? s[k] < '0' || s[k] > '9' : value36(s[k]) < 0) return "iban_form";
    if (!(length = iban_length(s))) return "iban_country";
    if (n != length) return "iban_length";
    return iban_rest(s, n) == 1 ? NULL : "iban_check_digits";
}

const char *digits_aba_fault(const char *s) {
    static const int weight[] = {3, 7, 1};
    int sum = 0;
    if (!fits(s, "999999999")) return "aba_form";
    for (int k = 0; k < 9; k++) sum += weight[k % 3] * (s[k] - '0');
    return sum % 10 || !sum ? "aba_check_digit" : NULL;
}

const char *digits_phone_fault(const char *s) {
    size_t n = strspn(s + (*s == '+'), "0123456789");
    return s[0] != '+' || s[1] == '0' || n < 8 || n > 15 || s[1 + n] ? "phone_form" : NULL;
}
