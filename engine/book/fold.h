/* fold.h - a loan is the fold of its entries.
 *
 * `loan_fold` replays the entries that we knew of at a moment, in the order of the days on which they count, up to a
 * day: what is owed by instalment and component, what each payment paid, credit, days past due of every day, and the flows
 * for our accounts. An entry that is learnt of late therefore re-allocates everything after it, and the state as it was
 * believed on any day is the same fold with an earlier moment. Nothing here depends on a product's formula: the rows
 * stand in the entries.
 *
 * On one day things happen in this order: a settlement is judged, what falls due becomes due (its interest is earned), credit
 * pays it, then the entries in the order of n. What a reversal takes back never was, from that entry's own day on.
 *
 * What is owed and what stands in our books differ after a write-off only: the debt stays, the books are cleared. */
#ifndef BOOK_FOLD_H
#define BOOK_FOLD_H

#include "book/deed.h"
#include "book/flows.h"

struct due_item { /* an instalment, or a fee or penalty */
    bool charge;
    uint32_t n;               /* the entry that made it */
    int32_t from_day;         /* instalment: its period begins */
    int32_t due_day;
    int64_t amount[COMPONENTS], paid[COMPONENTS], waived[COMPONENTS];
    int64_t earned;           /* instalment: of its interest, in our income */
    bool replaced;            /* by a change of terms: only what was paid of it is left */
    bool disputed;
    bool off_books;           /* charged after the write-off */
};
struct allocation {
    uint32_t n;               /* the payment; 0: credit of earlier ones; or the entry that gave the money back */
    uint32_t item;            /* index */
    int32_t day;
    enum timing timing;
    enum component component;
    int64_t minor;            /* below zero: given back to the credit */
};
enum settlement_end { SETTLEMENT_NONE, SETTLEMENT_OPEN, SETTLEMENT_KEPT, SETTLEMENT_BROKEN };
struct settlement {
    enum settlement_end end;
    const struct deed *deed;
    int64_t paid_minor;
    int32_t ended_day;
};
struct forbearance { /* a change of terms for a borrower in need */
    uint32_t n;
    const char *change;
    int32_t day, until_day;   /* of its probation */
};
struct span { /* days from here to the next span (at day-end) */
    int32_t from_day;
    int32_t oldest_day;       /* oldest unpaid due day; 0 none */
    int32_t npa_from;         /* the loan is non-performing from this day of the span on; INT32_MAX it is not */
};
enum loan_stage {
    STAGE_NONE, STAGE_ACTIVE, STAGE_CLOSED, STAGE_SETTLED, STAGE_COOLED_OFF, STAGE_FORECLOSED, STAGE_WRITTEN_OFF, STAGE_VOID
};
const char *stage_word(enum loan_stage s); /* "active", "written_off" */

struct loan_state {
    enum loan_stage stage;
    int32_t as_of_day, opened_day;
    const struct deed *opened;
    const struct loan_opening *opening;
    int64_t rate;             /* in force */

    struct due_item *items;
    uint32_t n_items;
    uint32_t *order;          /* indexes of items by due day, then by making */
    struct allocation *allocations;
    size_t n_allocations;
    struct span *spans;
    size_t n_spans;
    struct flows flows;       /* settled */

    int64_t credit_minor;     /* paid and not yet allocated; below zero: refunded, then the payment was returned */
    int64_t rounding_minor;   /* what changes of terms had to correct in their rows, because history changed after them */
    int32_t written_off_day;  /* 0 not */
    struct settlement settlement; /* the last one */
    struct forbearance *forbearances;
    size_t n_forbearances;
    int32_t probation_until;  /* the latest; 0 none */
    bool disputed;            /* the loan as a whole */
    int64_t limit_minor;      /* -1 none was ever set */
    int32_t limit_day, limit_up_day; /* last change, last rise; 0 none */
    uint32_t idle;            /* entries that had no effect: too late for their kind */
};

/* The last day on which an entry counts, of those known at `as_known_ms`: how far the books reach. 0 without entries. */
int32_t loan_reach(const struct deed *deeds, size_t n, int64_t as_known_ms);
/* `deeds` in order of n; they and `a` must outlive *out, which lies in `a`. `as_known_ms` INT64_MAX: all. */
MUST_CHECK enum err loan_fold(const struct deed *deeds, size_t n, int32_t as_of_day, int64_t as_known_ms, struct arena *a,
                              const struct loan_state **out, struct fault *f);

/* --- reading a state ---------------------------------------------------------------------------- */

int64_t item_left(const struct due_item *i, enum component c);
int64_t item_left_all(const struct due_item *i);
/* Of what has fallen due by `as_of_day` (interest of later instalments is not owed yet, their principal is): */
int64_t loan_due(const struct loan_state *s, enum component c);
int64_t loan_overdue(const struct loan_state *s);     /* due before `as_of_day` and unpaid, all components */
int64_t loan_outstanding(const struct loan_state *s); /* due, and the principal of later instalments */
int64_t loan_principal(const struct loan_state *s);   /* all unpaid principal */
/* What our books must show for one of the loan's own accounts, reckoned from the items and not from the flows. */
int64_t loan_in_books(const struct loan_state *s, enum account a);

#endif
