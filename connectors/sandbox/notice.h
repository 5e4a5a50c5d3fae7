/* notice.h - what the providers tell by themselves: an entry of the book makes a notice, which is to be delivered as a
 * signed webhook until it has been taken. Pure: time is given, sending is webhook.c's.
 *
 * What goes wrong on the way is drawn from the seed (faults.h, operation "webhook"): duplicate (a second copy a second
 * later), late (half a minute later), reorder (after the next one), forge (a copy with another amount and a signature
 * of somebody else comes as well). */
#ifndef SANDBOX_NOTICE_H
#define SANDBOX_NOTICE_H

#include "connectors/sandbox/book.h"
#include "connectors/sandbox/faults.h"

struct notice {
    const struct book_entry *entry;
    const struct book_entry *about; /* whose id is told: the mandate, the envelope, else the entry itself */
    const char *connector, *type; /* "payments", "payment.settled" */
    char id[40];                  /* webhook-id: the same for every copy and attempt */
    int64_t due_ms;
    bool forged;
};
struct notices;

struct notices *notices_new(struct book *b, uint64_t seed);
void notices_free(struct notices *x);
void notices_faults(struct notices *x, const struct fault_rules *rules);
/* Makes the notice of entry `e`, if it is of a kind that is told and has not been. */
MUST_CHECK enum err notices_entry(struct notices *x, const struct book_entry *e);
int64_t notices_due_ms(const struct notices *x); /* INT64_MAX: none */
/* Takes the next one that is due; one that has been told meanwhile, or that has been overtaken (the transfer was
 * recalled before it settled), is passed over. */
bool notices_take(struct notices *x, int64_t now_ms, struct notice *out);
/* {"type": ..., "timestamp": ..., "data": {"on", "reference", "id", "amount", "currency", "end_to_end", "instalment",
 * "mandate", "document", "code"}}; what does not apply is left out. */
void notice_write(const struct notice *n, struct buf *out);

#endif
