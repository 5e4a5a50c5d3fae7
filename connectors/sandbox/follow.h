/* follow.h - what comes later by itself: a transfer comes back days after, a mandate becomes active, a debit is paid
 * or not, an envelope is signed.
 *
 * An entry carries its plan in `more`: {"plan": [{"do": "payments.returned", "at": ms, "code": "account_closed"}]}. When
 * a step's time has come and nothing has overtaken it (a recall, a cancelled mandate, a voided envelope), it becomes
 * an entry of its own under the same key: so the book alone says what is still to come, also after a restart.
 * Pure: time is given. */
#ifndef SANDBOX_FOLLOW_H
#define SANDBOX_FOLLOW_H

#include "connectors/sandbox/book.h"

struct follow;

struct follow *follow_new(struct book *b, uint64_t seed);
void follow_free(struct follow *x);
/* Plans what is to follow entry `e`; what the book has already is left out when its time comes. */
MUST_CHECK enum err follow_entry(struct follow *x, const struct book_entry *e);
/* When the next step is due; INT64_MAX: never. */
int64_t follow_due_ms(const struct follow *x);
/* Does the next step if it is due by `now_ms`; its entry is then the last of the book, dated when it was due (but
 * never before the entry before it). false: nothing was due. ERR_NOMEM leaves it due. */
MUST_CHECK enum err follow_next(struct follow *x, int64_t now_ms, bool *did);
/* Lets `operation` follow `origin` now, as a person at the controls wishes: ERR_CONFLICT if it is overtaken or has
 * happened, ERR_NOT_FOUND if there is no such follow-up. */
MUST_CHECK enum err follow_now(struct follow *x, const struct book_entry *origin, const char *operation, const char *code,
                               int64_t now_ms);
/* Adds one step to a plan: appends {"do": ...} to `out`, with a comma where it is not the first. `extra`: more members
 * of the step, as text without braces, or "". */
void follow_plan(struct buf *out, const char *operation, int64_t at_ms, const char *code, const char *extra);

#endif
