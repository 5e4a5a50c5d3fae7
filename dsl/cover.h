/* cover.h - what a list of conditions has left over: the cases that none of those so far has taken.
 *
 * Kept as boxes (boxes.h). Facts count as independent of each other, so what is left may be too much but
 * never too little: "nothing is left" is always true. */
#ifndef DSL_COVER_H
#define DSL_COVER_H

#include "dsl/boxes.h"

#define COVER_BOXES 64 /* more pieces than that: nothing is claimed any more */

struct cover {
    /* The type of a fact, for what it can be at all; NULL: unknown. */
    const struct type *(*type_of)(void *who, const char *fact);
    void *who;
    struct box left[COVER_BOXES], next[COVER_BOXES];
    int n;
    bool lost; /* too many pieces: cover_meets is true of anything */
};

void cover_init(struct cover *c, const struct type *(*type_of)(void *who, const char *fact), void *who);
/* Takes away what surely holds: a box that is not whole takes nothing. */
void cover_take(struct cover *c, const struct box *b);
/* Whether anything that is left may be in `b`. The box of no condition is everything. */
bool cover_meets(const struct cover *c, const struct box *b);

#endif
