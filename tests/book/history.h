/* history.h - random lives of a loan: payments late and early, back-dated, reversed, terms changed, settled, written off. */
#ifndef TESTS_BOOK_HISTORY_H
#define TESTS_BOOK_HISTORY_H

#include "base/rng.h"
#include "book/deed.h"

#define HISTORY_MAX 40
#define HISTORY_DAYS 320
#define HISTORY_OPENS 20000 /* day number of the opening */

struct history {
    struct deed deeds[HISTORY_MAX];
    size_t n;
    struct loan_opening opening;
    struct due_row rows[HISTORY_MAX][8];
};
/* `gentle`: payments, charges, waivers and their reversals only. Each deed is learnt of at known_ms = its n. */
void history_make(struct history *h, struct rng *r, bool gentle);

#endif
