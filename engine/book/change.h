/* change.h - new rows for a loan whose terms change: what an entry "terms" will say.
 *
 *   moratorium       what is not due yet moves `months` later; interest of the pause is spread over the new rows, or not
 *                    charged at all (interest_free)
 *   re_age           past due and later debt together over new rows: the loan is no longer late. Interest past due is spread
 *                    over them too, or becomes principal (capitalise)
 *   re_amortise      the same days, new payments (after a prepayment)
 *   shorter_term     the fewest days at which no payment is above `payment_minor` (after a prepayment)
 *   term_extension   `months` more payments
 *   rate_cut         the same days at a new rate
 *
 * emi and step_up loans go on with equal payments; bullet and seasonal ones keep their days (or take new ones, `seasons`) and
 * their shares of the principal. Interest runs on from the last due day. */
#ifndef BOOK_CHANGE_H
#define BOOK_CHANGE_H

#include "book/fold.h"

enum change_kind {
    CHANGE_MORATORIUM, CHANGE_RE_AGE, CHANGE_RE_AMORTISE, CHANGE_SHORTER_TERM, CHANGE_TERM_EXTENSION, CHANGE_RATE_CUT, CHANGE_KINDS
};
const char *change_word(enum change_kind k); /* "re_age" */
MUST_CHECK bool change_read(const char *word, enum change_kind *out);

struct change_request {
    enum change_kind kind;
    int months;                       /* moratorium, term_extension; re_age: payments, 0 as many as there were */
    int64_t rate;                     /* rate_cut: millionths a year */
    int64_t payment_minor;            /* shorter_term */
    bool interest_free, capitalise;
    const struct season_due *seasons; /* bullet and seasonal: new days; NULL those that there were */
    size_t n_seasons;
};
struct change {
    struct due_row rows[LOAN_ROWS_MAX];
    size_t n;
    bool all;                         /* replaces past due rows too */
    int64_t rate;
    int64_t capitalised_minor;
    int64_t given_up_minor;           /* interest that the borrower would have owed and now does not */
    int64_t later_interest_minor;     /* sum of the new rows' interest */
};
/* Of a loan as it stands on `s->as_of_day`. ERR_REFUSED: such a change makes no sense for it now, and why. */
MUST_CHECK enum err change_make(const struct loan_state *s, const struct change_request *q, struct change *out, struct fault *f);

#endif
