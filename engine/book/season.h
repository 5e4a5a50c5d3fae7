/* season.h - the due days of a seasonal loan, from a crop calendar that is passed in as data.
 *
 *   {"Nashik": {"grapes": [{"day": "04-30", "weight": 2}, {"day": "11-30", "weight": 1}],
 *               "*":      [{"day": "12-15"}]},
 *    "*":      {"*":      [{"day": "12-31"}]}}
 *
 * District and crop are looked up by name, then as "*". A day is month and day of every year (29 February is the 28th
 * in other years); a weight is the share of the principal that falls due there, 1 when left out. */
#ifndef BOOK_SEASON_H
#define BOOK_SEASON_H

#include "base/json.h"
#include "book/schedule.h"

/* The next `n` due days that lie at least `least_days` after `from`, ascending. ERR_NOT_FOUND: the calendar has no
 * such district and crop. ERR_INVALID: a fault in the calendar, named. */
MUST_CHECK enum err season_days(const json_t *calendar, const char *district, const char *crop, int32_t from, int least_days,
                                struct season_due *out, size_t n, struct fault *f);

#endif
