/* daycount.h - how much of a year lies between two days, by convention, and the interest for it.
 *
 *   30/360   "30E/360 ISDA": a month has 30 days, its last day counts as the 30th
 *   ACT/365  days / 365
 *   ACT/360  days / 360
 *   ACT/ACT  ISDA: days in leap years / 366 and the others / 365
 *
 * Days are day numbers (base/zone.h). Interest is principal * rate * fraction, half to even. */
#ifndef BOOK_DAYCOUNT_H
#define BOOK_DAYCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum day_count { DAYS_30_360, DAYS_ACT_365, DAYS_ACT_360, DAYS_ACT_ACT };

const char *day_count_word(enum day_count c);                      /* "30/360" */
MUST_CHECK bool day_count_read(const char *word, enum day_count *out); /* false: no such convention */

/* The same day of the month n months later (n may be negative); short months use their last day. */
int32_t day_months_later(int32_t day, int n);

/* The fraction of a year from `from` to `till` as num / den; 0 / den when till <= from. */
struct year_part {
    int64_t num, den;
};
struct year_part day_count_part(enum day_count c, int32_t from, int32_t till);

/* `rate` in millionths a year. False when the result does not fit. */
MUST_CHECK bool day_count_interest(int64_t principal_minor, int64_t rate, struct year_part part, int64_t *out_minor);

#endif
