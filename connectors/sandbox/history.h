/* history.h - bank histories: at least 300 entries over the year before a day, as ready JSON text.
 *
 * A text is made once per kind, variant and day, and kept until the day changes: people of one kind
 * share one of HISTORY_VARIANTS texts, a named person has an own one. Making takes about 0.3 ms. */
#ifndef SANDBOX_HISTORY_H
#define SANDBOX_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "connectors/sandbox/people.h"

#define HISTORY_VARIANTS 16

struct history;
struct history *history_new(uint64_t seed);
void history_free(struct history *h);
/* Entries up to the day before `until_day`. The text lives until the day asked for changes.
 * NULL on no memory. */
const char *history_text(struct history *h, const struct person *p, int32_t until_day, size_t *n);
/* The same without cache, for tests. */
void history_write(uint64_t seed, enum person_kind kind, unsigned variant, int32_t until_day,
                   struct buf *out);

#endif
