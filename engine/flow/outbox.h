/* outbox.h - what others may learn of a run: events of the stream, made from facts, committed with them.
 *
 * Pure: reads a run and a fact, appends texts. Only what a schema declares as not personal is told, and of the
 * engine's own words only names that stand in files (workflow, paragraph, queue, outcome, answer), ids and dates; no
 * sentence of a provider or of a person. A case type says by "publish" (cases.h) as what its runs are told; without it
 * they tell nothing. Loans are always told.
 *
 *   tenor.<as>.started decided stuck unstuck ended, and the words that the case type gives to answers and events
 *   tenor.task.opened escalated done withdrawn
 *   tenor.loan.<kind of entry>, bucket_changed, state_changed */
#ifndef FLOW_OUTBOX_H
#define FLOW_OUTBOX_H

#include "base/buf.h"
#include "flow/fact.h"
#include "flow/run.h"
#include "store/store.h"

struct outbox_note { /* places in the text */
    size_t id, aggregate_type, aggregate_id, type, payload;
};
struct outbox { /* the events of one turn */
    struct buf text;
    struct outbox_note *notes;
    struct outbox_row *rows;
    unsigned n, cap;
    bool failed; /* no memory: the turn may not commit without them */
};

void outbox_init(struct outbox *o);
void outbox_clear(struct outbox *o); /* a new turn; keeps memory */
void outbox_reset(struct outbox *o);
/* The events of a fact that is about to be applied to `r` (still as it was before) in the row r->seq + 1. `op`: the
 * operation that has answered, NULL for other facts. */
void outbox_of_fact(struct outbox *o, const struct run *r, const struct fact *f, const struct op_decl *op);
/* The events of what this run writes to a loan; `before` is the loan as it was. Entries without a known_ms get now_ms. */
void outbox_of_loan(struct outbox *o, const struct run *r, const struct loan_file *before, const struct loan_write *w, int64_t now_ms);
struct outbox_mark {
    size_t len;
    unsigned n;
};
struct outbox_mark outbox_mark(const struct outbox *o);
void outbox_back(struct outbox *o, struct outbox_mark m); /* takes back what was told since */
/* The rows for the append; they live until the next clear. NULL with n > 0, or `failed`: no memory. */
MUST_CHECK const struct outbox_row *outbox_rows(struct outbox *o);

#endif
