/* terms.h - a loan's terms change, or it ends early.
 *
 * What gives money up needs an authority and two people (authority.h); what helps a borrower in need counts as forbearance:
 * limited per time, with a probation clock (settings.h). */
#ifndef LEDGER_TERMS_H
#define LEDGER_TERMS_H

#include "connectors/ledger/work.h"

enum err op_change_terms(struct work *w);
enum err op_settle(struct work *w);
enum err op_write_off(struct work *w);
enum err op_exit_cooling_off(struct work *w);
enum err op_foreclose(struct work *w);

/* A payment ahead of time: its entry, and the new rows. `keep` of the input: "instalment" (the term falls) or "term".
 * ERR_REFUSED as quote_prepayment; then nothing was added. */
MUST_CHECK enum err terms_prepay(struct work *w, int64_t minor);

#endif
