/* fixed.h - exact decimal arithmetic: 64-bit millionths for numbers and shares, 64-bit minor units
 * for money; products in 128 bits, rounded half to even. Overflow is an answer, never wrap-around. */
#ifndef BASE_FIXED_H
#define BASE_FIXED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define FIXED_ONE INT64_C(1000000)

/* false on overflow, *out untouched. */
MUST_CHECK bool fixed_add(int64_t a, int64_t b, int64_t *out);
MUST_CHECK bool fixed_sub(int64_t a, int64_t b, int64_t *out);
/* round_half_even(a * b / d); false on overflow or d == 0. money * share: fixed_muldiv(m, s, FIXED_ONE). */
MUST_CHECK bool fixed_muldiv(int64_t a, int64_t b, int64_t d, int64_t *out);
/* "12", "0.5", "-3.25" to millionths; at most six decimals; grouping not accepted. */
MUST_CHECK enum err fixed_parse(const char *text, size_t n, int64_t *out);
/* A JSON real (double) to millionths, rounded half to even; ERR_INVALID if not finite or too big. */
MUST_CHECK enum err fixed_from_double(double v, int64_t *out);
/* Shortest text: "0.04", "12", "-3.25". `out` has room for 32. Returns out. */
const char *fixed_text(int64_t millionths, char out[32]);
/* Digits after the point of an ISO 4217 currency (INR 2, JPY 0, BHD 3); -1 if unknown. */
int fixed_currency_digits(const char *iso4217);
/* "INR 250000.00"-style text of minor units. */
const char *fixed_money_text(int64_t minor, const char *iso4217, char out[48]);

#endif
