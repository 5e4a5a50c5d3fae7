/* repeat.h - the same thing asked again gives the same answer and nothing new.
 *
 * Every entry keeps the reference of the request, its operation and a hash of its input. A request whose reference stands in
 * the file is computed again from the entries before it, at the moment at which it was first known: pure functions give
 * the same answer. The same reference with another operation or input is refused: it is a mistake somewhere. */
#ifndef LEDGER_REPEAT_H
#define LEDGER_REPEAT_H

#include "connectors/ledger/work.h"

/* Writes "reference", "op" and "asked" into the body of an entry. */
MUST_CHECK enum err repeat_mark(const struct work *w, json_t *body);
/* Has this request been written before? Then `w` becomes that moment (work.repeat). ERR_REFUSED "reference_reused". To be
 * called between opening the file and the operation. */
MUST_CHECK enum err repeat_find(struct work *w, struct call *as_first);

#endif
