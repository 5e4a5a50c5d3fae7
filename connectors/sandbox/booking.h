/* booking.h - which entries of the book move money on our account with the bank, and which way. Pure. */
#ifndef SANDBOX_BOOKING_H
#define SANDBOX_BOOKING_H

#include "connectors/iso20022/statement.h"
#include "connectors/sandbox/book.h"

struct booking {
    enum iso_kind kind;
    bool booked;     /* false: it is only told of (a debit that was never paid, a transfer that failed) */
    int64_t at_ms;   /* when it is booked */
};
/* false: the entry moves no money and nobody is told of any. A payout that was recalled or failed is not booked. */
bool booking_of(const struct book *b, const struct book_entry *e, struct booking *out);

#endif
