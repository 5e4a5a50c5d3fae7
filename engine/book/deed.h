/* deed.h - one entry of a loan's file, read: a dated fact of its life that is never changed.
 *
 * Each has the day on which it counts and the moment at which we learnt of it (bitemporal), an amount where its kind has
 * one, and a JSON body:
 *
 *   opened       amount: principal. {"product", "currency", "fee", "rate" (millionths), "day_count", "rows", "rules",
 *                "cooling_off_until": day, "foreclosure_fee" (millionths)}
 *   paid         amount. {"for": "normal" (or prepayment, settlement, recovery), "to_due": day or "to_charge": n}
 *   recovered    as paid for recovery
 *   reversed     {"of": n, "why"}: entry n never was (returned, charged back, wrong); counts from the day of n
 *   refunded     amount: credit given back
 *   fee, penalty amount. {"code", "due": day; left out: at once}
 *   waived       amount. {"component", "of": n of a charge or "due": day of an instalment; left out: the oldest first}
 *   terms        {"change", "replaces": "future" or "all", "rows", "capitalised", "forbearance", "probation_until", "rate"}
 *   settlement   amount: all of it. {"rows": [[day, amount] ...], "grace_days"}: paid in time, the rest is forgiven; else void
 *   written_off  {}
 *   cooled_off   {"rows": [[day, principal, interest]]}: replaces what is not due yet
 *   foreclosed   the same
 *   disputed     {"open", "to_due" or "to_charge"; left out: the whole loan}: no payment goes there while open
 *   limit        amount: the new limit. {"by": "request" (or consent, distress, review), "reasons"}
 *   held         amount kept in suspense. {"currency", "why"}; freed: amount given back out of it. {"of": n}
 *   day_end      {"bucket", "class", "dpd"}
 *   voided       {}: the loan never was
 *
 * "rows" are [["2026-02-15", principal, interest], ...]: the fold never computes a schedule. "reference" may stand in each:
 * the business key that makes a repeat known. There is no personal data in a body. */
#ifndef BOOK_DEED_H
#define BOOK_DEED_H

#include "base/arena.h"
#include "book/daycount.h"
#include "book/rules.h"
#include "book/schedule.h"

enum deed_kind {
    DEED_OPENED, DEED_PAID, DEED_RECOVERED, DEED_REVERSED, DEED_REFUNDED, DEED_FEE, DEED_PENALTY, DEED_WAIVED,
    DEED_TERMS, DEED_SETTLEMENT, DEED_WRITTEN_OFF, DEED_COOLED_OFF, DEED_FORECLOSED, DEED_DISPUTED, DEED_LIMIT,
    DEED_HELD, DEED_FREED, DEED_DAY_END, DEED_VOIDED, DEED_KINDS
};
const char *deed_word(enum deed_kind k); /* "paid" */

struct due_row { /* settlement: the amount stands in principal_minor */
    int32_t day;
    int64_t principal_minor, interest_minor;
};
struct loan_opening {
    enum product_kind product;
    char currency[4];
    int64_t fee_minor, rate;
    enum day_count day_count;
    struct loan_rules rules;
    int32_t cooling_off_until; /* the last day of it; 0 none */
    int64_t foreclosure_fee;   /* share of the principal that is not due yet */
};
struct deed {
    uint32_t n;
    enum deed_kind kind;
    int32_t day;             /* when it counts */
    int64_t known_ms;        /* when we learnt of it */
    int64_t minor;
    const char *reference;   /* "" none */
    const char *word;        /* reversed: why; fee, penalty: code; terms: change; limit: by; day_end: bucket; "" none */
    uint32_t of;             /* an entry: what is reversed, the charge that is meant; 0 none */
    int32_t due_day;         /* an instalment that is meant, or a charge's due day; 0 none */
    enum payment_kind payment;
    enum component component;
    const struct due_row *rows;
    size_t n_rows;
    bool all, forbearance, open;
    int64_t capitalised_minor, rate; /* rate: -1 unchanged */
    int32_t until_day;       /* terms: end of the probation */
    int grace_days;          /* settlement */
    const struct loan_opening *opening; /* opened */
};

struct deed_text { /* an entry as it is stored */
    uint32_t n;
    const char *kind;
    int32_t day;
    int64_t known_ms, minor;
    const char *body;
    size_t body_len;
};
/* Everything that `out` points to lies in `a`. ERR_INVALID says what is wrong with which entry: our books are damaged, or
 * written by a newer program. */
MUST_CHECK enum err deed_read(const struct deed_text *text, struct arena *a, struct deed *out, struct fault *f);
/* All of a file, in their order of n. */
MUST_CHECK enum err deeds_read(const struct deed_text *texts, size_t n, struct arena *a, struct deed **out, struct fault *f);
/* "rows" for a body; NULL on no memory. */
json_t *deed_rows_new(const struct due_row *rows, size_t n);

#endif
