/* limit.h - a credit limit that follows repayment.
 *
 * Up only when the borrower asks or has agreed, after six clean cycles, with less than 60 % of it used, with outside data
 * stable, by at most 25 % a step and once a quarter. Down at once on distress, and never below what is outstanding unless
 * notice was given. Every answer has its reasons, also those that changed nothing. */
#ifndef BOOK_LIMIT_H
#define BOOK_LIMIT_H

#include "book/fold.h"

struct limit_rules {
    int clean_cycles;      /* 6 */
    int64_t used_below;    /* share of the limit, millionths: 600000 */
    int64_t step;          /* 250000 */
    int months_apart;      /* 3 */
    int notice_days;       /* before a limit may fall below what is outstanding: 30 */
    int64_t most_minor;    /* the house's ceiling; 0 none */
};
extern const struct limit_rules LIMIT_RULES;

struct limit_facts {
    int64_t limit_minor, outstanding_minor;
    int clean_cycles;
    int32_t last_up_day;   /* 0 never */
    int32_t notice_day;    /* on which notice of a cut was given; 0 none */
    bool asked, agreed;    /* the borrower's request or consent */
    bool stable;           /* the outside trend */
    bool distress;
    int64_t wanted_minor;  /* a target; 0: as much as the rules allow (up), what is outstanding (down) */
};
enum limit_reason { /* in this order, as bits: 1 << reason */
    LIMIT_DISTRESS, LIMIT_NO_CONSENT, LIMIT_CYCLES, LIMIT_USED, LIMIT_TREND, LIMIT_TOO_SOON, LIMIT_STEP_CAP, LIMIT_CEILING,
    LIMIT_OUTSTANDING, LIMIT_EARNED, LIMIT_REASONS
};
const char *limit_reason_word(enum limit_reason r);     /* "too_few_clean_cycles" */
const char *limit_reason_sentence(enum limit_reason r); /* for a person */

struct limit_answer {
    int64_t limit_minor;   /* from now on */
    unsigned reasons;      /* bits */
};
struct limit_answer limit_decide(const struct limit_rules *r, const struct limit_facts *x, int32_t today);
/* How many instalments fell due, were paid, and saw no day past due, counted back from the fold's day. */
int limit_clean_cycles(const struct loan_state *s);

#endif
