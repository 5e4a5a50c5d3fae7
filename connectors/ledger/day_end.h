/* day_end.h - what the end of a day writes to one loan: interest that fell due, and a change of bucket or class.
 *
 * Days past due are never written: they follow from the entries. Days that were missed are caught up in one entry. */
#ifndef LEDGER_DAY_END_H
#define LEDGER_DAY_END_H

#include "base/arena.h"
#include "book/fold.h"
#include "connectors/connector.h"

struct day_end {
    struct loan_write write;   /* without entries: only the columns have moved on */
    const struct posting *postings;
    size_t n_postings;
    const struct loan_state *state; /* at the end of the day */
    int64_t earned_minor;      /* interest that fell due */
    bool changed;              /* bucket or class */
    const char *bucket_before, *class_before;
};
/* Pure; everything that *out points to lies in `a`. Doing it again, or for an earlier day, writes nothing new.
 * ERR_BUG: the file cannot be read; ERR_NOT_FOUND: there is no such loan. */
MUST_CHECK enum err ledger_day_end(const struct loan_file *file, int32_t day, int64_t now_ms, struct arena *a, struct day_end *out,
                                   struct fault *f);

struct work;
enum err op_day_end(struct work *w);

#endif
