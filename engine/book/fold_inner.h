/* fold_inner.h - the fold at work; shared by the files fold*.c and waterfall.c only. */
#ifndef BOOK_FOLD_INNER_H
#define BOOK_FOLD_INNER_H

#include "book/fold.h"

struct fold {
    struct loan_state s;
    struct arena *arena;
    int32_t day;              /* reached so far; its morning has been done */
    size_t cap_allocations, cap_spans, cap_forbearances;
    enum loan_stage exit;     /* what the loan becomes when nothing is left: closed, cooled_off, foreclosed */
    int32_t npa_since;        /* INT32_MAX not */
    bool failed;              /* no memory */
};

/* waterfall.c: spreads at most `minor` over the items; returns what no cell took. `n` is the paying entry, 0 for credit. */
struct pour {
    const struct order *order;
    uint32_t n;
    int32_t day;
    int due_from_days;
    int64_t left;
};
void waterfall_pour(struct fold *w, struct pour *p);
/* All of one item, in the order's sequence of components. */
void waterfall_item(struct fold *w, struct pour *p, uint32_t item);
/* Credit pays what is due (the normal order without "in advance"). */
void waterfall_credit(struct fold *w);
void fold_allocated(struct fold *w, const struct allocation *a);

/* fold_items.c: items come, change and go. */
enum err fold_items_reserve(struct fold *w, const struct deed *deeds, size_t n);
void fold_add_rows(struct fold *w, const struct deed *d, int64_t correction);
void fold_add_charge(struct fold *w, const struct deed *d);
void fold_earn(struct fold *w, struct due_item *i, int64_t up_to);
void fold_replace_rows(struct fold *w, const struct deed *d); /* terms, cooled_off, foreclosed */
void fold_waive(struct fold *w, const struct deed *d);
void fold_forgive(struct fold *w);                            /* the rest of a settled loan */
void fold_write_off(struct fold *w);
bool fold_booked(const struct fold *w, const struct due_item *i); /* does it stand in our books? */

/* fold_deeds.c: what an entry does. `reversals[k]` is the entry that takes back deed k, or NULL. */
void fold_deed(struct fold *w, const struct deed *d, const struct deed *reversal);
bool deed_reversible(enum deed_kind k);
void fold_judge_settlement(struct fold *w);
int32_t fold_settlement_day(const struct fold *w); /* the next day on which it is judged; INT32_MAX none */

/* arrears.c */
void fold_close_span(struct fold *w, int32_t till_day); /* the state at the end of w->day holds up to the day before till_day */

#endif
