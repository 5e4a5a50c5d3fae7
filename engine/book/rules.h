/* rules.h - how a loan's payments are spread and when it counts as late: data that is written into its opening entry, so
 * that a later change of the configuration does not rewrite history.
 *
 * An order is a list of up to twelve cells {past due, due, in advance} x {penalty, fee, interest, principal}. By instalment
 * (horizontal): neighbouring cells of one timing form a group; in each group the oldest item is paid first, its components
 * in the order of the cells. By component (vertical): each cell in turn, over all items. What no cell takes is the borrower's
 * credit; it pays what falls due later by the past due and due cells of the normal order.
 *
 *   {"normal":     {"by": "instalment", "order": ["past_due.interest", "past_due.principal", "due.interest", ...]},
 *    "prepayment": {..., "advance": "last"},  the last instalments first: the loan becomes shorter
 *    "settlement": {...}, "recovery": {...},
 *    "tolerance": 100,      an instalment that lacks no more than this is not late (minor units)
 *    "grace_days": 3,       paid within so many days nothing was late; after them all days count
 *    "due_from_days": 5,    an instalment is "due" from so many days before its due day, before that "in advance"
 *    "charges_age": false}  do unpaid fees and penalties count for days past due? */
#ifndef BOOK_RULES_H
#define BOOK_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"

enum timing { PAST_DUE, DUE, IN_ADVANCE, TIMINGS };
enum component { PENALTY, FEE, INTEREST, PRINCIPAL, COMPONENTS };
enum payment_kind { PAYMENT_NORMAL, PAYMENT_PREPAYMENT, PAYMENT_SETTLEMENT, PAYMENT_RECOVERY, PAYMENT_KINDS };

const char *component_word(enum component c);   /* "interest" */
const char *payment_word(enum payment_kind k);  /* "prepayment" */
MUST_CHECK bool component_read(const char *word, enum component *out);
MUST_CHECK bool payment_read(const char *word, enum payment_kind *out);

struct cell {
    enum timing timing;
    enum component component;
};
struct order {
    struct cell cells[TIMINGS * COMPONENTS];
    size_t n;
    bool by_component;
    bool last_first; /* in advance: from the last instalment backwards */
};
struct loan_rules {
    struct order orders[PAYMENT_KINDS];
    int64_t tolerance_minor;
    int grace_days, due_from_days;
    bool charges_age;
};

/* What holds where `v` (which may be NULL) is silent:
 *   normal      by instalment: past due, then due {interest, principal, fee, penalty}; in advance {interest, principal}
 *   prepayment  the same for past due and due; in advance {principal}, the last instalment first
 *   settlement  by component: {principal, interest, fee, penalty} past due, due; in advance {principal}
 *   recovery    as settlement
 *   no tolerance, no grace, due on the due day, charges do not age */
MUST_CHECK enum err rules_read(const json_t *v, struct loan_rules *out, struct fault *f);

#endif
