/* arrears.h - how late a loan is.
 *
 * Days past due of a day: that day less the oldest unpaid due day, both at day-end; 0 within the grace days, all of
 * them after. An instalment that lacks no more than the tolerance is not unpaid; fees and penalties count if the rules
 * say so. A change of terms that replaces what is due starts anew; a settlement, a dispute or a write-off does not.
 *
 * Buckets: 0, 1-30, 31-60, 61-90, 91-180, 180+. Class (RBI's views): SMA-0 from the first day, SMA-1 from 30, SMA-2 from 60, NPA from
 * 90 days. NPA stays until nothing is past due and no probation runs. */
#ifndef BOOK_ARREARS_H
#define BOOK_ARREARS_H

#include "book/fold.h"

enum loan_class { CLASS_STANDARD, CLASS_SMA_0, CLASS_SMA_1, CLASS_SMA_2, CLASS_NPA };

/* Of any day from the opening up to as_of_day; the fold's knowledge decides. 0 on other days. */
int arrears_dpd(const struct loan_state *s, int32_t day);
int32_t arrears_oldest(const struct loan_state *s, int32_t day); /* oldest unpaid due day; 0 none */
enum loan_class arrears_class(const struct loan_state *s, int32_t day);

int arrears_bucket(int dpd);               /* 0 .. 5 */
const char *arrears_bucket_word(int bucket); /* "31-60" */
const char *arrears_class_word(enum loan_class c); /* "sma_1" */

/* The first day after as_of_day on which something happens of itself: an instalment falls due (interest is earned, or
 * credit pays it), bucket or class change, a settlement is judged, a probation ends. A loan that was
 * written off has no buckets any more. INT32_MAX: nothing ever. */
int32_t arrears_next_day(const struct loan_state *s);

#endif
