/* book.h - what really happened outside: the sandbox's own book of effects, one JSON line each.
 *
 * An effect is written once per operation and key; asked again with the same key and input it gives
 * the same answer, with another input a conflict. Lines go to a sink (a file that is fsynced, or
 * nothing in the simulator) and can be read back in at the start. Pure: no file, no clock. */
#ifndef SANDBOX_BOOK_H
#define SANDBOX_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

struct book_entry { /* strings live as long as the book */
    size_t n;               /* 1, 2, 3 ... in the order in which they happened; set by the book */
    const char *operation, *key, *reference;
    const char *currency;   /* "" where no money is in it; NULL is "" */
    const char *more;       /* JSON object: what else later questions need, and what is to follow (follow.h); NULL is "{}" */
    char *answer;           /* JSON text */
    size_t answer_n;
    uint64_t input_hash;
    int64_t amount_minor, at_ms, settles_ms; /* settles_ms: until then a look says "pending" */
    const char *subject;    /* what else it is found by: a PAN, a handle; NULL or "" for none */
    const struct book_entry *older_about, *older_under; /* set by the book: the same operation and subject, or reference */
    bool told;              /* whoever wanted to hear of it has (notice.h) */
};
enum book_envelope { BOOK_NO_ENVELOPE, BOOK_SENT, BOOK_SIGNED, BOOK_DECLINED, BOOK_VOIDED };
struct book_loan { /* by reference */
    int64_t paid_minor, returned_minor, collected_minor, refunded_minor, received_minor;
    unsigned payouts;        /* that were accepted and neither recalled nor failed */
    unsigned returns;        /* of these, those that came back */
    unsigned mandates, cancels;
    bool mandate_active, mandate_pending;
    const struct book_entry *payout, *mandate, *envelope, *collection; /* the latest of each; NULL none */
    enum book_envelope envelope_state;
};
struct book_instalment { /* by reference and instalment */
    unsigned presentations;
    int64_t last_ms;          /* of the last presentation */
    bool waits, settled;      /* of the last presentation: neither means that it came back */
    const char *code;         /* why it came back, or "" */
    const struct book_entry *last;
};

struct book;
typedef void book_line_fn(void *who, const char *line, size_t n); /* with its newline */

struct book *book_new(void);
void book_free(struct book *b);
void book_on_line(struct book *b, book_line_fn *fn, void *who);

const struct book_entry *book_find(const struct book *b, const char *operation, const char *key);
/* `e` is copied and its line goes to the sink. ERR_CONFLICT if the key is there already. */
MUST_CHECK enum err book_add(struct book *b, const struct book_entry *e);
/* Marks entry `n` as told; the mark is a line of its own. */
void book_tell(struct book *b, size_t n);
const struct book_entry *book_at(const struct book *b, size_t n); /* NULL past the end */
/* A line written earlier. ERR_INVALID if it is not one (torn, or from another program). */
MUST_CHECK enum err book_restore(struct book *b, const char *line, size_t n);
/* Takes a whole file; *good is the length of what could be used: a torn last line is left out, any
 * other bad line is ERR_INVALID. */
MUST_CHECK enum err book_restore_all(struct book *b, const char *text, size_t n, size_t *good,
                                     struct fault *f);
/* The newest entry of this operation about a subject, or under a reference, of those that have a subject; NULL if there
 * is none. */
const struct book_entry *book_about(const struct book *b, const char *operation, const char *subject);
const struct book_entry *book_under(const struct book *b, const char *operation, const char *reference);
struct book_loan book_loan(const struct book *b, const char *reference);
struct book_instalment book_instalment(const struct book *b, const char *reference, const char *instalment);
size_t book_count(const struct book *b);
/* {"entries": [...from number `after` on, at most `limit`...], "next": n, "totals": {...}} where totals
 * are those of sums.h. */
MUST_CHECK enum err book_page(const struct book *b, size_t after, size_t limit, struct buf *out);

#endif
