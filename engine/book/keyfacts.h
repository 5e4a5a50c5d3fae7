/* keyfacts.h - the key fact statement: everything that a borrower must know before signing, as data.
 *
 * Its price holds until `valid_until`: an offer is taken at these terms or lapses. The hash of its JSON is what a signature
 * is bound to. */
#ifndef BOOK_KEYFACTS_H
#define BOOK_KEYFACTS_H

#include "base/json.h"
#include "book/apr.h"

struct contingent_charge { /* what it costs if things go wrong */
    const char *code;      /* "late", "bounce", "foreclosure" */
    int64_t minor, share;  /* a fixed amount, or a share (millionths) of what it applies to */
};
struct key_facts {
    struct loan_terms terms;
    const char *id, *currency;
    int32_t offered_day, valid_until;
    int cooling_off_days;
    const struct contingent_charge *charges;
    size_t n_charges;
    /* reckoned: */
    struct schedule_row rows[LOAN_ROWS_MAX];
    int n_rows;
    int64_t apr, effective;
    int64_t instalment_minor;  /* the first payment */
    int64_t interest_minor, total_minor; /* sums of all payments */
    int64_t paid_out_minor, cost_minor;  /* what is received; total less that */
};
/* Fills what is reckoned from what was set. ERR_INVALID as loan_schedule and apr_of_schedule. */
MUST_CHECK enum err key_facts_reckon(struct key_facts *k, struct fault *f);
/* {"id", "product", "currency", "amount", "fee", "paid_out", "rate", "apr", "effective_rate", "months", "instalment", "interest", "total",
 * "cost", "first_due", "last_due", "offered_on", "valid_until", "cooling_off_days", "charges": [...], "schedule": [...]}; rates are
 * shares (0.15). NULL on no memory. */
json_t *key_facts_json_new(const struct key_facts *k);
/* [{"number", "due", "payment", "principal", "interest", "balance"}, ...]; NULL on no memory. */
json_t *schedule_json_new(const struct schedule_row *rows, int n);

#endif
