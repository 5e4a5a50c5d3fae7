/* cabinet.h - the files of loans in memory, one writer at a time.
 *
 * A local operation with `.book` is a function of its loan's file. So the file is here before it is computed, and
 * nobody else writes to the loan until what it wrote is durable. A *folder* is one loan's file with its lock and the
 * asks that wait for it, first come first served:
 *
 *   take     inside a turn: the folder is the turn's, or the ask stands in the queue and is computed later in a turn
 *            of its own. Nothing is recorded while it waits; after a crash the step begins again.
 *   write    adds entries behind the settled ones; seen by later operations of the same turn.
 *   keep     the turn's row went to the store: its folders are the commit's.
 *   settle   durable: the entries are settled. Otherwise what is in memory is worth nothing and is read again.
 *
 * A file was read under an epoch of its shard and is used under no other: whoever held the shard in between may have
 * written. A run may write only to loans of its own customer, and so of its own shard. */
#ifndef FLOW_CABINET_H
#define FLOW_CABINET_H

#include "flow/inner.h"

struct folder;
struct cabinet *cabinet_new(struct engine *e);
void cabinet_stop(struct cabinet *c); /* starts nothing any more */
void cabinet_free(struct cabinet *c);

enum taken {
    TAKEN,
    TAKEN_LATER, /* this ask is in the queue: `queued` is its place there */
    TAKEN_NOT    /* the fault says why: ERR_REFUSED, or ERR_BUSY and ERR_NOMEM which may pass */
};
/* For the ask `op` of paragraph `para`, or for its undo. */
enum taken cabinet_take(struct turn *t, const char *loan, int para, int op, bool undo, struct folder **out, struct fault *f);
const struct loan_file *folder_file(const struct folder *f);
/* Copies it; sets the entries' n, and known_ms where it is 0. ERR_LIMIT: a text or the file is too long. */
MUST_CHECK enum err folder_write(struct folder *f, const struct loan_write *w, int64_t now_ms);

struct loan_rows { /* what a turn's folders add, for an append; free() both */
    struct loan_row *loans;
    struct loan_entry_row *entries;
    size_t n_loans, n_entries;
};
MUST_CHECK enum err cabinet_rows_new(const struct folder *held, struct loan_rows *out);
/* The row is on its way: gives the folders that it writes to, in a chain for cabinet_settle, and lets the others go. */
struct folder *cabinet_keep(struct folder **held);
void cabinet_settle(struct folder *kept, enum err err);
/* It came to nothing. */
void cabinet_give_up(struct folder **held);

/* --- many loans at once, without standing in line (day_end.h) ------------------------------------- */

struct borrowing { /* the borrower's */
    struct folder *held; /* a chain, in the order asked for */
    unsigned left;     /* not yet read */
    unsigned passed;   /* in use by somebody else: left out */
    loop_fn *done;     /* all are read; from the loop */
    void *who;
};
/* Holds those of these loans that nobody has or waits for, as the shard's owner, and reads the ones that are not here.
 * b->left == 0 afterwards: all are here, and `done` is not called. ERR_NOMEM: nothing is held. What was not in memory before
 * does not stay there. */
MUST_CHECK enum err cabinet_borrow(struct engine *e, uint16_t shard, const char *const *ids, size_t n, struct borrowing *b);
/* The next of a chain; does it contradict itself? such a file is not to be used. */
struct folder *folder_next(const struct folder *f);
bool folder_broken(const struct folder *f);
/* The holder stops waiting, or gives all back as they were: `done` does not come any more. */
void cabinet_return(struct borrowing *b);

#endif
