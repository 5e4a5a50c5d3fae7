#include "base/fixed.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DECIMALS = 6 };

bool fixed_add(int64_t a, int64_t b, int64_t *out) {
    int64_t v;
    if (__builtin_add_overflow(a, b, &v)) return false;
    *out = v;
    return true;
}

bool fixed_sub(int64_t a, int64_t b, int64_t *out) {
    int64_t v;
    if (__builtin_sub_overflow(a, b, &v)) return false;
    *out = v;
    return true;
}

/* round_half_even(n / d), d > 0, as a 64-bit number. */
static bool divide(__int128 n, __int128 d, int64_t *out) {
    __int128 q = n / d, rest = n % d;
    if (rest < 0) rest = -rest;
    /* rest > d - rest is "more than half" without doubling */
    if (rest > d - rest || (rest == d - rest && (q & 1))) q += n < 0 ? -1 : 1;
    if (q > INT64_MAX || q < INT64_MIN) return false;
    *out = (int64_t)q;
    return true;
}

bool fixed_muldiv(int64_t a, int64_t b, int64_t d, int64_t *out) {
    if (d == 0) return false;
    __int128 n = (__int128)a * b;
    return d < 0 ? divide(-n, -(__int128)d, out) : divide(n, d, out);
}

enum err fixed_parse(const char *text, size_t n, int64_t *out) {
    size_t i = n && text[0] == '-', digits = 0, decimals = 0;
    bool minus = i, point = false;
    int64_t v = 0;
    for (; i < n; i++) {
        if (text[i] == '.' && !point && digits) {
            point = true;
            continue;
        }
        if (text[i] < '0' || text[i] > '9' || decimals == DECIMALS) return ERR_INVALID;
        digits++;
        decimals += point;
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, text[i] - '0', &v))
            return ERR_INVALID;
    }
    if (!digits || (point && !decimals)) return ERR_INVALID;
    for (; decimals < DECIMALS; decimals++)
        if (__builtin_mul_overflow(v, 10, &v)) return ERR_INVALID;
    if (!minus && __builtin_sub_overflow(0, v, &v)) return ERR_INVALID;
    *out = v;
    return OK;
}

/* Exact: a double is whole * 2^shift, so only the last step rounds. */
enum err fixed_from_double(double v, int64_t *out) {
    if (!isfinite(v)) return ERR_INVALID;
    int shift;
    __int128 n = (__int128)ldexp(frexp(v, &shift), 53) * FIXED_ONE; /* below 2^73 */
    shift -= 53;
    if (shift > 10) return n ? ERR_INVALID : (*out = 0, OK);
    if (shift < -120) return *out = 0, OK; /* far below half a millionth */
    if (shift >= 0) return divide(n * ((__int128)1 << shift), 1, out) ? OK : ERR_INVALID;
    return divide(n, (__int128)1 << -shift, out) ? OK : ERR_INVALID;
}

static uint64_t magnitude(int64_t v) {
    return v < 0 ? -(uint64_t)v : (uint64_t)v;
}

const char *fixed_text(int64_t millionths, char out[32]) {
    uint64_t m = magnitude(millionths);
    const char *sign = millionths < 0 ? "-" : "";
    int n = snprintf(out, 32, "%s%" PRIu64 ".%06" PRIu64, sign, m / FIXED_ONE, m % FIXED_ONE);
    while (out[n - 1] == '0') out[--n] = '\0';
    if (out[n - 1] == '.') out[--n] = '\0';
    return out;
}

/* ISO 4217 list one: the currencies whose minor unit is not a hundredth, then all others in use. */
static const char no_digits[] = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF ";
static const char three_digits[] = "BHD IQD JOD KWD LYD OMR TND ";
static const char four_digits[] = "CLF UYW ";
static const char two_digits[] =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN "
    "BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP "
    "GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT "
    "LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO "
    "NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS "
    "SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD "
    "YER ZAR ZMW ZWL ";

static bool listed(const char *list, const char *code) {
    const char *at = strstr(list, code);
    return at && (at - list) % 4 == 0;
}

int fixed_currency_digits(const char *iso4217) {
    if (!iso4217 || strnlen(iso4217, 4) != 3 || strchr(iso4217, ' ')) return -1;
    if (listed(two_digits, iso4217)) return 2;
    if (listed(no_digits, iso4217)) return 0;
    if (listed(three_digits, iso4217)) return 3;
    return listed(four_digits, iso4217) ? 4 : -1;
}

const char *fixed_money_text(int64_t minor, const char *iso4217, char out[48]) {
    int digits = fixed_currency_digits(iso4217);
    uint64_t unit = 1, m = magnitude(minor);
    for (int i = 0; i < digits; i++) unit *= 10;
    const char *sign = minor < 0 ? "-" : "";
    if (digits < 0) /* unknown: say so rather than guess where the point goes */
        snprintf(out, 48, "%.3s %s%" PRIu64 " minor", iso4217 ? iso4217 : "?", sign, m);
    else if (digits == 0)
        snprintf(out, 48, "%s %s%" PRIu64, iso4217, sign, m);
    else
        snprintf(out, 48, "%s %s%" PRIu64 ".%0*" PRIu64, iso4217, sign, m / unit, digits < 4 ? digits : 4,
                 m % unit);
    return out;
}
