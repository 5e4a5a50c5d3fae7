/* loan_read.h - a loan as it stands on a day, as we knew it at a moment: its entries from the read pool, folded. */
#ifndef API_LOAN_READ_H
#define API_LOAN_READ_H

#include "api/request.h"
#include "book/fold.h"

struct loan_seen {
    struct request *request;
    const json_t *row;               /* as view_loan gives it */
    const struct loan_state *state;
    const struct deed *deeds;        /* all that were known, in order of n */
    size_t n_deeds;
};
/* Gives the answer of the request; everything in `seen` ends with the call. */
typedef void loan_seen_fn(const struct loan_seen *seen);
/* Reads the loan of params[0] with `on` (a date; today) and `known` (an instant; now) of the query. Answers the
 * request itself where there is no such loan, or its file cannot be read. */
void loan_read(struct request *r, loan_seen_fn *then);

#endif
