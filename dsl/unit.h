/* unit.h - words that give a number its unit: rupees(5000), days(3), percent(4), date('2026-12-01').
 *
 * One table for expressions and for the Lua side, so that both know the same words. */
#ifndef DSL_UNIT_H
#define DSL_UNIT_H

#include "base/err.h"
#include "dsl/expr.h"

struct unit {
    const char *word;      /* "rupees" */
    enum type_kind kind;   /* TYPE_MONEY, TYPE_SHARE, TYPE_ELAPSED, TYPE_CALENDAR_LENGTH, TYPE_DATE, ... */
    const char *currency;  /* money only */
    int64_t scale;         /* what one is worth: ms, days, millionths; unused for money and date */
};

/* NULL: no such unit. */
const struct unit *unit_find(const char *word);
const char *const *unit_names(void); /* ended by NULL */
/* The word for a currency ("rupees" for INR), else "money". */
const char *unit_currency_word(const char *currency);
/* `text` is what stands in the brackets: "5000", "2,50,000" (grouping only when `grouped`),
 * "2026-12-01". The fault's sentence says what to write instead. */
MUST_CHECK enum err unit_value(const struct unit *u, const char *text, size_t n, bool grouped,
                               struct value *out, struct fault *f);

#endif
