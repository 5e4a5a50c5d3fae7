/* portfolio.h - a lender's loans on the morning after `day`, loaded by COPY.
 *
 * All are of 24 equal months. Their days of opening are spread over a year, so about one in 28 has an instalment on the
 * day itself; `late_percent` are as late as it takes to change their bucket on that day (1, 31, 61 or 91 days past due),
 * all others have paid. Each has its opening, with all its rows, its payments, and what the end of every day before has written. */
#ifndef BENCH_PORTFOLIO_H
#define BENCH_PORTFOLIO_H

#include <stdint.h>

#include "flow/engine.h"

struct portfolio {
    unsigned loans, late_percent, shards;
    int32_t day;
    uint64_t due, late, entries; /* what was loaded: with work on the day; of them late; entries in all */
};
/* The database is migrated and empty. 0, or -1 after saying why. */
int portfolio_load(const char *dsn, struct portfolio *p);

/* The ledger's, as a day_end_fn. */
enum err portfolio_day_end(void *who, const struct loan_file *loan, int32_t day, int64_t now_ms, struct arena *a,
                           struct day_end_out *out, struct fault *f);

#endif
