/* boxes.h - conditions as boxes: for each fact the values it may have. Only comparisons of one fact
 * against constants are judged; a condition with any other part is known in part only. */
#ifndef DSL_BOXES_H
#define DSL_BOXES_H

#include "dsl/expr_read.h"

#define BOX_SIDES 16
#define BOX_WORDS 16

struct box_side {
    const char *fact;      /* dotted; has() counts as a fact of its own: `present` */
    bool present;
    bool words;            /* one of `word`, else from lo to hi */
    bool except;           /* any word but `word` (cover.c) */
    int64_t lo, hi;        /* in the type's smallest unit, both included */
    const char *word[BOX_WORDS];
    int n_words;
};
struct box {
    struct box_side side[BOX_SIDES];
    int n;
    bool whole; /* every part was judged */
};

void box_of(const struct expr *e, struct box *out);
/* No value fits: *side is the contradiction. Sound whether or not the box is whole. */
bool box_empty(const struct box *b, const struct box_side **side);
/* Everything in `inner` is in `outer`. False where `outer` is not whole. */
bool box_contains(const struct box *outer, const struct box *inner);

#endif
