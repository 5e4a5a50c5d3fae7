/* regret.h - what was done because the loan seemed later, or less late, than it was.
 *
 * Entries that are learnt of late change the days past due of days that have passed. For each action of such a day (a
 * message, a fee, a row for the bureau) the days past due that were believed then are held against what is known now. */
#ifndef BOOK_REGRET_H
#define BOOK_REGRET_H

#include "book/fold.h"

struct done_action {
    int32_t day;
    int64_t at_ms;          /* when it was done */
    const char *kind;       /* "message", "call", "visit", "fee", "bureau_row", "notice"; others are listed without a proposal */
    int believed_dpd;
    const char *reference;  /* of the message, entry or row; may be "" */
};
struct regret {
    size_t action;          /* index */
    int true_dpd;
    bool too_hard;          /* it was less late than believed */
    bool material;          /* another bucket, or not late at all */
    uint32_t because;       /* the first entry that counts by that day and was learnt of after the action; 0: none, it was wrong even then */
    const char *proposal;   /* "waive_fee", "correct_bureau_row", "send_correction", "withdraw_notice", "note" */
};
/* `out` has room for n_actions; returns how many were regretted through *n_out. Actions before the opening are not late. */
MUST_CHECK enum err regret_list(const struct deed *deeds, size_t n, const struct done_action *actions, size_t n_actions, struct arena *a,
                                struct regret *out, size_t *n_out, struct fault *f);

#endif
